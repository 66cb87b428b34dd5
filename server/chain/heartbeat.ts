/**
 * Whether the network makes blocks while something of ours waits for one. A chain that rests because nobody sends
 * anything is well; and a round that is lost because a validator is down is made up for in seconds.
 */

/** Milliseconds. Besu's rounds after a lost one take 5 s, and longer each time. */
const HALTED = 20_000;

export interface Heartbeat {
  /** The newest block that was followed, and whether something waits for the next. */
  felt(block: number, waiting: boolean): void;
  /** What is wrong, until there is a block. */
  halted(): string | undefined;
}

/** @param now milliseconds of a clock that nobody sets */
export function openHeartbeat(now: () => number = () => performance.now()): Heartbeat {
  let newest = -1;
  /** Since when something waits for a block after the newest; undefined: nothing does. */
  let since: number | undefined;
  return {
    felt(block, waiting) {
      if (!waiting) since = undefined;
      else if (since === undefined || block > newest) since = now();
      newest = block;
    },
    halted() {
      const silent = since === undefined ? 0 : now() - since;
      if (silent < HALTED) return undefined;
      return (
        `The network has made no block for ${Math.round(silent / 1000)} s, while transactions wait for one. ` +
        'What was accepted is safe and goes on when validators are back: more than two thirds of them must run.'
      );
    },
  };
}
