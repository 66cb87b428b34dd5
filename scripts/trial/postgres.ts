/**
 * A PostgreSQL server of its own for a trial: fresh data folder, loopback only, gone at the end.
 *
 * PostgreSQL refuses to run as root, so under root it runs as `postgres` or `nobody`.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import pg from 'pg';

import { freePorts } from '../free-ports.ts';
import { endProcess, endWithUs, hasEnded } from '../gateway-process.ts';

export interface PostgresServer {
  /** Its sessions are children of it. */
  readonly pid: number;
  /** A new empty database, as a URL. */
  createDatabase(): Promise<string>;
  /** Ends it with -9, with all its sessions. */
  kill(): Promise<void>;
  /** Stops it and all its sessions where they are: it answers nobody, until it is resumed. */
  pause(): void;
  resume(): void;
  /** Starts it again on the same data and port, if it has ended. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export const HOW_TO_INSTALL =
  'PostgreSQL was not found: neither `postgres` on PATH nor /usr/lib/postgresql/*/bin. ' +
  'Install it (Debian and Ubuntu: `apt-get install postgresql`; macOS: `brew install postgresql`).';

const START_TIMEOUT = 30_000;

/** Folder of `initdb` and `postgres`; undefined if PostgreSQL is not installed. */
export function findPostgres(): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
  ];
  return folders.find((folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres')));
}

/**
 * Starts a server from the programs in `binaries`.
 * @param durable what is committed outlives a power failure, as in service; a trial of faults of programs needs it not
 * @param below folder in which its own is made
 */
export async function startPostgres(
  binaries: string,
  { durable = false, below = tmpdir() } = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(below, 'unbroken-postgres-'));
  const data = path.join(folder, 'data');
  mkdirSync(data);
  chmodSync(folder, 0o755);
  const identity = unprivileged();
  if (identity !== undefined) spawnSync('chown', ['-R', `${identity.uid}:${identity.gid}`, folder]);
  const options = { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, ...identity };
  const made = spawnSync(
    path.join(binaries, 'initdb'),
    ['--pgdata', data, '--username', 'unbroken', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'],
    { ...options, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const [port] = await freePorts(1);
  let log = '';
  const launch = (): ChildProcess => {
    const launched = spawn(
      path.join(binaries, 'postgres'),
      [
        ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
        ...['-c', `unix_socket_directories=${folder}`],
        ...(durable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off']),
      ],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    endWithUs(launched);
    launched.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    return launched;
  };
  let server = launch();
  const urlOf = (database: string): string => `postgres://unbroken@127.0.0.1:${port}/${database}`;
  await untilReady(server, urlOf('postgres'), () => log);
  let count = 0;
  return {
    get pid() {
      return server.pid!;
    },
    async createDatabase() {
      const name = `test_${++count}`;
      await query(urlOf('postgres'), `create database ${name}`);
      return urlOf(name);
    },
    kill: () => endProcess(server, 'SIGKILL'),
    pause: () => signal(server, 'SIGSTOP'),
    resume: () => signal(server, 'SIGCONT'),
    async start() {
      if (!hasEnded(server)) return;
      // Sessions of a server that was killed go a moment after it, and until then no other starts.
      for (let tries = 0; ; tries++) {
        server = launch();
        const failure = await untilReady(server, urlOf('postgres'), () => log).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure === undefined) return;
        if (tries === 20) throw failure as Error;
        await pause(250);
      }
    },
    async stop() {
      // SIGINT: disconnect everybody and shut down.
      await endProcess(server, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether this database takes writes; all its sessions end. */
export async function setReadOnly(url: string, state: 'on' | 'off'): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const client = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
  await client.connect();
  try {
    await client.query(`alter database ${name} set default_transaction_read_only = ${state}`);
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  } finally {
    await client.end();
  }
}

/** To the server and its sessions, which are its children. */
function signal({ pid }: ChildProcess, name: 'SIGSTOP' | 'SIGCONT'): void {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  for (const each of [pid!, ...stdout.split('\n').filter(Boolean).map(Number)]) {
    try {
      process.kill(each, name);
    } catch {
      // it ended meanwhile
    }
  }
}

async function untilReady(server: ChildProcess, url: string, log: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT;
  for (;;) {
    try {
      await query(url, 'select 1');
      return;
    } catch (error) {
      if (hasEnded(server) || Date.now() > deadline) {
        server.kill('SIGKILL');
        throw new Error(`PostgreSQL did not start: ${log()}`, { cause: error });
      }
    }
    await pause(50);
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const number = (flag: string): number => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
    const [uid, gid] = [number('-u'), number('-g')];
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new Error('running as root, and there is neither a user postgres nor nobody to run PostgreSQL as');
}
