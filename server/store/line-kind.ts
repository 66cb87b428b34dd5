/** Kinds of line as numbers of this store, and the line that a statement stands on. */
import { kindOf, ruleOf, type LineKind } from '../../protocol/acts.ts';
import type { Statement } from '../../protocol/statement.ts';
import { StoreError } from './errors.ts';

/** Numbers are stored; never reorder. */
const KINDS: readonly LineKind[] = ['evidence', 'hold', 'consent', 'request', 'agreement', 'participant', 'consortium'];

/** A statement of an act or a code that there is not, which the ledger rejected: on no line. */
const NO_KIND = 0;

export function kindNumber(kind: LineKind): number {
  const at = KINDS.indexOf(kind);
  if (at < 0) throw new StoreError('MISUSE', `no line is of the kind ${kind}`);
  return at + 1;
}

export function kindNamed(number: number): LineKind {
  const kind = KINDS[number - 1];
  if (kind === undefined) throw new StoreError('CORRUPT', `no kind of line has the number ${number}`);
  return kind;
}

/** Number of the kind of line that a statement stands on. */
export function kindOfStatement(statement: Statement): number {
  const rule = ruleOf(statement.act);
  const kind = rule && (kindOf(rule, statement) as LineKind | undefined);
  return kind === undefined ? NO_KIND : kindNumber(kind);
}
