/** Runs the project's tools from scripts: with their output shown as it comes, or kept. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const ROOT = path.dirname(import.meta.dirname);

export interface Finished {
  readonly code: number;
  /** What it said on both streams; empty if that was shown. */
  readonly output: string;
  readonly seconds: number;
}

/** Runs a package's command from node_modules/.bin under this Node; it ends when this process is told to. */
export async function runTool(
  tool: string,
  parameters: readonly string[],
  { show = false }: { show?: boolean } = {},
): Promise<Finished> {
  const started = Date.now();
  const file = path.join(ROOT, 'node_modules/.bin', tool);
  const child = spawn(process.execPath, [...process.execArgv, file, ...parameters], {
    cwd: ROOT,
    stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const stop = (signal: NodeJS.Signals): void => {
    child.once('close', () => process.kill(process.pid, signal));
    child.kill(signal);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => (output += chunk));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return { code: code ?? 1, output, seconds: (Date.now() - started) / 1000 };
}
