/** Requests and consents, newest line first. There are few beside evidence: their states are looked at one by one. */
import { sql } from 'kysely';
import type { LineOf } from '../../protocol/ledger.ts';
import { isSought, type BasisFilter } from '../custody/bases.ts';
import type { Page } from '../custody/ports.ts';
import { lineOfRow } from './ledger-rows.ts';
import { kindNumber } from './line-kind.ts';
import { pageOf, pageSize, readCursor, writeCursor } from './page.ts';
import type { StoreParts } from './parts.ts';

const LISTING = 'bases';
/** Lines read at once. */
const CHUNK = 500;

export async function searchBases(
  { database }: StoreParts,
  filter: BasisFilter,
  cursor: string | undefined,
  limit: number,
): Promise<Page<LineOf<'request'> | LineOf<'consent'>>> {
  const size = pageSize(limit);
  const kind = kindNumber(filter.kind);
  const found: { readonly id: number; readonly line: LineOf<'request'> | LineOf<'consent'> }[] = [];
  let before = cursor === undefined ? undefined : (readCursor(LISTING, 1, cursor)[0] ?? 0);
  for (let whole = false; !whole && found.length <= size;) {
    const rows = await database.read((queries) => {
      // The first condition is there for the partial index.
      let query = queries
        .selectFrom('line')
        .selectAll()
        .where(sql<boolean>`kind in (3, 4)`)
        .where('kind', '=', kind);
      if (before !== undefined) query = query.where('id', '<', before);
      return query.orderBy('id', 'desc').limit(CHUNK).execute();
    });
    for (const row of rows) {
      const line = lineOfRow(row);
      if ((line.kind === 'request' || line.kind === 'consent') && isSought(line, filter))
        found.push({ id: row.id, line });
    }
    before = rows.at(-1)?.id;
    whole = rows.length < CHUNK;
  }
  return pageOf(
    found,
    size,
    ({ line }) => line,
    ({ id }) => writeCursor(LISTING, [id]),
  );
}
