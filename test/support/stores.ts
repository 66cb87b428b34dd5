/** Runs a suite on both engines of the store: SQLite always, PostgreSQL where it is installed. */
import { mkdtempSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import pg from 'pg';

import { openStore, type OpenedStore } from '../../server/store/store.ts';
import { openThreadedStore } from '../../server/store/threaded-store.ts';
import { MASTER_KEY_BYTE } from './master-key.ts';
import { startPostgres, type PostgresServer } from '../../scripts/trial/postgres.ts';
import { needPostgres } from './postgres.ts';

export const MASTER_KEY = new Uint8Array(32).fill(MASTER_KEY_BYTE);

/** An empty place for a store, with all that was opened in it. */
export interface Place {
  readonly database: string;
  readonly keys: string;
  /** Whether several processes may use it at once. */
  readonly shared: boolean;
  /** Opens the store here; closed by `leave`. */
  open(options?: { readonly database?: string; readonly masterKey?: Uint8Array }): Promise<OpenedStore>;
  /** Address of a copy of the store's database as it is now, without the keys. All stores have to be closed. */
  readonly backup: () => Promise<string>;
  leave(): Promise<void>;
}

type Surroundings = () => Promise<Omit<Place, 'open' | 'leave'> & { readonly clear: () => Promise<void> }>;

/** Calls the suite once for each engine, with a function that makes a place for one test. */
export function onEachEngine(title: string, suite: (place: () => Promise<Place>) => void): void {
  describe(`${title}, SQLite`, () => {
    suite(() => placeIn(sqliteFolder));
  });
  onPostgres(title, suite);
}

/** For what only several processes on one store can show. */
export function onPostgres(title: string, suite: (place: () => Promise<Place>) => void): void {
  describe(`${title}, PostgreSQL`, () => {
    before(async function () {
      this.timeout(60_000);
      await (server ??= startPostgres(needPostgres(this)));
    });
    suite(() => placeIn(postgresSchemas));
  });
}

async function placeIn(surroundings: Surroundings): Promise<Place> {
  const { clear, ...here } = await surroundings();
  const opened: OpenedStore[] = [];
  return {
    ...here,
    async open(options = {}) {
      const open = here.shared ? openStore : openThreadedStore;
      const store = await open({ database: here.database, keys: here.keys, masterKey: MASTER_KEY, ...options });
      opened.push(store);
      return store;
    },
    async leave() {
      for (const store of opened) await store.close();
      await clear();
    },
  };
}

const sqliteFolder: Surroundings = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-store-'));
  const database = path.join(folder, 'unbroken.sqlite');
  const copy = path.join(folder, 'backup.sqlite');
  return Promise.resolve({
    database,
    keys: path.join(folder, 'keys.sqlite'),
    shared: false,
    backup: () => copyFile(database, copy).then(() => copy),
    clear: () => rm(folder, { recursive: true }),
  });
};

let schemas = 0;

/** A schema is an empty place, and made much faster than a database. */
const postgresSchemas: Surroundings = async () => {
  const url = await (database ??= server!.then((running) => running.createDatabase()));
  const name = `store_${++schemas}`;
  const copy = `${name}_backup`;
  return {
    database: `${url}?schema=${name}`,
    keys: `${url}?schema=${name}_keys`,
    shared: true,
    backup: async () => {
      await copySchema(url, name, copy);
      return `${url}?schema=${copy}`;
    },
    // Gone with the server.
    clear: () => Promise.resolve(),
  };
};

/** Tables with rows, constraints and indexes, as a dump would bring them back; no foreign keys. */
async function copySchema(url: string, from: string, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create schema ${to}`);
    const tables = await client.query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = $1',
      [from],
    );
    for (const { name } of tables.rows) {
      await client.query(`create table ${to}."${name}" (like ${from}."${name}" including all)`);
      await client.query(`insert into ${to}."${name}" overriding system value select * from ${from}."${name}"`);
    }
  } finally {
    await client.end();
  }
}

let database: Promise<string> | undefined;
/** One for all suites of a run. */
let server: Promise<PostgresServer> | undefined;

after(async function () {
  this.timeout(30_000);
  await (await server)?.stop();
});
