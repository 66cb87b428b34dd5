/** The way between a gateway and PostgreSQL, on which a commit can get lost, or its acknowledgement. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface DatabaseWire {
  /** The database at its other end, as the gateway reaches it. */
  readonly url: string;
  /**
   * Breaks the connection with every so many-th commit: before PostgreSQL hears of it, or after it is done and before the
   * gateway hears of that. 0: never.
   */
  breakAt(what: 'commit' | 'acknowledgement', every: number): void;
  /** Connections that were broken so far. */
  broken(): number;
  close(): Promise<void>;
}

/** A simple query, as PostgreSQL's protocol writes it: Q, length, text, 0. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');
/** CommandComplete: C, length, tag, 0. */
const ACKNOWLEDGEMENT = Buffer.from('C\0\0\0\x0bCOMMIT\0', 'latin1');

export async function openDatabaseWire(to: string): Promise<DatabaseWire> {
  const target = new URL(to);
  const open = new Set<Socket>();
  let rule: { readonly pattern: Buffer; readonly every: number } | undefined;
  let seen = 0;
  let broken = 0;
  const breaks = (chunk: Buffer): boolean => {
    if (rule === undefined || !chunk.includes(rule.pattern) || ++seen % rule.every !== 0) return false;
    broken += 1;
    return true;
  };
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, onto] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (chunk: Buffer) => {
        if (!breaks(chunk)) onto.write(chunk);
        else {
          near.destroy();
          far.destroy();
        }
      });
      from.on('error', () => from.destroy());
      from.on('close', () => {
        open.delete(from);
        onto.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(to);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    breakAt(what, every) {
      rule = every === 0 ? undefined : { pattern: what === 'commit' ? COMMIT : ACKNOWLEDGEMENT, every };
      seen = 0;
    },
    broken: () => broken,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
