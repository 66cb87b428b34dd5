/** A gateway as a process of its own on a throwaway folder: for the demonstration, benchmarks and tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ROOT } from './processes.ts';

export interface GatewayProcess {
  readonly url: string;
  /** Where its embedded chain answers JSON-RPC. */
  readonly chainUrl: string;
  readonly process: ChildProcess;
  readonly dataDirectory: string;
  /** Token of a demonstration user, by name. */
  token(user: string): string;
  /** Asks it to stop and waits. */
  stop(): Promise<void>;
}

/** A new empty data folder. */
export function throwawayFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'unbroken-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * A gateway of the demonstration consortium, with a chain of its own.
 * @param spawned is given the process at once, before it is ready
 * @throws Error with what it said, if it does not become ready
 */
export async function startGateway(
  dataDirectory: string,
  environment: Readonly<Record<string, string>> = {},
  spawned: (child: ChildProcess) => void = () => undefined,
): Promise<GatewayProcess> {
  const { child, said, stop } = await startProcess(
    ['server/main.ts'],
    { PORT: '0', DATA_DIR: dataDirectory, ...environment },
    /API\s+(http:\/\/\S+)[^]*chain\s+(http:\/\/\S+)/,
    spawned,
  );
  return {
    url: said[1]!,
    chainUrl: said[2]!,
    process: child,
    dataDirectory,
    token(user) {
      const { tokens } = JSON.parse(readFileSync(path.join(dataDirectory, 'demonstration.json'), 'utf8')) as {
        tokens: Record<string, string>;
      };
      const token = tokens[user];
      if (token === undefined) throw new Error(`there is no demonstration user ${user}`);
      return token;
    },
    stop,
  };
}

/** Characters. */
const LAST_WORDS = 2_000;

/** What a gateway that serves no demonstration says when it is ready, with the operator's token at its very first start. */
export const GATEWAY_READY = /API\s+(http:\/\/\S+)\s+docs[^\n]*\n(?:[^]*?(unb_\S+))?/;

export interface StartedProcess {
  readonly child: ChildProcess;
  /** What it said when it was ready. */
  readonly said: RegExpExecArray;
  /** What it said last. */
  lastWords(): string;
  /** Asks it to stop and waits. */
  stop(): Promise<void>;
}

/**
 * Starts a script of this project and waits until it says that it is ready.
 * @throws Error with what it said, if it ends before
 */
export async function startProcess(
  [script, ...parameters]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
  ready: RegExp,
  spawned: (child: ChildProcess) => void = () => undefined,
): Promise<StartedProcess> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', path.join(ROOT, script), ...parameters],
    { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  endWithUs(child);
  spawned(child);
  let heard = '';
  const said = await new Promise<RegExpExecArray>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      heard = (heard + chunk.toString()).slice(-20_000);
      const found = ready.exec(heard);
      if (found !== null) resolve(found);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it was ready:\n${heard}`)));
  });
  return {
    child,
    said,
    lastWords: () => heard.slice(-LAST_WORDS),
    stop: () => endProcess(child, 'SIGTERM'),
  };
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** What nobody stopped, because the run was cut off, does not outlive this process. */
export function endWithUs(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

/** Waits until it is gone; at once if it is already. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
