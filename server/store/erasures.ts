/**
 * Erasures that the ledger included: carried out in its order, as of their place in it, so that a store that was
 * restored or rebuilt erases the same again and nothing else.
 */
import { sql, type Kysely } from 'kysely';
import { ACT } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { ErasureNotice, OwedErasure } from '../custody/dossiers.ts';
import { inParts, insertRows, type Insert } from './bulk.ts';
import { bytesOf, bytesOfDigests, digestsOfBytes, hexOf } from './columns.ts';
import { kindNumber } from './line-kind.ts';
import type { StoreParts } from './parts.ts';
import { eraseRecord } from './records.ts';
import { statedOf } from './stated.ts';
import type { Tables } from './tables.ts';

const EVIDENCE = kindNumber('evidence');
const HOLD = kindNumber('hold');

const NOTICE_ROWS: Insert = {
  table: 'erasure_notice',
  columns: ['erasure', 'tenant', 'sender', 'records', 'noticed_at'],
  conflict: '(erasure, tenant) do nothing',
};

/** A place in the ledger's order. */
interface Place {
  readonly block: number;
  readonly log_index: number;
  readonly position: number;
}

export async function owedErasures({ database }: StoreParts, limit: number): Promise<readonly OwedErasure[]> {
  const rows = await database.read((queries) =>
    queries
      .selectFrom('erasure_owed as e')
      .innerJoin('statement as s', 's.digest', 'e.digest')
      .select(['s.digest', 's.participant', 's.wire', 's.key'])
      .orderBy('e.block')
      .orderBy('e.log_index')
      .orderBy('e.position')
      .limit(limit)
      .execute(),
  );
  return rows.map((row) => ({ digest: hexOf(row.digest), participant: row.participant, items: statedOf(row).list }));
}

/** Keys go first, the debt last: a crash in between repeats it. */
export async function erase(
  parts: StoreParts,
  { digest, participant, items }: OwedErasure,
  served: readonly number[],
  time: number,
): Promise<void> {
  const { database } = parts;
  const place = await database.read((queries) => placeOf(queries, digest));
  if (place === undefined) return;
  const named = await database.read(async (queries) => {
    const digests = new Set<Hex>();
    for (const item of items) for (const each of await recordsNamed(queries, item, place)) digests.add(each);
    return [...digests];
  });
  if (served.includes(participant)) {
    for (const each of named) await eraseRecord(parts, { tenant: participant, digest: each }, time);
  }
  const concerned = await database.read((queries) => recordsFrom(queries, participant, named));
  await database.transact(async (transaction) => {
    const rows = [...concerned].map(([tenant, digests]) => [
      ...[bytesOf(digest), tenant, participant, bytesOfDigests(digests), time],
    ]);
    await insertRows(transaction, database.engine, NOTICE_ROWS, rows);
    await transaction.deleteFrom('erasure_owed').where('digest', '=', bytesOf(digest)).execute();
  });
}

async function placeOf(queries: Kysely<Tables>, digest: Hex): Promise<Place | undefined> {
  const row = await queries
    .selectFrom('statement')
    .select(['block', 'log_index', 'position'])
    .where('digest', '=', bytesOf(digest))
    .where('outcome', '=', 0)
    .executeTakeFirst();
  if (row === undefined || row.block === null || row.log_index === null) return undefined;
  return { block: row.block, log_index: row.log_index, position: row.position };
}

/**
 * Digests of the statements before this place whose records an erasure names by this word: a statement's digest, or
 * the subject of evidence. None of what is on hold there.
 */
async function recordsNamed(queries: Kysely<Tables>, item: Hex, place: Place): Promise<readonly Hex[]> {
  const rows = await queries
    .selectFrom('statement')
    .select(['digest', 'kind', 'subject', 'wire', 'key'])
    .where((where) =>
      where.or([
        where('digest', '=', bytesOf(item)),
        where.and([where('subject', '=', bytesOf(item)), where('kind', '=', EVIDENCE)]),
      ]),
    )
    .where('outcome', '=', 0)
    .where(before('statement', place))
    .execute();
  const digests: Hex[] = [];
  const held = new Map<Hex, boolean>();
  for (const row of rows) {
    if (statedOf(row).statement.record === ZERO) continue;
    const subject = hexOf(row.subject);
    if (row.kind === EVIDENCE && !held.has(subject)) held.set(subject, await wasOnHold(queries, subject, place));
    if (row.kind === EVIDENCE && held.get(subject) === true) continue;
    digests.push(hexOf(row.digest));
  }
  return digests;
}

/** Whether a hold on this evidence was on at this place of the ledger. */
async function wasOnHold(queries: Kysely<Tables>, subject: Hex, place: Place): Promise<boolean> {
  const holds = await queries
    .selectFrom('line as l')
    .innerJoin('statement as s', (join) => join.onRef('s.subject', '=', 'l.subject').onRef('s.kind', '=', 'l.kind'))
    .select(['l.subject', 's.act'])
    .where('l.kind', '=', HOLD)
    // The JSON of a hold's state names its items.
    .where('l.state', 'like', `%${subject}%`)
    .where('s.outcome', '=', 0)
    .where(before('s', place))
    .execute();
  const lifted = new Set(holds.filter(({ act }) => act === ACT.lift).map((hold) => hexOf(hold.subject)));
  return holds.some((hold) => hold.act === ACT.hold && !lifted.has(hexOf(hold.subject)));
}

function before(table: 's' | 'statement', { block, log_index: logIndex, position }: Place) {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql<boolean>`(${column('block')}, ${column('log_index')}, ${column('position')}) < (${block}, ${logIndex}, ${position})`;
}

/** By tenant: those of the statements whose record it has from this participant. */
async function recordsFrom(
  queries: Kysely<Tables>,
  sender: number,
  digests: readonly Hex[],
): Promise<ReadonlyMap<number, readonly Hex[]>> {
  const rows = await inParts(digests, (part) =>
    queries
      .selectFrom('record')
      .select(['tenant', 'digest'])
      .where('digest', 'in', part.map(bytesOf))
      .where('sender', '=', sender)
      .execute(),
  );
  const byTenant = new Map<number, Hex[]>();
  for (const { tenant, digest } of rows) byTenant.set(tenant, [...(byTenant.get(tenant) ?? []), hexOf(digest)]);
  return byTenant;
}

export async function notices(
  { database }: StoreParts,
  tenant: number,
  limit: number,
): Promise<readonly ErasureNotice[]> {
  return database.read(async (queries) => {
    const rows = await queries
      .selectFrom('erasure_notice')
      .selectAll()
      .where('tenant', '=', tenant)
      .orderBy('noticed_at', 'desc')
      .limit(limit)
      .execute();
    const found: ErasureNotice[] = [];
    for (const { erasure, sender, records } of rows) {
      const digests = digestsOfBytes(records);
      const kept = await inParts(digests, (part) =>
        queries
          .selectFrom('record')
          .select('digest')
          .where('tenant', '=', tenant)
          .where('digest', 'in', part.map(bytesOf))
          .where(sql<boolean>`length(sealed) > 0`)
          .execute(),
      );
      found.push({ erasure: hexOf(erasure), from: sender, tenant, records: digests, kept: kept.length });
    }
    return found;
  });
}
