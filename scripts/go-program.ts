/** Programs that are built from a Go module: once, and kept where other checkouts find them too. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

import { programOnPath, runProgram } from './program.ts';

export interface GoProgram {
  readonly name: string;
  /** Folder of go.mod and go.sum. */
  readonly module: string;
  /** The command within what the module requires. */
  readonly package: string;
  readonly flags: readonly string[];
  /** What is needed here to build it, and how long that takes. */
  readonly needs: string;
  readonly takes: string;
}

/** Its path; undefined, and said why, if it is not built yet and can't be. */
export async function findOrBuild(wanted: GoProgram, say: (step: string) => void): Promise<string | undefined> {
  const sources = createHash('sha256')
    .update(readFileSync(path.join(wanted.module, 'go.sum')))
    .digest('hex');
  const cache = process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache');
  const folder = path.join(cache, 'unbroken', `${wanted.name.toLowerCase()}-${sources.slice(0, 16)}`);
  const program = path.join(folder, path.posix.basename(wanted.package));
  if (existsSync(program)) return program;
  const go = programOnPath('go');
  if (go === undefined) {
    say(`${wanted.name} is built from source, and there is no Go here: install ${wanted.needs}.`);
    return undefined;
  }
  say(`Building ${wanted.name} (once, ${wanted.takes}) ...`);
  mkdirSync(folder, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  const parameters = ['build', '-mod=readonly', ...wanted.flags, '-o', unfinished, wanted.package];
  await runProgram(go, parameters, wanted.module);
  renameSync(unfinished, program);
  return program;
}
