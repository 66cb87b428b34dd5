/** Whether it lives, and whether it can do its work. */
import { z } from 'zod';
import type { Gateway } from '../../custody/gateway.ts';
import { endpoint, openEndpoint, type Context, type Endpoint } from '../endpoint.ts';
import { health } from '../schemas/answers.ts';
import { blockView } from '../views/statement-view.ts';

const WELL = 'well';

export const healthRoutes: readonly Endpoint[] = [
  openEndpoint({
    method: 'get',
    path: '/healthz',
    tag: 'Operation',
    summary: 'Whether the process answers',
    answers: {
      200: { description: 'It does', schema: z.strictObject({ alive: z.literal(true) }).meta({ id: 'Alive' }) },
    },
    handle: () => Promise.resolve({ status: 200, body: { alive: true } }),
  }),
  openEndpoint({
    method: 'get',
    path: '/readyz',
    tag: 'Operation',
    summary: 'Whether store, chain and follower do their work',
    description: 'Says which of them is in trouble; an operator sees what the trouble is at /v1/health.',
    answers: {
      200: { description: 'Ready', schema: health },
      503: { description: 'Not ready', schema: health },
    },
    async handle({ gateway, context }) {
      const state = await healthOf(gateway, context);
      const outline = (what: string): string => (what === WELL ? WELL : 'in trouble');
      const { store, chain, follower, submitter } = state;
      const parts = {
        store: outline(store),
        chain: outline(chain),
        follower: outline(follower),
        submitter: outline(submitter),
      };
      return { status: state.ready ? 200 : 503, body: { ...state, ...parts } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/health',
    tag: 'Operation',
    summary: 'What is well, and what the trouble is',
    roles: ['operator'],
    answers: { 200: { description: 'Whatever the state is', schema: health } },
    handle: async ({ gateway, context }) => ({ status: 200, body: await healthOf(gateway, context) }),
  }),
];

async function healthOf(gateway: Gateway, { traffic }: Context) {
  const { block, ...state } = await gateway.health();
  return { ...state, ready: state.ready && !traffic.isStopping(), ...(block && { block: blockView(block) }) };
}
