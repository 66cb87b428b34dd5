/** What all parts of judgement share: the statement in question, and how a line goes on. */
import type { ActRule, LineKind } from './acts.ts';
import { nextAnchor } from './anchor.ts';
import { ZERO, type Hex } from './bytes.ts';
import {
  isOpenedSubject,
  openerOf,
  tagOf,
  type KeyState,
  type LineOf,
  type LineState,
  type ParticipantState,
} from './ledger.ts';
import type { Reason } from './reasons.ts';
import type { Statement } from './statement.ts';
import type { Change, World } from './world.ts';

/** Whether a statement may follow: what it changes, or why it is rejected. */
export type Judgement = { readonly changes: readonly Change[] } | { readonly reason: Reason };

/** A statement that has passed steps 1 to 5, with what those steps looked up. */
export interface Judging {
  readonly world: World;
  readonly rule: ActRule;
  readonly statement: Statement;
  readonly list: readonly Hex[];
  readonly digest: Hex;
  readonly blockTime: number;
  readonly key: KeyState;
  readonly participant: ParticipantState;
  /** ids of the keys whose further signatures proved, in the order in which they stand; consortium only */
  readonly endorsements: readonly Hex[];
  /** whether a release coded late may be taken */
  readonly lateAllowed: boolean;
}

export function reject(reason: Reason): { readonly reason: Reason } {
  return { reason };
}

/** Step 6 for a statement that opens a line. */
export function openingFault(judging: Judging, line: { readonly head: Hex } | undefined): Reason | undefined {
  const { world, statement, digest } = judging;
  const { subject } = statement;
  const tag = world.line('consortium', ZERO)?.state.tag;
  if (tag !== undefined && tagOf(subject) !== tag) return 'FOREIGN_NUMBER';
  if (openerOf(subject) !== statement.participant || !isOpenedSubject(subject)) return 'FOREIGN_NUMBER';
  if (line !== undefined) return line.head === digest ? 'REPLAYED' : 'LINE_EXISTS';
  if (statement.previous !== ZERO) return 'MALFORMED';
  return undefined;
}

/** Step 6 for a statement that follows another. */
export function followingFault(judging: Judging, line: { readonly head: Hex }): Reason | undefined {
  if (line.head === judging.digest) return 'REPLAYED';
  if (line.head !== judging.statement.previous) return 'STALE';
  return undefined;
}

/** The line that a statement opens. */
export function opened<K extends LineKind>(judging: Judging, kind: K, state: LineOf<K>['state']): Change {
  const { statement, digest, blockTime } = judging;
  const anchor = nextAnchor(ZERO, digest, blockTime);
  const line = { kind, subject: statement.subject, head: digest, anchor, count: 1, state };
  return { change: 'moved', line: line as LineState };
}

/** The line after a statement that follows. */
export function moved<L extends LineState>(judging: Judging, line: L, state: L['state']): Change {
  const anchor = nextAnchor(line.anchor, judging.digest, judging.blockTime);
  const next: L = { ...line, head: judging.digest, anchor, count: line.count + 1, state };
  return { change: 'moved', line: next };
}

/** A line whose state another line's statement changes. */
export function touched<L extends LineState>(line: L, state: L['state']): Change {
  const next: L = { ...line, state };
  return { change: 'touched', line: next };
}
