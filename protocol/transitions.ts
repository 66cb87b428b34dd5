/** The one table act × state × who of evidence lines: protocol.md 4.2, as data. */
import { CODE, type Act } from './acts.ts';
import type { Reason } from './reasons.ts';

export const EVIDENCE_STATUS = { held: 1, 'in-transit': 2, returning: 3, disposed: 4, lost: 5 } as const;

/** `none`: there is no line. */
export type EvidenceStatus = 'none' | keyof typeof EVIDENCE_STATUS;

export type Who = 'opener' | 'holder' | 'recipient' | 'holder or origin';

/** What a statement meets: who may state it and what becomes of the line, or why it is rejected. */
export type Cell = { readonly who: Who; readonly to: EvidenceStatus } | { readonly reason: Reason };

/** A row of the table; `lost` is dispose with that code. */
export type Row =
  | Extract<
      Act,
      | 'collect'
      | 'derive'
      | 'release'
      | 'accept'
      | 'refuse'
      | 'recall'
      | 'return'
      | 'record'
      | 'correct'
      | 'dispose'
      | 'found'
    >
  | 'lost';

type Cells = Readonly<Record<EvidenceStatus, Cell>>;

const no = (reason: Reason): Cell => ({ reason });
const may = (who: Who, to: EvidenceStatus): Cell => ({ who, to });

const OPENS: Cells = {
  none: may('opener', 'held'),
  held: no('LINE_EXISTS'),
  'in-transit': no('LINE_EXISTS'),
  returning: no('LINE_EXISTS'),
  disposed: no('LINE_EXISTS'),
  lost: no('LINE_EXISTS'),
};

const CLOSED = { none: no('LINE_UNKNOWN'), disposed: no('CLOSED'), lost: no('CLOSED') } as const;

/** Of an act that only the holder of an item that it holds may state. */
function whileHeld(to: EvidenceStatus): Cells {
  return { ...CLOSED, held: may('holder', to), 'in-transit': no('IN_TRANSIT'), returning: no('IN_TRANSIT') };
}

/** Of an act that is the outcome of a release. */
function outcome(of: 'in-transit' | 'returning', who: Who, to: EvidenceStatus): Cells {
  const not = no('NOT_RELEASED');
  return { ...CLOSED, held: not, 'in-transit': not, returning: not, [of]: may(who, to) };
}

export const TRANSITIONS: Readonly<Record<Row, Cells>> = {
  collect: OPENS,
  derive: OPENS,
  release: whileHeld('in-transit'),
  accept: outcome('in-transit', 'recipient', 'held'),
  refuse: outcome('in-transit', 'recipient', 'returning'),
  recall: outcome('in-transit', 'holder', 'held'),
  return: outcome('returning', 'holder', 'held'),
  record: whileHeld('held'),
  correct: {
    none: no('LINE_UNKNOWN'),
    held: may('holder or origin', 'held'),
    'in-transit': no('IN_TRANSIT'),
    returning: no('IN_TRANSIT'),
    disposed: may('holder or origin', 'disposed'),
    lost: may('holder or origin', 'lost'),
  },
  dispose: whileHeld('disposed'),
  lost: {
    ...CLOSED,
    held: may('holder', 'lost'),
    'in-transit': may('holder', 'lost'),
    returning: may('holder', 'lost'),
  },
  found: {
    none: no('LINE_UNKNOWN'),
    held: no('NOT_LOST'),
    'in-transit': no('NOT_LOST'),
    returning: no('NOT_LOST'),
    disposed: no('CLOSED'),
    lost: may('holder', 'held'),
  },
};

/** The row of a statement of this act and code on an evidence line. */
export function rowOf(act: Act, code: number): Row {
  return act === 'dispose' && code === CODE.disposeLost ? 'lost' : (act as Row);
}
