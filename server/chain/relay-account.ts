/** The account that sends transactions, and pays if anything has to be paid; what it carries others have signed. */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { addressOf, publicKeyOf } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import type { RelayTransaction } from '../custody/ports.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { Call } from './packing.ts';
import { signTransaction } from './transaction.ts';

export interface RelayAccount {
  readonly address: Hex;
  sign(call: Call, nonce: number): RelayTransaction;
}

export function openRelayAccount(
  privateKey: Hex,
  { chainId, contracts }: Pick<LedgerFile, 'chainId' | 'contracts'>,
): RelayAccount {
  const secret = hexToBytes(privateKey);
  return {
    address: addressOf(publicKeyOf(SCHEME.secp256k1, privateKey)),
    sign({ keeper, data, gas, sheets }, nonce) {
      const to = contracts[keeper].address;
      return { ...signTransaction({ chainId, nonce, to, data, gas }, secret), nonce, sheets };
    },
  };
}
