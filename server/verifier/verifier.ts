/**
 * Verifies bundles that anybody sends, in a process with bounds on time and memory: the gateway goes on meanwhile,
 * whatever is in them. A thread would not do: one that runs out of memory takes the whole process with it.
 *
 * One at a time; a few may wait.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { CustodyError } from '../custody/gateway.ts';
import type { BundleVerifier } from '../custody/ports.ts';
import type { FromProcess, ToProcess, Verdict } from './verifier-process.ts';

export interface OpenVerifier extends BundleVerifier {
  close(): Promise<void>;
}

export interface VerifierLimits {
  /** Of one verification. */
  readonly seconds: number;
  /** For the node to say which block it has; a part of the above. */
  readonly askSeconds: number;
  /** Verifications that may wait behind the one that runs. */
  readonly waiting: number;
  readonly mebibytes: number;
}

const DEFAULT_LIMITS: VerifierLimits = { seconds: 30, askSeconds: 5, waiting: 8, mebibytes: 1_024 };

export function openVerifier(limits: VerifierLimits = DEFAULT_LIMITS): OpenVerifier {
  let started: Helper | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** The process is kept for the next one, unless this one has brought it down. */
  async function run(...[bytes, options]: Parameters<BundleVerifier['verify']>): Promise<Verdict> {
    const { blockHash, ...rest } = options;
    if (started?.hasEnded() === true) started = undefined;
    const helper = (started ??= start(limits));
    let timer: NodeJS.Timeout | undefined;
    helper.hold(true);
    try {
      return await new Promise<Verdict>((resolve, reject) => {
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
        helper.tell({ bytes, ...rest });
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
    async verify(bytes, options) {
      if (waiting > limits.waiting) {
        throw new CustodyError('OVERLOADED', 'Others wait for their bundles to be verified. Try again in a moment.');
      }
      waiting += 1;
      const running = last.then(() => run(bytes, options));
      last = running.catch(() => undefined);
      try {
        const verdict = await running;
        if ('unusable' in verdict) throw new CustodyError('INVALID', `${verdict.unusable}.`);
        return verdict.verification;
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

interface Helper {
  tell(message: ToProcess): void;
  /** What it says from now on goes there. */
  listen(to: (said: FromProcess | 'ended') => void): void;
  hasEnded(): boolean;
  /** Whether the gateway stays for it: not while it has nothing to do. */
  hold(busy: boolean): void;
  end(): void;
}

function start({ mebibytes }: VerifierLimits): Helper {
  const child: ChildProcess = fork(new URL('./verifier-process.ts', import.meta.url), {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${mebibytes}`],
    // What it says when it runs out of memory helps nobody.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {},
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
    'This gateway takes too long to verify this bundle. Verify it with the command line: unbroken verify.',
  );
}
