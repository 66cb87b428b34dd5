/** What this gateway promised: the outbox, its receipts and answers, and the transactions that carry it. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { clustered, numbered, type ColumnTypes } from './column-types.ts';

export function promises(types: ColumnTypes): Migration {
  const { bytes, number } = types;
  return {
    async up(db) {
      await db.schema
        .createTable('outbox')
        .addColumn('id', number, numbered(types))
        .addColumn('tenant', number, (c) => c.notNull())
        .addColumn('hash', bytes, (c) => c.notNull().references('sheet.hash'))
        .addColumn('late_with', bytes)
        .addColumn('state', 'integer', (c) => c.notNull())
        .addColumn('accepted_at', number, (c) => c.notNull())
        .execute();
      await db.schema
        .createIndex('outbox_waiting')
        .on('outbox')
        .column('id')
        .where(sql<boolean>`state = 0`)
        .execute();

      await db.schema
        .createTable('accepted')
        .addColumn('digest', bytes, (c) => c.primaryKey().references('statement.digest'))
        .addColumn('tenant', number, (c) => c.notNull())
        .addColumn('outbox', number, (c) => c.notNull().references('outbox.id'))
        .addColumn('position', 'integer', (c) => c.notNull())
        .addColumn('kind', 'integer', (c) => c.notNull())
        .addColumn('subject', bytes, (c) => c.notNull())
        .addColumn('previous', bytes, (c) => c.notNull())
        .addColumn('expires', number, (c) => c.notNull())
        .addColumn('state', 'integer', (c) => c.notNull())
        .addColumn('receipt_participant', number, (c) => c.notNull())
        .addColumn('receipt_time', number, (c) => c.notNull())
        .addColumn('receipt_key', bytes, (c) => c.notNull())
        .addColumn('receipt_signature', bytes, (c) => c.notNull())
        .execute();
      await db.schema
        .createIndex('accepted_successor')
        .unique()
        .on('accepted')
        .columns(['subject', 'kind', 'previous'])
        .where(sql<boolean>`state < 2`)
        .execute();
      await db.schema.createIndex('accepted_outbox').on('accepted').column('outbox').execute();
      await db.schema
        .createIndex('accepted_open')
        .on('accepted')
        .column('expires')
        .where(sql<boolean>`state = 0`)
        .execute();

      await db.schema
        .createTable('answer')
        .addColumn('tenant', number, (c) => c.notNull())
        .addColumn('name', bytes, (c) => c.notNull())
        .addColumn('request', bytes, (c) => c.notNull())
        .addColumn('digests', bytes, (c) => c.notNull())
        .addColumn('accepted_at', number, (c) => c.notNull())
        .addPrimaryKeyConstraint('answer_pkey', ['tenant', 'name'])
        .$call(clustered(types))
        .execute();

      await db.schema
        .createTable('relay')
        .addColumn('hash', bytes, (c) => c.primaryKey())
        .addColumn('nonce', number, (c) => c.notNull())
        .addColumn('raw', bytes, (c) => c.notNull())
        .addColumn('state', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createIndex('relay_open')
        .on('relay')
        .column('nonce')
        .where(sql<boolean>`state = 0`)
        .execute();
      await db.schema
        .createTable('relayed')
        .addColumn('relay', bytes, (c) => c.notNull().references('relay.hash'))
        .addColumn('outbox', number, (c) => c.notNull().references('outbox.id'))
        .addPrimaryKeyConstraint('relayed_pkey', ['relay', 'outbox'])
        .$call(clustered(types))
        .execute();
      await db.schema.createIndex('relayed_outbox').on('relayed').column('outbox').execute();

      await db.schema
        .createTable('lease')
        .addColumn('name', 'text', (c) => c.primaryKey())
        .addColumn('holder', 'text', (c) => c.notNull())
        .addColumn('until', number, (c) => c.notNull())
        .execute();
    },
  };
}
