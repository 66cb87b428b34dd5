/**
 * One way to a database, whichever engine it is: SQLite by path, PostgreSQL by URL.
 *
 * `postgres://user@host/name?schema=unbroken` names the schema; everything else is a file.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, type Transaction } from 'kysely';
import type { Migration } from 'kysely/migration';
import type pg from 'pg';
import type { Engine } from './engine.ts';
import { storeError, StoreError } from './errors.ts';
import { migrate, schemaState, type SchemaState } from './migrating.ts';
import { makeSchema, openSession, postgresDialect } from './postgres.ts';
import { sqliteDialect } from './sqlite.ts';

export interface Database<Tables> {
  readonly engine: Engine;
  /** Of PostgreSQL. */
  readonly schema: string;
  readonly queries: Kysely<Tables>;
  /** Runs a query or several that need no common snapshot. */
  read<T>(run: (queries: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Runs in one transaction, again if another was in the way: `run` must be free of other effects. */
  transact<T>(run: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** A connection of its own, on PostgreSQL; the caller ends it. */
  session(): Promise<pg.Client>;
  close(): Promise<void>;
}

const ATTEMPTS = 4;

/**
 * Opens a database and brings its schema up to date, however long that takes.
 * @param silence milliseconds after which PostgreSQL counts as gone if it does not answer; undefined: never
 */
export async function openDatabase<Tables>(
  address: string,
  schema: string,
  migrations: (engine: Engine) => Record<string, Migration>,
  silence?: number,
): Promise<Database<Tables>> {
  const location = locate(address, schema);
  const { engine } = location;
  const patient = connect<Tables>(location);
  try {
    if (engine === 'postgres') await makeSchema(location.path, location.schema);
    await migrate(patient, { engine, schema: location.schema, migrations: migrations(engine) });
  } catch (error) {
    await patient.destroy().catch(() => undefined);
    throw storeError(error);
  }
  await patient.destroy();
  const queries = connect<Tables>(location, silence);
  return {
    engine,
    schema: location.schema,
    queries,
    session: () => openSession(location.path, location.schema, silence),
    read: async (run) => {
      try {
        return await run(queries);
      } catch (error) {
        throw storeError(error);
      }
    },
    transact: async (run) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await queries.transaction().execute(run);
        } catch (error) {
          const failure = storeError(error);
          // SQLite has waited for the lock already.
          if (failure.code !== 'BUSY' || engine === 'sqlite' || attempt === ATTEMPTS) throw failure;
        }
      }
    },
    close: () => queries.destroy(),
  };
}

/** What of its migrations a database has; nothing is changed, and nothing made. */
export async function readSchema(
  address: string,
  schema: string,
  migrations: (engine: Engine) => Record<string, Migration>,
): Promise<SchemaState> {
  const location = locate(address, schema);
  const { engine } = location;
  const known = { engine, schema: location.schema, migrations: migrations(engine) };
  if (engine === 'sqlite' && !existsSync(location.path)) {
    return { applied: [], pending: Object.keys(known.migrations), newer: [] };
  }
  const queries = connect<unknown>(location);
  try {
    return await schemaState(queries, known);
  } catch (error) {
    throw storeError(error);
  } finally {
    await queries.destroy().catch(() => undefined);
  }
}

interface Location {
  readonly engine: Engine;
  readonly path: string;
  readonly schema: string;
}

function connect<Tables>({ engine, path, schema }: Location, silence?: number): Kysely<Tables> {
  if (engine === 'postgres') return new Kysely<Tables>({ dialect: postgresDialect(path, schema, silence) });
  mkdirSync(dirname(path), { recursive: true });
  return new Kysely<Tables>({ dialect: sqliteDialect(path) });
}

function locate(address: string, schema: string): Location {
  if (!/^postgres(ql)?:/.test(address)) return { engine: 'sqlite', path: address, schema };
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new StoreError('MISUSE', 'the database URL can not be read', { cause });
  }
  const named = url.searchParams.get('schema') ?? schema;
  url.searchParams.delete('schema');
  return { engine: 'postgres', path: url.href, schema: named };
}
