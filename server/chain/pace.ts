/**
 * How much gas may be under way at once. Validators that need longer for a block than its period lose their rounds and
 * stall, so this grows slowly while transactions come back in time, and halves when one comes late.
 */
export interface Pace {
  /** Gas; what is under way beyond it waits. Where the network's own limit keeps blocks small, enough for two. */
  budget(blockGas: number): number;
  /** A transaction was settled, so many milliseconds after it was first sent. */
  settled(milliseconds: number): void;
}

// Gas. Four validators on two cores execute 20 to 30 million a second, and stall at 60.
const FIRST = 16_000_000;
const LEAST = 8_000_000;
const MOST = 32_000_000;
const STEP = 4_000_000;
/** What a transaction may use is about so many times what it does use. */
const RESERVED = 2;

/**
 * What is late is so much longer than the fastest was, whatever the network's period is. A round that is lost because a
 * validator is down takes up to 8 s, and is no reason to send less; a stall takes half a minute.
 */
const LATE = { times: 3, milliseconds: 10_000 };

export function openPace(): Pace {
  let budget = FIRST;
  let most = MOST;
  let fastest = Infinity;
  return {
    budget(blockGas) {
      // What comes while a block is made waits for the next: with one block's worth under way every second is empty.
      most = blockGas > MOST ? MOST : 2 * blockGas * RESERVED;
      return Math.min(budget, most);
    },
    settled(milliseconds) {
      fastest = Math.min(fastest, milliseconds);
      const late = milliseconds > LATE.times * fastest + LATE.milliseconds;
      budget = late ? Math.max(LEAST, budget / 2) : Math.min(most, budget + STEP);
    },
  };
}
