/** The way between a gateway and a node, which can be made as bad as real ones are. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { quantity } from '../../server/chain/rpc.ts';

/** What is wrong with the way, or with the node behind it. */
export const WIRE_FAULTS = [
  /** Nothing comes back, and nothing arrives. */
  'hang',
  /** The connection breaks before the request arrives. */
  'drop',
  /** The request arrives and is done, the answer is lost. */
  'swallow',
  /** Every second request is lost. */
  'every second',
  /** Every request arrives twice. */
  'double',
  /** The page of a proxy instead of an answer. */
  'page',
  /** The answer is cut short. */
  'cut',
  /** Errors by the dozen. */
  'errors',
  /** A number of transactions that is too high or too low. */
  'nonce',
  /** The newest block is one of some time ago. */
  'old',
  /** Every answer comes late. */
  'slow',
] as const;

export type WireFault = (typeof WIRE_FAULTS)[number];

export interface Wire {
  /** Where the gateway reaches the node. */
  readonly url: string;
  fault: WireFault | undefined;
  close(): Promise<void>;
}

/** Blocks by which an old node is behind. */
const BEHIND = 8;
/** Milliseconds. */
const SLOW = 700;

export async function openWire(to: string): Promise<Wire> {
  const server = createServer((request, response) => {
    pass(wire, to, count++, request, response).catch(() => response.destroy());
  });
  let count = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return wire;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

async function pass(
  wire: Wire,
  to: string,
  count: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const call = JSON.parse(Buffer.concat(chunks).toString()) as Call;
  const { fault } = wire;
  if (fault === 'hang') return;
  if (fault === 'drop' || (fault === 'every second' && count % 2 === 0)) {
    response.destroy();
    return;
  }
  if (fault === 'page') {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>502 Bad Gateway</h1></html>');
    return;
  }
  if (fault === 'errors') {
    const errors = [
      { code: -32603, message: 'Internal error' },
      { code: -32000, message: 'header not found' },
      { code: -32005, message: 'limit exceeded' },
      { code: -32004, message: 'Method not supported' },
    ];
    response.end(JSON.stringify({ jsonrpc: '2.0', id: call.id, error: errors[count % errors.length] }));
    return;
  }
  if (fault === 'slow') await sleep(SLOW);
  const asked = fault === 'old' ? await aged(to, call) : call;
  let answer = await forward(to, asked);
  if (fault === 'double') answer = await forward(to, asked);
  if (fault === 'nonce' && call.method === 'eth_getTransactionCount') answer = lied(answer, count % 2 === 0 ? 3 : -3);
  if (fault === 'old' && call.method === 'eth_blockNumber') answer = lied(answer, -BEHIND);
  if (fault === 'swallow') response.destroy();
  else response.end(fault === 'cut' ? answer.slice(0, answer.length / 2) : answer);
}

async function forward(to: string, call: Call): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(to, { method: 'POST', headers, body: JSON.stringify(call) });
  return answer.text();
}

/** A node that is behind knows no later block as its newest. */
async function aged(to: string, call: Call): Promise<Call> {
  if (!call.params.includes('latest')) return call;
  const newest = resultOf(await forward(to, { ...call, method: 'eth_blockNumber', params: [] }));
  const params = call.params.map((each) => (each === 'latest' ? quantity(Math.max(0, newest - BEHIND)) : each));
  return { ...call, params };
}

function lied(answer: string, by: number): string {
  return JSON.stringify({ ...(JSON.parse(answer) as object), result: quantity(Math.max(0, resultOf(answer) + by)) });
}

function resultOf(answer: string): number {
  return Number((JSON.parse(answer) as { result: string }).result);
}
