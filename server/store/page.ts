/** Pages by key, not by offset: what is inserted meanwhile neither repeats nor hides a row. */
import type { Page } from '../custody/ports.ts';
import { StoreError } from './errors.ts';

export const PAGE_MAX = 500;

/** Opaque to callers: base64url of a JSON array of numbers after the name of the listing. */
export function writeCursor(listing: string, key: readonly number[]): string {
  return Buffer.from(JSON.stringify([listing, ...key])).toString('base64url');
}

/** @throws StoreError MISUSE for what was not written by `writeCursor` for this listing and length. */
export function readCursor(listing: string, length: number, cursor: string): number[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    parsed = undefined;
  }
  if (Array.isArray(parsed) && parsed.length === length + 1 && parsed[0] === listing) {
    const key: unknown[] = parsed.slice(1);
    if (key.every((part) => Number.isSafeInteger(part))) return key as number[];
  }
  throw new StoreError('MISUSE', 'the cursor is not one of this listing; begin at the first page');
}

export function pageSize(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new StoreError('MISUSE', 'a page has at least one entry');
  return Math.min(limit, PAGE_MAX);
}

/** A page of at most `size`, from rows of which one more was asked for. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  size: number,
  item: (row: Row) => T,
  cursor: (last: Row) => string,
): Page<T> {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const items = shown.map(item);
  return rows.length > size && last !== undefined ? { items, next: cursor(last) } : { items };
}
