/** Where the vectors are. */
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';

const VECTORS = join(import.meta.dirname, '../../vectors');

/** The vectors below these folders of `test/vectors`, in order. */
export function vectorFiles(...folders: readonly string[]): { readonly name: string; readonly path: string }[] {
  return folders.flatMap((folder) =>
    globSync(`${folder}/**/*.json`, { cwd: VECTORS })
      .sort()
      .map((file) => ({ name: file.replace(/\.json$/, ''), path: join(VECTORS, file) })),
  );
}

/** The path of a vector. */
export function vectorPath(name: string): string {
  return join(VECTORS, `${name}.json`);
}

/** Recorded from networks, not written by scripts/vectors.ts. */
const RECORDED = ['besu-qbft/**', 'goquorum-qbft/**'];

/** The names of all vectors that are there and that are written. */
export function namesOfVectors(): string[] {
  return globSync('**/*.json', { cwd: VECTORS, exclude: RECORDED })
    .map((file) => relative('.', file).replace(/\.json$/, ''))
    .sort();
}
