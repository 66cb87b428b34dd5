/** Which lines a judgement reads, beyond participants, keys and agreements, which are always at hand. */
import { findAct, kindOf, ruleOf, type Act, type LineKind } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { Stated } from '../../protocol/statement.ts';
import type { LineReference } from './ports.ts';

const LISTED: Partial<Record<Act, LineKind>> = {
  derive: 'evidence',
  release: 'consent',
  hold: 'evidence',
  lift: 'evidence',
};

export function referencesOf({ statement, list }: Stated): LineReference[] {
  const act = findAct(statement.act);
  const rule = ruleOf(statement.act);
  if (act === undefined || rule === undefined) return [];
  return [
    { kind: kindOf(rule, statement), subject: statement.subject },
    ...(statement.request === ZERO ? [] : [{ kind: 'request', subject: statement.request } as const]),
    ...listedOf(act, list),
  ];
}

/** The lines that an act's list names. */
export function listedOf(act: Act, list: readonly Hex[]): LineReference[] {
  const kind = LISTED[act];
  return kind === undefined ? [] : list.map((subject) => ({ kind, subject }));
}
