/** How values of the protocol become values of a column, and come back. */
import type { Hex } from '../../protocol/bytes.ts';
import { StoreError } from './errors.ts';
import type { Bytes } from './tables.ts';

export function bytesOf(hex: Hex): Bytes {
  const bytes = Buffer.from(hex.slice(2), 'hex');
  // Buffer stops at the first character that is no digit; a key must never be shortened in silence.
  if (hex.length !== 2 + 2 * bytes.length) throw new StoreError('MISUSE', `not hexadecimal: ${hex.slice(0, 80)}`);
  return bytes;
}

export function hexOf(bytes: Bytes): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/** Digests one after another, 32 bytes each. */
export function bytesOfDigests(digests: readonly Hex[]): Bytes {
  return Buffer.concat(digests.map(bytesOf));
}

export function digestsOfBytes(bytes: Bytes): Hex[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) => hexOf(bytes.subarray(32 * i, 32 * i + 32)));
}

/** A column of JSON that this store wrote itself. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StoreError('CORRUPT', 'a row does not hold what was written; restore the store', { cause });
  }
}
