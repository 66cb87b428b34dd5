/** Field policies: which fields of records may travel under an agreement that names them by hash. */
import { z } from 'zod';
import { parsePolicy } from '../../../protocol/field-policy.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { HttpError } from '../problem.ts';
import { fieldPolicy } from '../schemas/bases.ts';
import { word } from '../schemas/values.ts';
import { policyView } from '../views/basis-view.ts';

const keptPolicy = z.strictObject({ hash: word, policy: fieldPolicy }).meta({ id: 'KeptFieldPolicy' });

export const policyRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/policies',
    tag: 'Consortium',
    summary: 'Keep a field policy',
    description:
      'Its hash goes into the terms of an agreement. A gateway that does not have the policy of an agreement sends ' +
      'every field as withheld under it, so each party keeps it at its own.',
    roles: ['officer', 'operator'],
    body: fieldPolicy,
    answers: { 201: { description: 'The policy and its hash', schema: keptPolicy } },
    async handle({ gateway, body }) {
      const policy = parsePolicy(body);
      const hash = await gateway.keepPolicy(policy);
      return { status: 201, headers: { Location: `/v1/policies/${hash}` }, body: { hash, policy: body } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/policies/{hash}',
    tag: 'Consortium',
    summary: 'A field policy that this gateway has',
    roles: ['officer', 'auditor', 'court', 'operator'],
    params: z.strictObject({ hash: word }),
    answers: { 200: { description: 'The policy', schema: keptPolicy } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, params: { hash } }) {
      const policy = await gateway.policy(hash);
      if (!policy)
        throw new HttpError('NOT_FOUND', 'This gateway has no policy of this hash; post it to /v1/policies.');
      return { status: 200, body: { hash, policy: policyView(policy) } };
    },
  }),
];
