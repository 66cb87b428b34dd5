/** Bytes of what a gateway keeps in its folder. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Sizes {
  readonly store: number;
  readonly 'record keys': number;
  readonly 'chain journal': number;
}

export type Place = keyof Sizes;

export function sizesIn(folder: string): Sizes {
  return {
    store: sizeOf(path.join(folder, 'unbroken.sqlite')),
    'record keys': sizeOf(path.join(folder, 'keys.sqlite')),
    // Nobody else may open it while the chain runs.
    'chain journal': statSync(path.join(folder, 'chain/journal.sqlite')).size,
  };
}

/** Of the database as it is, with what is still in its log and without what the log has beyond. */
function sizeOf(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const select = 'select page_count * page_size as size from pragma_page_count, pragma_page_size';
    return (database.prepare(select).get() as { size: number }).size;
  } finally {
    database.close();
  }
}
