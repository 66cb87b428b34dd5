/**
 * Bringing what was stated without a gateway to one: in its order, with its own times and signatures, exactly once.
 *
 * Each sheet has an idempotency key of its own that follows from its hash, so that a sync that was cut off anywhere may be
 * repeated. What rests on another's statement that the gateway does not have yet waits; what is refused is kept with the
 * reason.
 */
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { reasonMeaning, type Reason } from '../../protocol/reasons.ts';
import { digestOf } from '../../protocol/statement.ts';
import { NotAccepted } from '../gateway/client.ts';
import type { Session } from '../session.ts';
import { waitFor, type Outcome, type WaitOptions } from '../stating/wait.ts';
import type { Kept, OfflineFolder, QueuedSheet, SheetOutcome } from './folder.ts';

export interface SyncedStatement {
  readonly digest: Hex;
  readonly subject: Hex;
  readonly act: number;
  /** `waiting`: for a statement of somebody else; `refused`: by the gateway, before the ledger. */
  readonly progress: string;
  readonly reason?: string;
  readonly meaning?: string;
  readonly claimedAt: number;
}

export async function sync(
  session: Session,
  folder: OfflineFolder,
  options: WaitOptions,
): Promise<readonly SyncedStatement[]> {
  const posted: { readonly kept: Kept; readonly outcomes: readonly Outcome[] }[] = [];
  const synced: SyncedStatement[] = [];
  /** Lines whose next statement waits: what follows on them waits too. */
  const waiting = new Set<Hex>();
  for (const kept of folder.queued()) {
    const { sheet } = kept;
    const subjects = sheet.statements.map(({ statement }) => statement.subject);
    const answer = subjects.some((subject) => waiting.has(subject)) ? 'waiting' : await post(session, sheet);
    if (answer === 'waiting') {
      for (const subject of subjects) waiting.add(subject);
      synced.push(...told(sheet, () => ({ progress: 'waiting' })));
    } else if ('refused' in answer) {
      const { refused } = answer;
      folder.settle(kept, { ...sheet, outcomes: outcomesOf(sheet, () => refused) });
      synced.push(...told(sheet, () => refused));
    } else posted.push({ kept, outcomes: answer.accepted });
  }
  const outcomes = await waitFor(
    session,
    posted.flatMap((each) => each.outcomes),
    options,
  );
  const byDigest = new Map(outcomes.map((outcome) => [outcome.digest, outcome]));
  for (const { kept } of posted) {
    const outcomeOf = (digest: Hex): Omit<SheetOutcome, 'digest'> => {
      const { progress = 'accepted', reason, reasonMeaning: meaning } = byDigest.get(digest) ?? {};
      return { progress, ...(reason !== undefined && { reason }), ...(meaning !== undefined && { meaning }) };
    };
    settleFinal(folder, kept, outcomeOf);
    synced.push(...told(kept.sheet, outcomeOf));
  }
  return synced;
}

type Posted =
  { readonly accepted: readonly Outcome[] } | { readonly refused: Omit<SheetOutcome, 'digest'> } | 'waiting';

async function post(session: Session, { hash, key, signature, statements }: QueuedSheet): Promise<Posted> {
  try {
    const idempotencyKey = `offline-${hash.slice(2)}`;
    return { accepted: await session.gateway.submit({ key, signature, statements }, { idempotencyKey }) };
  } catch (error) {
    if (!(error instanceof NotAccepted) || error.code === 'unreachable') throw error;
    const { reason, code, detail } = error.details;
    if (reason === undefined) {
      // A token of another role or participant, a damaged file: nothing that the next attempt could not make good.
      if (code !== 'REJECTED') throw error;
    }
    if (await waitsForOthers(session, statements)) return 'waiting';
    const meaning = reason === undefined ? detail : reasonMeaning(reason as Reason);
    return { refused: { progress: 'refused', reason: reason ?? code, meaning } };
  }
}

/** Whether one of them follows a statement that the gateway has never seen. */
async function waitsForOthers({ gateway }: Session, statements: QueuedSheet['statements']): Promise<boolean> {
  const own = new Set(statements.map(({ statement }) => digestOf(statement)));
  for (const { statement } of statements) {
    const { previous } = statement;
    if (previous === ZERO || own.has(previous)) continue;
    try {
      await gateway.statement(previous);
    } catch (error) {
      if (error instanceof NotAccepted && error.details.code === 'NOT_FOUND') return true;
      throw error;
    }
  }
  return false;
}

/** What is final leaves its text to the gateway; what came to nothing keeps it, for who states it anew. */
function settleFinal(
  folder: OfflineFolder,
  kept: Kept,
  outcomeOf: (digest: Hex) => Omit<SheetOutcome, 'digest'>,
): void {
  const outcomes = outcomesOf(kept.sheet, outcomeOf);
  if (!outcomes.every(({ progress }) => ['final', 'rejected', 'expired'].includes(progress))) return;
  const statements = kept.sheet.statements.map(({ statement, list, record }, position) => ({
    statement,
    ...(list && { list }),
    ...(record && outcomes[position]!.progress !== 'final' && { record }),
  }));
  folder.settle(kept, { ...kept.sheet, statements, outcomes });
}

function outcomesOf(
  { statements }: QueuedSheet,
  outcomeOf: (digest: Hex) => Omit<SheetOutcome, 'digest'>,
): SheetOutcome[] {
  return statements.map(({ statement }) => {
    const digest = digestOf(statement);
    return { digest, ...outcomeOf(digest) };
  });
}

function told(sheet: QueuedSheet, outcomeOf: (digest: Hex) => Omit<SheetOutcome, 'digest'>): SyncedStatement[] {
  return sheet.statements.map(({ statement }) => {
    const digest = digestOf(statement);
    const { subject, act, time } = statement;
    return { digest, subject, act, claimedAt: time, ...outcomeOf(digest) };
  });
}
