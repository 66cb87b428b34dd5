/** The newest proof of each item's bundle. It says what the ledger says, so it has no tenant. */
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from './column-types.ts';

export function bundles({ bytes, number }: ColumnTypes): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('bundle_proof')
        .addColumn('subject', bytes, (c) => c.primaryKey())
        .addColumn('block', number, (c) => c.notNull())
        .addColumn('hash', bytes, (c) => c.notNull())
        .addColumn('block_time', number, (c) => c.notNull())
        .addColumn('founded_time', number, (c) => c.notNull())
        .addColumn('proof', 'text', (c) => c.notNull())
        .addColumn('timestamps', 'text')
        .addColumn('proven_at', number, (c) => c.notNull())
        .execute();
    },
  };
}
