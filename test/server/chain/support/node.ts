/** A server that answers JSON-RPC as a test wants it: what engines say can't be had from an engine that isn't there. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScriptedNode {
  readonly url: string;
  /** Methods that it was asked, in order. */
  readonly asked: string[];
  /**
   * What it answers from now on, or a promise of it: `result` or `error`; a number is an HTTP status without JSON-RPC,
   * undefined silence.
   */
  answer: (method: string, parameters: readonly unknown[]) => unknown;
  close(): Promise<void>;
}

export async function openScriptedNode(answer: ScriptedNode['answer']): Promise<ScriptedNode> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: readonly unknown[] };
      asked.push(method);
      void Promise.resolve(node.answer(method, params)).then((said) => {
        if (said === undefined) request.socket.destroy();
        else if (typeof said === 'number') response.writeHead(said).end('not JSON');
        else response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(said as object) }));
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const node: ScriptedNode = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return node;
}
