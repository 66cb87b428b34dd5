import { ProtocolError } from './errors.ts';

/** Lower-case hexadecimal with 0x in front, two digits a byte. */
export type Hex = `0x${string}`;

/** 32 zero bytes: nobody, nothing, not applicable. */
export const ZERO: Hex = `0x${'0'.repeat(64)}`;

const DIGITS = '0123456789abcdef';
const PAIRS = Array.from({ length: 256 }, (_, byte) => DIGITS[byte >> 4]! + DIGITS[byte & 15]!);
const NIBBLES = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) NIBBLES[DIGITS.charCodeAt(value)] = value;

/** Whether a value is lower-case hexadecimal, of so many bytes if `size` is given. */
export function isHex(value: unknown, size?: number): value is Hex {
  if (typeof value !== 'string' || !/^0x(?:[0-9a-f]{2})*$/.test(value)) return false;
  return size === undefined || value.length === 2 + 2 * size;
}

/** Writes `size` bytes of `hex` at `offset`. */
export function writeHex(target: Uint8Array, offset: number, hex: Hex, size: number): void {
  if (hex.length !== 2 + 2 * size || hex[0] !== '0' || hex[1] !== 'x') throw notHex(hex, size);
  for (let i = 0, at = 2; i < size; i++, at += 2) {
    const high = NIBBLES[hex.charCodeAt(at)] ?? -1;
    const low = NIBBLES[hex.charCodeAt(at + 1)] ?? -1;
    if (high < 0 || low < 0) throw notHex(hex, size);
    target[offset + i] = (high << 4) | low;
  }
}

/** Reads `size` bytes at `offset`. */
export function readHex(source: Uint8Array, offset: number, size: number): Hex {
  let text = '0x';
  for (let i = offset; i < offset + size; i++) text += PAIRS[source[i]!]!;
  return text as Hex;
}

export function hexToBytes(hex: Hex): Uint8Array {
  const size = (hex.length - 2) / 2;
  if (!Number.isInteger(size) || size < 0) throw notHex(hex, 0);
  const bytes = new Uint8Array(size);
  writeHex(bytes, 0, hex, size);
  return bytes;
}

export function bytesToHex(bytes: Uint8Array): Hex {
  return readHex(bytes, 0, bytes.length);
}

/** Writes an unsigned big-endian integer of `size` bytes (at most 6) at `offset`. */
export function writeUint(target: Uint8Array, offset: number, value: number, size: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
    throw new ProtocolError('RANGE', `${value} does not fit in ${size} bytes, unsigned`);
  }
  let rest = value;
  for (let i = offset + size - 1; i >= offset; i--) {
    target[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** Reads an unsigned big-endian integer of `size` bytes (at most 6) at `offset`. */
export function readUint(source: Uint8Array, offset: number, size: number): number {
  let value = 0;
  for (let i = offset; i < offset + size; i++) value = value * 256 + source[i]!;
  return value;
}

/** An unsigned integer as a 32-byte word. */
export function wordOf(value: number | bigint): Hex {
  const digits = value >= 0 ? BigInt(value).toString(16) : '';
  if (digits === '' || digits.length > 64) {
    throw new ProtocolError('RANGE', `${value} does not fit in a word`);
  }
  return `0x${digits.padStart(64, '0')}`;
}

/** The unsigned integer that a word holds. */
export function bigintOf(word: Hex): bigint {
  return BigInt(word);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

function notHex(hex: string, size: number): ProtocolError {
  const shown = hex.slice(0, 80);
  return new ProtocolError('HEX', `${shown} is not lower-case hexadecimal of ${size} bytes`);
}
