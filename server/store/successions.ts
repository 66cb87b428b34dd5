/** Ledgers that were followed one after the other: a ledger outlives its chain. */
import type { Transaction } from 'kysely';
import type { BlockPosition, FollowedLedger, WholeLedger } from '../custody/ports.ts';
import { insertRows } from './bulk.ts';
import { fromJson } from './columns.ts';
import { KEY_ROWS, keyOfRow, LINE_ROWS, lineOfRow, rowOfKey, rowOfLine } from './ledger-rows.ts';
import type { StoreParts } from './parts.ts';
import { lockCursor, moveCursor } from './projection.ts';
import { expireAll } from './settling.ts';
import { RELAY, type Tables } from './tables.ts';

/** Nothing happens if the ledger was followed already. */
export async function found(
  parts: StoreParts,
  beginning: WholeLedger,
  at: BlockPosition,
  ledger: FollowedLedger,
): Promise<void> {
  await parts.database.transact(async (transaction) => {
    const followed = await lockCursor(parts, transaction);
    await insertLedger(transaction, ledger);
    if (followed === undefined) await begin(parts, transaction, beginning, at);
  });
}

export async function succeed(
  parts: StoreParts,
  beginning: WholeLedger,
  at: BlockPosition,
  ledger: FollowedLedger,
): Promise<void> {
  await parts.database.transact(async (transaction) => {
    const from = await lockCursor(parts, transaction);
    if (from === undefined || from.number >= at.number) return;
    await transaction.updateTable('ledger').set({ last: from.number }).where('last', 'is', null).execute();
    await insertLedger(transaction, ledger);
    for (const table of ['line', 'key'] as const) await transaction.deleteFrom(table).execute();
    await expireAll(transaction);
    // Their nonces are of another chain.
    await transaction.updateTable('relay').set({ state: RELAY.ABANDONED }).where('state', '=', RELAY.OPEN).execute();
    await begin(parts, transaction, beginning, at);
  });
}

/** Stores what a founding made, with its block as cursor. */
async function begin(
  { database: { engine } }: StoreParts,
  transaction: Transaction<Tables>,
  { lines, keys }: WholeLedger,
  at: BlockPosition,
): Promise<void> {
  await insertRows(transaction, engine, LINE_ROWS, lines.map(rowOfLine));
  await insertRows(transaction, engine, KEY_ROWS, keys.map(rowOfKey));
  await moveCursor(transaction, at, at.number);
}

async function insertLedger(
  transaction: Transaction<Tables>,
  { file, foundedTime, base }: FollowedLedger,
): Promise<void> {
  await transaction
    .insertInto('ledger')
    .values({ base, founded_time: foundedTime, file: JSON.stringify(file) })
    .onConflict((conflict) => conflict.column('base').doNothing())
    .execute();
}

export async function ledgers({ database }: StoreParts): Promise<readonly FollowedLedger[]> {
  const rows = await database.read((queries) => queries.selectFrom('ledger').selectAll().orderBy('base').execute());
  return rows.map(({ base, last, founded_time: foundedTime, file }) => ({
    file: fromJson(file) as FollowedLedger['file'],
    foundedTime,
    base,
    ...(last !== null && { last }),
  }));
}

export async function wholeLedger({ database }: StoreParts): Promise<WholeLedger> {
  return database.read(async (queries) => ({
    lines: (await queries.selectFrom('line').selectAll().execute()).map(lineOfRow),
    keys: (await queries.selectFrom('key').selectAll().execute()).map(keyOfRow),
  }));
}
