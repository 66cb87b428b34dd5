/** What included statements change, as rows: of each line and key the newest state once. */
import type { KeyState, LineState } from '../../protocol/ledger.ts';
import type { Change } from '../../protocol/world.ts';
import type { Row } from './bulk.ts';
import { rowOfKey, rowOfLine } from './ledger-rows.ts';

/** Kinds of line of which there are few. */
export const CONSORTIUM = ['participant', 'consortium', 'agreement'] as const;

/** Changes in the order in which the ledger made them. */
export function rowsOfChanges(changes: readonly Change[]): {
  readonly lines: readonly Row[];
  readonly keys: readonly Row[];
} {
  const lines = new Map<string, LineState>();
  const keys = new Map<string, KeyState>();
  for (const change of changes) {
    if (change.change === 'enrolled' || change.change === 'revoked') keys.set(change.key.id, change.key);
    else lines.set(`${change.line.kind} ${change.line.subject}`, change.line);
  }
  return { lines: [...lines.values()].map(rowOfLine), keys: [...keys.values()].map(rowOfKey) };
}

/** Whether it is in what `loadConsortium` gives. */
export function isOfConsortium(change: Change): boolean {
  if (change.change === 'enrolled' || change.change === 'revoked') return true;
  return CONSORTIUM.some((kind) => kind === change.line.kind);
}
