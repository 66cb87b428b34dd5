/** Whoever waits, waits for those before him of his own, and for a turn of everybody else's: a long queue delays nobody. */
export interface FairQueue<Item> {
  /** @returns false if there is no place: each owner may have as many as are still free */
  push(owner: number, item: Item): boolean;
  /** So many at most, in turns. */
  take(most: number): Item[];
  readonly length: number;
}

/** @param places of all owners */
export function openFairQueue<Item>(places: number): FairQueue<Item> {
  /** Whose turn comes first is first. */
  const queues = new Map<number, Item[]>();
  let length = 0;
  return {
    push(owner, item) {
      const own = queues.get(owner) ?? [];
      if (own.length >= places - length) return false;
      own.push(item);
      queues.set(owner, own);
      length += 1;
      return true;
    },
    take(most) {
      const taken: Item[] = [];
      const share = Math.max(1, Math.floor(most / Math.max(1, queues.size)));
      while (length > 0 && taken.length < most) {
        const [owner, own] = queues.entries().next().value!;
        const part = own.splice(0, Math.min(share, most - taken.length));
        taken.push(...part);
        length -= part.length;
        // To the end: its next turn comes after everybody else's.
        queues.delete(owner);
        if (own.length > 0) queues.set(owner, own);
      }
      return taken;
    },
    get length() {
      return length;
    },
  };
}
