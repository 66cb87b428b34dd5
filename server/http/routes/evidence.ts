/** Evidence and its trails, and the trails of other lines. */
import { z } from 'zod';
import { CustodyError } from '../../custody/gateway.ts';
import type { EvidenceFilter } from '../../custody/ports.ts';
import { EVIDENCE_STATUS } from '../../../protocol/transitions.ts';
import { endpoint, type Context, type Endpoint } from '../endpoint.ts';
import { fromCursor } from '../paging.ts';
import { HttpError } from '../problem.ts';
import { evidencePage, evidenceView, trailView, verification } from '../schemas/answers.ts';
import {
  cursor,
  digestHex,
  fileDigest,
  LINE_KINDS,
  participantCode,
  queryLimit,
  STATE_NAMES,
  word,
} from '../schemas/values.ts';
import { evidenceLineView, lineView } from '../views/line-view.ts';
import { readNames, utcOf } from '../views/names.ts';
import { blockView, statementView } from '../views/statement-view.ts';
import type { Gateway, Caller } from '../../custody/gateway.ts';
import type { LineKind } from '../../../protocol/acts.ts';
import type { Hex } from '../../../protocol/bytes.ts';

const term = z.string().min(1).max(256);

const filters = z.strictObject({
  exhibit: term.exactOptional().meta({ description: 'Exhibit number, in the records of the caller’s participant' }),
  case: term.exactOptional().meta({ description: 'Case, in the records of the caller’s participant' }),
  digest: fileDigest.exactOptional(),
  holder: participantCode.exactOptional(),
  recipient: participantCode.exactOptional().meta({ description: 'Of what is in transit: to whom' }),
  state: z.enum(STATE_NAMES).exactOptional(),
  cursor: cursor.exactOptional(),
  limit: queryLimit(50, 200),
});

const page = z.strictObject({ cursor: cursor.exactOptional(), limit: queryLimit(50, 200) });
const one = z.strictObject({ subject: word });

export const evidenceRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/evidence',
    tag: 'Evidence',
    summary: 'Search evidence',
    description: 'By what stands in records (exhibit, case, digest; one of them), by holder, recipient and state.',
    roles: ['officer', 'auditor', 'court'],
    query: filters,
    answers: { 200: { description: 'Lines of evidence', schema: evidencePage } },
    async handle({ gateway, caller, query }) {
      const names = await readNames(gateway);
      const filter = await filterOf(gateway, query);
      const found = await fromCursor(query.cursor, gateway.search(caller, filter, query.cursor, query.limit ?? 50));
      const items = found.items.flatMap((line) => (line.kind === 'evidence' ? [evidenceLineView(line, names)] : []));
      return { status: 200, body: { items, ...(found.next !== undefined && { next: found.next }) } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/evidence/{subject}',
    tag: 'Evidence',
    summary: 'Who holds it, and in which state',
    roles: ['officer', 'auditor', 'court'],
    params: one,
    answers: { 200: { description: 'As the ledger has it, and as it will be', schema: evidenceView } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, caller, params }) {
      const [view, names] = await Promise.all([gateway.evidence(caller, params.subject), readNames(gateway)]);
      if (view?.projected.kind !== 'evidence') throw unknownLine();
      const { line, projected, dossier } = view;
      const body = {
        subject: params.subject,
        ...(line?.kind === 'evidence' && { included: evidenceLineView(line, names) }),
        projected: evidenceLineView(projected, names),
        ...(dossier && { dossier }),
      };
      return { status: 200, body };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/evidence/{subject}/trail',
    tag: 'Evidence',
    summary: 'Every statement about it, in order',
    roles: ['officer', 'auditor', 'court'],
    params: one,
    query: page,
    answers: { 200: { description: 'The trail', schema: trailView } },
    problems: ['NOT_FOUND'],
    handle: ({ context, caller, params, query }) => trail(context, caller, 'evidence', params.subject, query),
  }),
  endpoint({
    method: 'get',
    path: '/v1/evidence/{subject}/verification',
    tag: 'Verification',
    summary: 'Verify a whole trail against the ledger',
    roles: ['officer', 'auditor', 'court'],
    params: one,
    answers: { 200: { description: 'Named checks, each with a plain sentence', schema: verification } },
    problems: ['NOT_FOUND', 'UNAVAILABLE'],
    async handle({ gateway, caller, params }) {
      if (!(await gateway.evidence(caller, params.subject))) throw unknownLine();
      return { status: 200, body: verificationView(await gateway.verifyTrail(caller, params.subject)) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/lines/{kind}/{subject}/trail',
    tag: 'Evidence',
    summary: 'Every statement on a line of any kind, in order',
    roles: ['officer', 'auditor', 'court'],
    params: z.strictObject({ kind: z.enum(LINE_KINDS), subject: word }),
    query: page,
    answers: { 200: { description: 'The trail', schema: trailView } },
    problems: ['NOT_FOUND'],
    handle: ({ context, caller, params, query }) => trail(context, caller, params.kind, params.subject, query),
  }),
];

async function trail(
  { gateway, clock }: Pick<Context, 'gateway' | 'clock'>,
  caller: Caller,
  kind: LineKind,
  subject: Hex,
  { cursor: after, limit }: z.infer<typeof page>,
) {
  const [view, names] = await Promise.all([
    fromCursor(after, gateway.trail(caller, kind, subject, after, limit ?? 50)),
    readNames(gateway),
  ]);
  const { line, entries } = view;
  if (!line && entries.items.length === 0 && after === undefined) throw unknownLine();
  const body = {
    subject,
    kind,
    ...(line && { line: lineView(line, names, clock()) }),
    items: entries.items.map((entry) => statementView(entry, names)),
    ...(entries.next !== undefined && { next: entries.next }),
  };
  return { status: 200, body };
}

export function verificationView({ verified, checks, trust, asOf }: Awaited<ReturnType<Gateway['verifyTrail']>>) {
  return { verified, checks, trust, ...(asOf && { asOf: blockView(asOf), asOfTime: utcOf(asOf.time) }) };
}

async function filterOf(gateway: Gateway, query: z.infer<typeof filters>): Promise<EvidenceFilter> {
  const participants = await gateway.participants();
  const numberOf = (code: string): number => {
    const found = participants.find((participant) => participant.code === code);
    if (!found) throw new CustodyError('INVALID', `There is no participant ${code}; see /v1/participants.`);
    return found.number;
  };
  const terms = [
    ...(query.exhibit === undefined ? [] : [{ kind: 'exhibit', value: query.exhibit } as const]),
    ...(query.case === undefined ? [] : [{ kind: 'case', value: query.case } as const]),
    ...(query.digest === undefined ? [] : [{ kind: 'digest', value: digestHex(query.digest).slice(2) } as const]),
  ];
  if (terms.length > 1) throw new HttpError('INVALID', 'Search by one of exhibit, case and digest at a time.');
  return {
    ...(query.holder !== undefined && { holder: numberOf(query.holder) }),
    ...(query.recipient !== undefined && { recipient: numberOf(query.recipient) }),
    ...(query.state !== undefined && { status: EVIDENCE_STATUS[query.state] }),
    ...(terms[0] && { term: terms[0] }),
  };
}

function unknownLine(): HttpError {
  return new HttpError(
    'NOT_FOUND',
    'No such line is known here. Check the id; a statement of others appears once it is final.',
  );
}
