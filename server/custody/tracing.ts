/**
 * Tracing: what crossed which border, who held an item when, and what was made of what.
 *
 * All of it stands on the ledger, where every member reads it, so every role that reads sees all of it. Only the search
 * by what stands in records is the caller's own participant's; it shows no record, and an auditor may use it too.
 */
import { actOf } from '../../protocol/acts.ts';
import { AHEAD_MAX } from '../../protocol/judge.ts';
import { rowOf, TRANSITIONS, type EvidenceStatus } from '../../protocol/transitions.ts';
import type { Statement } from '../../protocol/statement.ts';
import { CustodyError, type Gateway } from './gateway.ts';
import type { Clock, Store, TrailEntry } from './ports.ts';
import type { CustodyAt, CustodyState } from './transfers.ts';

type Tracing = Pick<Gateway, 'transfers' | 'custodyAt' | 'derivations'>;

const PAGE = 500;

export function openTracing(store: Store, clock: Clock): Tracing {
  return {
    transfers: (caller, filter, cursor, limit) => store.transfers(caller.participant, filter, clock(), cursor, limit),

    async custodyAt(_caller, subject, time) {
      // As far ahead as a statement may claim to be.
      if (time > clock() + AHEAD_MAX) {
        throw new CustodyError(
          'INVALID',
          'That moment is to come, and who will hold it then is not known. Ask for now or before.',
        );
      }
      const states: CustodyState[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await store.trail({ kind: 'evidence', subject }, cursor, PAGE);
        for (const entry of page.items) {
          const state = entry.included && stateAfter(states.at(-1), entry);
          if (state) states.push(state);
        }
        if (page.next === undefined) break;
        cursor = page.next;
      }
      return states.length === 0 ? undefined : custodyOf(states, time);
    },

    derivations: (_caller, subject, direction, cursor, limit) => store.derivations(subject, direction, cursor, limit),
  };
}

/** A statement has no effect before the one that it follows, whatever times are claimed. */
function custodyOf(states: readonly CustodyState[], time: number): CustodyAt {
  const recorded = states.filter(({ since }) => since.includedAt <= time).at(-1);
  const later = states.findIndex(({ since }) => since.claimedAt > time);
  const claimed = later < 0 ? states.at(-1) : states[later - 1];
  return { ...(recorded && { recorded }), ...(claimed && { claimed }) };
}

function stateAfter(before: CustodyState | undefined, { digest, stated, included }: TrailEntry): CustodyState {
  const { statement } = stated;
  const status = statusAfter(before?.status ?? 'none', statement);
  const act = actOf(statement.act);
  return {
    status,
    holder: before === undefined || act === 'accept' ? statement.participant : before.holder,
    ...(status === 'in-transit' && { recipient: statement.recipient }),
    since: { digest, claimedAt: statement.time, includedAt: included?.time ?? 0 },
  };
}

function statusAfter(status: EvidenceStatus, { act, code }: Statement): EvidenceStatus {
  const cell = TRANSITIONS[rowOf(actOf(act), code)][status];
  return 'to' in cell ? cell.to : status;
}
