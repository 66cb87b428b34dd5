/** Lines as far as they are known here: from the snapshot on, through what was stated or received since. */
import { ACT, actOf } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { openerOf } from '../../protocol/ledger.ts';
import type { Reason } from '../../protocol/reasons.ts';
import { digestOf, type Statement } from '../../protocol/statement.ts';
import { rowOf, TRANSITIONS, type EvidenceStatus } from '../../protocol/transitions.ts';

export interface KnownLine {
  readonly subject: Hex;
  readonly head: Hex;
  readonly status: EvidenceStatus;
  /** numbers of participants; 0: none */
  readonly holder: number;
  readonly recipient: number;
  /** bit set */
  readonly restrictions: number;
  /** of the release, while in transit */
  readonly releaseRestrictions: number;
}

/** A line that nobody opened. */
export function newLine(subject: Hex): KnownLine {
  const nobody = { holder: 0, recipient: 0, restrictions: 0, releaseRestrictions: 0 };
  return { subject, head: ZERO, status: 'none', ...nobody };
}

/** The line after a statement, or the reason for which the ledger would reject it; some reasons only the ledger knows. */
export function advance(line: KnownLine, statement: Statement): KnownLine | { readonly reason: Reason } {
  const { act, code, participant } = statement;
  if (statement.previous !== line.head) return { reason: 'STALE' };
  const cell = TRANSITIONS[rowOf(actOf(act), code)][line.status];
  if ('reason' in cell) return cell;
  if (cell.who === 'opener' && participant !== openerOf(line.subject)) return { reason: 'FOREIGN_NUMBER' };
  if (cell.who === 'holder' && participant !== line.holder) return { reason: 'NOT_HOLDER' };
  if (cell.who === 'recipient' && participant !== line.recipient) return { reason: 'NOT_RECIPIENT' };
  const moved = { ...line, head: digestOf(statement), status: cell.to };
  switch (act) {
    case ACT.collect:
    case ACT.derive:
      return { ...moved, holder: participant, restrictions: statement.restrictions };
    case ACT.release:
      if ((line.restrictions & ~statement.restrictions) !== 0) return { reason: 'RESTRICTION_DROPPED' };
      return { ...moved, recipient: statement.recipient, releaseRestrictions: statement.restrictions };
    case ACT.accept:
      return { ...moved, ...NO_RELEASE, holder: participant, restrictions: line.releaseRestrictions };
    case ACT.return:
    case ACT.recall:
      return { ...moved, ...NO_RELEASE };
    default:
      return moved;
  }
}

const NO_RELEASE = { recipient: 0, releaseRestrictions: 0 } as const;

/** The line with every statement of these that follows, in the order in which they follow each other. */
export function follow(
  line: KnownLine,
  statements: readonly Statement[],
): { readonly line: KnownLine; readonly followed: readonly Statement[] } {
  const successors = new Map(
    statements.filter(({ subject }) => subject === line.subject).map((each) => [each.previous, each]),
  );
  const followed: Statement[] = [];
  for (let at = line; ;) {
    const next = successors.get(at.head);
    const moved = next && advance(at, next);
    if (next === undefined || moved === undefined || 'reason' in moved) return { line: at, followed };
    followed.push(next);
    at = moved;
  }
}

/**
 * The line before a statement that nothing here explains: as the statement says that it was. Whether it was so, the
 * ledger will judge.
 */
export function lineBefore({ subject, previous, act, participant, restrictions }: Statement): KnownLine {
  if (previous === ZERO) return newLine(subject);
  const held = { ...newLine(subject), head: previous, status: 'held' as const, holder: participant };
  return act === ACT.release ? { ...held, restrictions } : held;
}
