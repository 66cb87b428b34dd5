/** Judging one submission against the ledger as it will be, before anything is signed or stored. */
import { ACT, ruleOf } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { judge } from '../../protocol/judge.ts';
import { digestOf } from '../../protocol/statement.ts';
import { provenEndorsements, SCHEMES_P256 } from '../../protocol/submission.ts';
import { SHEET_MAX } from '../../protocol/wire.ts';
import { apply, type Change, type MutableWorld } from '../../protocol/world.ts';
import type { Consortium } from './consortium.ts';
import type { Deadlines } from './deadlines.ts';
import { checkErasable, type Erasable } from './erasing.ts';
import { fillStatement, referencesOfRequest, type Chance, type FilledStatement } from './fill.ts';
import { CustodyError, type Answer, type Caller, type SignedSheet, type Submitted } from './gateway.ts';
import { judgeLatePair, lateReferences, type SignedPair } from './late.ts';
import type { LineReference } from './ports.ts';
import { referencesOf } from './references.ts';
import { rejected } from './rejected.ts';
import { checkedStatement, serviceSigner, verifySheet, type Signatures } from './signing.ts';

export interface JudgingParts extends Signatures {
  readonly chance: Chance;
  /** Of requests that name none. */
  readonly deadlines: Deadlines;
}

export interface Waiting {
  readonly caller: Caller;
  readonly submitted: Submitted;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** A submission whose statements passed judgement, before it is signed. */
export interface Judged {
  readonly waiting: Waiting;
  readonly statements: readonly (FilledStatement & { readonly digest: Hex })[];
  /** Present when an officer's client signed; else the gateway will. */
  readonly signed?: SignedSheet;
  /** Present in a late declaration: the signatures of the release and of the acceptance. */
  readonly late?: SignedPair;
  readonly changes: readonly Change[];
}

export function references({ caller, submitted: { submission } }: Waiting): LineReference[] {
  if ('late' in submission) return lateReferences(submission.late);
  if ('signed' in submission) {
    return submission.signed.statements.flatMap(({ statement, list }) => referencesOf({ statement, list: list ?? [] }));
  }
  return submission.request.statements.flatMap((request) => referencesOfRequest(request, caller.participant));
}

/** What a submission is judged by. */
export interface Moment {
  readonly world: MutableWorld;
  readonly erasable: Erasable;
  readonly now: number;
}

/** What the erasures of a submission name. */
export function erasedBy({ submitted: { submission } }: Waiting): Hex[] {
  if ('late' in submission) return [];
  if ('signed' in submission) {
    return submission.signed.statements.flatMap(({ statement, list }) =>
      statement.act === ACT.erase ? (list ?? []) : [],
    );
  }
  return submission.request.statements.flatMap(({ act, list }) => (act === 'erase' ? (list ?? []) : []));
}

/** Judges all statements of a submission on `world`, which then shows their effects. */
export function judgeSubmission(
  parts: JudgingParts,
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
        : fillStatement(submission.request.statements[position]!, {
            ...serviceSigner(parts, caller),
            world,
            participantCoded: consortium.participantCoded,
            now,
            chance: parts.chance,
            deadlines: parts.deadlines,
          });
    const digest = digestOf(filled.stated.statement);
    const ofConsortium = isOfConsortium(filled.stated.statement.act);
    if (count > 1 && ofConsortium) throw travelsAlone();
    const endorsements =
      signed?.endorsements && hash && ofConsortium
        ? provenEndorsements(
            { world, foundingHash: parts.foundingHash, schemes: SCHEMES_P256, verify: parts.keyring.verify },
            filled.stated,
            hash,
            signed.endorsements,
          )
        : [];
    const judgement = judge(world, filled.stated, { blockTime: now, digest, endorsements });
    if ('reason' in judgement) throw rejected(judgement.reason, filled.stated, world, position);
    checkErasable(world, filled.stated, erasable);
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

export function isOfConsortium(act: number): boolean {
  return ruleOf(act)?.keeper === 'consortium';
}
