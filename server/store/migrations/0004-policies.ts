/** Field policies by their hash: public text, the same for every tenant. */
import type { Migration } from 'kysely/migration';
import { clustered, type ColumnTypes } from './column-types.ts';

export function policies(types: ColumnTypes): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('policy')
        .addColumn('hash', types.bytes, (c) => c.primaryKey())
        .addColumn('text', 'text', (c) => c.notNull())
        .$call(clustered(types))
        .execute();
    },
  };
}
