/** Late declarations: two signatures that were given apart, brought to the ledger together. */
import { endpoint, type Endpoint } from '../endpoint.ts';
import { fingerprintOf } from '../idempotency.ts';
import { acceptedSheet } from '../schemas/answers.ts';
import { latePair, signedOne, statementRequest } from '../schemas/submission.ts';
import { acceptedView } from '../views/statement-view.ts';
import { acceptedOf, REFUSALS } from './statements.ts';

export const lateRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/late-declarations',
    tag: 'Statements',
    summary: 'Declare late a handover that took place',
    description:
      'For a handover whose basis held at its time and is gone now. Posted by either side; both are judged together, ' +
      'and the mark stays on the line for ever.',
    roles: ['officer'],
    body: latePair,
    idempotent: true,
    answers: { 202: { description: 'Release and acceptance are durable', schema: acceptedSheet } },
    problems: REFUSALS,
    async handle({ gateway, caller, body, idempotencyKey }) {
      const [outcome] = await gateway.submit(caller, [
        {
          submission: { late: body },
          ...(idempotencyKey !== undefined && {
            idempotencyKey,
            fingerprint: fingerprintOf('POST', '/v1/late-declarations', body),
          }),
        },
      ]);
      const statements = acceptedOf(outcome).map(acceptedView);
      return { status: 202, headers: { Location: `/v1/statements/${statements[0]!.digest}` }, body: { statements } };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/late-declarations/sign',
    tag: 'Statements',
    summary: 'Sign one side of a late declaration with a service key',
    description:
      'Stores nothing: keep the answer, and hand it to the other side without its record. With a key of your own, ' +
      'use /v1/sheets/prepare instead.',
    roles: ['officer'],
    body: statementRequest,
    answers: { 200: { description: 'The signed side', schema: signedOne } },
    problems: ['NO_SERVICE_KEY'],
    async handle({ gateway, caller, body }) {
      const { statements, ...signed } = await gateway.signLate(caller, body);
      const plain = statements.map(({ list, ...each }) => ({ ...each, ...(list && list.length > 0 && { list }) }));
      return { status: 200, body: { ...signed, statements: plain } };
    },
  }),
];
