/** `cases`: what an item more costs in a case of few and of many items, and to find its items. */
import type { Client } from './client.ts';
import { onDemonstration } from './demonstration.ts';
import type { Report } from './report.ts';
import { collect, sendLines, settled, state } from './stories.ts';

/** Items of a case. */
const ITEMS = [1, 100, 10_000];
/** Lines of one bulk request. */
const LINES = 2_000;
const WARM_UP = 1_000;
/** Measured, one after the other. */
const SINGLE = 200;
const SEARCHES = 100;

export async function cases(report: Report): Promise<void> {
  await onDemonstration(async ({ client }) => {
    await fill(client, 'warm-up', WARM_UP);
    await addItems(client, 'warm-up');
    for (const items of ITEMS) {
      const figure = (metric: string, value: number): void =>
        report.figure({ bench: 'cases', metric, case: `${items.toLocaleString('en')} items`, value, unit: 'ms' });
      const name = `case of ${items}`;
      await fill(client, name, items);
      figure('milliseconds_to_find_a_page', await findPages(client, name, Math.min(items, 100)));
      figure('milliseconds_to_accept_an_item_more', await addItems(client, name));
    }
  });
}

async function fill(client: Client, caseName: string, items: number): Promise<void> {
  for (let there = 0; there < items; there += LINES) {
    const count = Math.min(LINES, items - there);
    await sendLines(client, Array.from({ length: count }, () => collect({ caseName })).join('\n'), count);
  }
  await settled(client);
}

/** A hundred items at most, as whoever opens a case sees them first. */
async function findPages(client: Client, caseName: string, expected: number): Promise<number> {
  const begun = performance.now();
  for (let search = 0; search < SEARCHES; search++) {
    const { status, body } = await client.get(`/v1/evidence?case=${encodeURIComponent(caseName)}&limit=100`);
    const { items } = JSON.parse(body) as { items?: readonly unknown[] };
    if (items?.length !== expected) throw new Error(`a search was answered ${status}: ${body.slice(0, 300)}`);
  }
  return (performance.now() - begun) / SEARCHES;
}

async function addItems(client: Client, caseName: string): Promise<number> {
  const begun = performance.now();
  for (let item = 0; item < SINGLE; item++) await state(client, collect({ caseName }));
  const each = (performance.now() - begun) / SINGLE;
  await settled(client);
  return each;
}
