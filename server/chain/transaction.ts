/** Signed legacy transactions (type 0, EIP-155): every EVM since Berlin and before takes them, at a gas price of zero. */
import { RLP } from '@ethereumjs/rlp';
import { signRecoverable } from 'tiny-secp256k1';

import { bytesToHex, hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { keccak256 } from '../../protocol/hashing.ts';

export interface Transaction {
  readonly chainId: number;
  readonly nonce: number;
  readonly to: Hex;
  readonly data: Uint8Array;
  readonly gas: number;
}

export function signTransaction(
  transaction: Transaction,
  privateKey: Uint8Array,
): { readonly raw: Hex; readonly hash: Hex } {
  const { chainId, nonce, to, data, gas } = transaction;
  const fields = [nonce, 0, gas, hexToBytes(to), 0, data];
  const digest = keccak256(RLP.encode([...fields, chainId, 0, 0]));
  const { signature, recoveryId } = signRecoverable(digest, privateKey);
  const raw = RLP.encode([
    ...fields,
    35 + recoveryId + 2 * chainId,
    withoutZeros(signature.subarray(0, 32)),
    withoutZeros(signature.subarray(32)),
  ]);
  return { raw: bytesToHex(raw), hash: bytesToHex(keccak256(raw)) };
}

/** Integers have no leading zeros in RLP. */
function withoutZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array() : bytes.subarray(first);
}
