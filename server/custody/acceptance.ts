/**
 * The way in: what was submitted is judged against the ledger as it will be, signed or verified, and made
 * durable before anyone is answered.
 *
 * Submissions that arrive together share one judgement pass, one signature per participant and one commit.
 * A sheet of many statements makes the ledger cheaper too, so a busy gateway gets faster, not slower.
 */
import { ruleOf } from '../../protocol/acts.ts';
import { apply, overlayWorld } from '../../protocol/world.ts';
import { acceptedView, answerRepeated, isService, keptAnswers, refuse } from './answering.ts';
import { openBacklog, type Backlog } from './backlog.ts';
import type { ConsortiumView } from './consortium.ts';
import { findErasable } from './erasing.ts';
import { openFairQueue } from './fair-queue.ts';
import { CustodyError, type Answer, type Caller, type Submitted } from './gateway.ts';
import { erasedBy, judgeSubmission, references, type Judged, type JudgingParts, type Waiting } from './judging.ts';
import type { Clock, LineReference, Store } from './ports.ts';
import { project } from './projection.ts';
import { signReceipts, signSheets } from './sheets.ts';

/** Statements judged and committed together, at most, but that the last submission may go beyond. */
const BATCH_LIMIT = 512;

/** Attempts for a submission that another process is faster than: it is judged again, on what that one stored. */
const ATTEMPTS = 3;

/** Statements that may wait to be judged. */
const QUEUE_LIMIT = 16_384;

const TOO_MUCH = 'The gateway has more to do than it can hold. Send it again in a few seconds, with the same key.';
const TOO_MANY =
  'So many statements of your agency wait for the ledger that no more are promised now. Send it again in a few seconds, with the same key.';
const TOO_EARLY =
  'What this follows was promised by a clock that was ahead of the one here, and waits for its time. Send it again in a few seconds, with the same key; if it is refused so for long, have the clocks set right.';

export interface AcceptanceParts extends JudgingParts {
  readonly store: Store;
  readonly consortium: ConsortiumView;
  readonly clock: Clock;
  /** Statements that may wait for the ledger; as many as are usual, unless said otherwise. */
  readonly backlog?: number;
  /** Called after each commit: there is something to send. */
  readonly accepted: () => void;
}

export interface Acceptance {
  submit(caller: Caller, submitted: Submitted): Promise<Answer>;
  /** Whether the caller's participant would be promised something now. */
  hasRoom(caller: Caller): Promise<boolean>;
  /** Resolves when nothing is waiting any more. */
  idle(): Promise<void>;
}

export function openAcceptance(parts: AcceptanceParts): Acceptance {
  const queue = openFairQueue(QUEUE_LIMIT, sizeOf);
  const backlog = openBacklog(parts.store, parts.backlog);
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // One turn of the event loop, so that requests that arrived together are judged together.
    await new Promise(setImmediate);
    let again: readonly Waiting[] = [];
    while (again.length > 0 || queue.size > 0) {
      const room = again.reduce((left, waiting) => left - sizeOf(waiting), BATCH_LIMIT);
      again = await answer([...again, ...queue.take(room)]);
    }
    running = undefined;
  }

  /** @returns those to be asked again: their idempotency key was in this batch already, and now its answer is known */
  async function answer(batch: readonly Waiting[], attempt = 1): Promise<readonly Waiting[]> {
    try {
      return await acceptBatch(parts, backlog, batch);
    } catch (error) {
      if (!isConflict(error) || (batch.length === 1 && attempt === ATTEMPTS)) {
        for (const waiting of batch) waiting.reject(error);
        return [];
      }
      if (batch.length === 1) return answer(batch, attempt + 1);
      // One of them came too late; by halves it is found, and the others are accepted.
      const half = Math.ceil(batch.length / 2);
      return [...(await answer(batch.slice(0, half))), ...(await answer(batch.slice(half)))];
    }
  }

  return {
    submit(caller, submitted) {
      return new Promise((resolve, reject) => {
        if (!queue.push(caller.participant, { caller, submitted, resolve, reject })) {
          reject(new CustodyError('OVERLOADED', TOO_MUCH));
          return;
        }
        running ??= run();
      });
    },
    hasRoom: ({ participant }) => backlog.hasRoom(participant),
    async idle() {
      await running;
    },
  };
}

/** What the store refuses because something else is there already: stored by another process, or bound to be rejected. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'CONFLICT';
}

/** Answers the batch, but for those that it returns: they ask for what another in it asks for. */
async function acceptBatch(
  parts: AcceptanceParts,
  backlog: Backlog,
  batch: readonly Waiting[],
): Promise<readonly Waiting[]> {
  const { fresh: unanswered, repeated } = await answerRepeated(parts, batch);
  const fresh = await withRoom(backlog, unanswered);
  const now = parts.clock();
  const readable = fresh.flatMap(withReferences);
  const consortium = await parts.consortium.current();
  const erasable = await findErasable(
    parts.store,
    readable.flatMap(({ waiting }) => erasedBy(waiting)),
  );
  const { world, isEarly } = await project(
    parts.store,
    consortium.world,
    [...readable.flatMap(({ lines }) => lines), ...erasable.values()],
    now,
  );
  const judged: Judged[] = [];
  const refused = new Map<Waiting, unknown>();
  for (const { waiting, lines } of readable) {
    try {
      if (lines.some(isEarly)) throw new CustodyError('UNAVAILABLE', TOO_EARLY);
      const submission = judgeSubmission(parts, consortium, waiting, { world: overlayWorld(world), erasable, now });
      apply(world, submission.changes);
      judged.push(submission);
    } catch (error) {
      refused.set(waiting, error);
    }
  }
  await refuseUnlessAnswered(parts, refused);
  if (judged.length === 0) return repeated;
  const receipts = signReceipts(parts, judged, now);
  const signed = signSheets(parts, judged, receipts);
  await parts.store.accept({ sheets: signed.flatMap(({ sheets }) => sheets), answers: keptAnswers(judged), time: now });
  for (const { waiting, statements } of judged) backlog.promised(waiting.caller.participant, statements.length);
  parts.accepted();
  for (const { sheets, members } of signed) {
    const views = sheets.flatMap(({ hash, statements }) =>
      statements.map((statement) => acceptedView(statement, hash, isService(world, statement))),
    );
    for (const member of members) member.waiting.resolve({ accepted: views.splice(0, member.statements.length) });
  }
  return repeated;
}

/** What stands in the way of one may be itself, accepted by another process since the answers were looked up. */
async function refuseUnlessAnswered(parts: AcceptanceParts, refused: ReadonlyMap<Waiting, unknown>): Promise<void> {
  if (refused.size === 0) return;
  const { fresh } = await answerRepeated(parts, [...refused.keys()]);
  for (const waiting of fresh) refuse(waiting, refused.get(waiting));
}

/**
 * Refuses what finds no room beside what is before it in the batch; keys and members are changed in any case, since that
 * may be why there is none.
 */
async function withRoom(backlog: Backlog, batch: readonly Waiting[]): Promise<readonly Waiting[]> {
  const room = new Map<number, number>();
  // If all of it is of one.
  const wanted = 2 * batch.reduce((sum, waiting) => sum + sizeOf(waiting), 0);
  for (const { caller } of batch) {
    if (!room.has(caller.participant)) room.set(caller.participant, await backlog.room(caller.participant, wanted));
  }
  return batch.filter((waiting) => {
    const own = waiting.caller.participant;
    if (isOfConsortium(waiting)) return true;
    if (room.get(own)! <= 0) {
      waiting.reject(new CustodyError('OVERLOADED', TOO_MANY));
      return false;
    }
    // What is taken leaves less for everybody, and less again for who took it.
    const taken = sizeOf(waiting);
    for (const [each, left] of room) room.set(each, left - (each === own ? 2 * taken : taken));
    return true;
  });
}

/** In statements. */
function sizeOf({ submitted: { submission } }: Waiting): number {
  if ('late' in submission) return 2;
  return ('signed' in submission ? submission.signed : submission.request).statements.length;
}

function isOfConsortium({ submitted: { submission } }: Waiting): boolean {
  if (!('signed' in submission)) return false;
  return submission.signed.statements.every(({ statement }) => ruleOf(statement.act)?.keeper === 'consortium');
}

/** With the lines that it is judged by; refuses what can't be understood. */
function withReferences(waiting: Waiting): { readonly waiting: Waiting; readonly lines: readonly LineReference[] }[] {
  try {
    return [{ waiting, lines: references(waiting) }];
  } catch (error) {
    refuse(waiting, error);
    return [];
  }
}
