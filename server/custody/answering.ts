/** Answers to submissions: given once, kept under their idempotency key, and given again. */
import { actOf } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { POWER } from '../../protocol/names.ts';
import type { World } from '../../protocol/world.ts';
import { CustodyError, type Accepted } from './gateway.ts';
import type { Judged, Waiting } from './judging.ts';
import type { AcceptedStatement, KeptAnswer, Keyring, Store } from './ports.ts';
import { RejectedError } from './rejected.ts';

export interface AnsweringParts {
  readonly store: Store;
  readonly keyring: Keyring;
}

interface Sorted {
  readonly fresh: Waiting[];
  /** With the idempotency key of one of the fresh ones. */
  readonly repeated: Waiting[];
}

/** Answers what was answered before, refuses a key that came with another request, returns the rest. */
export async function answerRepeated(parts: AnsweringParts, batch: readonly Waiting[]): Promise<Sorted> {
  const byParticipant = new Map<number, string[]>();
  for (const { caller, submitted } of batch) {
    if (submitted.idempotencyKey === undefined) continue;
    const keys = byParticipant.get(caller.participant) ?? [];
    keys.push(submitted.idempotencyKey);
    byParticipant.set(caller.participant, keys);
  }
  if (byParticipant.size === 0) return { fresh: [...batch], repeated: [] };
  const kept = new Map<string, KeptAnswer>();
  for (const [participant, keys] of byParticipant) {
    for (const answer of await parts.store.findAnswers(participant, keys)) {
      kept.set(`${participant} ${answer.idempotencyKey}`, answer);
    }
  }
  const fresh: Waiting[] = [];
  const repeated: Waiting[] = [];
  const names = new Set<string>();
  for (const waiting of batch) {
    const { caller, submitted } = waiting;
    const name =
      submitted.idempotencyKey === undefined ? undefined : `${caller.participant} ${submitted.idempotencyKey}`;
    const earlier = name === undefined ? undefined : kept.get(name);
    if (earlier) {
      await answerAgain(parts, waiting, earlier);
    } else if (name !== undefined && names.has(name)) {
      repeated.push(waiting);
    } else {
      if (name !== undefined) names.add(name);
      fresh.push(waiting);
    }
  }
  return { fresh, repeated };
}

async function answerAgain(parts: AnsweringParts, waiting: Waiting, kept: KeptAnswer): Promise<void> {
  if (kept.request !== waiting.submitted.fingerprint) {
    refuse(
      waiting,
      new CustodyError('IDEMPOTENCY_CONFLICT', 'This Idempotency-Key was used for another request. Use a new key.'),
    );
    return;
  }
  const entries = await Promise.all(kept.digests.map((digest) => parts.store.statement(digest)));
  const receipts = new Map((await parts.store.findReceipts(kept.digests)).map((receipt) => [receipt.digest, receipt]));
  const accepted = entries.map((entry): Accepted => {
    const receipt = entry && receipts.get(entry.digest);
    if (!entry || !receipt) throw new CustodyError('UNAVAILABLE', 'The kept answer is incomplete. Report this.');
    const { progress, ...promise } = receipt;
    const { statement } = entry.stated;
    return {
      digest: entry.digest,
      subject: statement.subject,
      act: actOf(statement.act),
      sheet: entry.sheet,
      progress,
      service: parts.keyring.serviceKey(statement.participant) === statement.key,
      receipt: promise,
    };
  });
  waiting.resolve({ accepted });
}

export function keptAnswers(judged: readonly Judged[]): KeptAnswer[] {
  return judged.flatMap(({ waiting: { caller, submitted }, statements }) =>
    submitted.idempotencyKey === undefined
      ? []
      : [
          {
            participant: caller.participant,
            idempotencyKey: submitted.idempotencyKey,
            request: submitted.fingerprint ?? ZERO,
            digests: statements.map(({ digest }) => digest),
          },
        ],
  );
}

export function isService(world: World, { stated }: AcceptedStatement): boolean {
  return ((world.key(stated.statement.key)?.powers ?? 0) & POWER.service) !== 0;
}

export function acceptedView(accepted: AcceptedStatement, sheet: Hex, service: boolean): Accepted {
  const { statement } = accepted.stated;
  return {
    digest: accepted.digest,
    subject: statement.subject,
    act: actOf(statement.act),
    sheet,
    progress: 'accepted',
    service,
    receipt: accepted.receipt,
  };
}

const RETIRED =
  'The agencies have retired this ledger; it takes nothing more. What comes next is stated on its successor: ask your operator for the new ledger file, and sign anew what was not included.';

/** What a caller did wrong is an answer; what went wrong here is thrown on. */
export function refuse(waiting: Waiting, error: unknown): void {
  if (error instanceof RejectedError) {
    waiting.resolve({
      refused: {
        code: error.code,
        detail: error.message,
        statement: error.position,
        ...(error.reason && { reason: error.reason }),
      },
    });
  } else if (error instanceof CustodyError) {
    waiting.resolve({
      refused: { code: error.code, detail: error.message, ...(error.reason && { reason: error.reason }) },
    });
  } else if (error instanceof ProtocolError && error.code === 'RETIRED') {
    waiting.resolve({ refused: { code: 'RETIRED', detail: RETIRED } });
  } else if (error instanceof ProtocolError) {
    waiting.resolve({ refused: { code: 'INVALID', detail: error.message } });
  } else {
    waiting.reject(error);
  }
}
