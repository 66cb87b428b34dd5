/** Tokens: who may call this gateway. Secrets are shown once, to whoever makes them; only hashes are kept. */
import { z } from 'zod';
import type { Role, Token } from '../../custody/ports.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { HttpError } from '../problem.ts';
import { newTokenView, ownTokenView, tokenList, tokenView } from '../schemas/tokens.ts';
import { participantCode } from '../schemas/values.ts';
import { newToken } from '../token.ts';
import { readNames, utcOf, type Names } from '../views/names.ts';

const ROLES = ['officer', 'auditor', 'court', 'operator'] as const satisfies readonly Role[];
const OPERATOR = ['operator'] as const;

const tokenRequest = z
  .strictObject({
    name: z.string().trim().min(1).max(80).meta({ description: 'Whose it is' }),
    role: z.enum(ROLES),
    participant: participantCode,
  })
  .meta({ id: 'TokenRequest' });

const tokenId = z.string().regex(/^[0-9a-z]{1,32}$/, 'must be the id of a token');

export const tokenRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/tokens',
    tag: 'Tokens',
    summary: 'Make a token',
    description: 'The token itself is in this answer and nowhere else.',
    roles: OPERATOR,
    body: tokenRequest,
    answers: { 201: { description: 'The token, shown once', schema: newTokenView } },
    async handle({ gateway, context, body }) {
      const { name, role, participant: code } = body;
      const participant = (await gateway.participants()).find((each) => each.code === code);
      if (!participant) throw new HttpError('INVALID', `There is no participant ${code}; see /v1/participants.`);
      const { id, token, hash } = newToken();
      const kept: Token = { id, name, role, participant: participant.number, createdAt: context.clock() };
      await context.tokens.create({ ...kept, hash });
      return { status: 201, body: { ...viewOf(kept, await readNames(gateway)), token } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/tokens',
    tag: 'Tokens',
    summary: 'All tokens, without their secrets',
    roles: OPERATOR,
    answers: { 200: { description: 'Tokens, oldest first; revoked ones too', schema: tokenList } },
    async handle({ gateway, context }) {
      const [tokens, names] = await Promise.all([context.tokens.list(), readNames(gateway)]);
      return { status: 200, body: { items: tokens.map((token) => viewOf(token, names)) } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/tokens/mine',
    tag: 'Tokens',
    summary: 'For whom and in which role the token in use speaks',
    roles: ROLES,
    answers: { 200: { description: 'The caller', schema: ownTokenView } },
    async handle({ gateway, caller: { token, role, participant } }) {
      const names = await readNames(gateway);
      return { status: 200, body: { id: token, role, participant: names.participant(participant) } };
    },
  }),
  endpoint({
    method: 'delete',
    path: '/v1/tokens/{id}',
    tag: 'Tokens',
    summary: 'Revoke a token',
    description: 'It stops working within seconds, and stays in the list. May be repeated.',
    roles: OPERATOR,
    params: z.strictObject({ id: tokenId }),
    answers: { 200: { description: 'The revoked token', schema: tokenView } },
    problems: ['NOT_FOUND'],
    async handle({ gateway, context, params }) {
      await context.tokens.revoke(params.id, context.clock());
      const token = (await context.tokens.list()).find(({ id }) => id === params.id);
      if (!token) throw new HttpError('NOT_FOUND', 'There is no token of this id; see /v1/tokens.');
      return { status: 200, body: viewOf(token, await readNames(gateway)) };
    },
  }),
];

function viewOf({ id, name, role, participant, createdAt, revokedAt }: Token, names: Names): z.infer<typeof tokenView> {
  return {
    id,
    name,
    role,
    participant: names.participant(participant),
    createdAt: utcOf(createdAt),
    ...(revokedAt !== undefined && { revokedAt: utcOf(revokedAt) }),
  };
}
