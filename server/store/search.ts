/** Finding evidence, newest line first. */
import type { LineState } from '../../protocol/ledger.ts';
import type { EvidenceFilter, Page } from '../custody/ports.ts';
import { StoreError } from './errors.ts';
import { lineOfRow } from './ledger-rows.ts';
import { kindNumber } from './line-kind.ts';
import { pageOf, pageSize, readCursor, writeCursor } from './page.ts';
import type { StoreParts } from './parts.ts';

const LISTING = 'evidence';
const EVIDENCE = kindNumber('evidence');

export async function searchEvidence(
  { database, blind }: StoreParts,
  tenant: number | undefined,
  { holder, recipient, status, term }: EvidenceFilter,
  cursor: string | undefined,
  limit: number,
): Promise<Page<LineState>> {
  const size = pageSize(limit);
  const token = term && blind.token(ownTenant(tenant), term.kind, term.value);
  const rows = await database.read((queries) => {
    let query = queries.selectFrom('line').selectAll().where('kind', '=', EVIDENCE);
    if (holder !== undefined) query = query.where('holder', '=', holder);
    if (recipient !== undefined) query = query.where('recipient', '=', recipient);
    if (status !== undefined) query = query.where('status', '=', status);
    if (token !== undefined) {
      // By id, so that the engines begin with what was found instead of looking through all lines.
      query = query.where('id', 'in', (eb) =>
        eb
          .selectFrom('blind as b')
          .innerJoin('statement as s', 's.digest', 'b.digest')
          .innerJoin('line as l', (join) => join.onRef('l.subject', '=', 's.subject').onRef('l.kind', '=', 's.kind'))
          .select('l.id')
          .where('b.tenant', '=', ownTenant(tenant))
          .where('b.kind', '=', token.kind)
          .where('b.token', '=', token.token)
          .where('s.kind', '=', EVIDENCE),
      );
    }
    if (cursor !== undefined) query = query.where('id', '<', readCursor(LISTING, 1, cursor)[0] ?? 0);
    return query
      .orderBy('id', 'desc')
      .limit(size + 1)
      .execute();
  });
  return pageOf(rows, size, lineOfRow, ({ id }) => writeCursor(LISTING, [id]));
}

/** What is searched blindly is the tenant's own. */
function ownTenant(tenant: number | undefined): number {
  if (tenant === undefined) throw new StoreError('MISUSE', 'a search by what was written is within one tenant');
  return tenant;
}
