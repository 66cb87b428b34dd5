/** Reading requests and consents: where each stands, and what was done about it. */
import { ACT } from '../../protocol/acts.ts';
import { standingOf } from './bases.ts';
import { termOf, type Deadlines } from './deadlines.ts';
import type { Gateway } from './gateway.ts';
import type { Clock, Store } from './ports.ts';

type Bases = Pick<Gateway, 'requests' | 'request' | 'consents'>;

/** Transfers shown with a request; the rest are at /v1/transfers?request=. */
const TRANSFERS_SHOWN = 200;
/** A request has at most three statements that count; what was rejected adds some. */
const STATEMENTS_SHOWN = 50;

export function openBases(
  store: Pick<Store, 'searchBases' | 'loadLines' | 'transfers'>,
  trail: Gateway['trail'],
  deadlines: Deadlines,
  clock: Clock,
): Bases {
  return {
    async requests(_caller, filter, cursor, limit) {
      const now = clock();
      const page = await store.searchBases({ kind: 'request', now, ...filter }, cursor, limit);
      const items = page.items.flatMap((line) =>
        line.kind === 'request' ? [{ line, standing: standingOf(line, now) }] : [],
      );
      return { ...page, items };
    },

    async request(caller, subject) {
      const [line] = await store.loadLines([{ kind: 'request', subject }]);
      if (line?.kind !== 'request') return undefined;
      const now = clock();
      const [{ entries }, transfers] = await Promise.all([
        trail(caller, 'request', subject, undefined, STATEMENTS_SHOWN),
        store.transfers(caller.participant, { request: subject }, now, undefined, TRANSFERS_SHOWN),
      ]);
      const { execution } = termOf(deadlines, line.state.code);
      const answer = entries.items.find(({ stated, included }) => included && stated.statement.act === ACT.answer);
      return {
        ...{ line, standing: standingOf(line, now), statements: entries.items, transfers },
        ...(line.state.status === 'granted' &&
          execution !== undefined &&
          answer && { executeBy: answer.stated.statement.time + execution }),
      };
    },

    async consents(_caller, filter, cursor, limit) {
      const page = await store.searchBases({ kind: 'consent', ...filter }, cursor, limit);
      return { ...page, items: page.items.filter((line) => line.kind === 'consent') };
    },
  };
}
