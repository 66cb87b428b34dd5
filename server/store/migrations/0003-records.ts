/** What people wrote, encrypted, with its blind indexes; and who may ask. */
import type { Migration } from 'kysely/migration';
import { clustered, type ColumnTypes } from './column-types.ts';

export function records(types: ColumnTypes): Migration {
  const { bytes, number } = types;
  return {
    async up(db) {
      await db.schema
        .createTable('record')
        .addColumn('tenant', number, (c) => c.notNull())
        .addColumn('digest', bytes, (c) => c.notNull())
        .addColumn('key_id', bytes, (c) => c.notNull())
        .addColumn('sealed', bytes, (c) => c.notNull())
        .addColumn('tokens', bytes, (c) => c.notNull())
        .addPrimaryKeyConstraint('record_pkey', ['digest', 'tenant'])
        .execute();

      await db.schema
        .createTable('blind')
        .addColumn('tenant', number, (c) => c.notNull())
        .addColumn('kind', 'integer', (c) => c.notNull())
        .addColumn('token', bytes, (c) => c.notNull())
        .addColumn('digest', bytes, (c) => c.notNull())
        .addPrimaryKeyConstraint('blind_pkey', ['tenant', 'kind', 'token', 'digest'])
        .$call(clustered(types))
        .execute();

      await db.schema
        .createTable('token')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('hash', bytes, (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('role', 'text', (c) => c.notNull())
        .addColumn('participant', number, (c) => c.notNull())
        .addColumn('created_at', number, (c) => c.notNull())
        .addColumn('revoked_at', number)
        .execute();
      await db.schema.createIndex('token_hash').unique().on('token').column('hash').execute();
    },
  };
}
