/** From accepted (durable at the gateway) to final (in a block that can't be undone). */
import type { Accepted, Progress, StatementView } from '../gateway/answers.ts';
import type { Session } from '../session.ts';
import { endRefused } from '../session.ts';

export interface WaitOptions {
  /** Seconds; true: long; false: not at all; undefined: shortly if somebody watches. */
  readonly wait?: number | boolean;
}

/** An accepted statement with what became of it. */
export interface Outcome extends Accepted {
  readonly reason?: string;
  readonly reasonMeaning?: string;
  readonly includedAt?: string;
}

const SHORT_SECONDS = 15;
const LONG_SECONDS = 300;
const POLL_MILLISECONDS = 150;
const AT_ONCE = 16;

export function isSettled(progress: Progress): boolean {
  return progress === 'final' || progress === 'rejected' || progress === 'expired';
}

export async function waitFor(
  session: Session,
  accepted: readonly Accepted[],
  { wait }: WaitOptions,
): Promise<Outcome[]> {
  const { output } = session;
  const seconds =
    wait === true ? LONG_SECONDS : wait === false ? 0 : (wait ?? (output.watched && !output.json ? SHORT_SECONDS : 0));
  const outcomes = seconds === 0 ? [...accepted] : await follow(session, accepted, seconds);
  const failed = outcomes.some(({ progress }) => progress === 'rejected' || progress === 'expired');
  const late = wait !== undefined && wait !== false && outcomes.some(({ progress }) => !isSettled(progress));
  if (failed || late) endRefused();
  if (late) output.note(`Not final after ${seconds} s. The gateway keeps it; ask again with \`unbroken trail\`.`);
  return outcomes;
}

async function follow(
  { gateway, output }: Session,
  accepted: readonly Accepted[],
  seconds: number,
): Promise<Outcome[]> {
  const deadline = Date.now() + seconds * 1000;
  const outcomes: Outcome[] = [...accepted];
  let open = accepted.flatMap(({ progress }, at) => (isSettled(progress) ? [] : [at]));
  const progress = output.progress('Waiting for final', open.length);
  while (open.length > 0 && Date.now() < deadline) {
    const before = open.length;
    const left = new Set(open);
    for (let start = 0; start < open.length; start += AT_ONCE) {
      await Promise.all(
        open.slice(start, start + AT_ONCE).map(async (at) => {
          outcomes[at] = { ...outcomes[at]!, ...outcomeOf(await gateway.statement(outcomes[at]!.digest)) };
          if (isSettled(outcomes[at].progress)) left.delete(at);
        }),
      );
    }
    open = [...left];
    progress.advance(before - open.length);
    if (open.length > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
  progress.end();
  return outcomes;
}

function outcomeOf({ progress, reason, reasonMeaning, includedAt }: StatementView): Partial<Outcome> {
  return {
    progress,
    ...(reason !== undefined && { reason }),
    ...(reasonMeaning !== undefined && { reasonMeaning }),
    ...(includedAt !== undefined && { includedAt }),
  };
}
