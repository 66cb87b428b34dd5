/**
 * A process beside the gateway's own that works on bundles, with bounds on time and memory: the gateway goes on
 * meanwhile, whatever is in them. A thread would not do: one that runs out of memory takes the whole process with it.
 *
 * One job at a time; a few may wait.
 */
import { fork, type ChildProcess } from 'node:child_process';
import type { Hex } from '../../protocol/bytes.ts';
import { CustodyError } from '../custody/gateway.ts';
import type { FromProcess, Job, Outcome, ToProcess } from './bundle-process.ts';

export interface HelperLimits {
  /** Of one job. */
  readonly seconds: number;
  /** For the node to say which block it has; a part of the above. */
  readonly askSeconds: number;
  /** Jobs that may wait behind the one that runs. */
  readonly waiting: number;
  readonly mebibytes: number;
}

/** Which hash the node has at a height. */
type BlockHash = (number: number) => Promise<Hex | undefined>;

export interface Helper {
  /** @throws CustodyError BUNDLE_TOO_LARGE beyond the bounds, OVERLOADED */
  run(job: Job, blockHash?: BlockHash): Promise<Outcome>;
  close(): Promise<void>;
}

const nobody: BlockHash = () => Promise.resolve(undefined);

export function openHelper(limits: HelperLimits): Helper {
  let started: Started | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** The process is kept for the next job, unless this one has brought it down. */
  async function perform(job: Job, blockHash: BlockHash): Promise<Outcome> {
    if (started?.hasEnded() === true) started = undefined;
    const helper = (started ??= start(limits));
    let timer: NodeJS.Timeout | undefined;
    helper.hold(true);
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        timer = setTimeout(() => reject(tooHeavy()), limits.seconds * 1_000);
        helper.listen((said) => {
          if (said === 'ended') reject(tooHeavy());
          else if (!('ask' in said)) resolve(said);
          // A node that does not answer vouches for nothing; that is said.
          else
            void Promise.race([blockHash(said.ask).catch(() => undefined), silence(limits.askSeconds)]).then((hash) =>
              helper.tell({ hash }),
            );
        });
        helper.tell(job);
      });
    } catch (error) {
      started = undefined;
      helper.end();
      throw error;
    } finally {
      clearTimeout(timer);
      helper.hold(false);
    }
  }

  return {
    async run(job, blockHash = nobody) {
      if (waiting > limits.waiting) {
        throw new CustodyError('OVERLOADED', 'Others wait for their bundles. Try again in a moment.');
      }
      waiting += 1;
      const running = last.then(() => perform(job, blockHash));
      last = running.catch(() => undefined);
      try {
        return await running;
      } finally {
        waiting -= 1;
      }
    },
    async close() {
      await last;
      started?.end();
    },
  };
}

interface Started {
  tell(message: ToProcess): void;
  /** What it says from now on goes there. */
  listen(to: (said: FromProcess | 'ended') => void): void;
  hasEnded(): boolean;
  /** Whether the gateway stays for it: not while it has nothing to do. */
  hold(busy: boolean): void;
  end(): void;
}

function start({ mebibytes }: HelperLimits): Started {
  const child: ChildProcess = fork(new URL('./bundle-process.ts', import.meta.url), {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${mebibytes}`],
    // What it says when it runs out of memory helps nobody.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {},
    // What a terminal sends to stop the gateway must not end it in the middle; it ends with the gateway.
    detached: true,
  });
  let ended = false;
  let hear: (said: FromProcess | 'ended') => void = () => undefined;
  const over = (): void => {
    ended = true;
    hear('ended');
  };
  child.on('message', (said) => hear(said as FromProcess));
  child.on('error', over);
  child.on('exit', over);
  return {
    tell: (message) => void child.send(message, () => undefined),
    listen(to) {
      hear = to;
    },
    hasEnded: () => ended,
    hold(busy) {
      if (busy) {
        child.ref();
        child.channel?.ref();
      } else {
        child.unref();
        child.channel?.unref();
      }
    },
    end: () => void child.kill('SIGKILL'),
  };
}

/** Resolves with nothing, after a while. */
function silence(seconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000, undefined).unref());
}

function tooHeavy(): CustodyError {
  return new CustodyError(
    'BUNDLE_TOO_LARGE',
    'This takes longer, or more memory, than this gateway has for a bundle. Verify one with the command line: unbroken verify.',
  );
}
