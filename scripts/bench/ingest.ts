/**
 * `ingest`: from HTTP request to final, on the embedded chain, gateway and client on one machine.
 *
 * An item is collected and then recorded three times. First as fast as it goes, for throughput; then steadily at half of
 * what a gateway has to bear, for latency. Signed by the gateway's service key, idempotency keys on, every record encrypted and indexed.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { removeFolder, startGateway, throwawayFolder } from '../gateway-process.ts';
import { openClient, type Client } from './client.ts';
import type { Report } from './report.ts';
import { collect, record, sendBulk, settled, STEPS } from './stories.ts';

const CONNECTIONS = 64;
/** Statements a second while latency is measured: half of the 500 that a gateway on two cores has to bear. */
const STEADY = 250;
const WARM_UP = 1_000;
const SINGLE = 8_000;
const BULK = 20_000;
const BULK_LINES = 2_000;
const BULK_STREAMS = 2;
/** Of the steady run. */
const LATENCY_SECONDS = 10;
/** One of so many is followed until it is final. */
const FOLLOWED = 20;

export async function ingest(report: Report): Promise<void> {
  const folder = throwawayFolder();
  try {
    const gateway = await startGateway(folder);
    const client = openClient(gateway.url, gateway.token('anna'), CONNECTIONS);
    try {
      await singles(client, WARM_UP);
      await settled(client);
      const before = sizesIn(folder);

      const single = await measure(client, SINGLE, () => singles(client, SINGLE));
      figure(report, 'statements_per_second_final', 'single', single, '1/s');
      const { accepted, final, sent } = await latencies(client, STEADY);
      figure(report, 'accepted_p50_ms', 'single', percentile(accepted, 50), 'ms');
      figure(report, 'accepted_p99_ms', 'single', percentile(accepted, 99), 'ms');
      figure(report, 'final_p50_ms', 'single', percentile(final, 50), 'ms');
      figure(report, 'final_p99_ms', 'single', percentile(final, 99), 'ms');

      const bulk = await measure(client, BULK, () => bulks(client, BULK));
      figure(report, 'statements_per_second_final', 'bulk', bulk, '1/s');
      const after = sizesIn(folder);
      for (const place of Object.keys(after) as Place[]) {
        figure(report, 'bytes_per_statement', place, (after[place] - before[place]) / (SINGLE + sent + BULK), 'B');
      }
    } finally {
      client.close();
      await gateway.stop();
    }
  } finally {
    removeFolder(folder);
  }
}

type Place = 'store' | 'record keys' | 'chain journal';

/** Bytes on disk of what the gateway keeps. */
function sizesIn(folder: string): Readonly<Record<Place, number>> {
  const sizes = { store: 0, 'record keys': 0, 'chain journal': 0 };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const place = file.includes(`${path.sep}chain${path.sep}`)
      ? 'chain journal'
      : entry.name.startsWith('keys.sqlite')
        ? 'record keys'
        : entry.name.startsWith('unbroken.sqlite')
          ? 'store'
          : undefined;
    if (place !== undefined) sizes[place] += statSync(file).size;
  }
  return sizes;
}

function figure(report: Report, metric: string, name: string, value: number, unit: string): void {
  report.figure({ bench: 'ingest', metric, case: name, value, unit });
}

/** Statements a second, from the first request until the last is final. */
async function measure(client: Client, count: number, send: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await send();
  await settled(client);
  return (1000 * count) / (performance.now() - started);
}

async function state(client: Client, body: string): Promise<{ digest: string; subject: string }> {
  const answer = await client.post('/v1/statements', body, { 'idempotency-key': `${process.pid}-${Math.random()}` });
  if (answer.status !== 202) throw new Error(`the gateway answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body) as { digest: string; subject: string };
}

/** An item is collected and recorded three times, one after the other. */
async function story(each: (body: string) => Promise<{ subject: string }>): Promise<void> {
  const { subject } = await each(collect());
  for (const code of STEPS) await each(record(subject, code));
}

async function singles(client: Client, count: number): Promise<void> {
  let left = count / 4;
  const officers = Array.from({ length: CONNECTIONS }, async () => {
    while (left-- > 0) await story((body) => state(client, body));
  });
  await Promise.all(officers);
}

async function bulks(client: Client, count: number): Promise<void> {
  let left = count / BULK_LINES;
  const streams = Array.from({ length: BULK_STREAMS }, async () => {
    while (left-- > 0) await sendBulk(client, BULK_LINES);
  });
  await Promise.all(streams);
}

/** Sends at a steady rate; times from sending to the answer and, of some, to final. */
async function latencies(client: Client, rate: number): Promise<{ accepted: number[]; final: number[]; sent: number }> {
  const accepted: number[] = [];
  const final: number[] = [];
  const followed: Promise<void>[] = [];
  let sent = 0;
  const timed = async (body: string): Promise<{ subject: string }> => {
    const started = performance.now();
    const answer = await state(client, body);
    accepted.push(performance.now() - started);
    if (sent++ % FOLLOWED === 0)
      followed.push(untilFinal(client, answer.digest).then(() => void final.push(performance.now() - started)));
    return answer;
  };
  const begun = performance.now();
  const stories: Promise<void>[] = [];
  while (performance.now() - begun < LATENCY_SECONDS * 1000) {
    const due = ((performance.now() - begun) / 1000) * (rate / 4);
    while (stories.length < due) stories.push(story(timed));
    await sleep(2);
  }
  await Promise.all(stories);
  await Promise.all(followed);
  return { accepted, final, sent };
}

async function untilFinal(client: Client, digest: string): Promise<void> {
  for (;;) {
    const { progress } = JSON.parse((await client.get(`/v1/statements/${digest}`)).body) as { progress: string };
    if (progress === 'final') return;
    await sleep(25);
  }
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
