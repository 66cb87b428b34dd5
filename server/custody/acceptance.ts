/**
 * The way in: what was submitted is judged against the ledger as it will be, signed or verified, and made
 * durable before anyone is answered.
 *
 * Submissions that arrive together share one judgement pass, one signature per participant and one commit.
 * A sheet of many statements makes the ledger cheaper too, so a busy gateway gets faster, not slower.
 */
import { apply, overlayWorld } from '../../protocol/world.ts';
import { acceptedView, answerRepeated, isService, keptAnswers, refuse } from './answering.ts';
import type { ConsortiumView } from './consortium.ts';
import { findErasable } from './erasing.ts';
import { CustodyError, type Answer, type Caller, type Submitted } from './gateway.ts';
import { erasedBy, judgeSubmission, references, type Judged, type JudgingParts, type Waiting } from './judging.ts';
import type { Clock, Store } from './ports.ts';
import { projectedWorld } from './projection.ts';
import { signReceipts, signSheets } from './sheets.ts';

/** Submissions judged and committed together, at most. */
const BATCH_LIMIT = 512;

/** Attempts for a submission that another process is faster than: it is judged again, on what that one stored. */
const ATTEMPTS = 3;

/** Submissions that may wait; more are refused as OVERLOADED. */
const QUEUE_LIMIT = 8_192;

export interface AcceptanceParts extends JudgingParts {
  readonly store: Store;
  readonly consortium: ConsortiumView;
  readonly clock: Clock;
  /** Called after each commit: there is something to send. */
  readonly accepted: () => void;
}

export interface Acceptance {
  submit(caller: Caller, submitted: Submitted): Promise<Answer>;
  /** Resolves when nothing is waiting any more. */
  idle(): Promise<void>;
}

export function openAcceptance(parts: AcceptanceParts): Acceptance {
  const queue: Waiting[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // One turn of the event loop, so that requests that arrived together are judged together.
    await new Promise(setImmediate);
    while (queue.length > 0) await answer(queue.splice(0, BATCH_LIMIT));
    running = undefined;
  }

  async function answer(batch: readonly Waiting[], attempt = 1): Promise<void> {
    try {
      // Those again whose idempotency key is in this batch already: then its answer is known.
      queue.unshift(...(await acceptBatch(parts, batch)));
    } catch (error) {
      if (!isConflict(error) || (batch.length === 1 && attempt === ATTEMPTS)) {
        for (const waiting of batch) waiting.reject(error);
        return;
      }
      if (batch.length === 1) return answer(batch, attempt + 1);
      // One of them came too late; by halves it is found, and the others are accepted.
      const half = Math.ceil(batch.length / 2);
      await answer(batch.slice(0, half));
      await answer(batch.slice(half));
    }
  }

  return {
    submit(caller, submitted) {
      if (queue.length >= QUEUE_LIMIT) {
        return Promise.reject(
          new CustodyError('OVERLOADED', 'The gateway has more to do than it can hold. Try again in a few seconds.'),
        );
      }
      return new Promise((resolve, reject) => {
        queue.push({ caller, submitted, resolve, reject });
        running ??= run();
      });
    },
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
async function acceptBatch(parts: AcceptanceParts, batch: readonly Waiting[]): Promise<readonly Waiting[]> {
  const { fresh, repeated } = await answerRepeated(parts, batch);
  const now = parts.clock();
  const readable = fresh.filter((waiting) => referencesOrRefuse(waiting));
  const consortium = await parts.consortium.current();
  const erasable = await findErasable(parts.store, readable.flatMap(erasedBy));
  const world = await projectedWorld(
    parts.store,
    consortium.world,
    [...readable.flatMap((waiting) => references(waiting)), ...erasable.values()],
    now,
  );
  const judged: Judged[] = [];
  for (const waiting of readable) {
    try {
      const submission = judgeSubmission(parts, consortium, waiting, { world: overlayWorld(world), erasable, now });
      apply(world, submission.changes);
      judged.push(submission);
    } catch (error) {
      refuse(waiting, error);
    }
  }
  if (judged.length === 0) return repeated;
  const receipts = signReceipts(parts, judged, now);
  const signed = signSheets(parts, judged, receipts);
  await parts.store.accept({ sheets: signed.flatMap(({ sheets }) => sheets), answers: keptAnswers(judged), time: now });
  parts.accepted();
  for (const { sheets, members } of signed) {
    const views = sheets.flatMap(({ hash, statements }) =>
      statements.map((statement) => acceptedView(statement, hash, isService(world, statement))),
    );
    for (const member of members) member.waiting.resolve({ accepted: views.splice(0, member.statements.length) });
  }
  return repeated;
}

function referencesOrRefuse(waiting: Waiting): boolean {
  try {
    references(waiting);
    return true;
  } catch (error) {
    refuse(waiting, error);
    return false;
  }
}
