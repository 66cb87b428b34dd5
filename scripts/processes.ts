/** Runs the project's tools from scripts: with their output shown as it comes, or kept. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const ROOT = path.dirname(import.meta.dirname);

export interface Finished {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

/** Runs a package's command from node_modules/.bin under this Node. */
export async function runTool(
  tool: string,
  parameters: readonly string[],
  { show = false, environment = {} }: { show?: boolean; environment?: Record<string, string> } = {},
): Promise<Finished> {
  const started = Date.now();
  const child = spawn(process.execPath, [path.join(ROOT, 'node_modules/.bin', tool), ...parameters], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      output += chunk;
      if (show) process.stdout.write(chunk);
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, output, seconds: (Date.now() - started) / 1000 };
}
