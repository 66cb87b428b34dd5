/** What a transfer may rest on besides agreements, as people look for it: requests and consents. */
import type { Hex } from '../../protocol/bytes.ts';
import type { LineOf } from '../../protocol/ledger.ts';

/** Where a request stands; `overdue`: open, and its deadline is over. That is no rule of the ledger. */
export const REQUEST_STANDINGS = ['open', 'granted', 'refused', 'withdrawn', 'overdue'] as const;
export type RequestStanding = (typeof REQUEST_STANDINGS)[number];

export interface RequestFilter {
  readonly requester?: number;
  readonly asked?: number;
  /** Number of the instrument. */
  readonly code?: number;
  readonly standing?: RequestStanding;
}

export interface ConsentFilter {
  readonly evidence?: Hex;
  readonly giver?: number;
  readonly recipient?: number;
}

export type BasisFilter =
  ({ readonly kind: 'request'; readonly now: number } & RequestFilter) | ({ readonly kind: 'consent' } & ConsentFilter);

export function standingOf({ state }: LineOf<'request'>, now: number): RequestStanding {
  return state.status === 'open' && state.deadline < now ? 'overdue' : state.status;
}

/** Whether a line is one that is looked for. */
export function isSought(line: LineOf<'request'> | LineOf<'consent'>, filter: BasisFilter): boolean {
  if (line.kind === 'request' && filter.kind === 'request') {
    const { requester, asked, code } = line.state;
    return (
      (filter.requester === undefined || filter.requester === requester) &&
      (filter.asked === undefined || filter.asked === asked) &&
      (filter.code === undefined || filter.code === code) &&
      (filter.standing === undefined || filter.standing === standingOf(line, filter.now))
    );
  }
  if (line.kind === 'consent' && filter.kind === 'consent') {
    const { evidence, giver, recipient } = line.state;
    return (
      (filter.evidence === undefined || filter.evidence === evidence) &&
      (filter.giver === undefined || filter.giver === giver) &&
      (filter.recipient === undefined || filter.recipient === recipient)
    );
  }
  return false;
}
