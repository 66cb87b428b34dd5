/**
 * Parameters of a query as one block of bytes, which threads pass on without copying: a query of the hot path has more
 * than a thousand.
 */
import { StoreError } from './errors.ts';
import type { Value } from './bulk.ts';

const KIND = { nothing: 0, number: 1, text: 2, bytes: 3 } as const;
/** Kind and length, or kind alone. */
const HEAD = 5;

/** @throws StoreError MISUSE for what is no value of a column */
export function packParameters(values: readonly unknown[]): Uint8Array<ArrayBuffer> {
  const size = values.reduce<number>((sum, value) => sum + sizeOf(value), 0);
  const packed = Buffer.from(new ArrayBuffer(size));
  let at = 0;
  for (const value of values) {
    if (value === null) {
      packed[at] = KIND.nothing;
      at += 1;
    } else if (typeof value === 'number') {
      packed[at] = KIND.number;
      packed.writeDoubleLE(value, at + 1);
      at += 9;
    } else {
      const length =
        typeof value === 'string'
          ? packed.write(value, at + HEAD)
          : Buffer.from(value as Uint8Array).copy(packed, at + HEAD);
      packed[at] = typeof value === 'string' ? KIND.text : KIND.bytes;
      packed.writeUInt32LE(length, at + 1);
      at += HEAD + length;
    }
  }
  return packed;
}

function sizeOf(value: unknown): number {
  if (value === null) return 1;
  if (typeof value === 'number') return 9;
  if (typeof value === 'string') return HEAD + Buffer.byteLength(value);
  if (value instanceof Uint8Array) return HEAD + value.length;
  throw new StoreError('MISUSE', `a column takes no ${typeof value}`);
}

export function unpackParameters(bytes: Uint8Array<ArrayBuffer>): Value[] {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: Value[] = [];
  for (let at = 0; at < packed.length;) {
    const kind = packed[at];
    if (kind === KIND.nothing) {
      values.push(null);
      at += 1;
    } else if (kind === KIND.number) {
      values.push(packed.readDoubleLE(at + 1));
      at += 9;
    } else {
      const end = at + HEAD + packed.readUInt32LE(at + 1);
      values.push(kind === KIND.text ? packed.toString('utf8', at + HEAD, end) : packed.subarray(at + HEAD, end));
      at = end;
    }
  }
  return values;
}
