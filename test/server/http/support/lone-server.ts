/**
 * The API before a gateway that only answers as it is told: for what HTTP does by itself, such as limits, the log and
 * stopping. Custody is tested on a real gateway.
 */
import { once } from 'node:events';
import { request as send, type ClientRequest, type IncomingMessage } from 'node:http';

import { afterEach } from 'mocha';
import { pino } from 'pino';

import type { Hex } from '../../../../protocol/bytes.ts';
import type { Gateway, Submitted } from '../../../../server/custody/gateway.ts';
import type { Token } from '../../../../server/custody/ports.ts';
import { DEFAULT_LIMITS, type Limits } from '../../../../server/http/limits.ts';
import { startHttp, type HttpServer } from '../../../../server/http/start.ts';
import { newToken } from '../../../../server/http/token.ts';

const word = (byte: string): Hex => `0x${byte.repeat(32)}`;

export type Submit = (submitted: Submitted) => Promise<Awaited<ReturnType<Gateway['submit']>>[number]>;

const RECEIPT = {
  digest: word('11'),
  participant: 1,
  time: 1,
  path: [],
  key: word('22'),
  signature: `0x${'33'.repeat(64)}`,
} as const;
const ACCEPTED = {
  accepted: [
    {
      digest: word('11'),
      subject: word('11'),
      act: 'collect',
      sheet: word('11'),
      progress: 'accepted',
      service: true,
      receipt: RECEIPT,
    },
  ],
} as const;

export const acceptAll: Submit = () => Promise.resolve(ACCEPTED);

export interface LoneServer extends HttpServer {
  readonly bearer: string;
  readonly logged: () => readonly Readonly<Record<string, unknown>>[];
  /** Seconds; tests move it. */
  time: number;
  revoked: boolean;
  post(path: string, headers?: Readonly<Record<string, string>>): ClientRequest;
}

/** Call it inside of a `describe`; what it opens is closed after each test. */
export function useLoneServer(): (submit?: Submit, limits?: Partial<Limits>) => Promise<LoneServer> {
  const opened: HttpServer[] = [];
  afterEach(async () => {
    for (const server of opened.splice(0)) await server.close();
  });
  return async (submit = acceptAll, limits = {}) => {
    const { token, hash, id } = newToken();
    const lines: string[] = [];
    const known: Token = { id, name: 'Anna Krause', role: 'officer', participant: 1, createdAt: 0 };
    const gateway = {
      submit: (_caller: unknown, submitted: readonly Submitted[]) => Promise.all(submitted.map(submit)),
      hasRoom: () => Promise.resolve(true),
    } as Partial<Gateway> as Gateway;
    const server = await startHttp(
      {
        gateway,
        tokens: {
          find: (wanted) =>
            Promise.resolve(wanted === hash ? { ...known, ...(lone.revoked && { revokedAt: lone.time }) } : undefined),
          create: () => Promise.resolve(),
          createFirst: () => Promise.resolve(false),
          revoke: () => Promise.resolve(false),
          list: () => Promise.resolve([]),
        },
        clock: () => lone.time,
        steady: () => lone.time,
        log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
        limits: { ...DEFAULT_LIMITS, ...limits },
      },
      { host: '127.0.0.1', port: 0 },
    );
    opened.push(server);
    const lone: LoneServer = {
      ...server,
      bearer: token,
      time: 1_000,
      revoked: false,
      logged: () => lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
      post: (path, headers = {}) =>
        send(new URL(path, server.url), {
          method: 'POST',
          agent: false,
          headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
        }),
    };
    return lone;
  };
}

/** The response as soon as its headers are there. */
export async function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response.setEncoding('utf8');
}

/** Everything until the response ends. */
export async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}
