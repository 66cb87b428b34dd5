/**
 * How much gas may be under way at once. Validators that need longer for a block than its period lose their rounds and
 * stall, and one that has just started needs many times as long. So this begins with little, grows while transactions
 * come back soon, shrinks while they take longer, and halves when one comes late.
 */
export interface Pace {
  /** Gas; what is under way beyond it waits. Where the network's own limit keeps blocks small, enough for two. */
  budget(blockGas: number): number;
  /** A transaction was settled, so many milliseconds after it was first sent. */
  settled(milliseconds: number): void;
}

// Gas. Four validators on two cores execute 20 to 30 million a second, and stall at 60.
const LEAST = 8_000_000;
const MOST = 32_000_000;
/** What it grows by with one transaction that comes back soon, and shrinks by with one that doesn't. */
const STEP = { up: 4_000_000, down: 2_000_000 };
/** What a transaction may use is about so many times what it does use. */
const RESERVED = 2;

/**
 * What is soon and what is late, as so much longer than the fastest was, whatever the network's period is. On a network
 * that keeps up nothing waits for more than two blocks. A round that is lost because a validator is down takes up to 8 s,
 * and is no reason to send less; a stall takes half a minute.
 */
const SOON = { times: 3, milliseconds: 1_000 };
const LATE = { times: 3, milliseconds: 10_000 };

export function openPace(): Pace {
  let budget = LEAST;
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
      const within = ({ times, milliseconds: more }: typeof LATE): boolean => milliseconds <= times * fastest + more;
      if (within(SOON)) budget = Math.min(most, budget + STEP.up);
      else budget = Math.max(LEAST, within(LATE) ? budget - STEP.down : budget / 2);
    },
  };
}
