/**
 * JSON-RPC over HTTP on loopback, so that others (another gateway, a verifier, a deployment) can use the embedded
 * engine. Reads pass; a raw transaction is journalled and mined; everything that could change the chain otherwise is
 * refused, because the list says what is allowed.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ChainError } from '../errors.ts';
import type { Rpc } from '../rpc.ts';

const ALLOWED: ReadonlySet<string> = new Set([
  'eth_accounts',
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockReceipts',
  'eth_getBlockTransactionCountByHash',
  'eth_getBlockTransactionCountByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'eth_sendRawTransaction',
  'eth_syncing',
  'net_listening',
  'net_version',
  'web3_clientVersion',
]);

const BODY_LIMIT = 4 * 1024 * 1024;
const BATCH_LIMIT = 100;

export interface Endpoint {
  readonly url: string;
  close(): Promise<void>;
}

/** @param port 0: a free one */
export async function openEndpoint(engine: Rpc, port: number): Promise<Endpoint> {
  const server = createServer((request, response) => {
    // What fails here is the connection: there is nobody to tell.
    answer(engine, request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(engine: Rpc, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST' || !isLoopback(request.headers.host)) {
    response.writeHead(request.method === 'POST' ? 403 : 405, { connection: 'close' }).end();
    return;
  }
  const body = await read(request);
  const asked = body === undefined ? undefined : parse(body);
  const result =
    asked === undefined || (Array.isArray(asked) && (asked.length === 0 || asked.length > BATCH_LIMIT))
      ? failure(null, -32600, 'invalid request')
      : Array.isArray(asked)
        ? await Promise.all(asked.map((each) => answerOne(engine, each)))
        : await answerOne(engine, asked);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
}

async function answerOne(engine: Rpc, asked: unknown): Promise<object> {
  if (typeof asked !== 'object' || asked === null) return failure(null, -32600, 'invalid request');
  const { id = null, method, params = [] } = asked as { id?: unknown; method?: unknown; params?: unknown };
  if (typeof method !== 'string' || !Array.isArray(params)) return failure(id, -32600, 'invalid request');
  if (!ALLOWED.has(method)) return failure(id, -32601, `${method.slice(0, 60)} is not served by the embedded chain`);
  try {
    return { jsonrpc: '2.0', id, result: await engine.request(method, params) };
  } catch (error) {
    if (!(error instanceof ChainError)) return failure(id, -32603, 'internal error');
    const { code, message, data } = error.answer ?? { code: -32000, message: error.message };
    return failure(id, code, message, data);
  }
}

function failure(id: unknown, code: number, message: string, data?: unknown): object {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } };
}

/** A page of the web can have a name resolve to this machine, but it can't have its browser say another name. */
function isLoopback(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
