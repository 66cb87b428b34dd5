/**
 * Forgetting the ledger, to follow it anew from its beginning: after a reorganisation, when a
 * chain was lost, or when the endpoint shows another one.
 *
 * What others stated comes back from the chain. What was accepted here and counted as included
 * waits again, since an outcome counts only while the chain still holds it; follow the chain to
 * its end before sending. Rejections stay, with their reason, until the chain says otherwise.
 */
import { sql } from 'kysely';
import type { StoreParts } from './parts.ts';
import { lockCursor } from './projection.ts';
import { PROMISE, RELAY, SHEET } from './tables.ts';

export async function forgetLedger(parts: StoreParts): Promise<void> {
  await parts.database.transact(async (transaction) => {
    await lockCursor(parts, transaction);
    for (const table of [
      ...(['line', 'key', 'cursor', 'exchange_cursor', 'erasure_owed'] as const),
      ...(['transfer', 'derivation', 'remaking', 'ledger', 'leaf'] as const),
    ])
      await transaction.deleteFrom(table).execute();
    await transaction
      .deleteFrom('statement')
      .where('digest', 'not in', (query) => query.selectFrom('accepted').select('digest'))
      .execute();
    await transaction
      .updateTable('statement')
      .set({ outcome: sql`nullif(outcome, 0)`, block: null, log_index: null, transaction: null })
      .execute();
    await transaction.deleteFrom('block').execute();
    await transaction
      .deleteFrom('sheet')
      .where('hash', 'not in', (query) => query.selectFrom('outbox').select('hash'))
      .where('hash', 'not in', (query) => query.selectFrom('statement').select('sheet'))
      .execute();
    const promises = () => transaction.updateTable('accepted');
    await promises().set({ state: PROMISE.OPEN }).where('state', '=', PROMISE.INCLUDED).execute();
    await promises().set({ state: PROMISE.REJECTED }).where('state', '=', PROMISE.AFTER_ALL).execute();
    await transaction.updateTable('relay').set({ state: RELAY.ABANDONED }).where('state', '=', RELAY.SETTLED).execute();
    await transaction
      .updateTable('outbox')
      .set({ state: SHEET.WAITING })
      .where('state', '=', SHEET.DONE)
      .where('id', 'in', (query) => query.selectFrom('accepted').select('outbox').where('state', '=', PROMISE.OPEN))
      .execute();
  });
}
