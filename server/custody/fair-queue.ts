/** Whoever waits, waits for those before him of his own, and for a turn of everybody else's: a long queue delays nobody. */
export interface FairQueue<Item> {
  /** @returns false if there is no place: each owner may have as many as are still free, and one item that goes beyond */
  push(owner: number, item: Item): boolean;
  /** Items of this size altogether, in turns; the last of a turn may go beyond. */
  take(most: number): Item[];
  /** Of all items. */
  readonly size: number;
}

interface Own<Item> {
  readonly items: Item[];
  size: number;
}

/**
 * @param places of all owners
 * @param sizeOf places that an item takes, 1 or more
 */
export function openFairQueue<Item>(places: number, sizeOf: (item: Item) => number): FairQueue<Item> {
  /** Whose turn comes first is first. */
  const queues = new Map<number, Own<Item>>();
  let size = 0;
  return {
    push(owner, item) {
      const own = queues.get(owner) ?? { items: [], size: 0 };
      if (own.size >= places - size) return false;
      own.items.push(item);
      own.size += sizeOf(item);
      queues.set(owner, own);
      size += sizeOf(item);
      return true;
    },
    take(most) {
      const taken: Item[] = [];
      const share = Math.max(1, Math.floor(most / Math.max(1, queues.size)));
      let room = most;
      while (room > 0 && queues.size > 0) {
        const [owner, own] = queues.entries().next().value!;
        let [count, part] = [0, 0];
        while (part < Math.min(share, room) && count < own.items.length) part += sizeOf(own.items[count++]!);
        taken.push(...own.items.splice(0, count));
        own.size -= part;
        size -= part;
        room -= part;
        // To the end: its next turn comes after everybody else's.
        queues.delete(owner);
        if (own.items.length > 0) queues.set(owner, own);
      }
      return taken;
    },
    get size() {
      return size;
    },
  };
}
