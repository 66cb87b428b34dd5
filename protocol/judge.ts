/**
 * Judgement: whether a statement may follow, by the rules and in the order of protocol.md section 5. The ledger's
 * contracts judge the same; a gateway judges before it accepts, a follower to keep its projection, a verifier offline.
 */
import { ACT, CODE, kindOf, powersOf, ruleOf, type Keeper } from './acts.ts';
import { judgeAgreement, judgeConsent, judgeRequest } from './agreements.ts';
import type { Hex } from './bytes.ts';
import { judgeConsortium } from './consortium.ts';
import { ProtocolError } from './errors.ts';
import { judgeEvidence } from './evidence.ts';
import { isWellFormed } from './form.ts';
import { judgeHold } from './hold.ts';
import { reject, type Judgement, type Judging } from './judging.ts';
import { POWER } from './names.ts';
import type { Reason } from './reasons.ts';
import { digestOf, type Stated, type Statement } from './statement.ts';
import { apply, overlayWorld, participantOf, refuseRetired, type World } from './world.ts';

/** How far the claimed time may be ahead of the block's, in seconds. */
export const AHEAD_MAX = 120;
/** How long a statement may wait for its inclusion, in seconds. */
export const WAIT_MAX = 2_592_000;

/** Acts that a suspended participant may still state. */
const WHILE_SUSPENDED: readonly number[] = [ACT.return, ACT.recall, ACT.revoke];

/** When and how a statement reaches the ledger. */
export interface At {
  /** seconds */
  readonly blockTime: number;
  /** the statement's digest, if it is known already */
  readonly digest?: Hex;
  /** the contract that it is sent to, if that is not the one that keeps its line */
  readonly keeper?: Keeper;
  /** consortium only: ids of the keys whose signatures after the first proved, in the order in which they stand */
  readonly endorsements?: readonly Hex[];
}

/**
 * Judges one statement whose signature by its key has been proven.
 * @returns the changes that it makes, to be applied before the next one is judged; or the reason why it is rejected
 * @throws ProtocolError RETIRED, or HEX or RANGE if a field is not of its type
 */
export function judge(world: World, stated: Stated, at: At): Judgement {
  return judgeOn(world, stated, at, false);
}

/** Both outcomes of a late declaration. */
export interface LateJudgement {
  readonly release: Judgement;
  readonly acceptance: Judgement;
}

/**
 * Judges a release coded late together with its acceptance (protocol.md 6): both are included, or neither.
 * @param at `unproven`: those of the two whose signature did not prove
 * @throws ProtocolError PAIR if these are not a late release and the acceptance that follows it; RETIRED, HEX, RANGE
 */
export function judgeLate(
  world: World,
  release: Stated,
  acceptance: Stated,
  at: { readonly blockTime: number; readonly unproven?: readonly ('release' | 'acceptance')[] },
): LateJudgement {
  const digest = digestOf(release.statement);
  if (!isLatePair(release.statement, digest, acceptance.statement)) {
    throw new ProtocolError('PAIR', 'a late release goes with an acceptance of the same line, whose previous it is');
  }
  const { blockTime, unproven = [] } = at;
  const first = unproven.includes('release')
    ? reject('UNSIGNED')
    : judgeOn(world, release, { blockTime, digest }, true);
  const judgeAcceptance = (on: World): Judgement =>
    unproven.includes('acceptance') ? reject('UNSIGNED') : judgeOn(on, acceptance, { blockTime }, false);

  // It follows a release that is not there, so it is rejected in any case.
  if ('reason' in first) return { release: first, acceptance: judgeAcceptance(world) };

  const next = overlayWorld(world);
  apply(next, first.changes);
  const second = judgeAcceptance(next);
  return { release: 'reason' in second ? reject('LATE_ALONE') : first, acceptance: second };
}

/** Whether two statements are a late release, with its digest, and the acceptance that follows it. */
export function isLatePair(release: Statement, digest: Hex, acceptance: Statement): boolean {
  return (
    isLateRelease(release) &&
    acceptance.act === ACT.accept &&
    acceptance.subject === release.subject &&
    acceptance.previous === digest
  );
}

/** Whether a statement is taken only together with its acceptance. */
export function isLateRelease({ act, code }: Statement): boolean {
  return act === ACT.release && code === CODE.releaseLate;
}

function judgeOn(world: World, { statement, list }: Stated, at: At, lateAllowed: boolean): Judgement {
  refuseRetired(world, statement);
  const { blockTime, endorsements = [] } = at;
  const key = world.key(statement.key);
  if (key === undefined || key.powers === POWER.encryption) return reject('UNSIGNED');
  if (statement.participant !== key.participant) return reject('KEY_FOREIGN');

  const rule = ruleOf(statement.act);
  if (rule === undefined || rule.keeper !== (at.keeper ?? rule.keeper)) return reject('MALFORMED');
  if (!isWellFormed(rule, { statement, list })) return reject('MALFORMED');

  const fault = timeFault(statement, blockTime);
  if (fault !== undefined) return reject(fault);

  if (key.revokedAt !== 0) return reject('KEY_REVOKED');
  if (statement.time < key.from || statement.time >= key.until) return reject('KEY_EXPIRED');
  if ((key.powers & powersOf(rule, statement.code)) === 0) return reject('KEY_POWER');
  if (((key.acts >>> statement.act) & 1) === 0) return reject('KEY_ACT');

  const participant = participantOf(world, statement.participant);
  if (participant === undefined) return reject('UNSIGNED');
  if (participant.status !== 'active' && !WHILE_SUSPENDED.includes(statement.act)) return reject('SUSPENDED');

  const digest = at.digest ?? digestOf(statement);
  return judgeLine({
    world,
    rule,
    statement,
    list,
    digest,
    blockTime,
    key,
    participant,
    endorsements,
    lateAllowed,
  });
}

function timeFault(statement: Statement, blockTime: number): Reason | undefined {
  const { time, expires } = statement;
  if (time > blockTime + AHEAD_MAX) return 'FUTURE';
  if (expires < time || expires > time + WAIT_MAX) return 'EXPIRY';
  if (blockTime > expires) return 'EXPIRED';
  return undefined;
}

/** Steps 6 to 8. */
function judgeLine(judging: Judging): Judgement {
  const { rule, statement } = judging;
  switch (kindOf(rule, statement)) {
    case 'evidence':
      return judgeEvidence(judging);
    case 'hold':
      return judgeHold(judging);
    case 'consent':
      return judgeConsent(judging);
    case 'request':
      return judgeRequest(judging);
    case 'agreement':
      return judgeAgreement(judging);
    case 'participant':
    case 'consortium':
      return judgeConsortium(judging);
  }
}
