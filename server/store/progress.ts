/** Where a statement stands, from what the ledger judged and what this gateway promised. */
import { reasonName, type Reason } from '../../protocol/reasons.ts';
import type { Progress } from '../custody/ports.ts';
import { PROMISE, SHEET } from './tables.ts';

export interface Standing {
  /** Of the statement: absent, 0 included, or the reason's number. */
  readonly outcome: number | null;
  /** Of the promise, if this gateway accepted it. */
  readonly promise: number | null;
  /** Of its sheet in the outbox. */
  readonly sheet_state: number | null;
}

/** The follower brings blocks that can't be undone, so what is included is final. */
export function progressOf({ outcome, promise, sheet_state: sheet }: Standing): Progress {
  if (outcome === 0) return 'final';
  if (promise === PROMISE.OPEN) return sheet === SHEET.WAITING ? 'accepted' : 'sent';
  if (promise === PROMISE.EXPIRED) return 'expired';
  return 'rejected';
}

export function reasonOf(standing: Standing): Reason | undefined {
  const progress = progressOf(standing);
  if (progress === 'expired') return 'EXPIRED';
  return progress === 'rejected' && standing.outcome !== null ? reasonName(standing.outcome) : undefined;
}
