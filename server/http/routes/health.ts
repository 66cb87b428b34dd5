/** Whether it lives, and whether it can do its work. */
import { z } from 'zod';
import { PART, type Gateway, type Health } from '../../custody/gateway.ts';
import { endpoint, openEndpoint, type Context, type Endpoint } from '../endpoint.ts';
import { health } from '../schemas/answers.ts';
import { blockView } from '../views/statement-view.ts';

const METRICS = 'text/plain';
const IN_TROUBLE = 'Answers while the database does not, to tokens that it knew within a day.';

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
    summary: 'Whether statements are taken, reach the ledger and are followed',
    description:
      'Says which part is in trouble; an operator sees what the trouble is at /v1/health. Not for who decides whether to ask this process at all: statements are taken while validators halt, and /healthz says that it answers.',
    answers: {
      200: { description: 'Ready', schema: health },
      503: { description: 'Not ready', schema: health },
    },
    async handle({ gateway, context }) {
      const state = await healthOf(gateway, context);
      const outline = (what: string): string => (isTrouble(what) ? 'in trouble' : what);
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
    description: IN_TROUBLE,
    roles: ['operator'],
    identify: (door, request) => door.callerInTrouble(request),
    answers: { 200: { description: 'Whatever the state is', schema: health } },
    handle: async ({ gateway, context }) => ({ status: 200, body: await healthOf(gateway, context) }),
  }),
  endpoint({
    method: 'get',
    path: '/metrics',
    tag: 'Operation',
    summary: 'The same as numbers, for Prometheus',
    description: `What is not known is absent. ${IN_TROUBLE}`,
    roles: ['operator'],
    identify: (door, request) => door.callerInTrouble(request),
    answers: {
      200: { description: 'In the text format of Prometheus, version 0.0.4', media: METRICS, schema: z.string() },
    },
    async handle({ gateway, context, response }) {
      const state = await gateway.health();
      const ready = state.ready && !context.traffic.isStopping();
      response.status(200).setHeader('Content-Type', `${METRICS}; version=0.0.4; charset=utf-8`);
      response.end(metricsText({ ...state, ready }, context.clock()));
      return 'answered';
    },
  }),
];

/** Gauges; what is not known is absent, since any number would be invented. */
function metricsText({ ready, block, ...state }: Health, now: number): string {
  const well = (what: 'store' | 'chain' | 'follower' | 'submitter'): number | undefined =>
    state[what] === PART.unknown ? undefined : Number(!isTrouble(state[what]));
  const gauges: readonly (readonly [name: string, help: string, value: number | undefined])[] = [
    ['unbroken_ready', '1 where /readyz answers 200', Number(ready)],
    ['unbroken_store_well', '1 where the store can be read and written', well('store')],
    ['unbroken_chain_well', '1 where nodes answer and the network makes blocks', well('chain')],
    ['unbroken_follower_well', '0 where anything else keeps the ledger from being followed', well('follower')],
    ['unbroken_submitter_well', '0 where anything else keeps statements from the ledger', well('submitter')],
    ['unbroken_sender', '1 at the process that sends', Number(state.sender)],
    ['unbroken_pending_statements', 'accepted here and not in a final block', state.pending],
    ['unbroken_waiting_dossiers', 'that the recipient has not taken', state.dossiers],
    ['unbroken_block_number', 'of the newest final block that was followed', block.number],
    ['unbroken_block_age_seconds', 'of that block', Math.max(0, now - block.time)],
    ['process_resident_memory_bytes', 'of the process', process.memoryUsage.rss()],
  ];
  return gauges
    .filter(([, , value]) => value !== undefined)
    .map(([name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`)
    .join('');
}

function isTrouble(said: string): boolean {
  return said !== PART.well && said !== PART.unknown;
}

async function healthOf(gateway: Gateway, { traffic }: Context) {
  const { block, ...state } = await gateway.health();
  return { ...state, ready: state.ready && !traffic.isStopping(), block: blockView(block) };
}
