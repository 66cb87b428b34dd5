/** The wire form of statements: protocol.md section 2.1. */
import { readHex, readUint, writeHex, writeUint, ZERO, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { keccakHex } from './hashing.ts';
import { listHash, type Stated, type Statement } from './statement.ts';

/** At most so many statements in a sheet. */
export const SHEET_MAX = 256;
/** At most so many words in a list. */
export const LIST_MAX = 255;
/** At most so many further signatures of a sheet: two thirds of more agencies than there are countries. */
export const ENDORSEMENTS_MAX = 512;

const HEAD = 122;
const RECIPIENT_KEY = 1;
const AGREEMENT = 2;
const REQUEST = 4;
const REFERENCE = 8;
const LIST = 16;

/** One position of a sheet: a statement with its list, or the digest of one that is sent in another part. */
export type Item = Stated | Hex;

/**
 * The wire form of a sheet's positions.
 * @throws ProtocolError UNREADABLE for none or too many, LIST for a reference that is not its list's,
 *   HEX or RANGE for a field that is not of its type
 */
export function encodeStatements(items: readonly Item[]): Uint8Array {
  if (items.length > SHEET_MAX) throw unreadable(`more than ${SHEET_MAX} positions`);
  if (!items.some((item) => typeof item === 'object')) throw unreadable('no statement');
  const bytes = new Uint8Array(items.reduce((size, item) => size + sizeOf(item), 0));
  let offset = 0;
  for (const item of items) {
    offset = typeof item === 'string' ? writeDigest(bytes, offset, item) : write(bytes, offset, item);
  }
  return bytes;
}

function sizeOf(item: Item): number {
  if (typeof item === 'string') return 33;
  const { statement: s, list } = item;
  const words = [s.recipientKey, s.agreement, s.request].filter((word) => word !== ZERO).length;
  const tail = list.length > 0 ? 1 + 32 * list.length : s.reference === ZERO ? 0 : 32;
  return HEAD + 32 * words + tail;
}

function writeDigest(bytes: Uint8Array, offset: number, digest: Hex): number {
  writeHex(bytes, offset + 1, digest, 32);
  return offset + 33;
}

function write(bytes: Uint8Array, start: number, { statement: s, list }: Stated): number {
  if (s.act === 0) throw new ProtocolError('RANGE', 'act 0 has no wire form');
  writeUint(bytes, start, s.act, 1);
  writeUint(bytes, start + 2, s.code, 2);
  writeUint(bytes, start + 4, s.participant, 4);
  writeUint(bytes, start + 8, s.recipient, 4);
  writeUint(bytes, start + 12, s.purpose, 2);
  writeUint(bytes, start + 14, s.restrictions, 2);
  writeUint(bytes, start + 16, s.time, 5);
  writeUint(bytes, start + 21, s.expires, 5);
  writeHex(bytes, start + 26, s.subject, 32);
  writeHex(bytes, start + 58, s.previous, 32);
  writeHex(bytes, start + 90, s.record, 32);
  let offset = start + HEAD;
  let present = 0;
  const optional = (bit: number, word: Hex): void => {
    if (word === ZERO) return;
    present |= bit;
    writeHex(bytes, offset, word, 32);
    offset += 32;
  };
  optional(RECIPIENT_KEY, s.recipientKey);
  optional(AGREEMENT, s.agreement);
  optional(REQUEST, s.request);
  if (list.length === 0) {
    optional(REFERENCE, s.reference);
  } else {
    if (list.length > LIST_MAX) throw new ProtocolError('LIST', `a list has at most ${LIST_MAX} words`);
    if (listHash(list) !== s.reference) {
      throw new ProtocolError('LIST', 'reference is not the hash of the list: set it with listHash');
    }
    present |= LIST;
    bytes[offset++] = list.length;
    for (const word of list) {
      writeHex(bytes, offset, word, 32);
      offset += 32;
    }
  }
  bytes[start + 1] = present;
  return offset;
}

/**
 * The positions of a sheet from its wire form, which comes from anybody.
 * @param key id of the key beside the sheet's signature
 * @throws ProtocolError UNREADABLE
 */
export function decodeStatements(bytes: Uint8Array, key: Hex): Item[] {
  const items: Item[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (items.length === SHEET_MAX) throw unreadable(`more than ${SHEET_MAX} positions`);
    if (bytes[offset] === 0) {
      need(bytes, offset, 33);
      items.push(readHex(bytes, offset + 1, 32));
      offset += 33;
    } else {
      const { item, end } = read(bytes, offset, key);
      items.push(item);
      offset = end;
    }
  }
  if (!items.some((item) => typeof item === 'object')) throw unreadable('no statement');
  return items;
}

function read(bytes: Uint8Array, start: number, key: Hex): { item: Stated; end: number } {
  need(bytes, start, HEAD);
  const present = bytes[start + 1]!;
  if (present > 31) throw unreadable('a present bit above 4');
  if ((present & REFERENCE) !== 0 && (present & LIST) !== 0) throw unreadable('reference and list');
  let offset = start + HEAD;
  const optional = (bit: number): Hex => {
    if ((present & bit) === 0) return ZERO;
    need(bytes, offset, 32);
    const word = readHex(bytes, offset, 32);
    if (word === ZERO) throw unreadable('a present word that is zero');
    offset += 32;
    return word;
  };
  const recipientKey = optional(RECIPIENT_KEY);
  const agreement = optional(AGREEMENT);
  const request = optional(REQUEST);
  let reference = optional(REFERENCE);
  const list: Hex[] = [];
  if ((present & LIST) !== 0) {
    need(bytes, offset, 1);
    const count = bytes[offset++]!;
    if (count === 0) throw unreadable('an empty list');
    need(bytes, offset, 32 * count);
    reference = keccakHex(bytes.subarray(offset, offset + 32 * count));
    for (let i = 0; i < count; i++, offset += 32) list.push(readHex(bytes, offset, 32));
  }
  const statement: Statement = {
    subject: readHex(bytes, start + 26, 32),
    previous: readHex(bytes, start + 58, 32),
    act: bytes[start]!,
    code: readUint(bytes, start + 2, 2),
    participant: readUint(bytes, start + 4, 4),
    key,
    recipient: readUint(bytes, start + 8, 4),
    recipientKey,
    agreement,
    request,
    reference,
    purpose: readUint(bytes, start + 12, 2),
    restrictions: readUint(bytes, start + 14, 2),
    record: readHex(bytes, start + 90, 32),
    time: readUint(bytes, start + 16, 5),
    expires: readUint(bytes, start + 21, 5),
  };
  return { item: { statement, list }, end: offset };
}

function need(bytes: Uint8Array, offset: number, size: number): void {
  if (offset + size > bytes.length) throw unreadable('bytes missing');
}

function unreadable(what: string): ProtocolError {
  return new ProtocolError('UNREADABLE', `not the wire form of a sheet: ${what}`);
}
