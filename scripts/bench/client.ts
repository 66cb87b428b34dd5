/** A light HTTP client: on a machine that it shares with the gateway, what the client spends counts. */
import http from 'node:http';

export interface Client {
  post(
    path: string,
    body: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: string }>;
  get(path: string): Promise<{ status: number; body: string }>;
  close(): void;
}

export function openClient(url: string, token: string, connections: number): Client {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);
  const authorization = `Bearer ${token}`;

  function send(method: string, path: string, body: string, headers: Readonly<Record<string, string>>) {
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const request = http.request(
        {
          agent,
          hostname,
          port,
          path,
          method,
          headers: { authorization, 'content-length': Buffer.byteLength(body), ...headers },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  return {
    post: (path, body, headers = {}) => send('POST', path, body, { 'content-type': 'application/json', ...headers }),
    get: (path) => send('GET', path, '', {}),
    close: () => agent.destroy(),
  };
}
