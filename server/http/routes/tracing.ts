/** Tracing: transfers as pages, or whole as streams; who held an item when; what was made of what. */
import { z } from 'zod';
import type { Hex } from '../../../protocol/bytes.ts';
import { bitsOf, PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import { CustodyError, type Caller, type Gateway } from '../../custody/gateway.ts';
import type { TransferFilter } from '../../custody/transfers.ts';
import { endpoint, type Call, type Endpoint } from '../endpoint.ts';
import { fromCursor } from '../paging.ts';
import { HttpError } from '../problem.ts';
import {
  custodyView,
  derivationPage,
  instant,
  transferFilters,
  transferPage,
  transferView as transferSchema,
} from '../schemas/tracing.ts';
import { cursor, digestHex, queryLimit, word } from '../schemas/values.ts';
import { readNames, utcOf } from '../views/names.ts';
import {
  custodyStateView,
  derivationView,
  transferCsv,
  transferView,
  TRANSFER_CSV_HEAD,
} from '../views/tracing-view.ts';
import { write } from '../writing.ts';

type Filters = z.infer<typeof transferFilters>;
type Format = NonNullable<Filters['format']>;

const NDJSON = 'application/x-ndjson';
const CSV = 'text/csv';
/** Transfers that a stream reads and writes at once. */
const TOGETHER = 200;

const one = z.strictObject({ subject: word });

export const tracingRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/transfers',
    tag: 'Tracing',
    summary: 'Releases, and what became of them',
    description:
      'Newest first. One page as JSON; with `Accept: text/csv` or `application/x-ndjson`, or `format`, everything as a stream.',
    roles: ['officer', 'auditor', 'court'],
    query: transferFilters,
    answers: {
      200: {
        description: 'Transfers',
        schema: transferPage,
        also: [
          { media: NDJSON, schema: transferSchema },
          { media: CSV, schema: z.string() },
        ],
      },
    },
    async handle(call) {
      const { gateway, caller, query } = call;
      const filter = await filterOf(gateway, query);
      const format = formatOf(call);
      if (format !== 'json') {
        await stream(call, filter, format);
        return 'answered';
      }
      const [page, names] = await Promise.all([
        fromCursor(query.cursor, gateway.transfers(caller, filter, query.cursor, query.limit ?? 50)),
        readNames(gateway),
      ]);
      const items = page.items.map((transfer) => transferView(transfer, names));
      return { status: 200, body: { items, ...(page.next !== undefined && { next: page.next }) } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/evidence/{subject}/custody',
    tag: 'Tracing',
    summary: 'Who held it at a moment',
    description: 'By the ledger, and by the times that were claimed: they differ where a handover was stated later.',
    roles: ['officer', 'auditor', 'court'],
    params: one,
    query: z.strictObject({ at: instant }),
    answers: { 200: { description: 'Custody at that moment', schema: custodyView } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, caller, params: { subject }, query: { at } }) {
      const [custody, names] = await Promise.all([gateway.custodyAt(caller, subject, at), readNames(gateway)]);
      if (!custody) throw unknownItem();
      const { recorded, claimed } = custody;
      const body = {
        ...{ evidence: subject, at: utcOf(at), atSeconds: at },
        ...(recorded && { recorded: custodyStateView(recorded, names) }),
        ...(claimed && { claimed: custodyStateView(claimed, names) }),
      };
      return { status: 200, body };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/evidence/{subject}/derivations',
    tag: 'Tracing',
    summary: 'What was made of it, or what it was made of',
    description: 'Through all generations, in the order of the ledger.',
    roles: ['officer', 'auditor', 'court'],
    params: one,
    query: z.strictObject({
      direction: z.enum(['forward', 'backward']).exactOptional().meta({ description: 'forward if left out' }),
      cursor: cursor.exactOptional(),
      limit: queryLimit(50, 200),
    }),
    answers: { 200: { description: 'Every derivation that leads from it, or to it', schema: derivationPage } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, caller, params: { subject }, query }) {
      if (!(await gateway.evidence(caller, subject))) throw unknownItem();
      const direction = query.direction ?? 'forward';
      const found = gateway.derivations(caller, subject, direction, query.cursor, query.limit ?? 50);
      const [page, names] = await Promise.all([fromCursor(query.cursor, found), readNames(gateway)]);
      const body = {
        ...{ evidence: subject, direction, whole: page.whole },
        items: page.items.map((derivation) => derivationView(derivation, names)),
        ...(page.next !== undefined && { next: page.next }),
      };
      return { status: 200, body };
    },
  }),
];

type TransfersCall = Call<undefined, Filters, undefined> & { readonly caller: Caller };

/** What a client names first, of what there is; JSON for who takes anything. */
function formatOf({ request, query }: TransfersCall): Format {
  if (query.format !== undefined) return query.format;
  const accepted = request.accepts(['application/json', NDJSON, CSV]);
  if (accepted === NDJSON) return 'ndjson';
  return accepted === CSV ? 'csv' : 'json';
}

/** Everything from the cursor on, or as many as `limit` says, in bounded memory. */
async function stream(
  { gateway, caller, query, response, context }: TransfersCall,
  filter: TransferFilter,
  format: 'ndjson' | 'csv',
): Promise<void> {
  const names = await readNames(gateway);
  const next = (after: string | undefined, left: number) =>
    gateway.transfers(caller, filter, after, Math.min(TOGETHER, left));
  let left = query.limit ?? Infinity;
  // Before the status is sent, so that a wrong cursor is a problem of its own.
  let page = await fromCursor(query.cursor, next(query.cursor, left));
  response.statusCode = 200;
  response.setHeader('Content-Type', format === 'csv' ? `${CSV}; charset=utf-8; header=present` : NDJSON);
  if (format === 'csv') response.setHeader('Content-Disposition', 'attachment; filename="transfers.csv"');
  if (format === 'csv') await write(response, TRANSFER_CSV_HEAD);
  for (;;) {
    const views = page.items.map((transfer) => transferView(transfer, names));
    await write(
      response,
      views.map((view) => (format === 'csv' ? transferCsv(view) : `${JSON.stringify(view)}\n`)).join(''),
    );
    left -= page.items.length;
    if (page.next === undefined || left <= 0 || response.destroyed) break;
    // An end that looks whole would be believed.
    if (context.traffic.isStopping()) return void response.destroy();
    page = await next(page.next, left);
  }
  response.end();
}

async function filterOf(gateway: Gateway, query: Filters): Promise<TransferFilter> {
  const participants = await gateway.participants();
  const numbered = <Name extends string>(name: Name, code: string | undefined): { [Each in Name]?: number } => {
    if (code === undefined) return {};
    const found = participants.find((participant) => participant.code === code);
    if (!found) throw new CustodyError('INVALID', `There is no participant ${code}; see /v1/participants.`);
    return { [name]: found.number } as { [Each in Name]?: number };
  };
  if (query.case !== undefined && query.digest !== undefined)
    throw new HttpError('INVALID', 'Search by one of case and digest at a time.');
  const { fromJurisdiction, toJurisdiction, agreement, request, state, late, since, until } = query;
  return {
    ...(query.evidence !== undefined && { subject: query.evidence }),
    ...(fromJurisdiction !== undefined && { fromJurisdiction }),
    ...(toJurisdiction !== undefined && { toJurisdiction }),
    ...numbered('sender', query.from),
    ...numbered('recipient', query.to),
    ...numbered('agency', query.agency),
    ...(agreement !== undefined && { agreement }),
    ...(request !== undefined && { request }),
    ...(query.purpose !== undefined && { purpose: bitsOf(PURPOSES, [query.purpose]) }),
    ...(query.restriction !== undefined && { restrictions: bitsOf(RESTRICTIONS, [query.restriction]) }),
    ...(state !== undefined && { state }),
    ...(late !== undefined && { late }),
    ...(query.border !== undefined && { crossing: query.border }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(query.case !== undefined && { term: { kind: 'case', value: query.case } as const }),
    ...(query.digest !== undefined && { term: { kind: 'digest', value: bareDigest(query.digest) } as const }),
  };
}

function bareDigest(text: string): string {
  const digest: Hex = digestHex(text);
  return digest.slice(2);
}

function unknownItem(): HttpError {
  return new HttpError(
    'NOT_FOUND',
    'No such item is known here. Check the id; what others opened appears once it is final.',
  );
}
