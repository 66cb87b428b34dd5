/** Receipts that are signed together keep the way from their digest to what was signed. */
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from './column-types.ts';

export function receipts({ bytes }: ColumnTypes): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('accepted').addColumn('receipt_path', bytes).execute();
    },
  };
}
