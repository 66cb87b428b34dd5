/**
 * Late declarations: a handover that took place while its basis held, and that nobody could state in time. Release and
 * acceptance are signed apart, perhaps at two gateways, and go to the ledger as a pair or not at all.
 */
import { ACT } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { isLateRelease, judgeLate } from '../../protocol/judge.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf } from '../../protocol/statement.ts';
import type { Change, World } from '../../protocol/world.ts';
import type { Consortium } from './consortium.ts';
import type { Deadlines } from './deadlines.ts';
import { fillStatement, type Chance, type FilledStatement } from './fill.ts';
import { CustodyError, type Caller, type LatePair, type SignedSheet, type StatementRequest } from './gateway.ts';
import type { LineReference } from './ports.ts';
import { referencesOf } from './references.ts';
import { rejected } from './rejected.ts';
import { checkedStatement, serviceSigner, statedIn, verifySheet, type Signatures } from './signing.ts';

type Signed = Pick<SignedSheet, 'key' | 'signature'>;

export interface SignedPair {
  readonly release: Signed;
  readonly acceptance: Signed;
}

export interface LateJudging extends Signatures {
  readonly world: World;
  readonly consortium: Consortium;
  readonly deadlines: Deadlines;
  readonly chance: Chance;
  readonly now: number;
}

interface JudgedPair {
  readonly statements: readonly (FilledStatement & { readonly digest: Hex })[];
  readonly late: SignedPair;
  readonly changes: readonly Change[];
}

/** The lines that judging a pair needs: those of its release, on whose line the acceptance is. */
export function lateReferences({ release }: LatePair): LineReference[] {
  return release.statements.flatMap(({ statement, list = [] }) => referencesOf({ statement, list }));
}

/** @throws CustodyError where a signature does not prove, or the ledger would not take the pair */
export function judgeLatePair(judging: LateJudging, caller: Caller, { release, acceptance }: LatePair): JudgedPair {
  const { world, now } = judging;
  const first = proven(judging, caller, release);
  const follows = digestOf(first.stated.statement);
  const own = 'act' in acceptance ? signedHere(judging, caller, { ...acceptance, follows }) : undefined;
  const second = own?.filled ?? proven(judging, caller, acceptance as SignedSheet);
  if (!isLateRelease(first.stated.statement) || second.stated.statement.act !== ACT.accept) throw notPair();
  if (second.stated.statement.previous !== follows) throw notPair();
  if (second.stated.statement.subject !== first.stated.statement.subject) throw notPair();
  if (![first, second].some(({ stated }) => stated.statement.participant === caller.participant)) {
    throw new CustodyError('NOT_ALLOWED', 'A late declaration is posted by one of its two sides.');
  }
  const judged = judgeLate(world, first.stated, second.stated, { blockTime: now });
  // Where the acceptance is at fault, the release is only alone.
  if ('reason' in judged.release && judged.release.reason !== 'LATE_ALONE') {
    throw rejected(judged.release.reason, first.stated, world, 0);
  }
  if ('reason' in judged.acceptance) throw rejected(judged.acceptance.reason, second.stated, world, 1);
  if ('reason' in judged.release) throw rejected(judged.release.reason, first.stated, world, 0);
  return {
    statements: [first, second].map((each) => ({ ...each, digest: digestOf(each.stated.statement) })),
    late: { release, acceptance: own ?? (acceptance as SignedSheet) },
    changes: [...judged.release.changes, ...judged.acceptance.changes],
  };
}

/** One side with the service key of the caller's participant. Stores nothing: the other side's signature comes next. */
export function signLate(judging: LateJudging, caller: Caller, request: StatementRequest): SignedSheet {
  const { filled, key, signature } = signedHere(judging, caller, request);
  const isAcceptance = filled.stated.statement.act === ACT.accept && request.follows !== undefined;
  if (!isLateRelease(filled.stated.statement) && !isAcceptance) {
    throw new CustodyError(
      'INVALID',
      'Only a release of code late is signed ahead, or an acceptance that follows one. State anything else directly.',
    );
  }
  const { stated, record } = filled;
  return { key, signature, statements: [{ ...stated, ...(record && { record }) }] };
}

function signedHere(judging: LateJudging, caller: Caller, request: StatementRequest) {
  const { world, consortium, deadlines, chance, now, keyring, foundingHash } = judging;
  const signer = serviceSigner(judging, caller);
  const { participantCoded } = consortium;
  const filled = fillStatement(request, { ...signer, world, participantCoded, deadlines, chance, now });
  const hash = sheetHash([digestOf(filled.stated.statement)], foundingHash);
  return { filled, key: signer.key, signature: keyring.sign(signer.key, hash) };
}

/** A side that was signed already. What the other side wrote stays with it: only its root is here. */
function proven(judging: LateJudging, caller: Caller, signed: SignedSheet): FilledStatement {
  const [only, ...others] = signed.statements;
  if (!only || others.length > 0 || signed.endorsements) {
    throw new CustodyError(
      'INVALID',
      'Each side of a late declaration is a sheet of one statement with one signature.',
    );
  }
  const { participant } = only.statement;
  verifySheet(judging, participant, signed, judging.world);
  if (participant === caller.participant) return checkedStatement(signed, 0);
  if (only.record) {
    throw new CustodyError('INVALID', 'Leave out the record of the other side: it stays with the one that wrote it.');
  }
  return { stated: statedIn(signed, 0) };
}

function notPair(): CustodyError {
  return new CustodyError(
    'INVALID',
    'A late declaration is a release of code late and the acceptance that follows it, of the same evidence.',
  );
}
