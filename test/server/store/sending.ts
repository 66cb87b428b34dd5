import type { SheetToSend, SendingRight } from '../../../server/custody/ports.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { word } from './samples.ts';

/** The right to send, of any relay account. */
export async function rightOf(store: OpenedStore): Promise<SendingRight> {
  const right = await store.holdSender(`0x${'a1'.repeat(20)}`);
  if (right === undefined) throw new Error('another process sends');
  return right;
}

/** Takes everything that waits to be sent, in transactions as the submitter does. */
export async function sendEverything(store: OpenedStore): Promise<SheetToSend[]> {
  const right = await rightOf(store);
  const sent: SheetToSend[] = [];
  for (let nonce = 0; ; nonce++) {
    const sheets = await store.sheetsToSend(1000);
    if (sheets.length === 0) return sent;
    sent.push(...sheets);
    await store.saveTransaction({ hash: word(), nonce, raw: '0x00', sheets: sheets.map(({ id }) => id) }, right);
  }
}
