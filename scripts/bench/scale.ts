/**
 * `scale`: what a statement costs when there are few and when there are many: time, and bytes on disk. On the embedded
 * chain; what is measured at each size comes on top of what was there. Who takes the time is told apart.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Client } from './client.ts';
import { CONNECTIONS, onDemonstration } from './demonstration.ts';
import type { Report } from './report.ts';
import { sizesIn, type Place } from './sizes.ts';
import { sendBulks, sendSingles, settled } from './stories.ts';
import { processorTimeOf } from './usage.ts';

const SIZES = [10_000, 100_000, 1_000_000];
/** Measured at each size. */
const BULK = 20_000;
const SINGLE = 4_000;
const TRAILS = 500;

/** @param most sizes above it are left out */
export async function scale(report: Report, most: number): Promise<void> {
  /** Of the smallest size, by metric. */
  const first = new Map<string, number>();
  const figure = (metric: string, size: number, value: number, unit: string): void => {
    const name = `at ${size.toLocaleString('en')} statements`;
    report.figure({ bench: 'scale', metric, case: name, value, unit });
    const least = first.get(metric);
    if (least === undefined) first.set(metric, value);
    else report.figure({ bench: 'scale', metric: `${metric}_multiple`, case: name, value: value / least, unit: '×' });
  };
  await onDemonstration(async ({ gateway, client }) => {
    const { dataDirectory: folder } = gateway;
    const { pid } = JSON.parse(readFileSync(path.join(folder, 'chain/anvil.pid'), 'utf8')) as { pid: number };
    const usage = () => ({ gateway: processorTimeOf(gateway.process.pid!), chain: processorTimeOf(pid) });
    let there = 0;
    const grow = async (statements: number): Promise<void> => {
      there += statements;
      await sendBulks(client, statements);
      await settled(client);
    };
    for (const size of SIZES.filter((each) => each <= most)) {
      await grow(size - there);
      console.error(`${size.toLocaleString('en')} statements are there`);
      const before = sizesIn(folder);
      const used = usage();
      figure('milliseconds_per_statement_in_bulk', size, (await timed(() => grow(BULK))) / BULK, 'ms');
      for (const [who, seconds] of Object.entries(usage())) {
        const per = (1000 * (seconds - used[who as keyof typeof used])) / BULK;
        figure(`processor_milliseconds_per_statement_in_bulk_of_the_${who}`, size, per, 'ms');
      }
      const after = sizesIn(folder);
      for (const place of Object.keys(after) as Place[]) {
        figure(`bytes_per_statement_${place.replace(' ', '_')}`, size, (after[place] - before[place]) / BULK, 'B');
      }
      const singles = async (): Promise<void> => {
        there += SINGLE;
        await sendSingles(client, SINGLE, CONNECTIONS);
        await settled(client);
      };
      figure('milliseconds_per_single_statement', size, (await timed(singles)) / SINGLE, 'ms');
      const subjects = await someSubjects(client);
      figure('milliseconds_per_trail', size, (await timed(() => readTrails(client, subjects))) / TRAILS, 'ms');
    }
  });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function someSubjects(client: Client): Promise<readonly string[]> {
  const { items } = JSON.parse((await client.get('/v1/evidence?limit=100')).body) as {
    items: readonly { subject: string }[];
  };
  return items.map(({ subject }) => subject);
}

async function readTrails(client: Client, subjects: readonly string[]): Promise<void> {
  for (let read = 0; read < TRAILS; read++) {
    const { status } = await client.get(`/v1/evidence/${subjects[read % subjects.length]}/trail`);
    if (status !== 200) throw new Error(`a trail was answered ${status}`);
  }
}
