/** `npm run network`, as it is typed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';

import { ROOT } from '../../../scripts/processes.ts';

/** @returns what it printed, once it has ended well */
export async function typed(folder: string, ...parameters: readonly string[]): Promise<string> {
  const child = spawn('npm', ['run', '--silent', 'network', '--', ...parameters, '--folder', folder], { cwd: ROOT });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code, `network ${parameters.join(' ')}\n${output}${errors}`).to.equal(0);
  return output;
}
