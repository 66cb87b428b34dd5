/**
 * Whether the ledger takes what waits for it: whether the network makes blocks, and whether what waits longest gets into
 * one. Seen from the store alone, so that every process on it knows. A chain that rests because nobody sends anything is
 * well; and a round that is lost because a validator is down is made up for in seconds.
 */
import type { Hex } from '../../protocol/bytes.ts';

// Milliseconds.
/** Without a block. Besu's rounds after a lost one take 5 s, and longer each time. */
const HALTED = 20_000;
/** While there are blocks and one transaction is in none. */
const PASSED_OVER = 60_000;
/** Of the time between two looks, so much counts: of that in which the store did not answer, nothing is known. */
const LOOK = 5_000;
/** Nor is anything known any more so long after the last look. Who tries again looks sooner. */
const FORGOTTEN = 20_000;

export interface Heartbeat {
  /** A look: the newest block that was followed, and the transaction that waits longest for one; undefined: none. */
  felt(block: number, oldest: Hex | undefined): void;
  /** What is wrong, until there is a block. */
  halted(): string | undefined;
  /** What is wrong where there are blocks, until the transaction that waits longest is in one. */
  passedOver(): string | undefined;
}

/** @param now milliseconds of a clock that nobody sets */
export function openHeartbeat(now: () => number = () => performance.now()): Heartbeat {
  let at = -Infinity;
  let newest = -1;
  let waiting: Hex | undefined;
  /** Milliseconds for which something waits and there is no block. */
  let silent = 0;
  /** The same for which the oldest one waits. */
  let passed = 0;

  const isForgotten = (): boolean => now() - at > FORGOTTEN;

  function halted(): string | undefined {
    if (silent < HALTED || isForgotten()) return undefined;
    return (
      `The network has made no block for ${Math.round(silent / 1000)} s, while transactions wait for one. ` +
      'What was accepted is safe and goes on when validators are back: more than two thirds of them must run.'
    );
  }

  return {
    felt(block, oldest) {
      const since = Math.min(now() - at, LOOK);
      silent = oldest !== undefined && waiting !== undefined && block <= newest ? silent + since : 0;
      passed = oldest !== undefined && oldest === waiting ? passed + since : 0;
      at = now();
      newest = block;
      waiting = oldest;
    },
    halted,
    passedOver() {
      if (passed < PASSED_OVER || isForgotten() || halted() !== undefined) return undefined;
      return (
        `The network makes blocks, and for ${Math.round(passed / 1000)} s none took the transaction that waits longest. ` +
        'What was accepted is safe; the process that sends says at /v1/health what keeps it.'
      );
    },
  };
}
