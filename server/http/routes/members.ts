/** Who takes part: participants, their keys, the agreements between them; and the ledger itself. */
import { z } from 'zod';
import { REASONS } from '../../../protocol/reasons.ts';
import { endpoint, openEndpoint, type Endpoint } from '../endpoint.ts';
import { HttpError } from '../problem.ts';
import { agreementList, keyList, participantList } from '../schemas/answers.ts';
import { agreementDetails } from '../schemas/bases.ts';
import { word } from '../schemas/values.ts';
import { agreementLineView } from '../views/line-view.ts';
import { keyView, participantView } from '../views/member-view.ts';
import { readNames } from '../views/names.ts';
import { policyView } from '../views/basis-view.ts';
import { statementView } from '../views/statement-view.ts';

/** Of an agreement, at most 32 parties sign and one ends it. */
const STATEMENTS_SHOWN = 50;

const EVERYONE = ['officer', 'auditor', 'court', 'operator'] as const;

export const memberRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/participants',
    tag: 'Consortium',
    summary: 'All participants',
    roles: EVERYONE,
    answers: { 200: { description: 'Participants by number', schema: participantList } },
    async handle({ gateway }) {
      const [participants, names] = await Promise.all([gateway.participants(), readNames(gateway)]);
      return { status: 200, body: { items: participants.map((each) => participantView(each, names)) } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/participants/{number}/keys',
    tag: 'Consortium',
    summary: 'The keys of a participant, revoked ones too',
    roles: EVERYONE,
    params: z.strictObject({
      number: z
        .string()
        .regex(/^[1-9][0-9]{0,9}$/, 'must be the number of a participant')
        .transform(Number)
        .meta({ override: { type: 'integer', minimum: 1 } }),
    }),
    answers: { 200: { description: 'Keys by number', schema: keyList } },
    async handle({ gateway, params }) {
      const [keys, names] = await Promise.all([gateway.keys(params.number), readNames(gateway)]);
      return { status: 200, body: { items: keys.map((key) => keyView(key, names)) } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/agreements',
    tag: 'Consortium',
    summary: 'All agreements',
    roles: EVERYONE,
    answers: { 200: { description: 'Agreements by number', schema: agreementList } },
    async handle({ gateway, context }) {
      const now = context.clock();
      const [agreements, names] = await Promise.all([gateway.agreements(), readNames(gateway)]);
      const items = agreements.flatMap((line) =>
        line.kind === 'agreement' ? [agreementLineView(line, names, now)] : [],
      );
      return { status: 200, body: { items } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/agreements/{subject}',
    tag: 'Consortium',
    summary: 'One agreement, with its field policy and who signed when',
    roles: EVERYONE,
    params: z.strictObject({ subject: word }),
    answers: { 200: { description: 'The agreement', schema: agreementDetails } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, caller, params: { subject }, context }) {
      const line = (await gateway.agreements()).find((each) => each.subject === subject);
      if (line?.kind !== 'agreement') {
        throw new HttpError('NOT_FOUND', 'No such agreement is on the ledger yet; /v1/agreements has them all.');
      }
      const [{ entries }, policy, names] = await Promise.all([
        gateway.trail(caller, 'agreement', subject, undefined, STATEMENTS_SHOWN),
        gateway.policy(line.state.terms.fieldPolicy),
        readNames(gateway),
      ]);
      const body = {
        ...agreementLineView(line, names, context.clock()),
        ...(policy && { policy: policyView(policy) }),
        statements: entries.items.map((entry) => statementView(entry, names)),
      };
      return { status: 200, body };
    },
  }),
  openEndpoint({
    method: 'get',
    path: '/v1/ledger',
    tag: 'Consortium',
    summary: 'The ledger file',
    description: 'What pins a verifier to this ledger. Get it from somebody you trust, not only from here.',
    answers: { 200: { description: 'The ledger file', schema: z.looseObject({}).meta({ id: 'LedgerFile' }) } },
    handle: async ({ gateway }) => ({ status: 200, body: await gateway.ledger() }),
  }),
  openEndpoint({
    method: 'get',
    path: '/v1/reasons',
    tag: 'Consortium',
    summary: 'Every reason for which the ledger rejects a statement',
    answers: {
      200: {
        description: 'The closed list of docs/protocol.md, section 9',
        schema: z
          .strictObject({ items: z.array(z.strictObject({ number: z.int(), name: z.string(), meaning: z.string() })) })
          .meta({ id: 'Reasons' }),
      },
    },
    handle: () => Promise.resolve({ status: 200, body: { items: REASONS } }),
  }),
];
