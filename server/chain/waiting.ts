/** A sleep that somebody can end early, for loops that look again after a while. */
export interface Sleeper {
  /** Resolves after so many milliseconds, or when woken; at once if it was woken since it last slept. */
  sleep(milliseconds: number): Promise<void>;
  wake(): void;
}

export function openSleeper(): Sleeper {
  let woken = false;
  let wakeUp: (() => void) | undefined;
  return {
    async sleep(milliseconds) {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      woken = false;
      wakeUp = undefined;
    },
    wake() {
      woken = true;
      wakeUp?.();
    },
  };
}

/** Milliseconds before the next attempt, longer each time, and never the same for two who failed together. */
export function backoff(attempt: number, first: number, most: number): number {
  return Math.min(first * 2 ** attempt, most) * (0.5 + Math.random());
}
