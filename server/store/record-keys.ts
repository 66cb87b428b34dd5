/**
 * The key store: a wrapped key for every record, in a database of its own.
 *
 * Destroying a row here is the erasure of the record, also in every backup of the store; so the
 * backups of this database live only as long as an erasure may take. What was erased is noted,
 * so that a key that got lost is never mistaken for one that was destroyed, and so that a
 * restored store can be cleaned again.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Hex } from '../../protocol/bytes.ts';
import { inParts, insertRows, type Insert } from './bulk.ts';
import { bytesOf, hexOf } from './columns.ts';
import { openDatabase, type Database } from './database.ts';
import type { Engine } from './engine.ts';
import { StoreError } from './errors.ts';
import { clustered, columnTypes } from './migrations/column-types.ts';
import { derive } from './record-cipher.ts';
import type { Bytes } from './tables.ts';

/** Of PostgreSQL, unless the URL names another. */
export const KEY_SCHEMA = 'unbroken_keys';

interface KeyTables {
  record_key: { id: Bytes; tenant: number; digest: Bytes; wrapped: Bytes; created_at: number };
  erased: { tenant: number; digest: Bytes; erased_at: number };
  /** One row: proves that the master key is the one that wrapped the keys. */
  master: { id: number; proof: Bytes };
}

export interface RecordReference {
  readonly tenant: number;
  readonly digest: Hex;
}

export interface RecordKey extends RecordReference {
  readonly id: Bytes;
  readonly wrapped: Bytes;
}

export interface RecordKeys {
  /** Durable when it returns; before the records are stored. */
  keep(keys: readonly RecordKey[], time: number): Promise<void>;
  /** The keys that are there, by id in hexadecimal. */
  find(ids: readonly Bytes[]): Promise<ReadonlyMap<Hex, Bytes>>;
  /** Removes keys that no record refers to; nothing is noted. */
  discard(ids: readonly Bytes[]): Promise<void>;
  /** Destroys the key and notes the erasure in one commit; may be repeated. */
  destroy(record: RecordReference, ids: readonly Bytes[], time: number): Promise<void>;
  isErased(record: RecordReference): Promise<boolean>;
  /** Erasures in a page, by tenant and digest. */
  erasures(after: RecordReference | undefined, limit: number): Promise<readonly RecordReference[]>;
  /** Keys that were made before this time, by id. */
  madeBefore(time: number, after: Bytes | undefined, limit: number): Promise<readonly Omit<RecordKey, 'wrapped'>[]>;
  close(): Promise<void>;
}

const KEEP: Insert = { table: 'record_key', columns: ['id', 'tenant', 'digest', 'wrapped', 'created_at'] };

/** @throws StoreError CORRUPT if the keys were wrapped by another master key. */
export async function openRecordKeys(address: string, masterKey: Uint8Array, silence?: number): Promise<RecordKeys> {
  const database = await openDatabase<KeyTables>(address, KEY_SCHEMA, keyMigrations, silence);
  try {
    await proveMasterKey(database, masterKey);
  } catch (error) {
    await database.close();
    throw error;
  }
  return {
    keep: (keys, time) =>
      database.transact(async (transaction) => {
        const rows = keys.map(({ id, tenant, digest, wrapped }) => [id, tenant, bytesOf(digest), wrapped, time]);
        await insertRows(transaction, database.engine, KEEP, rows);
      }),
    find: (ids) =>
      database.read(async (queries) => {
        const rows = await inParts(ids, (part) =>
          queries.selectFrom('record_key').select(['id', 'wrapped']).where('id', 'in', part).execute(),
        );
        return new Map(rows.map(({ id, wrapped }) => [hexOf(id), wrapped]));
      }),
    discard: (ids) =>
      database.transact(async (transaction) => {
        await inParts(ids, (part) => transaction.deleteFrom('record_key').where('id', 'in', part).execute());
      }),
    destroy: async ({ tenant, digest }, ids, time) => {
      await database.transact(async (transaction) => {
        if (ids.length > 0) await transaction.deleteFrom('record_key').where('id', 'in', ids).execute();
        await transaction
          .insertInto('erased')
          .values({ tenant, digest: bytesOf(digest), erased_at: time })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
      await overwrite(database);
    },
    isErased: ({ tenant, digest }) =>
      database.read(async (queries) => {
        const found = queries.selectFrom('erased').select('tenant').where('tenant', '=', tenant);
        return (await found.where('digest', '=', bytesOf(digest)).executeTakeFirst()) !== undefined;
      }),
    erasures: (after, limit) =>
      database.read(async (queries) => {
        let query = queries
          .selectFrom('erased')
          .select(['tenant', 'digest'])
          .orderBy('tenant')
          .orderBy('digest')
          .limit(limit);
        if (after !== undefined) {
          query = query.where(sql<boolean>`(tenant, digest) > (${after.tenant}, ${bytesOf(after.digest)})`);
        }
        return (await query.execute()).map(({ tenant, digest }) => ({ tenant, digest: hexOf(digest) }));
      }),
    madeBefore: (time, after, limit) =>
      database.read(async (queries) => {
        let query = queries.selectFrom('record_key').select(['id', 'tenant', 'digest']).where('created_at', '<', time);
        if (after !== undefined) query = query.where('id', '>', after);
        const rows = await query.orderBy('id').limit(limit).execute();
        return rows.map(({ id, tenant, digest }) => ({ id, tenant, digest: hexOf(digest) }));
      }),
    close: () => database.close(),
  };
}

/** The engines keep what was deleted until the page or row is written anew; here that is now. */
async function overwrite(database: Database<KeyTables>): Promise<void> {
  await database.read(async (queries) => {
    if (database.engine === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(queries);
    else await sql`vacuum record_key`.execute(queries);
  });
}

async function proveMasterKey(database: Database<KeyTables>, masterKey: Uint8Array): Promise<void> {
  const proof = createHmac('sha256', derive(masterKey, 'unbroken/master/1')).digest();
  await database.transact((transaction) =>
    transaction
      .insertInto('master')
      .values({ id: 1, proof })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  const kept = await database.read((queries) => queries.selectFrom('master').select('proof').executeTakeFirstOrThrow());
  if (!timingSafeEqual(kept.proof, proof)) {
    throw new StoreError(
      'CORRUPT',
      'the record keys were wrapped by another master key; restore the secrets that belong to them',
    );
  }
}

export function keyMigrations(engine: Engine): Record<string, Migration> {
  const types = columnTypes(engine);
  const { bytes, number } = types;
  return {
    '0001-keys': {
      async up(db) {
        await db.schema
          .createTable('record_key')
          .addColumn('id', bytes, (c) => c.primaryKey())
          .addColumn('tenant', number, (c) => c.notNull())
          .addColumn('digest', bytes, (c) => c.notNull())
          .addColumn('wrapped', bytes, (c) => c.notNull())
          .addColumn('created_at', number, (c) => c.notNull())
          .$call(clustered(types))
          .execute();
        await db.schema
          .createTable('erased')
          .addColumn('tenant', number, (c) => c.notNull())
          .addColumn('digest', bytes, (c) => c.notNull())
          .addColumn('erased_at', number, (c) => c.notNull())
          .addPrimaryKeyConstraint('erased_pkey', ['tenant', 'digest'])
          .execute();
        await db.schema
          .createTable('master')
          .addColumn('id', 'integer', (c) => c.primaryKey())
          .addColumn('proof', bytes, (c) => c.notNull())
          .execute();
      },
    },
  };
}
