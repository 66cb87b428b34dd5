/** Runs a program of the gateway on this machine: commands never reach into the gateway itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Command } from 'commander';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** @param program its file, from the root of the project */
export async function runBeside(command: Command, program: string, parameters: readonly string[]): Promise<void> {
  const { json } = command.optsWithGlobals<{ readonly json?: boolean }>();
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', path.join(ROOT, program), ...parameters, ...(json ? ['--json'] : [])],
    { stdio: 'inherit' },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
