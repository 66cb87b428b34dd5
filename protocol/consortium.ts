/** Judgement of membership and keys: protocol.md section 5, from enrol on, and the approval of section 8. */
import { ACT, CODE } from './acts.ts';
import { nextAnchor } from './anchor.ts';
import { ZERO, type Hex } from './bytes.ts';
import { keyId } from './key.ts';
import { followingFault, moved, reject, touched, type Judgement, type Judging } from './judging.ts';
import { MARK_BY_CONSORTIUM, openerOf, participantSubject, type KeyState, type LineOf } from './ledger.ts';
import { readKey, readMember, readParticipant, type NewKey, type NewMember } from './lists.ts';
import { POWER } from './names.ts';
import type { Reason } from './reasons.ts';
import { participantOf, type Change, type World } from './world.ts';

export function judgeConsortium(judging: Judging): Judgement {
  const { world, statement } = judging;
  const { subject } = statement;
  const ownLine = statement.act === ACT.revoke || statement.act === ACT.erase || isOwnEnrolment(judging);
  const line = ownLine ? world.line('participant', subject) : world.line('consortium', subject);
  if (line === undefined) return reject('LINE_UNKNOWN');
  const fault = followingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  return line.kind === 'participant' ? judgeOwn(judging, line) : judgeMembership(judging, line);
}

function isOwnEnrolment({ statement }: Judging): boolean {
  return statement.act === ACT.enrol && statement.subject !== ZERO;
}

/** What a participant states about its own keys and records. */
function judgeOwn(judging: Judging, line: LineOf<'participant'>): Judgement {
  const { world, statement, list, blockTime } = judging;
  if (openerOf(statement.subject) !== statement.participant) return reject('FOREIGN_NUMBER');
  const next = moved(judging, line, line.state);
  if (statement.act === ACT.enrol) {
    const key = readKey(list);
    const fault = keyFault(judging, key);
    if (fault !== undefined) return reject(fault);
    return { changes: [next, enrolled(world, key!, statement.participant, 0)] };
  }
  if (statement.act === ACT.revoke) {
    const key = world.key(statement.reference);
    if (key?.participant !== statement.participant) return reject('KEY_FOREIGN');
    if (key.revokedAt !== 0) return reject('KEY_REVOKED');
    return { changes: [next, { change: 'revoked', key: { ...key, revokedAt: blockTime } }] };
  }
  return { changes: [next] };
}

/** What the agencies approve. */
function judgeMembership(judging: Judging, line: LineOf<'consortium'>): Judgement {
  const { world, statement, list } = judging;
  if (!isApproved(judging)) return reject('NOT_APPROVED');
  if (statement.act === ACT.retire) return { changes: [moved(judging, line, { ...line.state, status: 'retired' })] };
  const next = moved(judging, line, line.state);
  if (statement.act === ACT.admit && statement.code === CODE.admitNew) {
    const effects = judgeAdmission(judging);
    return 'reason' in effects ? effects : { changes: [next, ...effects.changes] };
  }
  const participant = world.line('participant', participantSubject(readParticipant(list[0])));
  if (participant === undefined) return reject('RECIPIENT');
  if (statement.act === ACT.enrol) {
    const key = readKey(list.slice(1));
    const fault = keyFault(judging, key);
    if (fault !== undefined) return reject(fault);
    return { changes: [next, enrolled(world, key!, participant.state.number, MARK_BY_CONSORTIUM)] };
  }
  const [from, to] =
    statement.act === ACT.suspend ? (['active', 'suspended'] as const) : (['suspended', 'active'] as const);
  if (participant.state.status !== from) return reject('RECIPIENT');
  return { changes: [next, touched(participant, { ...participant.state, status: to })] };
}

function judgeAdmission(judging: Judging): Judgement {
  const { world, list, digest, blockTime } = judging;
  const member = readMember(list);
  if (member === undefined || !isSponsored(member, participantOf(world, member.sponsor))) return reject('MALFORMED');
  const fault = keyFault(judging, member.key);
  if (fault !== undefined) return reject(fault);
  return { changes: admitted(world, member, digest, blockTime) };
}

/** Whether a member has the sponsor that its kind needs. */
export function isSponsored(member: NewMember, sponsor: { readonly kind: string } | undefined): boolean {
  return member.kind === 'agency' ? member.sponsor === 0 : sponsor?.kind === 'agency';
}

/** A new participant with its line and its first key. */
export function admitted(world: World, member: NewMember, head: Hex, blockTime: number): Change[] {
  const { code, jurisdiction, kind, sponsor } = member;
  const number = world.tally().participants + 1;
  const line: LineOf<'participant'> = {
    kind: 'participant',
    subject: participantSubject(number),
    head,
    anchor: nextAnchor(ZERO, head, blockTime),
    count: 1,
    state: { number, code, jurisdiction, kind, sponsor, status: 'active' },
  };
  return [{ change: 'admitted', line }, enrolled(world, member.key, number, 0)];
}

function enrolled(world: World, key: NewKey, participant: number, marks: number): Change {
  const number = world.tally().keys + 1;
  return { change: 'enrolled', key: { ...key, id: keyId(key), number, participant, revokedAt: 0, marks } };
}

function keyFault({ world, endorsements }: Judging, key: NewKey | undefined): Reason | undefined {
  if (key === undefined) return 'MALFORMED';
  const id = keyId(key);
  if (world.key(id) !== undefined) return 'KEY_EXISTS';
  return endorsements.includes(id) ? undefined : 'KEY_UNPROVEN';
}

/** How many of the active agencies have to sign: more than two thirds. */
export function approvalsNeeded(activeAgencies: number): number {
  return Math.floor((2 * activeAgencies) / 3) + 1;
}

type Approving = Pick<Judging, 'world' | 'statement' | 'blockTime' | 'key' | 'endorsements'>;

/** Numbers of the agencies whose signatures count, that of the statement's key first. */
export function approvers(approving: Approving): number[] {
  const { world, key, endorsements } = approving;
  const found = approves(approving, key) ? [key.participant] : [];
  let last = 0;
  for (const id of endorsements) {
    const other = world.key(id);
    if (other === undefined || other.participant <= last || other.participant === key.participant) continue;
    if (!approves(approving, other)) continue;
    last = other.participant;
    found.push(last);
  }
  return found;
}

function isApproved(judging: Judging): boolean {
  return approvers(judging).length >= approvalsNeeded(judging.world.tally().activeAgencies);
}

function approves({ world, statement, blockTime }: Approving, key: KeyState): boolean {
  const participant = participantOf(world, key.participant);
  if (participant?.kind !== 'agency' || participant.status !== 'active') return false;
  if ((key.powers & POWER.authority) === 0 || ((key.acts >>> statement.act) & 1) === 0) return false;
  return key.revokedAt === 0 && key.from <= blockTime && blockTime < key.until;
}
