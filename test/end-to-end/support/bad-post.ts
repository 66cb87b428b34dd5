/** Stands between gateways and, when it is bad, loses, doubles and delays what they send, or swallows the answer. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BadPost {
  bad: boolean;
  /** What it did so far. */
  readonly harm: { lost: number; doubled: number; delayed: number; unanswered: number };
  /** An address in front of a gateway's. */
  before(gatewayUrl: string): Promise<string>;
  close(): Promise<void>;
}

export async function openBadPost(): Promise<BadPost> {
  const servers: Server[] = [];
  const post: BadPost = {
    bad: false,
    harm: { lost: 0, doubled: 0, delayed: 0, unanswered: 0 },
    async before(gatewayUrl) {
      const server = createServer((request, response) => {
        pass(post, gatewayUrl, request, response).catch(() => response.destroy());
      });
      servers.push(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  return Promise.resolve(post);
}

async function pass(post: BadPost, to: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const forward = (): Promise<Response> =>
    fetch(`${to}${request.url ?? ''}`, {
      method: request.method ?? 'POST',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      body,
    });
  const fate = post.bad ? Math.random() : 1;
  if (fate < 0.15) {
    post.harm.lost += 1;
    response.destroy();
    return;
  }
  if (fate < 0.3) {
    post.harm.delayed += 1;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000));
  }
  const answer = await forward();
  if (fate >= 0.3 && fate < 0.45) {
    post.harm.doubled += 1;
    await forward();
  }
  if (fate >= 0.45 && fate < 0.6) {
    post.harm.unanswered += 1;
    response.destroy();
    return;
  }
  response
    .writeHead(answer.status, { 'content-type': 'application/json' })
    .end(Buffer.from(await answer.arrayBuffer()));
}
