/** What lies between two gateways: passes on, and fails as it is told. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** For each request in turn; `pass` when there are no more. */
export type Fate = 'pass' | 'lose the request' | 'lose the answer' | 'twice' | 'redirect' | 'endless answer' | 'change';

export interface Wire {
  readonly url: URL;
  /** Bodies that came by. */
  readonly seen: string[];
  readonly fates: Fate[];
  close(): Promise<void>;
}

export async function openWire(to: string): Promise<Wire> {
  const seen: string[] = [];
  const fates: Fate[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      seen.push(body);
      const fate = fates.shift() ?? 'pass';
      if (fate === 'lose the request') return request.socket.destroy();
      if (fate === 'redirect') return response.writeHead(307, { Location: `${to}${request.url ?? ''}` }).end();
      if (fate === 'endless answer') {
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
        return;
      }
      const sent = fate === 'change' ? changed(body) : body;
      const send = (): Promise<Response> =>
        fetch(new URL(request.url ?? '', to), {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: sent,
        });
      if (fate === 'twice') await (await send()).text();
      const answer = await send();
      const text = await answer.text();
      if (fate === 'lose the answer') return request.socket.destroy();
      return response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(text);
    })().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    seen,
    fates,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One character of the ciphertext is another. */
function changed(body: string): string {
  const at = Math.floor(body.length * 0.6);
  return `${body.slice(0, at)}${body[at] === 'A' ? 'B' : 'A'}${body.slice(at + 1)}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}
