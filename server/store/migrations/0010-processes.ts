/** Several processes on one store: which of them sends, with what right, and who brings which dossier. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from './column-types.ts';

export function processes({ bytes, number }: ColumnTypes): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('sender')
        .addColumn('account', bytes, (c) => c.primaryKey())
        .addColumn('fence', number, (c) => c.notNull())
        .addColumn('holder', 'text', (c) => c.notNull())
        .addColumn('beat', number, (c) => c.notNull())
        .execute();
      // Nothing ever took a lease.
      await db.schema.dropTable('lease').execute();
      await db.schema
        .createIndex('relay_nonce')
        .unique()
        .on('relay')
        .column('nonce')
        .where(sql<boolean>`state = 0`)
        .execute();
      await db.schema.dropIndex('relay_open').execute();
      await db.schema.alterTable('dossier_owed').addColumn('claimed_until', number).execute();
      await db.schema
        .alterTable('cursor')
        .addColumn('consortium', number, (c) => c.notNull().defaultTo(0))
        .execute();
      await db.schema
        .createTable('probe')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('at', number, (c) => c.notNull())
        .execute();
    },
  };
}
