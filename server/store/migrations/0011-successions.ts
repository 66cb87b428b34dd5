/** Ledgers that were followed one after the other, and what each inherited from the one before. */
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from './column-types.ts';

export function successions({ bytes, number }: ColumnTypes): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('ledger')
        .addColumn('base', number, (c) => c.primaryKey())
        .addColumn('last', number)
        .addColumn('founded_time', number, (c) => c.notNull())
        .addColumn('file', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('leaf')
        .addColumn('base', number, (c) => c.notNull())
        .addColumn('kind', 'integer', (c) => c.notNull())
        .addColumn('subject', bytes, (c) => c.notNull())
        .addColumn('proof', bytes, (c) => c.notNull())
        .addPrimaryKeyConstraint('leaf_primary', ['subject', 'kind', 'base'])
        .execute();
    },
  };
}
