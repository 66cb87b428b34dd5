/** Transactions that change the chain, without a store: each collects one new item. */
import type { Hex } from '../../../../protocol/bytes.ts';
import { encodeStatements } from '../../../../protocol/wire.ts';
import { submitCall } from '../../../../server/chain/calldata.ts';
import { openRelayAccount } from '../../../../server/chain/relay-account.ts';
import { BKA } from '../../../protocol/support/actors.ts';
import { RELAY_KEY, type Place } from './places.ts';
import { collected, sheetOf } from './sheets.ts';

/** Signs with the nonces that follow one another. */
export function collections(place: Place, nonce = 0): () => { readonly raw: Hex; readonly hash: Hex } {
  const account = openRelayAccount(RELAY_KEY, place.ledger);
  let next = nonce;
  return () => {
    const { key, signature, statements } = sheetOf(place, BKA, collected(BKA, 1));
    const sheet = { key, signature, statements: encodeStatements(statements.map(({ stated }) => stated)) };
    const call = { keeper: 'custody', data: submitCall([sheet]), gas: 300_000, sheets: [], continues: false } as const;
    return account.sign(call, next++);
  };
}

export const RELAY_ADDRESS = openRelayAccount(RELAY_KEY, {
  chainId: 1,
  contracts: { consortium: nothing(), agreements: nothing(), custody: nothing() },
}).address;

function nothing() {
  return { address: '0x', codeHash: '0x' } as const;
}
