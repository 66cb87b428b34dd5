/** Judgement of statements on evidence lines: protocol.md 4.2, and 5 from derive to dispose. */
import { ACT, actOf, CODE } from './acts.ts';
import { ZERO } from './bytes.ts';
import { judgeGate } from './gate.ts';
import {
  followingFault,
  moved,
  opened,
  openingFault,
  reject,
  touched,
  type Judgement,
  type Judging,
} from './judging.ts';
import { EVERY_PURPOSE, MARK_LATE, NUMBERS_MAX, type EvidenceState, type LineOf } from './ledger.ts';
import type { Reason } from './reasons.ts';
import { rowOf, TRANSITIONS, type EvidenceStatus, type Who } from './transitions.ts';
import { participantOf } from './world.ts';

type EvidenceLine = LineOf<'evidence'>;

const NOT: Readonly<Record<Who, Reason>> = {
  opener: 'FOREIGN_NUMBER',
  holder: 'NOT_HOLDER',
  recipient: 'NOT_RECIPIENT',
  'holder or origin': 'NOT_AUTHOR',
};

export function judgeEvidence(judging: Judging): Judgement {
  const { world, rule, statement } = judging;
  const line = world.line('evidence', statement.subject);
  if (rule.opens === 'always') return judgeOpening(judging, line);

  const cells = TRANSITIONS[rowOf(actOf(statement.act), statement.code)];
  if (line === undefined) return reject('LINE_UNKNOWN');
  const fault = followingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  const cell = cells[line.state.status];
  if ('reason' in cell) return reject(cell.reason);
  if (!isWho(judging, line.state, cell.who)) return reject(NOT[cell.who]);

  switch (statement.act) {
    case ACT.release:
      return judgeRelease(judging, line);
    case ACT.accept:
      return judgeAccept(judging, line);
    case ACT.dispose:
      if (statement.code !== CODE.disposeLost && line.state.holds > 0) return reject('ON_HOLD');
      return { changes: [moved(judging, line, settled(line.state, cell.to))] };
    default:
      // Record and correct leave the status as it is; the others are outcomes.
      return { changes: [moved(judging, line, settled(line.state, cell.to))] };
  }
}

function isWho({ key, statement }: Judging, state: EvidenceState, who: Who): boolean {
  const { participant } = statement;
  switch (who) {
    case 'opener':
      return true; // judged with the line, step 6
    case 'holder':
      return participant === state.holder;
    case 'recipient':
      return participant === state.recipient && (state.recipientKey === 0 || state.recipientKey === key.number);
    case 'holder or origin':
      return participant === state.holder || state.origins.includes(participant);
  }
}

function judgeOpening(judging: Judging, line: EvidenceLine | undefined): Judgement {
  const { statement } = judging;
  const fault = openingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  const collected: EvidenceState = {
    status: 'held',
    marks: 0,
    holds: 0,
    holder: statement.participant,
    restrictions: statement.restrictions,
    purposes: EVERY_PURPOSE,
    ...NO_RELEASE,
    origins: [statement.participant],
    bases: [],
  };
  if (statement.act === ACT.collect) return { changes: [opened(judging, 'evidence', collected)] };
  return judgeDerive(judging, collected);
}

/** Derived evidence is as bound as all its parents are. */
function judgeDerive(judging: Judging, collected: EvidenceState): Judgement {
  const { world, list, statement } = judging;
  const parents: EvidenceState[] = [];
  for (const subject of list) {
    const parent = world.line('evidence', subject)?.state;
    if (parent?.status !== 'held' || parent.holder !== statement.participant) return reject('PARENTS');
    parents.push(parent);
  }
  if (new Set(list).size < list.length) return reject('PARENTS');

  const origins = [...new Set(parents.flatMap((parent) => parent.origins))];
  const bases = [...new Set(parents.flatMap((parent) => parent.bases))];
  if (origins.length > NUMBERS_MAX || bases.length > NUMBERS_MAX) return reject('TOO_MANY');
  const derived = parents.reduce(
    (state, parent) => ({
      ...state,
      marks: state.marks | (parent.marks & MARK_LATE),
      restrictions: state.restrictions | parent.restrictions,
      purposes: state.purposes & parent.purposes,
    }),
    { ...collected, origins, bases },
  );
  return { changes: [opened(judging, 'evidence', derived)] };
}

function judgeRelease(judging: Judging, line: EvidenceLine): Judgement {
  const { world, statement, key, participant: holder } = judging;
  const { state } = line;
  if (state.holds > 0) return reject('ON_HOLD');

  const recipient = participantOf(world, statement.recipient);
  if (recipient?.status !== 'active') return reject('RECIPIENT');
  const named = world.key(statement.recipientKey);
  if (statement.recipientKey !== ZERO && named?.participant !== recipient.number) return reject('RECIPIENT');
  const inside = recipient.number === holder.number;
  if (inside && (named === undefined || named.id === key.id)) return reject('SAME_KEY');

  if ((state.restrictions & ~statement.restrictions) !== 0) return reject('RESTRICTION_DROPPED');
  const late = statement.code === CODE.releaseLate;
  if (late && !judging.lateAllowed) return reject('LATE_ALONE');

  const passage = judgeGate(judging, line, recipient);
  if ('reason' in passage) return passage;
  const agreement = passage.agreement?.state.number ?? 0;
  if (passage.crossing && joined(state.bases, agreement).length > NUMBERS_MAX) return reject('TOO_MANY');

  const released: EvidenceState = {
    ...state,
    status: 'in-transit',
    marks: late ? state.marks | MARK_LATE : state.marks,
    crossing: passage.crossing,
    recipient: recipient.number,
    recipientKey: named?.number ?? 0,
    releaseKey: key.number,
    agreement,
    purpose: statement.purpose,
    releaseRestrictions: statement.restrictions,
  };
  const used = passage.consents.map((consent) => touched(consent, { ...consent.state, used: true }));
  return { changes: [moved(judging, line, released), ...used] };
}

function judgeAccept(judging: Judging, line: EvidenceLine): Judgement {
  const { state } = line;
  if (state.releaseKey === judging.key.number) return reject('SAME_KEY');
  const received: EvidenceState = {
    ...settled(state, 'held'),
    holder: state.recipient,
    restrictions: state.releaseRestrictions,
    purposes: state.crossing ? state.purpose : state.purposes,
    bases: state.crossing ? joined(state.bases, state.agreement) : state.bases,
  };
  return { changes: [moved(judging, line, received)] };
}

const NO_RELEASE = {
  crossing: false,
  recipient: 0,
  recipientKey: 0,
  releaseKey: 0,
  agreement: 0,
  purpose: 0,
  releaseRestrictions: 0,
} as const;

/** The state with another status, and what a release named forgotten. */
function settled(state: EvidenceState, status: EvidenceStatus): EvidenceState {
  return { ...state, ...NO_RELEASE, status: status as EvidenceState['status'] };
}

function joined(numbers: readonly number[], number: number): readonly number[] {
  return numbers.includes(number) ? numbers : [...numbers, number];
}
