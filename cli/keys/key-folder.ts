/** The keys that were made on this machine, a file each. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { usage } from '../failure.ts';
import { readKeyFile, type KeyFile } from './key-file.ts';

export interface KeptKey {
  readonly file: string;
  readonly key: KeyFile;
}

/** Never replaces a file: a key that is gone can't be made again. */
export function keepKey(folder: string, out: string | undefined, key: KeyFile): string {
  const file = out ?? path.join(folder, `${key.id.slice(2, 14)}.json`);
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw usage(there ? `${file} exists and is left alone. Choose another with --out.` : `${file} can't be written.`);
  }
  return file;
}

export function keptKeys(folder: string): KeptKey[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => {
    const file = path.join(folder, name);
    return { file, key: readKeyFile(file) };
  });
}

/** The file of a key that was named by its file, its id or the beginning of its id. */
export function keyFileNamed(folder: string, name: string): KeptKey {
  if (existsSync(name)) return { file: name, key: readKeyFile(name) };
  const digits = name.toLowerCase().replace(/^0x/, '');
  const matching = /^[0-9a-f]{6,64}$/.test(digits)
    ? keptKeys(folder).filter(({ key }) => key.id.startsWith(`0x${digits}`))
    : [];
  const [only, ...others] = matching;
  if (only === undefined)
    throw usage(`There is no key ${name} on this machine. \`unbroken keys list\` shows those there are.`);
  if (others.length > 0) throw usage(`${matching.length} keys begin with ${name}. Give more of the id.`);
  return only;
}
