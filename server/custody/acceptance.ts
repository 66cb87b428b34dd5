/**
 * The way in: what was submitted is judged against the ledger as it will be, signed or verified, and made
 * durable before anyone is answered.
 *
 * Submissions that arrive together share one judgement pass, one signature per participant and one commit.
 * A sheet of many statements makes the ledger cheaper too, so a busy gateway gets faster, not slower.
 */
import { ACT, actOf, ruleOf } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { judge } from '../../protocol/judge.ts';
import { POWER } from '../../protocol/names.ts';
import { promiseTogether, receiptHash, type Receipt } from '../../protocol/receipt.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf } from '../../protocol/statement.ts';
import { provenEndorsements, SCHEMES_P256 } from '../../protocol/submission.ts';
import { SHEET_MAX } from '../../protocol/wire.ts';
import { apply, overlayWorld, type Change, type MutableWorld, type World } from '../../protocol/world.ts';
import type { Consortium, ConsortiumView } from './consortium.ts';
import { checkErasable, findErasable, type Erasable } from './erasing.ts';
import type { Deadlines } from './deadlines.ts';
import { fillStatement, referencesOfRequest, type Chance, type FilledStatement } from './fill.ts';
import { CustodyError, type Accepted, type Answer, type Caller, type SignedSheet, type Submitted } from './gateway.ts';
import type { AcceptedSheet, AcceptedStatement, Clock, KeptAnswer, Keyring, LineReference, Store } from './ports.ts';
import { projectedWorld } from './projection.ts';
import { judgeLatePair, lateReferences, type SignedPair } from './late.ts';
import { referencesOf } from './references.ts';
import { rejected, RejectedError } from './rejected.ts';
import { checkedStatement, serviceSigner, verifySheet } from './signing.ts';

/** Submissions judged and committed together, at most. */
const BATCH_LIMIT = 512;
/** Submissions that may wait; more are refused as OVERLOADED. */
const QUEUE_LIMIT = 8_192;

export interface AcceptanceParts {
  readonly store: Store;
  readonly consortium: ConsortiumView;
  readonly keyring: Keyring;
  readonly foundingHash: Hex;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Of requests that name none. */
  readonly deadlines: Deadlines;
  /** Called after each commit: there is something to send. */
  readonly accepted: () => void;
}

interface Waiting {
  readonly caller: Caller;
  readonly submitted: Submitted;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** A submission whose statements passed judgement, before it is signed. */
interface Judged {
  readonly waiting: Waiting;
  readonly statements: readonly (FilledStatement & { readonly digest: Hex })[];
  /** Present when an officer's client signed; else the gateway will. */
  readonly signed?: SignedSheet;
  /** Present in a late declaration: the signatures of the release and of the acceptance. */
  readonly late?: SignedPair;
  readonly changes: readonly Change[];
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

  async function answer(batch: readonly Waiting[]): Promise<void> {
    try {
      // Those again whose idempotency key is in this batch already: then its answer is known.
      queue.unshift(...(await acceptBatch(parts, batch)));
    } catch (error) {
      if (batch.length === 1 || !isConflict(error)) {
        for (const waiting of batch) waiting.reject(error);
        return;
      }
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

interface Sorted {
  readonly fresh: Waiting[];
  /** With the idempotency key of one of the fresh ones. */
  readonly repeated: Waiting[];
}

/** Answers what was answered before, refuses a key that came with another request, returns the rest. */
async function answerRepeated(parts: AcceptanceParts, batch: readonly Waiting[]): Promise<Sorted> {
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

async function answerAgain(parts: AcceptanceParts, waiting: Waiting, kept: KeptAnswer): Promise<void> {
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

function references({ caller, submitted: { submission } }: Waiting): LineReference[] {
  if ('late' in submission) return lateReferences(submission.late);
  if ('signed' in submission) {
    return submission.signed.statements.flatMap(({ statement, list }) => referencesOf({ statement, list: list ?? [] }));
  }
  return submission.request.statements.flatMap((request) => referencesOfRequest(request, caller.participant));
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

/** What a submission is judged by. */
interface Moment {
  readonly world: MutableWorld;
  readonly erasable: Erasable;
  readonly now: number;
}

/** What the erasures of a submission name. */
function erasedBy({ submitted: { submission } }: Waiting): Hex[] {
  if ('late' in submission) return [];
  if ('signed' in submission) {
    return submission.signed.statements.flatMap(({ statement, list }) =>
      statement.act === ACT.erase ? (list ?? []) : [],
    );
  }
  return submission.request.statements.flatMap(({ act, list }) => (act === 'erase' ? (list ?? []) : []));
}

/** Judges all statements of a submission on `world`, which then shows their effects. */
function judgeSubmission(
  parts: AcceptanceParts,
  consortium: Consortium,
  waiting: Waiting,
  { world, erasable, now }: Moment,
): Judged {
  const { caller, submitted } = waiting;
  const { submission } = submitted;
  if (caller.role !== 'officer') {
    throw new CustodyError(
      'NOT_ALLOWED',
      `The role ${caller.role} reads and verifies; only an officer's token states custody.`,
    );
  }
  if (!parts.keyring.receiptKey(caller.participant)) {
    throw new CustodyError(
      'NO_SERVICE_KEY',
      'This gateway holds no receipt key of your participant, so it can promise nothing.',
    );
  }
  if ('late' in submission) {
    const pair = judgeLatePair({ ...parts, world, consortium, now }, caller, submission.late);
    apply(world, pair.changes);
    return { waiting, ...pair };
  }
  const count = 'signed' in submission ? submission.signed.statements.length : submission.request.statements.length;
  if (count === 0 || count > SHEET_MAX) {
    throw new CustodyError('INVALID', `A sheet has 1 to ${SHEET_MAX} statements, this one has ${count}.`);
  }
  const signed = 'signed' in submission ? submission.signed : undefined;
  const hash = signed && verifySheet(parts, caller.participant, signed, world);
  const statements: (FilledStatement & { readonly digest: Hex })[] = [];
  const changes: Change[] = [];
  for (let position = 0; position < count; position++) {
    const filled =
      'signed' in submission
        ? checkedStatement(submission.signed, position)
        : fillStatement(required(submission.request.statements[position]), {
            ...serviceSigner(parts, caller),
            world,
            participantCoded: consortium.participantCoded,
            now,
            chance: parts.chance,
            deadlines: parts.deadlines,
          });
    const digest = digestOf(filled.stated.statement);
    const endorsements =
      signed?.endorsements && hash
        ? provenEndorsements(
            { world, foundingHash: parts.foundingHash, schemes: SCHEMES_P256 },
            filled.stated,
            hash,
            signed.endorsements,
          )
        : [];
    const judgement = judge(world, filled.stated, { blockTime: now, digest, endorsements });
    if ('reason' in judgement) throw rejected(judgement.reason, filled.stated, world, position);
    checkErasable(world, filled.stated, erasable);
    if (count > 1 && isOfConsortium(filled.stated.statement.act)) throw travelsAlone();
    apply(world, judgement.changes);
    changes.push(...judgement.changes);
    statements.push({ ...filled, digest });
  }
  return { waiting, statements, changes, ...(signed && { signed }) };
}

function travelsAlone(): CustodyError {
  return new CustodyError(
    'INVALID',
    'Statements on the lines of participants and of the consortium travel alone: one a sheet.',
  );
}

function isOfConsortium(act: number): boolean {
  return ruleOf(act)?.keeper === 'consortium';
}

interface SheetsOfMembers {
  /** One, or the two of a late declaration. */
  readonly sheets: readonly AcceptedSheet[];
  readonly members: readonly Judged[];
}

/** Officers' sheets as they are; what the gateway signs goes together, a sheet per participant. */
function signSheets(parts: AcceptanceParts, judged: readonly Judged[], receipts: Receipts): SheetsOfMembers[] {
  const sheets: SheetsOfMembers[] = [];
  const open = new Map<number, Judged[]>();
  const close = (participant: number): void => {
    const members = open.get(participant);
    open.delete(participant);
    if (members) sheets.push(signedByGateway(parts, participant, members, receipts));
  };
  for (const member of judged) {
    const participant = member.waiting.caller.participant;
    if (member.late) {
      close(participant);
      sheets.push({ sheets: latePair(parts, member, member.late, receipts), members: [member] });
      continue;
    }
    if (member.signed) {
      close(participant); // what came before may be what this rests on
      sheets.push(acceptedSheet(parts, [member], member.signed, receipts));
      continue;
    }
    if (member.statements.some(({ stated }) => isOfConsortium(stated.statement.act))) {
      close(participant);
      sheets.push(signedByGateway(parts, participant, [member], receipts));
      continue;
    }
    const members = open.get(participant) ?? [];
    const statements = members.reduce((sum, { statements }) => sum + statements.length, 0);
    if (statements + member.statements.length > SHEET_MAX) close(participant);
    open.set(participant, [...(open.get(participant) ?? []), member]);
  }
  for (const participant of [...open.keys()]) close(participant);
  return sheets;
}

function signedByGateway(
  parts: AcceptanceParts,
  participant: number,
  members: readonly Judged[],
  receipts: Receipts,
): SheetsOfMembers {
  const key = required(parts.keyring.serviceKey(participant));
  const digests = members.flatMap(({ statements }) => statements.map(({ digest }) => digest));
  const signature = parts.keyring.sign(key, sheetHash(digests, parts.foundingHash));
  return acceptedSheet(parts, members, { key, signature }, receipts);
}

function acceptedSheet(
  parts: AcceptanceParts,
  members: readonly Judged[],
  signature: Pick<SignedSheet, 'key' | 'signature' | 'endorsements'>,
  receipts: Receipts,
): SheetsOfMembers {
  const statements = members.flatMap((member) => member.statements);
  const { participant } = required(members[0]).waiting.caller;
  return { sheets: [sheetToAccept(parts, participant, statements, signature, receipts)], members };
}

/** The release, and the acceptance without which the ledger does not take it. */
function latePair(
  parts: AcceptanceParts,
  { waiting: { caller }, statements }: Judged,
  { release, acceptance }: SignedPair,
  receipts: Receipts,
): AcceptedSheet[] {
  const second = sheetToAccept(parts, caller.participant, statements.slice(1), acceptance, receipts);
  const first = sheetToAccept(parts, caller.participant, statements.slice(0, 1), release, receipts);
  return [
    { ...first, lateWith: second.hash },
    { ...second, lateWith: first.hash },
  ];
}

function sheetToAccept(
  parts: AcceptanceParts,
  participant: number,
  statements: Judged['statements'],
  { key, signature, endorsements }: Pick<SignedSheet, 'key' | 'signature' | 'endorsements'>,
  receipts: Receipts,
): AcceptedSheet {
  return {
    hash: sheetHash(
      statements.map(({ digest }) => digest),
      parts.foundingHash,
    ),
    key,
    signature,
    participant,
    ...(endorsements && { endorsements }),
    statements: statements.map((statement) => ({
      ...statement,
      receipt: required(receipts.get(statement.digest)),
    })),
  };
}

/** By digest. */
type Receipts = ReadonlyMap<Hex, Receipt>;

/** One signature for all that is accepted together for a participant. */
function signReceipts(parts: AcceptanceParts, judged: readonly Judged[], time: number): Receipts {
  const byParticipant = new Map<number, Hex[]>();
  for (const { waiting, statements } of judged) {
    const { participant } = waiting.caller;
    const digests = byParticipant.get(participant) ?? [];
    digests.push(...statements.map(({ digest }) => digest));
    byParticipant.set(participant, digests);
  }
  const receipts = new Map<Hex, Receipt>();
  for (const [participant, digests] of byParticipant) {
    const key = required(parts.keyring.receiptKey(participant));
    const { root, paths } = promiseTogether(digests);
    const signature = parts.keyring.sign(key, receiptHash({ digest: root, participant, time }, parts.foundingHash));
    digests.forEach((digest, position) => {
      receipts.set(digest, { digest, participant, time, path: required(paths[position]), key, signature });
    });
  }
  return receipts;
}

function keptAnswers(judged: readonly Judged[]): KeptAnswer[] {
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

function isService(world: World, { stated }: AcceptedStatement): boolean {
  return ((world.key(stated.statement.key)?.powers ?? 0) & POWER.service) !== 0;
}

function acceptedView(accepted: AcceptedStatement, sheet: Hex, service: boolean): Accepted {
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

/** What a caller did wrong is an answer; what went wrong here is thrown on. */
function refuse(waiting: Waiting, error: unknown): void {
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
  } else if (error instanceof ProtocolError) {
    waiting.resolve({ refused: { code: 'INVALID', detail: error.message } });
  } else {
    waiting.reject(error);
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value that must be there is missing');
  return value;
}
