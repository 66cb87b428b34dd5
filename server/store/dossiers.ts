/** Dossiers: which are owed, when to try again, which parts came. Their content is nowhere but in the records. */
import { sql, type Kysely, type Transaction } from 'kysely';
import { ACT } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import type { CheckedPart, DossierTrouble, OwedDossier } from '../custody/dossiers.ts';
import type { TrailEntry } from '../custody/ports.ts';
import { insertRows, type Insert } from './bulk.ts';
import { bytesOf, hexOf } from './columns.ts';
import type { Engine } from './engine.ts';
import { kindNumber } from './line-kind.ts';
import type { StoreParts } from './parts.ts';
import { keepRecords } from './records.ts';
import { statedOf } from './stated.ts';
import { OWED, type Bytes, type Tables } from './tables.ts';
import { statement } from './trail.ts';

/** Statements that are taken up in one commit, about. */
const TAKEN_UP = 1_000;

/**
 * Seconds for which a process claims a dossier. Where delivering takes longer, or the process died, another brings it
 * (again): its recipient takes it twice without harm.
 */
const CLAIM = 120;

/** Word for word that of the partial index, which serves no other. */
const IN_EXCHANGE = sql<boolean>`act in (3, 24)`;

const OWED_ROWS: Insert = {
  table: 'dossier_owed',
  columns: ['release', 'sender', 'recipient', 'state', 'attempts', 'owed_at', 'next_at'],
  conflict: '("release") do nothing',
};
const ERASURE_ROWS: Insert = {
  table: 'erasure_owed',
  columns: ['digest', 'block', 'log_index', 'position'],
  conflict: '(digest) do nothing',
};
const PART_ROWS: Insert = {
  table: 'dossier_part',
  columns: ['release', 'parts', 'part', 'received_at'],
  conflict: '("release", parts, part) do nothing',
};

/**
 * Most blocks have nothing for the exchange: then nothing is written either.
 * @returns whether there may be more
 */
export async function takeUp({ database }: StoreParts, served: readonly number[], time: number): Promise<boolean> {
  const { followed, to, rows } = await database.read(unseen);
  if (rows.length === 0) return false;
  const own = new Set(served);
  const owed = rows
    .filter(({ act, participant }) => act === ACT.release && own.has(participant))
    .map((row) => ({ ...row, recipient: statedOf(row).statement.recipient }))
    // An officer's handoff to another inside one participant: what is written stays where it is.
    .filter(({ participant, recipient }) => participant !== recipient)
    .map(({ digest, participant, recipient }) => [digest, participant, recipient, OWED.WAITING, 0, time, time]);
  const erasures = rows
    .filter(({ act }) => act === ACT.erase)
    .map(({ digest, block, log_index: logIndex, position }) => [digest, block, logIndex, position]);
  return database.transact(async (transaction) => {
    // Forgotten meanwhile: what is followed anew is looked at anew.
    const now = await transaction.selectFrom('cursor').select('number').executeTakeFirst();
    if (now === undefined || now.number < followed) return false;
    await insertRows(transaction, database.engine, OWED_ROWS, owed);
    await insertRows(transaction, database.engine, ERASURE_ROWS, erasures);
    await transaction
      .insertInto('exchange_cursor')
      .values({ id: 1, number: to })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ number: to }))
      .execute();
    return to < followed;
  });
}

/** Included releases and erasures after the exchange's cursor, to the end of a block. */
async function unseen(queries: Kysely<Tables>) {
  const followed = (await queries.selectFrom('cursor').select('number').executeTakeFirst())?.number ?? 0;
  const before = await queries.selectFrom('exchange_cursor').select('number').executeTakeFirst();
  const from = before?.number ?? -1;
  const work = () =>
    queries
      .selectFrom('statement')
      .select(['digest', 'act', 'participant', 'wire', 'key', 'block', 'log_index', 'position'])
      .where(IN_EXCHANGE)
      .where('outcome', '=', 0)
      .where('block', '>', from);
  const first = await work().orderBy('block').limit(TAKEN_UP).execute();
  if (first.length < TAKEN_UP) return { followed, to: followed, rows: first };
  const to = first.at(-1)?.block ?? followed;
  return { followed, to, rows: await work().where('block', '<=', to).execute() };
}

/** Claims what is due for this process: another passes over it, unless this one is gone. */
export async function due(
  { database }: StoreParts,
  time: number,
  latest: number,
  limit: number,
): Promise<readonly OwedDossier[]> {
  const isDue = (queries: Kysely<Tables>) =>
    queries
      .selectFrom('dossier_owed')
      .select('release')
      .where(sql<boolean>`state = 0`)
      .where((eb) => eb.or([eb('next_at', '<=', time), eb('next_at', '>', latest)]))
      .where((eb) =>
        eb.or([
          eb('claimed_until', 'is', null),
          eb('claimed_until', '<=', time),
          // Of a clock that was far ahead. Those of other processes may be so by a little.
          eb('claimed_until', '>', time + 2 * CLAIM),
        ]),
      )
      .orderBy('next_at')
      .limit(limit);
  // Mostly nothing is due; then nothing is written either.
  if ((await database.read((queries) => isDue(queries).executeTakeFirst())) === undefined) return [];
  const rows = await database.transact(async (transaction) => {
    const free = isDue(transaction);
    const claimed = await (database.engine === 'postgres' ? free.forUpdate().skipLocked() : free).execute();
    if (claimed.length === 0) return [];
    return transaction
      .updateTable('dossier_owed')
      .set({ claimed_until: time + CLAIM })
      .where(
        'release',
        'in',
        claimed.map(({ release }) => release),
      )
      .returningAll()
      .execute();
  });
  return rows.sort((a, b) => a.next_at - b.next_at).map(owedOf);
}

export async function hurry({ database }: StoreParts, time: number): Promise<void> {
  await database.transact(async (transaction) => {
    // On a file the claims are those of the process before.
    if (database.engine === 'sqlite')
      await transaction
        .updateTable('dossier_owed')
        .set({ claimed_until: null })
        .where(sql<boolean>`state = 0`)
        .execute();
    await transaction
      .updateTable('dossier_owed')
      .set({ next_at: time })
      .where(sql<boolean>`state = 0`)
      .where('next_at', '>', time)
      .execute();
  });
}

export async function settle(
  { database }: StoreParts,
  release: Hex,
  progress: 'delivered' | 'withdrawn',
  time: number,
): Promise<void> {
  await database.transact(async (transaction) => {
    await transaction
      .updateTable('dossier_owed')
      .set({
        state: progress === 'delivered' ? OWED.DELIVERED : OWED.WITHDRAWN,
        settled_at: time,
        claimed_until: null,
        trouble: null,
        attempts: sql`attempts + 1`,
      })
      .where('release', '=', bytesOf(release))
      .execute();
  });
}

export async function postpone(
  { database }: StoreParts,
  release: Hex,
  nextAt: number,
  trouble: DossierTrouble,
): Promise<void> {
  await database.transact(async (transaction) => {
    await transaction
      .updateTable('dossier_owed')
      .set({ next_at: nextAt, claimed_until: null, trouble, attempts: sql`attempts + 1` })
      .where('release', '=', bytesOf(release))
      .where('state', '=', OWED.WAITING)
      .execute();
  });
}

/** @returns whether there is such a dossier */
export async function sendAgain({ database }: StoreParts, release: Hex, time: number): Promise<boolean> {
  return database.transact(async (transaction) => {
    const rows = await transaction
      .updateTable('dossier_owed')
      .set({ state: OWED.WAITING, next_at: time, settled_at: null, claimed_until: null, attempts: 0 })
      .where('release', '=', bytesOf(release))
      .returning('release')
      .execute();
    return rows.length > 0;
  });
}

export async function owed({ database }: StoreParts, limit: number): Promise<readonly OwedDossier[]> {
  const rows = await database.read((queries) =>
    queries.selectFrom('dossier_owed').selectAll().orderBy('state').orderBy('owed_at', 'desc').limit(limit).execute(),
  );
  return rows.map(owedOf);
}

export async function countWaiting({ database }: StoreParts): Promise<number> {
  const row = await database.read((queries) =>
    queries
      .selectFrom('dossier_owed')
      .select(sql<number>`count(*)`.as('count'))
      .where(sql<boolean>`state = 0`)
      .executeTakeFirstOrThrow(),
  );
  return row.count;
}

function owedOf(row: Tables['dossier_owed']): OwedDossier {
  const waiting = row.state === OWED.WAITING;
  return {
    release: hexOf(row.release),
    sender: row.sender,
    recipient: row.recipient,
    progress: waiting ? 'waiting' : row.state === OWED.DELIVERED ? 'delivered' : 'withdrawn',
    attempts: row.attempts,
    owedAt: row.owed_at,
    ...(waiting && { nextAt: row.next_at }),
    ...(row.settled_at !== null && { settledAt: row.settled_at }),
    ...(row.trouble !== null && { trouble: row.trouble as DossierTrouble }),
  };
}

/** Records first: a part counts as here when they are. */
export async function keepPart(parts: StoreParts, checked: CheckedPart, time: number): Promise<void> {
  const { release, recipient, sender, part, parts: count } = checked;
  const records = checked.records.map(({ digest, disclosure }) => ({
    tenant: recipient,
    digest,
    record: disclosure,
    from: sender,
  }));
  const news = await keepRecords(parts, records, time);
  const { database } = parts;
  await database.transact(async (transaction) => {
    await oweErasuresSince(transaction, database.engine, release, sender);
    const noted = await insertRows(transaction, database.engine, PART_ROWS, [[bytesOf(release), count, part, time]]);
    // One that came the first time may have been kept before a crash: then it is news here all the same.
    if (news || noted > 0) await passOn(transaction, release, recipient, time);
  });
}

/**
 * What this participant released before it had the records is owed again: a dossier that was sent in time must not show
 * less than one that was sent late.
 */
async function passOn(
  transaction: Transaction<Tables>,
  release: Hex,
  participant: number,
  time: number,
): Promise<void> {
  const subject = sql`(select subject from statement where digest = ${bytesOf(release)})`;
  const descendants = sql`with recursive found(subject) as (select ${subject}
    union select d.child from derivation d join found f on d.parent = f.subject)`;
  const { rows } = await sql<{ release: Bytes }>`${descendants} select o."release" from dossier_owed o
    join statement s on s.digest = o."release" join found f on f.subject = s.subject
    where o.sender = ${participant} and o.state = ${OWED.DELIVERED}`.execute(transaction);
  if (rows.length === 0) return;
  await transaction
    .updateTable('dossier_owed')
    .set({ state: OWED.WAITING, next_at: time, settled_at: null, attempts: 0 })
    .where(
      'release',
      'in',
      rows.map((row) => row.release),
    )
    .execute();
}

/** What its sender erased while the dossier was on its way is looked at again: now there is something to give notice of. */
async function oweErasuresSince(
  transaction: Transaction<Tables>,
  engine: Engine,
  release: Hex,
  sender: number,
): Promise<void> {
  const rows = await transaction
    .selectFrom('statement')
    .select(['digest', 'block', 'log_index', 'position'])
    .where(IN_EXCHANGE)
    .where('act', '=', ACT.erase)
    .where('participant', '=', sender)
    .where('outcome', '=', 0)
    .where('block', '>=', (query) =>
      query.selectFrom('statement').select('block').where('digest', '=', bytesOf(release)),
    )
    .execute();
  const owed = rows.map(({ digest, block, log_index: logIndex, position }) => [digest, block, logIndex, position]);
  await insertRows(transaction, engine, ERASURE_ROWS, owed);
}

/** A dossier that was sent again may have been cut into parts anew: all of one cut have to be here. */
export async function isComplete({ database }: StoreParts, release: Hex): Promise<boolean> {
  const rows = await database.read((queries) =>
    queries
      .selectFrom('dossier_part')
      .select(['parts', sql<number>`count(*)`.as('here')])
      .where('release', '=', bytesOf(release))
      .groupBy('parts')
      .execute(),
  );
  return rows.some(({ parts, here }) => parts === here);
}

export async function lastRelease(parts: StoreParts, subject: Hex, recipient: number): Promise<TrailEntry | undefined> {
  const rows = await parts.database.read((queries) =>
    queries
      .selectFrom('statement')
      .select(['digest', 'wire', 'key'])
      .where('subject', '=', bytesOf(subject))
      .where('kind', '=', kindNumber('evidence'))
      .where('act', '=', ACT.release)
      .where('outcome', '=', 0)
      .orderBy('block', 'desc')
      .orderBy('log_index', 'desc')
      .orderBy('position', 'desc')
      .execute(),
  );
  const last = rows.find((row) => {
    const { statement: released } = statedOf(row);
    return released.recipient === recipient && released.participant !== recipient;
  });
  return last && statement(parts, hexOf(last.digest));
}
