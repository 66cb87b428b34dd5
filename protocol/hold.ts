/** Judgement of holds: protocol.md section 5, hold and lift. */
import { ACT } from './acts.ts';
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
import type { EvidenceState, LineOf } from './ledger.ts';
import { participantOf } from './world.ts';

/** At most so many holds are on one item. */
export const HOLDS_MAX = 255;

export function judgeHold(judging: Judging): Judgement {
  const { world, statement } = judging;
  const line = world.line('hold', statement.subject);
  return statement.act === ACT.hold ? judgePlacing(judging, line) : judgeLifting(judging, line);
}

function judgePlacing(judging: Judging, line: LineOf<'hold'> | undefined): Judgement {
  const { world, statement, list } = judging;
  const fault = openingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  const items: LineOf<'evidence'>[] = [];
  for (const subject of list) {
    const item = world.line('evidence', subject);
    if (item === undefined || item.state.status === 'disposed') return reject('NOT_ENTITLED');
    if (!isEntitled(judging, item.state)) return reject('NOT_ENTITLED');
    items.push(item);
  }
  if (new Set(list).size < list.length) return reject('NOT_ENTITLED');
  if (items.some((item) => item.state.holds >= HOLDS_MAX)) return reject('TOO_MANY');
  const placed = opened(judging, 'hold', {
    status: 'on',
    participant: statement.participant,
    items: list,
    itemsHash: statement.reference,
  });
  return { changes: [placed, ...items.map((item) => counted(item, 1))] };
}

/** The holder, an origin, or a court of the holder's jurisdiction. */
function isEntitled({ world, participant }: Judging, item: EvidenceState): boolean {
  if (participant.number === item.holder || item.origins.includes(participant.number)) return true;
  if (participant.kind !== 'court') return false;
  return participantOf(world, item.holder)?.jurisdiction === participant.jurisdiction;
}

function judgeLifting(judging: Judging, line: LineOf<'hold'> | undefined): Judgement {
  const { world, statement, list } = judging;
  if (line === undefined) return reject('LINE_UNKNOWN');
  const fault = followingFault(judging, line);
  if (fault !== undefined) return reject(fault);
  if (line.state.participant !== statement.participant) return reject('NOT_AUTHOR');
  if (line.state.itemsHash !== statement.reference) return reject('MALFORMED');
  if (line.state.status === 'lifted') return reject('CLOSED');
  const items = list.map((subject) => world.line('evidence', subject)!);
  const lifted = moved(judging, line, { ...line.state, status: 'lifted' });
  return { changes: [lifted, ...items.map((item) => counted(item, -1))] };
}

function counted(item: LineOf<'evidence'>, by: number) {
  return touched(item, { ...item.state, holds: item.state.holds + by });
}
