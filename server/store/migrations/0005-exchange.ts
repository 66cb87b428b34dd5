/** Dossiers that are owed and that came, erasures to carry out, and who is asked to erase too. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { clustered, type ColumnTypes } from './column-types.ts';

export function exchange(types: ColumnTypes): Migration {
  const { bytes, number } = types;
  return {
    async up(db) {
      await db.schema.alterTable('record').addColumn('sender', number).execute();
      await db.schema
        .createIndex('statement_exchange')
        .on('statement')
        .column('block')
        .where(sql<boolean>`act in (3, 24)`)
        .execute();

      await db.schema
        .createTable('exchange_cursor')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('number', number, (c) => c.notNull())
        .execute();

      await db.schema
        .createTable('dossier_owed')
        .addColumn('release', bytes, (c) => c.primaryKey())
        .addColumn('sender', number, (c) => c.notNull())
        .addColumn('recipient', number, (c) => c.notNull())
        .addColumn('state', 'integer', (c) => c.notNull())
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addColumn('owed_at', number, (c) => c.notNull())
        .addColumn('next_at', number, (c) => c.notNull())
        .addColumn('settled_at', number)
        .addColumn('trouble', 'text')
        .execute();
      await db.schema
        .createIndex('dossier_owed_due')
        .on('dossier_owed')
        .column('next_at')
        .where(sql<boolean>`state = 0`)
        .execute();

      await db.schema
        .createTable('dossier_part')
        .addColumn('release', bytes, (c) => c.notNull())
        .addColumn('parts', 'integer', (c) => c.notNull())
        .addColumn('part', 'integer', (c) => c.notNull())
        .addColumn('received_at', number, (c) => c.notNull())
        .addPrimaryKeyConstraint('dossier_part_pkey', ['release', 'parts', 'part'])
        .$call(clustered(types))
        .execute();

      await db.schema
        .createTable('erasure_owed')
        .addColumn('digest', bytes, (c) => c.primaryKey())
        .addColumn('block', number, (c) => c.notNull())
        .addColumn('log_index', 'integer', (c) => c.notNull())
        .addColumn('position', 'integer', (c) => c.notNull())
        .execute();

      await db.schema
        .createTable('erasure_notice')
        .addColumn('erasure', bytes, (c) => c.notNull())
        .addColumn('tenant', number, (c) => c.notNull())
        .addColumn('sender', number, (c) => c.notNull())
        .addColumn('records', bytes, (c) => c.notNull())
        .addColumn('noticed_at', number, (c) => c.notNull())
        .addPrimaryKeyConstraint('erasure_notice_pkey', ['erasure', 'tenant'])
        .execute();
    },
  };
}
