/** Stating custody, and reading single statements. */
import { z } from 'zod';
import type { Accepted, Answer as Outcome, PreparedSheet, Submission } from '../../custody/gateway.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { fingerprintOf } from '../idempotency.ts';
import { HttpError, RefusedError, type ProblemCode } from '../problem.ts';
import { accepted, acceptedSheet, statementList, statementView as statementSchema } from '../schemas/answers.ts';
import {
  disclosure,
  prepareRequest,
  preparedSheet,
  sheetRequest,
  signedOne,
  signedSheet,
  statementRequest,
} from '../schemas/submission.ts';
import { digestHex, fileDigest, word } from '../schemas/values.ts';
import { readNames } from '../views/names.ts';
import { acceptedView, statementView } from '../views/statement-view.ts';

export const REFUSALS: readonly ProblemCode[] = [
  'REJECTED',
  'UNSIGNED',
  'NO_SERVICE_KEY',
  'IDEMPOTENCY_CONFLICT',
  'OVERLOADED',
  'UNAVAILABLE',
];

export const oneStatement = z.union([statementRequest, signedOne]).meta({
  id: 'OneStatement',
  description: 'A request that the gateway signs, or a sheet of one that the caller signed',
});
const manyStatements = z.union([sheetRequest, signedSheet]).meta({
  id: 'ManyStatements',
  description: 'Requests that the gateway signs as one sheet, or a sheet that the caller signed',
});

/** A body of either form as custody takes it. */
export function submissionOf(body: z.infer<typeof oneStatement> | z.infer<typeof manyStatements>): Submission {
  if ('signature' in body) return { signed: body };
  return { request: 'act' in body ? { statements: [body] } : body };
}

/** @throws RefusedError */
export function acceptedOf(outcome: Outcome | undefined): readonly Accepted[] {
  if (outcome !== undefined && 'accepted' in outcome) return outcome.accepted;
  const lost = {
    code: 'UNAVAILABLE',
    detail: 'There was no answer. Send it again with the same Idempotency-Key.',
  } as const;
  throw new RefusedError(outcome?.refused ?? lost);
}

/** An empty list is left out, so that what was prepared can be posted as it is. */
function preparedView({ statements, ...sheet }: PreparedSheet) {
  return {
    ...sheet,
    statements: statements.map(({ list, ...each }) => ({ ...each, ...(list && list.length > 0 && { list }) })),
  };
}

const IDEMPOTENT = 'An `Idempotency-Key` makes repeating it safe, also across a crash of either side.';

export const statementRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/statements',
    tag: 'Statements',
    summary: 'State one thing',
    description: `Answered 202 with a receipt only once it is durable. ${IDEMPOTENT}`,
    roles: ['officer'],
    body: oneStatement,
    idempotent: true,
    answers: { 202: { description: 'Durable; `Location` is where to follow it', schema: accepted } },
    problems: REFUSALS,
    async handle({ gateway, caller, body, idempotencyKey }) {
      const submitted = {
        submission: submissionOf(body),
        ...(idempotencyKey !== undefined && {
          idempotencyKey,
          fingerprint: fingerprintOf('POST', '/v1/statements', body),
        }),
      };
      const [outcome] = await gateway.submit(caller, [submitted]);
      const [one] = acceptedOf(outcome);
      return { status: 202, headers: { Location: `/v1/statements/${one!.digest}` }, body: acceptedView(one!) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/sheets',
    tag: 'Statements',
    summary: 'State several things that stand or fall together',
    description: `One signature over 1 to 256 statements: a whole case changes hands at once. ${IDEMPOTENT}`,
    roles: ['officer'],
    body: manyStatements,
    bodyLimit: 'sheetBytes',
    idempotent: true,
    answers: {
      202: { description: 'All are durable; `Location` is where to follow the first', schema: acceptedSheet },
    },
    problems: REFUSALS,
    async handle({ gateway, caller, body, idempotencyKey }) {
      const submitted = {
        submission: submissionOf(body),
        ...(idempotencyKey !== undefined && { idempotencyKey, fingerprint: fingerprintOf('POST', '/v1/sheets', body) }),
      };
      const [outcome] = await gateway.submit(caller, [submitted]);
      const statements = acceptedOf(outcome).map(acceptedView);
      return { status: 202, headers: { Location: `/v1/statements/${statements[0]!.digest}` }, body: { statements } };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/sheets/prepare',
    tag: 'Statements',
    summary: 'Fill in a sheet for the caller’s own key to sign',
    description:
      'Stores nothing. Sign `hash` (or `typedData` with a wallet), then post key, signature and the statements, without their digests, to /v1/sheets.',
    roles: ['officer'],
    body: prepareRequest,
    bodyLimit: 'sheetBytes',
    answers: { 200: { description: 'The sheet as the ledger would take it now', schema: preparedSheet } },
    problems: ['REJECTED', 'UNSIGNED'],
    async handle({ gateway, caller, body }) {
      const { key, statements } = body;
      return { status: 200, body: preparedView(await gateway.prepare(caller, key, { statements })) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/statements',
    tag: 'Statements',
    summary: 'Find statements by the digest of a file',
    description: 'Searches the records of the caller’s own participant.',
    roles: ['officer', 'court'],
    query: z.strictObject({ digest: fileDigest }),
    answers: { 200: { description: 'Statements whose record names the file', schema: statementList } },
    async handle({ gateway, caller, query }) {
      const [entries, names] = await Promise.all([
        gateway.find(caller, 'digest', digestHex(query.digest).slice(2)),
        readNames(gateway),
      ]);
      return { status: 200, body: { items: entries.map((entry) => statementView(entry, names)) } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/statements/{digest}',
    tag: 'Statements',
    summary: 'One statement, and what became of it',
    roles: ['officer', 'auditor', 'court'],
    params: z.strictObject({ digest: word }),
    answers: { 200: { description: 'The statement', schema: statementSchema } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, caller, params }) {
      const entry = await gateway.statement(caller, params.digest);
      if (!entry) throw new HttpError('NOT_FOUND', 'No statement of this digest is known here.');
      return { status: 200, body: statementView(entry, await readNames(gateway)) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/statements/{digest}/disclosure',
    tag: 'Statements',
    summary: 'A record with only some fields shown',
    description: 'Every other field is named as withheld, so that nothing can be left out by silence.',
    roles: ['officer', 'court'],
    params: z.strictObject({ digest: word }),
    query: z.strictObject({
      labels: z
        .string()
        .min(1)
        .max(8_192)
        .exactOptional()
        .meta({
          description: 'Labels to show, separated by commas; all if left out',
          examples: ['exhibit,file.1.sha256'],
        }),
    }),
    answers: { 200: { description: 'The disclosure', schema: disclosure } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, caller, params, query }) {
      const labels = query.labels === undefined ? 'all' : query.labels.split(',').map((label) => label.trim());
      const shown = await gateway.disclose(caller, params.digest, labels);
      if (!shown) throw new HttpError('NOT_FOUND', 'Your participant keeps no record of this statement.');
      return { status: 200, body: shown };
    },
  }),
];
