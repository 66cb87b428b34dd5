/**
 * `ingest --network`: from HTTP request to final on four validators, with PostgreSQL, gateway and client on the same
 * machine; then the peers, with one transaction each, on the same network. With `--minutes 30` or more it is a soak: the
 * memory of the gateway is told of the first minute and of the last. With `--rate` no more is stated a second than that.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { hexToBytes } from '../../protocol/bytes.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import { rawHeaderAt } from '../../server/chain/raw-header.ts';
import { openRpc, type Rpc } from '../../server/chain/rpc.ts';
import { rpcUrl } from '../network/state.ts';
import { gasSince, heightOf } from '../blocks.ts';
import type { Client } from './client.ts';
import { onNetwork } from './on-network.ts';
import { measureEas, measureErc721 } from './peers/peers.ts';
import { openRelay } from './relay.ts';
import type { Report } from './report.ts';
import { pending, sendBulk, settled } from './stories.ts';
import { memoryOf } from './usage.ts';

const VALIDATORS = 4;
/** Statements of one bulk request. */
const LINES = 400;
/** So many wait for the ledger: enough that no block waits for statements. */
const WAITING = 6_000;
/** Blocks that a validator may be behind another while both keep up. */
const BEHIND = 5;
/** Transactions of each peer. */
const PEER = 1_000;

/** @param rate statements a second, at most */
export async function networkIngest(report: Report, minutes: number, rate: number): Promise<void> {
  await onNetwork({ validators: VALIDATORS, connections: 8 }, async ({ stage: { state }, gateway, client }) => {
    const rpcs = state.nodes.map((node) => openRpc(rpcUrl(node)));
    const name = `${state.engine}, ${VALIDATORS} validators`;
    const figure = (metric: string, value: number, unit: string, peer?: string): void =>
      report.figure({ bench: 'ingest', metric, case: name, value, unit, ...(peer !== undefined && { peer }) });

    await sendBulk(client, LINES);
    await settled(client);
    const first = Math.max(...(await Promise.all(rpcs.map(heightOf))));
    const begun = performance.now();
    const minutesSeen = await keepBusy(client, minutes, rate, gateway.child.pid!);
    const seconds = (performance.now() - begun) / 1000;
    const heights = await Promise.all(rpcs.map(heightOf));
    const last = Math.max(...heights);
    const rpc = rpcs[heights.indexOf(last)]!;
    const gas = (await gasSince(rpc, first)) / seconds;
    const perMinute = minutesSeen.map(({ rate }) => rate);
    await settled(client);
    figure('statements_per_second_final', perMinute.reduce((sum, rate) => sum + rate, 0) / perMinute.length, '1/s');
    figure('statements_per_second_final_in_the_slowest_minute', Math.min(...perMinute), '1/s');
    figure('memory_of_the_gateway_in_the_first_minute', minutesSeen[0]!.memory, 'MiB');
    figure('memory_of_the_gateway_in_the_last_minute', minutesSeen.at(-1)!.memory, 'MiB');
    figure('gas_per_second', gas, 'gas/s');
    const { gap, lost } = await blocksBetween(rpc, first, last);
    figure('longest_time_between_blocks', gap, 's');
    figure('blocks_sealed_after_their_first_round', lost, 'blocks');
    figure('validators_left_behind', heights.filter((height) => height < last - BEHIND).length, 'validators');

    const relay = openRelay(rpc, state.chainId, state.relays[2]!.privateKey);
    const [eas] = await measureEas(relay, PEER);
    figure('statements_per_second_final', eas!.perSecond, '1/s', 'EAS, a transaction each');
    // OpenZeppelin's token has instructions that GoQuorum, which ends at Berlin, does not know.
    if (state.engine === 'goquorum') return;
    const erc721 = await measureErc721(relay, PEER);
    figure('statements_per_second_final', erc721.perSecond, '1/s', 'ERC-721, a transaction each');
  });
}

interface Minute {
  /** Statements a second that became final. */
  readonly rate: number;
  /** Of the gateway at its end, resident, in MiB. */
  readonly memory: number;
}

async function keepBusy(client: Client, minutes: number, rate: number, gateway: number): Promise<readonly Minute[]> {
  const seen: Minute[] = [];
  let sent = 0;
  let before = 0;
  const start = performance.now();
  const end = start + minutes * 60_000;
  let begun = start;
  const note = (waiting: number): void => {
    const final = sent - waiting;
    const minute = { rate: (1000 * (final - before)) / (performance.now() - begun), memory: memoryOf(gateway) };
    seen.push(minute);
    console.error(`${seen.length} min: ${minute.rate.toFixed(0)} statements a second, ${minute.memory.toFixed(0)} MiB`);
    before = final;
    begun = performance.now();
  };
  for (;;) {
    const waiting = await pending(client);
    const over = performance.now() >= end;
    if (performance.now() - begun >= 60_000 || (over && seen.length === 0)) note(waiting);
    if (over) return seen;
    if (waiting < WAITING && sent < (rate * (performance.now() - start)) / 1000) {
      await sendBulk(client, LINES);
      sent += LINES;
    } else await sleep(50);
  }
}

/** Seconds between blocks at most, and blocks that took more than one round. */
async function blocksBetween(rpc: Rpc, first: number, last: number): Promise<{ gap: number; lost: number }> {
  let [gap, lost, before] = [0, 0, 0];
  for (let number = first; number <= last; number++) {
    const { consensus, time } = parseHeader(hexToBytes(await rawHeaderAt(rpc, number)));
    if (before > 0) gap = Math.max(gap, time - before);
    before = time;
    if ((consensus?.round ?? 0) > 0) lost += 1;
  }
  return { gap, lost };
}
