/**
 * Sheets that were sent and of which the ledger judged nothing: their key is not enrolled (yet), or their call ran out
 * of gas. They are tried again until they expire, later each time, and must not hold up the others.
 */
import type { SheetToSend } from '../custody/ports.ts';
import { backoff } from './waiting.ts';

// Milliseconds.
const FIRST = 2_000;
const MOST = 600_000;

export interface Patience {
  /** Notes that these are sent now. */
  sent(sheets: readonly SheetToSend[]): void;
  /** What became of these had nothing to do with them. */
  forgive(ids: readonly number[]): void;
  /**
   * Those that may be sent now: all that are fresh, else one that was tried before, with the other of its pair.
   * @param underWay what transactions carry that are not settled
   */
  due(sheets: readonly SheetToSend[], underWay: readonly number[]): readonly SheetToSend[];
  /** How many statements wait here. */
  statements(): number;
}

interface Tried {
  readonly open: number;
  readonly attempts: number;
  /** Milliseconds; until then it waits. */
  readonly until: number;
}

/** @param now milliseconds of a clock that nobody sets */
export function openPatience(now: () => number = () => performance.now()): Patience {
  const tried = new Map<number, Tried>();
  return {
    sent(sheets) {
      for (const { id, open } of sheets) {
        tried.set(id, { open: open.length, attempts: tried.get(id)?.attempts ?? 0, until: Infinity });
      }
    },
    forgive(ids) {
      for (const id of ids) tried.delete(id);
    },
    due(sheets, underWay) {
      const known = new Set([...sheets.map(({ id }) => id), ...underWay]);
      for (const id of tried.keys()) if (!known.has(id)) tried.delete(id);
      for (const { id, open } of sheets) {
        const before = tried.get(id);
        if (before?.until !== Infinity) continue;
        // It is back. With fewer statements open it goes on at once.
        if (open.length < before.open) tried.delete(id);
        else
          tried.set(id, {
            ...before,
            attempts: before.attempts + 1,
            until: now() + backoff(before.attempts, FIRST, MOST),
          });
      }
      const fresh = sheets.filter(({ id }) => !tried.has(id));
      const again = sheets.find(({ id }) => (tried.get(id)?.until ?? Infinity) <= now());
      if (fresh.length > 0 || again === undefined) return fresh;
      return sheets.filter(({ id, hash }) => id === again.id || hash === again.lateWith);
    },
    statements: () => [...tried.values()].reduce((sum, { open, until }) => sum + (until === Infinity ? 0 : open), 0),
  };
}
