/** Starts and stops anvil, the EVM of the embedded engine, as a child process that ends with this one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { ChainError } from '../errors.ts';
import { openRpc, type Rpc } from '../rpc.ts';

export interface Anvil {
  readonly url: string;
  readonly rpc: Rpc;
  readonly pid: number;
  /** Resolves when the process has ended, by itself or killed. */
  readonly ended: Promise<void>;
  /** Kills it: it has nothing to save, the journal is what lasts. */
  stop(): Promise<void>;
}

const START_TIMEOUT = 20_000;
/** Some requests take a while; that it died is noticed at once. */
const REQUEST_TIMEOUT = 300_000;

/** More than the transactions of one block can use, of which Osaka caps each at 16,777,216. */
const BLOCK_GAS_LIMIT = 500_000_000;

/** Blocks whose state can still be asked for. Every one is a copy of the whole state, so they are few. */
const STATES_KEPT = 4;

/**
 * @param pidFile where the process id is noted, so that an anvil that outlived everybody is found and ended
 * @param genesisTime seconds
 * @param signal ends it
 */
export async function startAnvil(pidFile: string, genesisTime: number, signal?: AbortSignal): Promise<Anvil> {
  endOrphan(pidFile);
  const parameters = [
    ...['--host', '127.0.0.1', '--port', '0', '--color', 'never'],
    ...[
      '--hardfork',
      'osaka',
      '--timestamp',
      String(genesisTime),
      '--gas-limit',
      String(BLOCK_GAS_LIMIT),
      '--enable-tx-gas-limit',
    ],
    ...['--block-base-fee-per-gas', '0', '--gas-price', '0', '--disable-min-priority-fee'],
    ...['--no-mining', '--order', 'fifo', '--accounts', '0', '--no-request-size-limit', '--no-cors'],
    ...['--prune-history', String(STATES_KEPT)],
  ];
  // Detached: what a terminal sends to stop the gateway must not end the chain before the gateway is done.
  const child = spawn(binary(), parameters, {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    ...(signal && { signal, killSignal: 'SIGKILL' }),
  });
  // It has no process, or is being ended by the signal; only its exit says that it is gone.
  child.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { pid } = child;
  if (pid === undefined) throw notStarted();
  writeFileSync(pidFile, JSON.stringify({ pid, command: commandOf(pid) }));
  const release = endWithUs(pid);
  void ended.then(release);
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(pidFile, { force: true });
  };
  try {
    const url = await urlSaid(child);
    const rpc = openRpc(url, REQUEST_TIMEOUT);
    await rpc.request('anvil_setLoggingEnabled', [false]);
    return { url, rpc, pid, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The platform's package of @foundry-rs/anvil; run directly, because a wrapper would take the signals. */
function binary(): string {
  const require = createRequire(import.meta.url);
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    const anvil = createRequire(require.resolve('@foundry-rs/anvil/package.json'));
    return path.join(path.dirname(anvil.resolve(`${name}/package.json`)), 'bin', 'anvil');
  } catch (error) {
    throw new ChainError('NOT_INSTALLED', `The package ${name} is not installed: the embedded chain can't start.`, {
      cause: error,
    });
  }
}

/** Its own word on where it listens: a port chosen for it could be taken by another chain in between. */
async function urlSaid(child: ChildProcess): Promise<string> {
  let said = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT);
  try {
    return await new Promise<string>((resolve, reject) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4096);
        const port = /Listening on 127\.0\.0\.1:(\d+)\s/.exec(said)?.[1];
        if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
      });
      child.once('exit', () => reject(notStarted()));
      child.once('error', (error) => reject(notStarted(error)));
    });
  } finally {
    clearTimeout(timer);
    child.stdout?.removeAllListeners('data').resume();
  }
}

function notStarted(cause?: unknown): ChainError {
  return new ChainError('UNREACHABLE', 'The embedded chain did not start.', { cause });
}

/**
 * A shell that waits for this process to end, however it does, and ends the chain then. Where there is no shell,
 * the note of the process id is what remains.
 * @returns call it when the chain has ended
 */
function endWithUs(pid: number): () => void {
  const guard = spawn('sh', ['-c', 'read -r nothing; kill -9 "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.once('error', () => undefined);
  guard.stdin.once('error', () => undefined);
  return () => {
    guard.kill('SIGKILL');
    guard.stdin.destroy();
  };
}

/** Ends the anvil that a killed gateway left behind. The number may since belong to somebody else: look first. */
function endOrphan(pidFile: string): void {
  if (!existsSync(pidFile)) return;
  try {
    const { pid, command } = JSON.parse(readFileSync(pidFile, 'utf8')) as { pid: number; command: string };
    if (command !== '' && commandOf(pid) === command) process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended, or the note was cut short
  }
  rmSync(pidFile, { force: true });
}

/** The command line of a process with all parameters; empty if it has ended, or where there is no /proc. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
