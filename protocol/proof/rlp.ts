/** Recursive length prefix, as headers and tries use it. The bytes come from anybody. */
import { RLP } from '@ethereumjs/rlp';
import { readUint } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';

export type RlpItem = Uint8Array | readonly RlpItem[];

/**
 * @param most bytes that may be decoded; a bound on depth and work, too
 * @throws ProtocolError PROOF for more bytes than that, or bytes that are not canonical
 */
export function decodeRlp(bytes: Uint8Array, most: number): RlpItem {
  if (bytes.length === 0 || bytes.length > most) throw notProof(`1 to ${most} bytes are expected`);
  try {
    return RLP.decode(bytes);
  } catch (cause) {
    throw new ProtocolError('PROOF', 'not a proof: its bytes are not RLP', { cause });
  }
}

export function encodeRlp(item: RlpItem): Uint8Array {
  return RLP.encode(item as Parameters<typeof RLP.encode>[0]);
}

/** An item that must be bytes, of this many. */
export function bytesOf(item: RlpItem | undefined, size?: number): Uint8Array {
  if (!(item instanceof Uint8Array) || (size !== undefined && item.length !== size)) {
    throw notProof(`${size ?? 'some'} bytes are expected`);
  }
  return item;
}

/** An item that must be a list, of this many. */
export function listOf(item: RlpItem | undefined, size?: number): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array || (size !== undefined && item.length !== size)) {
    throw notProof('a list is expected');
  }
  return item;
}

/** An item that must be an unsigned integer without leading zeros, below 2^48. */
export function numberOf(item: RlpItem | undefined): number {
  const bytes = bytesOf(item);
  if (bytes.length > 6 || bytes[0] === 0) throw notProof('a number is expected');
  return readUint(bytes, 0, bytes.length);
}

export function notProof(what: string): ProtocolError {
  return new ProtocolError('PROOF', `not a proof: ${what}`);
}
