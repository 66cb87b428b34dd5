/** Kysely's PostgreSQL dialect on `pg`, in a schema of its own. */
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { PostgresDialect } from 'kysely';
import pg from 'pg';

/** Names the sessions of this process, for those that have to end them when it hangs. */
const APPLICATION = `unbroken-${randomUUID()}`;

/** Seconds: a process that was stopped in the middle of a transaction does not hold up the others for ever. */
const IDLE_IN_TRANSACTION = 10;

/**
 * A dialect on the database of this URL, whose tables are in `schema`.
 * @param silence milliseconds after which a connection that says nothing is given up, and what was asked on it fails as
 * with a database that can't be reached; undefined: never
 */
export function postgresDialect(url: string, schema: string, silence?: number): PostgresDialect {
  checkSchema(schema);
  return new PostgresDialect({
    pool: () => {
      const options = {
        ...connectionOf(url),
        max: 8,
        // Here, where a connection that fails is thrown away, and not in Kysely's hook, which would keep its place.
        onConnect: (client: pg.ClientBase) => prepare(client, schema),
      };
      const pool = new pg.Pool(options);
      // A connection that breaks is replaced at the next use; without listeners it ends the process: an idle one by
      // the pool, one in use by itself.
      pool.on('error', () => undefined);
      pool.on('connect', (client) => {
        client.on('error', () => undefined);
        if (silence !== undefined) giveUpAfter(client, silence);
      });
      return Promise.resolve(pool);
    },
  });
}

/** A server that hangs, or whose host is gone, tells nobody. Idle ones are closed earlier by the pool. */
function giveUpAfter({ connection: { stream } }: pg.Client, silence: number): void {
  if (!(stream instanceof Socket)) return;
  const error = Object.assign(new Error(`the database has said nothing for ${silence} ms`), { code: 'ETIMEDOUT' });
  stream.setTimeout(silence, () => stream.destroy(error));
}

async function prepare(client: pg.ClientBase, schema: string): Promise<void> {
  // Accepted means durable: a server that was told not to wait for the disk waits for ours.
  await client.query(
    `set search_path to ${schema};
     set idle_in_transaction_session_timeout = '${IDLE_IN_TRANSACTION}s';
     select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
  );
}

/** Makes the schema, if it is missing. */
export async function makeSchema(url: string, schema: string): Promise<void> {
  const client = await openSession(url, schema);
  try {
    const { rowCount } = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
    if (rowCount === 0) await client.query(`create schema if not exists ${schema}`).catch(sameMoment);
  } finally {
    await client.end();
  }
}

/**
 * One connection, for what lasts as long as it does.
 * @param silence as of a dialect; without a question now and then it ends, too
 */
export async function openSession(url: string, schema: string, silence?: number): Promise<pg.Client> {
  checkSchema(schema);
  const client = new pg.Client(connectionOf(url));
  // Who uses it sees it fail; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  if (silence !== undefined) giveUpAfter(client, silence);
  await client.query(`set search_path to ${schema}`);
  return client;
}

function connectionOf(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: APPLICATION,
    types: { getTypeParser: typeParser },
  };
}

function checkSchema(schema: string): void {
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) throw new RangeError(`not a schema name: ${schema}`);
}

/** Two connections that create the schema at the same moment: one of them is told that it exists. */
function sameMoment(error: unknown): void {
  const { code } = error as { code?: unknown };
  if (code !== '23505' && code !== '42P06') throw error;
}

/** Counts and times are below 2^53: numbers, not strings. */
const typeParser = ((type: Parameters<TypeParsers>[0], format?: 'text'): unknown =>
  type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format)) as TypeParsers;

type TypeParsers = typeof pg.types.getTypeParser;
