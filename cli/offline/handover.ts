/**
 * A handover from hand to hand: the signed sheets of some lines, as bytes for a file or as text that fits in QR codes.
 * Nothing in it is readable about people: it is what the ledger will show.
 *
 * Bytes: `UBH` 0x01, number of sheets, and for each: id of the key (32), length of the signature (2), signature, length of the
 * statements (2), statements in the protocol's wire form (2.1); those of other lines are there as digests only.
 */
import { createHash } from 'node:crypto';
import { concat, equal, hexToBytes, readHex, readUint, writeUint, type Hex } from '../../protocol/bytes.ts';
import { digestOf, type Stated } from '../../protocol/statement.ts';
import { decodeStatements, encodeStatements, type Item } from '../../protocol/wire.ts';
import { usage } from '../failure.ts';
import type { QueuedSheet } from './folder.ts';

export interface HandedSheet {
  readonly key: Hex;
  readonly signature: Hex;
  readonly items: readonly Item[];
}

const MAGIC = Uint8Array.of(0x55, 0x42, 0x48, 1);
/** Bytes of all, and sheets in it: what comes from others is bounded before it is looked at. */
const BYTES_MOST = 64 * 1024;
const SHEETS_MOST = 64;
/** Bytes in one QR code: about version 20 at level M, which a telephone reads from a screen. */
const PART_BYTES = 420;
const PARTS_MOST = Math.ceil(BYTES_MOST / PART_BYTES);

/** @param subjects lines that are handed over; statements of others are left out */
export function encodeHandover(sheets: readonly QueuedSheet[], subjects: ReadonlySet<Hex>): Uint8Array {
  if (sheets.length > SHEETS_MOST)
    throw usage('That are too many sheets for one handover. Hand over fewer items at once.');
  const parts = sheets.map(({ key, signature, statements }) => {
    const items = statements.map(({ statement, list = [] }): Item =>
      subjects.has(statement.subject) ? { statement, list } : digestOf(statement),
    );
    return concat(hexToBytes(key), sized(hexToBytes(signature)), sized(encodeStatements(items)));
  });
  const bytes = concat(MAGIC, Uint8Array.of(sheets.length), ...parts);
  if (bytes.length > BYTES_MOST) throw usage('That is too much for one handover. Hand over fewer items at once.');
  return bytes;
}

/** @throws Failure usage for anything that is not a whole handover */
export function decodeHandover(bytes: Uint8Array): readonly HandedSheet[] {
  if (bytes.length > BYTES_MOST || !equal(bytes.subarray(0, 4), MAGIC)) throw notHandover();
  const sheets: HandedSheet[] = [];
  let offset = 5;
  const take = (size: number): Uint8Array => {
    if (offset + size > bytes.length) throw notHandover();
    offset += size;
    return bytes.subarray(offset - size, offset);
  };
  const takeSized = (): Uint8Array => take(readUint(take(2), 0, 2));
  try {
    const count = bytes[4] ?? 0;
    if (count === 0 || count > SHEETS_MOST) throw notHandover();
    while (sheets.length < count) {
      const key = readHex(take(32), 0, 32);
      const signature = takeSized();
      sheets.push({
        key,
        signature: readHex(signature, 0, signature.length),
        items: decodeStatements(takeSized(), key),
      });
    }
  } catch (cause) {
    throw cause instanceof Error && cause.name === 'Failure' ? cause : notHandover();
  }
  if (offset !== bytes.length) throw notHandover();
  return sheets;
}

export function statementsOf(sheets: readonly HandedSheet[]): Stated[] {
  return sheets.flatMap(({ items }) => items.filter((item) => typeof item !== 'string'));
}

/** Lines of text in the alphabet of QR codes (RFC 9285): `UB1:PART/PARTS:CHECK:BYTES`. */
export function textOfHandover(bytes: Uint8Array): string[] {
  const parts = Math.ceil(bytes.length / PART_BYTES);
  return Array.from({ length: parts }, (_, i) => {
    const part = bytes.subarray(i * PART_BYTES, (i + 1) * PART_BYTES);
    return `UB1:${i + 1}/${parts}:${checkOf(bytes)}:${base45(part)}`;
  });
}

/** @throws Failure usage if a part is missing, or is of another handover */
export function handoverOfText(text: string): Uint8Array {
  const parts = new Map<number, Uint8Array>();
  let wanted: string | undefined;
  for (const line of text.split(/[\r\n]+/).filter((each) => each.trim() !== '')) {
    const found = /^UB1:(\d{1,3})\/(\d{1,3}):([0-9A-F]{8}):([0-9A-Z $%*+\-./:]*)$/.exec(line.replace(/^\uFEFF/, ''));
    const [, part = '0', count = '0', check = '', encoded = ''] = found ?? [];
    wanted ??= `${count} ${check}`;
    if (!found || `${count} ${check}` !== wanted || Number(part) > Number(count)) throw notHandover();
    parts.set(Number(part), fromBase45(encoded));
  }
  const [count = '0', check] = (wanted ?? '').split(' ');
  if (Number(count) > PARTS_MOST) throw notHandover();
  const missing = Array.from({ length: Number(count) }, (_, i) => i + 1).filter((part) => !parts.has(part));
  if (missing.length > 0)
    throw usage(`Part ${missing.join(', ')} of ${count} is missing. Read all codes, in any order.`);
  const bytes = concat(...[...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
  if (checkOf(bytes) !== check) throw notHandover();
  return bytes;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

function base45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    let value = pair ? bytes[at]! * 256 + bytes[at + 1]! : bytes[at]!;
    for (let digit = 0; digit < (pair ? 3 : 2); digit++) {
      text += ALPHABET.charAt(value % 45);
      value = Math.floor(value / 45);
    }
  }
  return text;
}

function fromBase45(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = text
      .slice(at, at + 3)
      .split('')
      .map((character) => ALPHABET.indexOf(character));
    const value = digits.reduceRight((sum, digit) => sum * 45 + digit, 0);
    if (digits.length === 1 || value > (digits.length === 3 ? 0xffff : 0xff)) throw notHandover();
    if (digits.length === 3) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return Uint8Array.from(bytes);
}

function checkOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8).toUpperCase();
}

function sized(bytes: Uint8Array): Uint8Array {
  const size = new Uint8Array(2);
  writeUint(size, 0, bytes.length, 2);
  return concat(size, bytes);
}

function notHandover(): Error {
  return usage('That is no whole handover of `unbroken offline hand`. Ask for the file, or read the codes, again.');
}
