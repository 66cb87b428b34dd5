import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, utf8, type Hex } from './bytes.ts';

/** Ethereum's keccak256 (not SHA3-256). */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes);
}

export function keccakHex(bytes: Uint8Array): Hex {
  return bytesToHex(keccak_256(bytes));
}

/** keccak256 of a text in UTF-8, as for EIP-712 types and event signatures. */
export function keccakOfText(text: string): Hex {
  return keccakHex(utf8(text));
}
