/**
 * `latency`: from request to answer and to final, at steady loads that are shares of what the gateway bears in the same
 * run. Stories begin when they are due, whether or not those before have ended, so that waiting is not hidden; within a
 * story an officer waits for each answer. The rate that was reached is told beside. To final is told in blocks, too: 1 is
 * the first that came after the answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { openRpc, type Rpc } from '../../server/chain/rpc.ts';
import { rpcUrl } from '../network/state.ts';
import { heightOf } from '../blocks.ts';
import type { Client } from './client.ts';
import { CONNECTIONS, onDemonstration } from './demonstration.ts';
import { onNetwork } from './on-network.ts';
import type { Report } from './report.ts';
import { sendSingles, settled, state, story } from './stories.ts';

const WARM_UP = 1_000;
const FULL = 8_000;
const SHARES = [10, 25, 50, 75, 90];
const SECONDS = 15;
/** One of so many is followed until it is final, lest asking after them be most of the load. */
const FOLLOWED = 20;
/** How often the height of the chain is asked for, in milliseconds: a block that is seen late counts as one more. */
const LOOK = 5;

/** Milliseconds from sending. */
export interface Latencies {
  readonly accepted: readonly number[];
  readonly final: readonly number[];
  /** Blocks from the answer to the one with the statement. */
  readonly blocks: readonly number[];
  readonly sent: number;
  /** Statements that were answered. */
  readonly perSecond: number;
}

/** @param network on four validators and PostgreSQL, instead of the embedded chain */
export async function latency(report: Report, network: boolean): Promise<void> {
  if (network) {
    await onNetwork({ validators: 4, connections: CONNECTIONS }, ({ stage: { state }, client }) =>
      measure(report, `${state.engine}, `, client, openRpc(rpcUrl(state.nodes[0]!))),
    );
  } else {
    await onDemonstration(({ gateway, client }) => measure(report, '', client, openRpc(gateway.chainUrl)));
  }
}

async function measure(report: Report, ground: string, client: Client, chain: Rpc): Promise<void> {
  const figure = (metric: string, name: string, value: number, unit: string): void =>
    report.figure({ bench: 'latency', metric, case: `${ground}${name}`, value, unit });
  await sendSingles(client, WARM_UP, CONNECTIONS);
  await settled(client);
  const begun = performance.now();
  await sendSingles(client, FULL, CONNECTIONS);
  await settled(client);
  const full = (1000 * FULL) / (performance.now() - begun);
  figure('statements_per_second_final', 'full load', full, '1/s');
  for (const share of SHARES) {
    const { accepted, final, blocks, perSecond } = await latencies(client, chain, (full * share) / 100, SECONDS);
    await settled(client);
    figure('statements_per_second_answered', `${share} per cent`, perSecond, '1/s');
    for (const [metric, values] of Object.entries({ accepted, final })) {
      for (const percent of [50, 99]) {
        figure(`${metric}_p${percent}_ms`, `${share} per cent`, percentile(values, percent), 'ms');
      }
    }
    for (const percent of [50, 99]) {
      figure(`final_p${percent}_blocks`, `${share} per cent`, percentile(blocks, percent), 'blocks');
    }
  }
}

/** Sends at a steady rate; times from sending to the answer and, of some, to final. */
export async function latencies(client: Client, chain: Rpc, rate: number, seconds: number): Promise<Latencies> {
  const accepted: number[] = [];
  const final: number[] = [];
  const blocks: number[] = [];
  const followed: Promise<void>[] = [];
  let sent = 0;
  const timed = async (body: string): Promise<{ subject: string }> => {
    const started = performance.now();
    const answer = await state(client, body);
    accepted.push(performance.now() - started);
    if (sent++ % FOLLOWED === 0) {
      const answeredAt = height;
      const follow = async (): Promise<void> => {
        const block = await untilFinal(client, answer.digest);
        final.push(performance.now() - started);
        blocks.push(block - answeredAt);
      };
      followed.push(follow());
    }
    return answer;
  };
  let height = await heightOf(chain);
  const watching = setInterval(() => {
    void heightOf(chain).then((now) => (height = now));
  }, LOOK);
  const begun = performance.now();
  const stories: Promise<void>[] = [];
  while (performance.now() - begun < seconds * 1000) {
    const due = ((performance.now() - begun) / 1000) * (rate / 4);
    while (stories.length < due) stories.push(story(timed));
    await sleep(2);
  }
  await Promise.all(stories);
  const perSecond = (1000 * sent) / (performance.now() - begun);
  await Promise.all(followed);
  clearInterval(watching);
  return { accepted, final, blocks, sent, perSecond };
}

/** @returns number of its block */
async function untilFinal(client: Client, digest: string): Promise<number> {
  for (;;) {
    const { progress, block } = JSON.parse((await client.get(`/v1/statements/${digest}`)).body) as {
      progress: string;
      block?: { number: number };
    };
    if (progress === 'final' && block !== undefined) return block.number;
    await sleep(25);
  }
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;
}
