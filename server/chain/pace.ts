/**
 * How much gas may be under way at once. Validators that need longer for a block than its period lose their rounds and
 * stall, and one that has just started needs many times as long. So this begins with little, grows with what is settled
 * while blocks come at their period, shrinks while they come later, and halves when a transaction comes late.
 */
export interface Pace {
  /** Gas; what is under way beyond it waits. Where the network's own limit keeps blocks small, enough for two. */
  budget(blockGas: number): number;
  /**
   * A look: the newest block that was followed, with its time in seconds.
   * @param underWay whether something waits for the next: without it a network may make none
   */
  felt(block: { readonly number: number; readonly time: number }, underWay: boolean): void;
  /** A transaction was settled, so many milliseconds after it was first sent. */
  settled(milliseconds: number): void;
}

// Gas. Four validators on two cores execute 20 to 30 million a second, and stall at 60.
const LEAST = 8_000_000;
const MOST = 32_000_000;
/**
 * What it grows and shrinks by with one transaction. It stays where one block of three is slow, which is where blocks
 * take a third longer than their period. Of four validators of which one is down, one block of four is.
 */
const STEP = { up: 2_000_000, down: 4_000_000 };
/** What a transaction may use is about so many times what it does use. */
const RESERVED = 2;

/**
 * What is late, as so much longer than the fastest was. A round that is lost because a validator is down takes up to 8 s,
 * and is no reason to send that much less; a stall takes half a minute.
 */
const LATE = { times: 3, milliseconds: 10_000 };
/** Seconds: blocks tell their time in whole ones. */
const SHORTEST = 1;

export function openPace(): Pace {
  let budget = LEAST;
  let most = MOST;
  /** Of transactions, in milliseconds. */
  let fastest = Infinity;
  let newest: { readonly number: number; readonly time: number; readonly underWay: boolean } | undefined;
  /** Of blocks, in seconds: the shortest that was seen. */
  let period = Infinity;
  let isSlow = false;
  return {
    budget(blockGas) {
      // What comes while a block is made waits for the next: with one block's worth under way every second is empty.
      most = blockGas > MOST ? MOST : 2 * blockGas * RESERVED;
      return Math.min(budget, most);
    },
    felt({ number, time }, underWay) {
      if (newest !== undefined && number <= newest.number) return;
      isSlow = false;
      if (newest?.underWay === true) {
        const seconds = (time - newest.time) / (number - newest.number);
        period = Math.max(SHORTEST, Math.min(period, seconds));
        isSlow = seconds > period;
      }
      newest = { number, time, underWay };
    },
    settled(milliseconds) {
      fastest = Math.min(fastest, milliseconds);
      const isLate = milliseconds > LATE.times * fastest + LATE.milliseconds;
      const next = isLate ? budget / 2 : budget + (isSlow ? -STEP.down : STEP.up);
      budget = Math.min(most, Math.max(LEAST, next));
    },
  };
}
