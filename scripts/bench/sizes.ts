/** Bytes of what a gateway and its chain keep. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { KEY_SCHEMA } from '../../server/store/record-keys.ts';
import { STORE_SCHEMA } from '../../server/store/store.ts';

export type Place = 'store' | 'record keys' | 'chain';

export type Sizes = Readonly<Record<Place, number>>;

/** Of a gateway with an embedded chain. @param folder its data folder */
export function sizesIn(folder: string): Sizes {
  return {
    store: sizeOf(path.join(folder, 'unbroken.sqlite')),
    'record keys': sizeOf(path.join(folder, 'keys.sqlite')),
    // Nobody else may open it while the chain runs.
    chain: statSync(path.join(folder, 'chain/journal.sqlite')).size,
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

/** On PostgreSQL, and with a node of a network. @param node its folder */
export async function sizesOnNetwork(storeUrl: string, node: string): Promise<Sizes> {
  const client = new pg.Client({ connectionString: storeUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ schema: string; size: string }>(
      `select n.nspname as schema, sum(pg_total_relation_size(c.oid)) as size
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' group by n.nspname`,
    );
    const sizes = new Map(rows.map(({ schema, size }) => [schema, Number(size)]));
    return {
      store: sizes.get(STORE_SCHEMA) ?? 0,
      'record keys': sizes.get(KEY_SCHEMA) ?? 0,
      chain: await restingSizeOf(node),
    };
  } finally {
    await client.end();
  }
}

/** Milliseconds of rest, and what is none: bytes in a second. An empty block has one or two thousand. */
const REST = 20_000;
const STIR = 100_000;

/** Of a program that merges its files when it has time to: when it is done with that. */
async function restingSizeOf(folder: string): Promise<number> {
  let size = sizeOfFolder(folder);
  for (let since = performance.now(); performance.now() - since < REST;) {
    await sleep(1_000);
    const before = size;
    size = sizeOfFolder(folder);
    if (Math.abs(size - before) > STIR) since = performance.now();
  }
  return size;
}

/** Of a program that is at work: files may go meanwhile. */
function sizeOfFolder(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => {
      return sum + (statSync(path.join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0);
    }, 0);
}
