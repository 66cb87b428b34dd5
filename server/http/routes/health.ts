/** Whether it lives, and whether it can do its work. */
import { z } from 'zod';
import { openEndpoint, type Endpoint } from '../endpoint.ts';
import { health } from '../schemas/answers.ts';
import { blockView } from '../views/statement-view.ts';

export const healthRoutes: readonly Endpoint[] = [
  openEndpoint({
    method: 'get',
    path: '/healthz',
    tag: 'Operation',
    summary: 'Whether the process answers',
    answers: { 200: { description: 'It does', schema: z.strictObject({ alive: z.literal(true) }) } },
    handle: () => Promise.resolve({ status: 200, body: { alive: true } }),
  }),
  openEndpoint({
    method: 'get',
    path: '/readyz',
    tag: 'Operation',
    summary: 'Whether store, chain and follower do their work',
    answers: {
      200: { description: 'Ready', schema: health },
      503: { description: 'Not ready, and why', schema: health },
    },
    async handle({ gateway, context }) {
      const { block, ...state } = await gateway.health();
      const ready = state.ready && !context.traffic.isStopping();
      const body = { ...state, ready, ...(block && { block: blockView(block) }) };
      return { status: ready ? 200 : 503, body };
    },
  }),
];
