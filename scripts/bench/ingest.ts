/**
 * `ingest`: from HTTP request to final, on the embedded chain, gateway and client on one machine; then the fastest kind of
 * peer, a log that checks nothing of what is said.
 *
 * An item is collected and then recorded three times. First as fast as it goes, for throughput; then steadily at half of
 * what a gateway has to bear, for latency. Signed by the gateway's service key, idempotency keys on, every record encrypted and indexed.
 */
import { openRpc } from '../../server/chain/rpc.ts';
import type { Client } from './client.ts';
import { CONNECTIONS, onDemonstration } from './demonstration.ts';
import { latencies, percentile } from './latency.ts';
import type { Report } from './report.ts';
import { measureTessera } from './peers/tessera.ts';
import { sizesIn, type Place } from './sizes.ts';
import { collect, sendBulks, sendSingles, settled } from './stories.ts';

/** Statements a second while latency is measured: half of the 500 that a gateway on two cores has to bear. */
const STEADY = 250;
const WARM_UP = 1_000;
const SINGLE = 8_000;
const BULK = 20_000;
/** Of the steady run. */
const LATENCY_SECONDS = 10;

export async function ingest(report: Report): Promise<void> {
  await onDemonstration(async ({ gateway, client }) => {
    await sendSingles(client, WARM_UP, CONNECTIONS);
    await settled(client);
    const before = sizesIn(gateway.dataDirectory);

    const single = await measure(client, SINGLE, () => sendSingles(client, SINGLE, CONNECTIONS));
    figure(report, 'statements_per_second_final', 'single', single, '1/s');
    const { accepted, final, sent } = await latencies(client, openRpc(gateway.chainUrl), STEADY, LATENCY_SECONDS);
    figure(report, 'accepted_p50_ms', 'single', percentile(accepted, 50), 'ms');
    figure(report, 'accepted_p99_ms', 'single', percentile(accepted, 99), 'ms');
    figure(report, 'final_p50_ms', 'single', percentile(final, 50), 'ms');
    figure(report, 'final_p99_ms', 'single', percentile(final, 99), 'ms');

    const bulk = await measure(client, BULK, () => sendBulks(client, BULK));
    figure(report, 'statements_per_second_final', 'bulk', bulk, '1/s');
    const after = sizesIn(gateway.dataDirectory);
    for (const place of Object.keys(after) as Place[]) {
      figure(report, 'bytes_per_statement', place, (after[place] - before[place]) / (SINGLE + sent + BULK), 'B');
    }
  });
  const entries = Array.from({ length: BULK }, () => collect());
  const logged = await measureTessera(entries, (step) => console.error(step));
  if (logged !== undefined) {
    const peer = 'Tessera, the log of one operator';
    report.figure({ bench: 'ingest', metric: 'entries_per_second', case: 'single', value: logged, unit: '1/s', peer });
  }
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
