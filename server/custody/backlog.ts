/**
 * What was promised and the ledger has not judged. It is bounded, so that no promise waits for ever; and shared, so that
 * an agency that brings in a warehouse leaves room for the others: each may have as much as is still free.
 */
import type { Store } from './ports.ts';

export interface Backlog {
  /** Whether this participant may be promised more. */
  admits(participant: number): Promise<boolean>;
  /** Whether there is room for more than what may be on its way here already: who can wait waits for that. */
  hasRoom(participant: number): Promise<boolean>;
  /** Notes what was promised. */
  promised(participant: number, statements: number): void;
}

/** Statements: what a network of validators on small machines takes in five to ten minutes. */
const MOST = 100_000;
/** What may be on its way in bulk, as a part of all. */
const MARGIN = 0.1;
/** Milliseconds for which a count speaks that leaves no room. */
const COUNTED = 1_000;

/** @param most statements of all participants */
export function openBacklog(store: Pick<Store, 'pendingByParticipant'>, most = MOST): Backlog {
  /** As counted last, and what was promised since: never less than there is, but for what other processes promise. */
  const known = new Map<number, number>();
  let total = 0;
  let countedAt = -Infinity;
  let counting: Promise<void> | undefined;

  async function count(): Promise<void> {
    const pending = await store.pendingByParticipant();
    known.clear();
    total = 0;
    for (const { participant, statements } of pending) add(participant, statements);
    countedAt = performance.now();
  }

  function add(participant: number, statements: number): void {
    known.set(participant, (known.get(participant) ?? 0) + statements);
    total += statements;
  }

  function seemsFree(participant: number, least: number): boolean {
    return (known.get(participant) ?? 0) < most - total - least;
  }

  async function isFree(participant: number, least: number): Promise<boolean> {
    if (countedAt > 0 && seemsFree(participant, least)) return true;
    if (performance.now() - countedAt > COUNTED) {
      counting ??= count().finally(() => (counting = undefined));
      await counting;
    }
    return seemsFree(participant, least);
  }

  return {
    admits: (participant) => isFree(participant, 0),
    hasRoom: (participant) => isFree(participant, MARGIN * most),
    promised: add,
  };
}
