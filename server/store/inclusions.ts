/** What the ledger included, in its order, for bundles: several lines at once, and those of the consortium with them. */
import { sql } from 'kysely';
import type { Hex } from '../../protocol/bytes.ts';
import type { IncludedStatement, LineReference } from '../custody/ports.ts';
import { inParts } from './bulk.ts';
import { bytesOf, fromJson, hexOf } from './columns.ts';
import { kindNamed, kindNumber } from './line-kind.ts';
import type { StoreParts } from './parts.ts';
import { statedOf } from './stated.ts';

export async function inclusions(
  { database }: StoreParts,
  references: readonly LineReference[],
  until: number,
): Promise<readonly IncludedStatement[]> {
  const wanted = new Set(references.map(({ kind, subject }) => `${kindNumber(kind)} ${subject}`));
  const subjects = [...new Set(references.map(({ subject }) => subject))];
  const rows = await database.read((queries) =>
    inParts(subjects, (part) =>
      queries
        .selectFrom('statement as s')
        .innerJoin('block as b', 'b.number', 's.block')
        .select(['s.digest', 's.kind', 's.subject', 's.wire', 's.key', 's.sheet', 's.position', 's.log_index'])
        .select(['b.number', 'b.time'])
        .where('s.subject', 'in', part.map(bytesOf))
        .where('s.outcome', '=', 0)
        .where('s.block', '<=', until)
        .execute(),
    ),
  );
  return rows
    .filter(({ kind, subject }) => wanted.has(`${kind} ${hexOf(subject)}`))
    .sort((a, b) => a.number - b.number || (a.log_index ?? 0) - (b.log_index ?? 0) || a.position - b.position)
    .map((row) => ({
      digest: hexOf(row.digest),
      kind: kindNamed(row.kind),
      stated: statedOf(row),
      sheet: hexOf(row.sheet),
      position: row.position,
      time: row.time,
      place: { block: row.number, log: row.log_index ?? 0 },
    }));
}

const MEMBERSHIP = (['participant', 'agreement', 'consortium'] as const).map(kindNumber);

export async function consortiumLines({ database }: StoreParts): Promise<readonly LineReference[]> {
  const rows = await database.read((queries) =>
    queries.selectFrom('line').select(['kind', 'subject']).where('kind', 'in', MEMBERSHIP).execute(),
  );
  return rows.map(({ kind, subject }) => ({ kind: kindNamed(kind), subject: hexOf(subject) }));
}

/** Items of a hold stand in its state only; there are few holds beside evidence. */
export async function holdsOn({ database }: StoreParts, items: readonly Hex[]): Promise<readonly Hex[]> {
  const rows = await database.read((queries) =>
    inParts(items, (part) =>
      queries
        .selectFrom('line')
        .select(['subject', 'state'])
        .where('kind', '=', kindNumber('hold'))
        .where((where) => where.or(part.map((item) => sql<boolean>`state like ${`%"${item}"%`}`)))
        .execute(),
    ),
  );
  const wanted = new Set(items);
  const holding = rows.filter(({ state }) =>
    (fromJson(state) as { items: Hex[] }).items.some((each) => wanted.has(each)),
  );
  return [...new Set(holding.map(({ subject }) => hexOf(subject)))];
}
