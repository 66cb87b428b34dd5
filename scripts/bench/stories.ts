/** What benchmarks state: an item is collected and recorded three times. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from './client.ts';

/** Statements of one bulk request. */
const LINES = 2_000;
const STREAMS = 2;

const STEPS = ['sealed', 'moved', 'stored'];
let exhibits = 0;

/** The body of a request. */
export function collect({ subject, caseName }: { readonly subject?: string; readonly caseName?: string } = {}): string {
  exhibits += 1;
  const fields = [
    { label: 'case', value: caseName ?? `ST-${exhibits % 100}` },
    { label: 'exhibit', value: `EX-${exhibits}` },
    { label: 'description', value: 'Mobile telephone, black, display broken, in a sealed bag' },
  ];
  return JSON.stringify({
    act: 'collect',
    code: 'seized',
    ...(subject !== undefined && { subject }),
    record: { fields },
  });
}

function record(subject: string, code: string): string {
  const fields = [{ label: 'note', value: 'Seal intact, put on shelf 14' }];
  return JSON.stringify({ act: 'record', code, subject, record: { fields } });
}

/** The same as lines; the client chooses the id, so that the later lines can name it. */
function bulkStory(): string {
  const subject = `0x00000001${randomBytes(28).toString('hex')}`;
  return [collect({ subject }), ...STEPS.map((code) => record(subject, code))].join('\n');
}

/** Sends stories as lines and waits for all answers. */
export async function sendBulk(client: Client, count: number): Promise<void> {
  await sendLines(client, Array.from({ length: count / 4 }, bulkStory).join('\n'), count);
}

/** @param count of statements */
export async function sendLines(client: Client, lines: string, count: number): Promise<void> {
  const { status, body } = await client.post('/v1/statements/bulk', lines, { 'content-type': 'application/x-ndjson' });
  const answers = body.trim().split('\n');
  if (status !== 200 || answers.length !== count || answers.some((answer) => answer.includes('"problem"'))) {
    throw new Error(`a bulk request was answered ${status}, with ${answers.length} lines: ${body.slice(0, 300)}`);
  }
}

export async function state(client: Client, body: string): Promise<{ digest: string; subject: string }> {
  const answer = await client.post('/v1/statements', body, { 'idempotency-key': `${process.pid}-${Math.random()}` });
  if (answer.status !== 202) throw new Error(`the gateway answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body) as { digest: string; subject: string };
}

/** An item is collected and recorded three times, one after the other. */
export async function story(each: (body: string) => Promise<{ subject: string }>): Promise<void> {
  const { subject } = await each(collect());
  for (const code of STEPS) await each(record(subject, code));
}

/** So many officers tell one story after the other. */
export function sendSingles(client: Client, count: number, officers: number): Promise<void> {
  return sendSinglesOf([client], count, officers);
}

/** The same, each story told by the next of several agencies. */
export async function sendSinglesOf(clients: readonly Client[], count: number, officers: number): Promise<void> {
  let left = count / 4;
  const telling = Array.from({ length: officers }, async () => {
    while (left-- > 0) {
      const client = clients[left % clients.length]!;
      await story((body) => state(client, body));
    }
  });
  await Promise.all(telling);
}

/** Two streams of bulk requests. */
export async function sendBulks(client: Client, count: number): Promise<void> {
  let left = count / LINES;
  const streams = Array.from({ length: STREAMS }, async () => {
    while (left-- > 0) await sendBulk(client, LINES);
  });
  await Promise.all(streams);
}

/** Statements that are promised and not judged. */
export async function pending(client: Client): Promise<number> {
  return (JSON.parse((await client.get('/readyz')).body) as { pending: number }).pending;
}

export async function settled(client: Client): Promise<void> {
  while ((await pending(client)) > 0) await sleep(20);
}
