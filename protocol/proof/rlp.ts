/** Recursive length prefix, as headers and tries use it. The bytes come from anybody. */
import { RLP } from '@ethereumjs/rlp';
import { readUint } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';

export type RlpItem = Uint8Array | readonly RlpItem[];

/** A header's list of seals is the second list, a node in a node in a node the fourth: more is nobody's. */
const DEPTH_MAX = 8;

/**
 * @param most bytes that may be decoded; a bound on work, too
 * @throws ProtocolError PROOF for more bytes than that, lists that are nested too deep, or bytes that are not canonical
 */
export function decodeRlp(bytes: Uint8Array, most: number): RlpItem {
  if (bytes.length === 0 || bytes.length > most) throw notProof(`1 to ${most} bytes are expected`);
  boundDepth(bytes);
  try {
    return RLP.decode(bytes);
  } catch (cause) {
    throw new ProtocolError('PROOF', 'not a proof: its bytes are not RLP', { cause });
  }
}

/** One pass ahead of the decoder, which copies each list for every list around it. */
function boundDepth(bytes: Uint8Array): void {
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) {
    while (ends.length > 0 && at >= ends.at(-1)!) ends.pop();
    const first = bytes[at]!;
    const isList = first >= 0xc0;
    const short = first - (isList ? 0xc0 : 0x80);
    const lengthBytes = Math.max(0, short - 55);
    const start = at + 1 + lengthBytes;
    const end = first < 0x80 ? start : start + (lengthBytes > 0 ? readUint(bytes, at + 1, lengthBytes) : short);
    // What runs out of its list has no end that could be counted; NaN neither.
    if (!(end <= (ends.at(-1) ?? bytes.length))) throw notProof('its bytes are not RLP');
    if (isList && ends.push(end) > DEPTH_MAX) throw notProof('lists are nested too deep');
    at = isList ? start : end;
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
