/** The way of accepted sheets to the ledger: waiting, sent in transactions, done. */
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Hex } from '../../protocol/bytes.ts';
import type { RelayTransaction, SendingRight, SheetToSend } from '../custody/ports.ts';
import { SHEET_MAX } from '../../protocol/wire.ts';
import { inParts } from './bulk.ts';
import { bytesOf, fromJson, hexOf } from './columns.ts';
import { StoreError } from './errors.ts';
import type { StoreParts } from './parts.ts';
import { checkRight } from './sender.ts';
import { PROMISE, RELAY, SHEET, type Bytes, type Tables } from './tables.ts';
import { statedOf } from './stated.ts';

/** Sheets in one query; the engines bound the number of parameters. */
const SHEETS_MAX = 500;

/** @param statements of all sheets together, about; at least one sheet comes, and every sheet comes whole */
export async function sheetsToSend({ database }: StoreParts, statements: number): Promise<readonly SheetToSend[]> {
  const most = statements + SHEET_MAX;
  return database.read(async (queries) => {
    const sheets = await queries
      .selectFrom('outbox as o')
      .innerJoin('sheet as s', 's.hash', 'o.hash')
      .select(['o.id', 'o.hash', 'o.late_with', 's.key', 's.signature', 's.endorsements'])
      // Written out, so that the engines know the partial index serves.
      .where(sql<boolean>`o.state = 0`)
      .orderBy('o.id')
      .limit(Math.min(statements, SHEETS_MAX))
      .execute();
    if (sheets.length === 0) return [];
    const rows = await queries
      .selectFrom('accepted as a')
      .innerJoin('statement as s', 's.digest', 'a.digest')
      .select(['a.outbox', 'a.position', 'a.state', 's.wire', 's.key'])
      .where(
        'a.outbox',
        'in',
        sheets.map(({ id }) => id),
      )
      .orderBy('a.outbox')
      .orderBy('a.position')
      .limit(most)
      .execute();
    const bySheet = Map.groupBy(rows, ({ outbox }) => outbox);
    // The last one may have been cut.
    if (rows.length === most) bySheet.delete(rows.at(-1)!.outbox);
    const whole = sheets.filter(({ id }) => bySheet.has(id));
    return whole.map(({ id, hash, late_with: lateWith, key, signature, endorsements }): SheetToSend => {
      const own = bySheet.get(id) ?? [];
      return {
        id,
        hash: hexOf(hash),
        key: hexOf(key),
        signature: hexOf(signature),
        items: own.map(statedOf),
        open: own.filter(({ state }) => state === PROMISE.OPEN).map(({ position }) => position),
        ...(lateWith === null ? {} : { lateWith: hexOf(lateWith) }),
        ...(endorsements === null ? {} : { endorsements: fromJson(endorsements) as { key: Hex; signature: Hex }[] }),
      };
    });
  });
}

/** @throws StoreError CONFLICT if the transaction was saved before, or the right passed to another process. */
export async function saveTransaction(
  { database }: StoreParts,
  relay: RelayTransaction,
  right: SendingRight,
): Promise<void> {
  const hash = bytesOf(relay.hash);
  await database.transact(async (transaction) => {
    await checkRight(transaction, database.engine, right);
    await transaction
      .insertInto('relay')
      .values({ hash, nonce: relay.nonce, raw: bytesOf(relay.raw), state: RELAY.OPEN })
      .execute();
    await inParts(relay.sheets, async (part) => {
      await transaction
        .insertInto('relayed')
        .values(part.map((outbox) => ({ relay: hash, outbox })))
        .execute();
      const waiting = transaction.updateTable('outbox').set({ state: SHEET.SENT }).where('state', '=', SHEET.WAITING);
      await waiting.where('id', 'in', part).execute();
      return [];
    });
  });
}

export async function openTransactions({ database }: StoreParts): Promise<readonly RelayTransaction[]> {
  return database.read(async (queries) => {
    const open = await queries
      .selectFrom('relay')
      .select(['hash', 'nonce', 'raw'])
      .where(sql<boolean>`state = 0`)
      .orderBy('nonce')
      .execute();
    const sheets = await inParts(open, (part) =>
      queries
        .selectFrom('relayed')
        .select(['relay', 'outbox'])
        .where(
          'relay',
          'in',
          part.map(({ hash }) => hash),
        )
        .orderBy('outbox')
        .execute(),
    );
    const byRelay = Map.groupBy(sheets, ({ relay }) => hexOf(relay));
    return open.map(({ hash, nonce, raw }) => ({
      hash: hexOf(hash),
      nonce,
      raw: hexOf(raw),
      sheets: (byRelay.get(hexOf(hash)) ?? []).map(({ outbox }) => outbox),
    }));
  });
}

export async function oldestTransaction({ database }: StoreParts): Promise<Hex | undefined> {
  const oldest = await database.read((queries) =>
    queries
      .selectFrom('relay')
      .select('hash')
      .where(sql<boolean>`state = 0`)
      .orderBy('nonce')
      .limit(1)
      .executeTakeFirst(),
  );
  return oldest && hexOf(oldest.hash);
}

/** @throws StoreError MISUSE for a transaction that was never saved, CONFLICT if the right passed to another process. */
export async function abandonTransaction({ database }: StoreParts, hash: Hex, right: SendingRight): Promise<void> {
  await database.transact(async (transaction) => {
    await checkRight(transaction, database.engine, right);
    const relay = transaction.updateTable('relay').set({ state: RELAY.ABANDONED }).where('hash', '=', bytesOf(hash));
    const { numUpdatedRows } = await relay.executeTakeFirst();
    if (numUpdatedRows === 0n) throw new StoreError('MISUSE', `no transaction ${hash} was saved`);
    await sendAgain(transaction, [bytesOf(hash)]);
  });
}

/**
 * Brings back what these transactions carried and the ledger has not judged, unless another
 * transaction that may still be mined carries it too.
 */
export async function sendAgain(transaction: Transaction<Tables>, relays: readonly Bytes[]): Promise<void> {
  await inParts(relays, async (part) => {
    await transaction
      .updateTable('outbox')
      .set({ state: SHEET.WAITING })
      .where('state', '=', SHEET.SENT)
      .where('id', 'in', (query) => query.selectFrom('relayed').select('outbox').where('relay', 'in', part))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('relayed as other')
              .innerJoin('relay', 'relay.hash', 'other.relay')
              .select('relay.nonce')
              .whereRef('other.outbox', '=', 'outbox.id')
              .where('relay.state', '=', RELAY.OPEN),
          ),
        ),
      )
      .execute();
    return [];
  });
}

/** Sheets all of whose statements have an outcome are done. */
export async function finishSheets(transaction: Kysely<Tables>, sheets: readonly number[]): Promise<void> {
  await inParts(sheets, async (part) => {
    await transaction
      .updateTable('outbox')
      .set({ state: SHEET.DONE })
      .where('id', 'in', part)
      .where('state', '!=', SHEET.DONE)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('accepted')
              .select('accepted.position')
              .whereRef('accepted.outbox', '=', 'outbox.id')
              .where('accepted.state', '=', PROMISE.OPEN),
          ),
        ),
      )
      .execute();
    return [];
  });
}
