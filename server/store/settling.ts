/** What becomes of promises and transactions when the ledger has judged, or when their time is over. */
import { sql, type Transaction } from 'kysely';

import type { Hex } from '../../protocol/bytes.ts';
import { inParts } from './bulk.ts';
import { bytesOf, digestsOfBytes, hexOf } from './columns.ts';
import { finishSheets, sendAgain } from './outbox.ts';
import { PROMISE, RELAY, type Bytes, type Tables } from './tables.ts';

/** Digests of statements. */
export interface Judged {
  readonly included: readonly Bytes[];
  readonly rejected: readonly Bytes[];
  /** Rejected because their predecessor was not the head: they may have come before it. */
  readonly astray: readonly Bytes[];
}

/** Called when statements and lines are stored. */
export async function settlePromises(
  transaction: Transaction<Tables>,
  { included, rejected, astray }: Judged,
): Promise<void> {
  const sheets = new Set<number>();
  const settle = async (digests: readonly Bytes[], from: readonly number[], state: number): Promise<void> => {
    for (const outbox of await settleThose(transaction, digests, from, state)) sheets.add(outbox);
  };
  await settle(included, [PROMISE.OPEN], PROMISE.INCLUDED);
  await settle(included, [PROMISE.REJECTED, PROMISE.EXPIRED], PROMISE.AFTER_ALL);
  await settle(rejected, [PROMISE.OPEN], PROMISE.REJECTED);
  // What waits for a predecessor that was rejected is rejected too, and so on.
  for (let left = astray; ;) {
    const lost = await withoutPredecessor(transaction, left);
    if (lost.length === 0) break;
    await settle(lost, [PROMISE.OPEN], PROMISE.REJECTED);
    const gone = new Set(lost);
    left = left.filter((one) => !gone.has(one));
  }
  await finishSheets(transaction, [...sheets]);
}

/** @returns ids of the sheets of those that it settled */
async function settleThose(
  transaction: Transaction<Tables>,
  digests: readonly Bytes[],
  from: readonly number[],
  state: number,
): Promise<readonly number[]> {
  const rows = await inParts(digests, (part) =>
    transaction
      .updateTable('accepted')
      .set({ state })
      .where('digest', 'in', part)
      .where('state', 'in', from)
      .returning('outbox')
      .execute(),
  );
  return rows.map(({ outbox }) => outbox);
}

/**
 * Those of these that never can follow their predecessor: it is neither the head of their line nor promised. The others
 * came before it, as when its transaction was lost or somebody else sent them, and go again.
 */
async function withoutPredecessor(
  transaction: Transaction<Tables>,
  digests: readonly Bytes[],
): Promise<readonly Bytes[]> {
  const rows = await inParts(digests, (part) =>
    transaction
      .selectFrom('statement as s')
      .select('s.digest')
      .where('s.digest', 'in', part)
      .where(({ exists }) =>
        exists((query) =>
          query
            .selectFrom('line as l')
            .select('l.head')
            .whereRef('l.subject', '=', 's.subject')
            .whereRef('l.kind', '=', 's.kind')
            .whereRef('l.head', '=', 's.previous'),
        ),
      )
      .unionAll(
        transaction
          .selectFrom('statement as s')
          .innerJoin('accepted as p', 'p.digest', 's.previous')
          .select('s.digest')
          .where('s.digest', 'in', part)
          .where('p.state', '=', PROMISE.OPEN),
      )
      .execute(),
  );
  const following = new Set(rows.map(({ digest }) => hexOf(digest)));
  return digests.filter((digest) => !following.has(hexOf(digest)));
}

export async function settleRelays(transaction: Transaction<Tables>, hashes: readonly Hex[]): Promise<void> {
  const settled = await inParts(hashes, (part) =>
    transaction
      .updateTable('relay')
      .set({ state: RELAY.SETTLED })
      .where('hash', 'in', part.map(bytesOf))
      .where('state', '!=', RELAY.SETTLED)
      .returning('hash')
      .execute(),
  );
  await sendAgain(
    transaction,
    settled.map(({ hash }) => hash),
  );
}

/** A retired ledger includes nothing more. */
export async function expireAll(transaction: Transaction<Tables>): Promise<void> {
  const expired = await transaction
    .updateTable('accepted')
    .set({ state: PROMISE.EXPIRED })
    .where(sql<boolean>`state = 0`)
    .returning('outbox')
    .execute();
  await finishSheets(transaction, [...new Set(expired.map(({ outbox }) => outbox))]);
}

export async function expireUntil(transaction: Transaction<Tables>, time: number): Promise<number> {
  const expired = await transaction
    .updateTable('accepted')
    .set({ state: PROMISE.EXPIRED })
    .where(sql<boolean>`state = 0`)
    .where('expires', '<', time)
    .returning('outbox')
    .execute();
  const sheets = [...new Set(expired.map(({ outbox }) => outbox))];
  const others = await expireOthers(transaction, sheets);
  await finishSheets(transaction, [...sheets, ...others]);
  return expired.length + others.length;
}

/** A late declaration goes to the ledger whole, so what is left of its pair has no way there any more. */
async function expireOthers(transaction: Transaction<Tables>, sheets: readonly number[]): Promise<readonly number[]> {
  const others = await inParts(sheets, (part) =>
    transaction
      .selectFrom('outbox as gone')
      .innerJoin('sheet as other', 'other.hash', 'gone.late_with')
      .select('other.digests')
      .where('gone.id', 'in', part)
      .execute(),
  );
  const digests = others.flatMap((other) => digestsOfBytes(other.digests)).map(bytesOf);
  return settleThose(transaction, digests, [PROMISE.OPEN], PROMISE.EXPIRED);
}
