/**
 * `agencies`: what a statement costs where few and where many agencies state things at one gateway. Each agency's
 * statements stand under a signature of its own, so with more of them fewer share one.
 */
import path from 'node:path';

import { openRpc } from '../../server/chain/rpc.ts';
import { removeFolder, throwawayFolder } from '../gateway-process.ts';
import { openChain } from '../trial/chain.ts';
import { startConsortium } from '../trial/consortium.ts';
import { gasSince, heightOf } from '../blocks.ts';
import { openClient } from './client.ts';
import { CONNECTIONS } from './demonstration.ts';
import type { Report } from './report.ts';
import { sendSinglesOf, settled } from './stories.ts';
import { taken } from './usage.ts';

const COUNTS = [5, 50, 200];
const WARM_UP = 2_000;
const SINGLE = 8_000;

export async function agencies(report: Report): Promise<void> {
  for (const count of COUNTS) await measure(report, count);
}

async function measure(report: Report, count: number): Promise<void> {
  const figure = (metric: string, value: number, unit: string): void =>
    report.figure({ bench: 'agencies', metric, case: `${count} agencies`, value, unit });
  const folder = throwawayFolder();
  const chain = await openChain(path.join(folder, 'chain'));
  try {
    const consortium = await startConsortium(path.join(folder, 'gateways'), chain, { agencies: count });
    console.error(`${count} agencies are there`);
    const [gateway] = consortium.gateways;
    // As many connections in all, and at least one for each.
    const each = Math.ceil(CONNECTIONS / count);
    const clients = consortium.agencies.map((code) => openClient(gateway!.url, consortium.token(code), each));
    try {
      await sendSinglesOf(clients, WARM_UP, CONNECTIONS);
      await settled(clients[0]!);
      const rpc = openRpc(chain.urls[0]!);
      const first = await heightOf(rpc);
      const { seconds, processors } = await taken({ gateway: () => [gateway!.child.pid!] }, async () => {
        await sendSinglesOf(clients, SINGLE, CONNECTIONS);
        await settled(clients[0]!);
      });
      figure('milliseconds_per_single_statement', (1000 * seconds) / SINGLE, 'ms');
      figure('processor_milliseconds_per_statement_of_the_gateway', (1000 * processors.gateway) / SINGLE, 'ms');
      figure('gas_per_statement', (await gasSince(rpc, first)) / SINGLE, 'gas');
    } finally {
      for (const client of clients) client.close();
      await consortium.close();
    }
  } finally {
    await chain.close();
    removeFolder(folder);
  }
}
