/**
 * What was promised and the ledger has not judged. It is bounded, so that no promise waits for ever; and shared, so that
 * an agency that brings in a warehouse leaves room for the others: each may have as much as is still free.
 */
import type { Store } from './ports.ts';

export interface Backlog {
  /**
   * Statements that this participant may be promised; none are left at 0 and below.
   * @param wanted so many would do: where there seem to be fewer, it looks
   */
  room(participant: number, wanted: number): Promise<number>;
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

  function roomAsKnown(participant: number): number {
    return most - total - (known.get(participant) ?? 0);
  }

  /** Counts anew unless there seems to be more, or the last count is of just now. */
  async function room(participant: number, wanted: number): Promise<number> {
    if (countedAt > 0 && roomAsKnown(participant) > wanted) return roomAsKnown(participant);
    if (performance.now() - countedAt > COUNTED) {
      counting ??= count().finally(() => (counting = undefined));
      await counting;
    }
    return roomAsKnown(participant);
  }

  return {
    room,
    hasRoom: async (participant) => (await room(participant, MARGIN * most)) > MARGIN * most,
    promised: add,
  };
}
