/**
 * Moves a gateway's store from SQLite to PostgreSQL: all rows of the store and of the record keys in one transaction,
 * which is committed only if both sides have the same rows, by number and digest. What is cut off left nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';
import { openDatabase } from './database.ts';
import { StoreError, storeError } from './errors.ts';
import { migrations } from './migrations/index.ts';
import { keyMigrations, KEY_SCHEMA, openRecordKeys } from './record-keys.ts';
import { takeSoleUse } from './sole-use.ts';
import { keysBeside, STORE_SCHEMA } from './store.ts';

/** What refers to others comes after them. */
const STORE_TABLES: readonly string[] = [
  ...['block', 'sheet', 'statement', 'line', 'key', 'cursor'],
  ...['outbox', 'accepted', 'answer', 'relay', 'relayed', 'record', 'blind', 'policy', 'token'],
  ...['exchange_cursor', 'dossier_owed', 'dossier_part', 'erasure_owed', 'erasure_notice'],
  ...['transfer', 'derivation', 'remaking', 'bundle_proof', 'ledger', 'leaf'],
];
const KEY_TABLES: readonly string[] = ['record_key', 'erased', 'master'];
/** What is of a process or of this database, and not of the gateway. */
const LEFT: readonly string[] = ['sender', 'probe', 'kysely_migration', 'kysely_migration_lock', 'sqlite_sequence'];
/** Tables whose rows count themselves. */
const COUNTED: readonly string[] = ['outbox', 'line'];

/** Parameters of one statement of PostgreSQL, at most. */
const PARAMETERS = 60_000;
const ROWS = 500;
const FETCHED = 2_000;

export interface Moving {
  /** The data folder. */
  readonly from: string;
  /** A PostgreSQL URL. */
  readonly to: string;
  readonly masterKey: Uint8Array;
  /** Called with what is being done. */
  readonly say: (step: string) => void;
}

export interface MovedTable {
  readonly table: string;
  readonly rows: number;
  /** Sum of the SHA-256 of the rows, in hexadecimal: the same whatever their order is. */
  readonly digest: string;
}

/**
 * @throws StoreError BUSY while a gateway runs on the folder, MISUSE if there is no store or the target has rows,
 * CORRUPT if the sides differ in the end
 */
export async function moveStore({ from, to, masterKey, say }: Moving): Promise<readonly MovedTable[]> {
  const files = [path.join(from, 'unbroken.sqlite'), path.join(from, 'keys.sqlite')] as const;
  for (const file of files) {
    if (!existsSync(file)) throw new StoreError('MISUSE', `there is no store in ${from}: ${file} is missing`);
  }
  if (!/^postgres(ql)?:/.test(to)) throw new StoreError('MISUSE', 'the target is not a postgres:// URL');
  const use = takeSoleUse(path.join(from, 'unbroken.lock'));
  try {
    say('Bringing both sides to the same schema ...');
    // Also proves that the record keys of the source belong to this master key.
    await (await openRecordKeys(files[1], masterKey)).close();
    await (await openDatabase(files[0], STORE_SCHEMA, migrations)).close();
    const keys = await openDatabase(keysBeside(to), KEY_SCHEMA, keyMigrations);
    await keys.close();
    const store = await openDatabase(to, STORE_SCHEMA, migrations);
    const client = await store.session().catch(async (error: unknown) => {
      await store.close();
      throw error;
    });
    try {
      return await moveAll(client, [
        { file: files[0], schema: store.schema, tables: STORE_TABLES, say },
        { file: files[1], schema: keys.schema, tables: KEY_TABLES, say },
      ]);
    } finally {
      await client.end().catch(() => undefined);
      await store.close();
    }
  } catch (error) {
    throw storeError(error);
  } finally {
    use.end();
  }
}

interface Part {
  readonly file: string;
  readonly schema: string;
  readonly tables: readonly string[];
  readonly say: (step: string) => void;
}

async function moveAll(client: pg.Client, parts: readonly Part[]): Promise<MovedTable[]> {
  const moved: MovedTable[] = [];
  await client.query('begin');
  for (const part of parts) {
    const source = new DatabaseSync(part.file, { readOnly: true });
    try {
      checkTables(source, part);
      await refuseRows(client, part);
      for (const table of part.tables) moved.push(await moveTable(client, source, part, table));
    } finally {
      source.close();
    }
  }
  await client.query('commit');
  return moved;
}

/** A table that this version does not move would be lost in silence. */
function checkTables(source: DatabaseSync, { file, tables }: Part): void {
  const there = source.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
  const unknown = there.find(({ name }) => !tables.includes(name) && !LEFT.includes(name));
  if (unknown) throw new StoreError('MISUSE', `${file} has a table ${unknown.name} that is not known here`);
}

async function refuseRows(client: pg.Client, { schema, tables }: Part): Promise<void> {
  for (const table of tables) {
    await client.query(`lock table ${schema}."${table}" in access exclusive mode`);
    const { rowCount } = await client.query(`select 1 from ${schema}."${table}" limit 1`);
    if (rowCount !== 0) {
      throw new StoreError(
        'MISUSE',
        `the target has rows already (${schema}.${table}); name an empty database or schema`,
      );
    }
  }
}

async function moveTable(client: pg.Client, source: DatabaseSync, part: Part, table: string): Promise<MovedTable> {
  const info = source.prepare(`select name from pragma_table_info('${table}') order by name`).all();
  const columns = (info as { name: string }[]).map(({ name }) => name);
  const list = columns.map((column) => `"${column}"`).join(', ');
  const into = `insert into ${part.schema}."${table}" (${list}) overriding system value values `;
  const most = Math.min(ROWS, Math.floor(PARAMETERS / columns.length));
  const read = openDigest();
  let batch: unknown[][] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const places = batch.map(
      (row, at) => `(${row.map((_, place) => `$${at * columns.length + place + 1}`).join(', ')})`,
    );
    await client.query(into + places.join(', '), batch.flat());
    batch = [];
  };
  for (const row of source.prepare(`select ${list} from "${table}"`).iterate()) {
    const values = columns.map((column) => row[column]);
    read.add(values);
    batch.push(values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value)));
    if (batch.length === most) await flush();
  }
  await flush();
  if (COUNTED.includes(table)) {
    await client.query(
      `select setval(pg_get_serial_sequence('${part.schema}."${table}"', 'id'), max(id)) from ${part.schema}."${table}" having max(id) is not null`,
    );
  }
  const written = await digestOf(client, part.schema, table, columns);
  const here = read.result();
  if (written.rows !== here.rows || written.digest !== here.digest) {
    throw new StoreError('CORRUPT', `table ${table} came out different; nothing was moved`);
  }
  part.say(`${table}: ${here.rows} rows`);
  return { table, ...here };
}

async function digestOf(
  client: pg.Client,
  schema: string,
  table: string,
  columns: readonly string[],
): Promise<{ rows: number; digest: string }> {
  const digest = openDigest();
  const list = columns.map((column) => `"${column}"`).join(', ');
  await client.query(`declare moved no scroll cursor for select ${list} from ${schema}."${table}"`);
  for (;;) {
    const { rows } = await client.query<unknown[]>({ text: `fetch ${FETCHED} from moved`, rowMode: 'array' });
    for (const row of rows) digest.add(row);
    if (rows.length < FETCHED) break;
  }
  await client.query('close moved');
  return digest.result();
}

/** Of rows in any order: what the engines give for the same row is hashed the same. */
function openDigest() {
  let rows = 0;
  let sum = 0n;
  return {
    add(values: readonly unknown[]): void {
      rows += 1;
      const hash = createHash('sha256')
        .update(JSON.stringify(values.map(plain)))
        .digest('hex');
      sum = (sum + BigInt(`0x${hash}`)) % (1n << 256n);
    },
    result: () => ({ rows, digest: sum.toString(16).padStart(64, '0') }),
  };
}

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value;
}
