/** The OpenAPI document, from the same endpoints that Express serves. */
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';
import { idempotencyKey } from './schemas/submission.ts';

const problem = z
  .looseObject({
    type: z.string().meta({ description: 'Stable: programs compare it', examples: ['urn:unbroken:problem:stale'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What to do' }),
    instance: z.string().meta({ description: 'Stands in the log' }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    reason: z.string().exactOptional().meta({ description: 'Why the ledger rejects it; see /v1/reasons' }),
    statement: z.int().exactOptional().meta({ description: 'Position within the sheet' }),
    errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).exactOptional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

export function openApiOf(endpoints: readonly Endpoint[]): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const each of endpoints) {
    paths[each.path] = { ...paths[each.path], [each.method]: operationOf(each) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Unbroken gateway',
      version: '1',
      description: 'Chain of custody of evidence, on a permissioned ledger. Words and rules: docs/protocol.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'unb_ID_SECRET' } } },
  });
}

function operationOf(each: Endpoint): ZodOpenApiOperationObject {
  const content = each.body
    ? { 'application/json': { schema: each.body } }
    : each.stream && { [each.stream.media]: { schema: each.stream.schema } };
  return {
    tags: [each.tag],
    summary: each.summary,
    operationId: operationId(each),
    ...(each.description !== undefined && { description: describe(each) }),
    security: each.roles.length > 0 ? [{ token: [] }] : [],
    requestParams: {
      ...(each.params && { path: each.params as z.ZodObject }),
      ...(each.query && { query: each.query as z.ZodObject }),
      ...(each.idempotent === true && { header: z.object({ 'Idempotency-Key': idempotencyKey.optional() }) }),
    },
    ...(content && { requestBody: { required: true, content } }),
    responses: { ...answersOf(each), ...problemsOf(each) },
  };
}

function describe(each: Endpoint): string {
  return each.roles.length > 0
    ? `${each.description ?? ''} Roles: ${each.roles.join(', ')}.`
    : (each.description ?? '');
}

function answersOf(each: Endpoint): NonNullable<ZodOpenApiOperationObject['responses']> {
  return Object.fromEntries(
    Object.entries(each.answers).map(([status, { description, schema, media = 'application/json', also = [] }]) => [
      status,
      {
        description,
        ...(schema && {
          content: {
            [media]: { schema },
            ...Object.fromEntries(also.map((form) => [form.media, { schema: form.schema }])),
          },
        }),
      },
    ]),
  );
}

function problemsOf(each: Endpoint): NonNullable<ZodOpenApiOperationObject['responses']> {
  const codes = new Set<ProblemCode>(each.problems ?? []);
  if (each.roles.length > 0) codes.add('UNAUTHENTICATED').add('NOT_ALLOWED');
  if (each.params ?? each.query ?? each.body) codes.add('INVALID');
  if (each.body) codes.add('TOO_LARGE').add('UNSUPPORTED_MEDIA');
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  if (codes.has('REJECTED')) byStatus.set(409, ['REJECTED']);
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      { description: named.join(', '), content: { 'application/problem+json': { schema: problem } } },
    ]),
  );
}

function operationId({ method, path }: Endpoint): string {
  return [method, ...path.split(/[/{}]+/).filter((part) => part !== '' && part !== 'v1')].join('-');
}
