/** What everybody can read on the ledger, followed block by block. */
import type { Migration } from 'kysely/migration';
import { numbered, type ColumnTypes } from './column-types.ts';

export function ledger(types: ColumnTypes): Migration {
  const { bytes, number } = types;
  return {
    async up(db) {
      await db.schema
        .createTable('sheet')
        .addColumn('hash', bytes, (c) => c.primaryKey())
        .addColumn('key', bytes, (c) => c.notNull())
        .addColumn('signature', bytes, (c) => c.notNull())
        .addColumn('digests', bytes, (c) => c.notNull())
        .addColumn('endorsements', 'text')
        .execute();

      await db.schema
        .createTable('block')
        .addColumn('number', number, (c) => c.primaryKey())
        .addColumn('hash', bytes, (c) => c.notNull())
        .addColumn('time', number, (c) => c.notNull())
        .execute();

      await db.schema
        .createTable('statement')
        .addColumn('digest', bytes, (c) => c.primaryKey())
        .addColumn('kind', 'integer', (c) => c.notNull())
        .addColumn('subject', bytes, (c) => c.notNull())
        .addColumn('previous', bytes, (c) => c.notNull())
        .addColumn('act', 'integer', (c) => c.notNull())
        .addColumn('participant', number, (c) => c.notNull())
        .addColumn('key', bytes, (c) => c.notNull())
        .addColumn('wire', bytes, (c) => c.notNull())
        .addColumn('time', number, (c) => c.notNull())
        .addColumn('expires', number, (c) => c.notNull())
        .addColumn('sheet', bytes, (c) => c.notNull().references('sheet.hash'))
        .addColumn('position', 'integer', (c) => c.notNull())
        .addColumn('outcome', 'integer')
        .addColumn('block', number, (c) => c.references('block.number'))
        .addColumn('log_index', 'integer')
        .addColumn('transaction', bytes)
        .execute();
      await db.schema
        .createIndex('statement_line')
        .on('statement')
        .columns(['subject', 'kind', 'block', 'log_index', 'position'])
        .execute();

      await db.schema
        .createTable('line')
        .addColumn('id', number, numbered(types))
        .addColumn('kind', 'integer', (c) => c.notNull())
        .addColumn('subject', bytes, (c) => c.notNull())
        .addColumn('head', bytes, (c) => c.notNull())
        .addColumn('anchor', bytes, (c) => c.notNull())
        .addColumn('count', number, (c) => c.notNull())
        .addColumn('status', 'integer')
        .addColumn('holder', number)
        .addColumn('recipient', number)
        .addColumn('state', 'text', (c) => c.notNull())
        .execute();
      await db.schema.createIndex('line_subject').unique().on('line').columns(['subject', 'kind']).execute();
      await db.schema.createIndex('line_kind').on('line').columns(['kind', 'id']).execute();
      await db.schema
        .createIndex('line_holder')
        .on('line')
        .columns(['holder', 'id'])
        .where('holder', 'is not', null)
        .execute();
      await db.schema
        .createIndex('line_status')
        .on('line')
        .columns(['status', 'id'])
        .where('status', 'is not', null)
        .execute();
      await db.schema
        .createIndex('line_recipient')
        .on('line')
        .columns(['recipient', 'id'])
        .where('recipient', 'is not', null)
        .execute();

      await db.schema
        .createTable('key')
        .addColumn('id', bytes, (c) => c.primaryKey())
        .addColumn('number', number, (c) => c.notNull().unique())
        .addColumn('participant', number, (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('cursor')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('number', number, (c) => c.notNull())
        .addColumn('hash', bytes, (c) => c.notNull())
        .addColumn('time', number, (c) => c.notNull())
        .execute();
    },
  };
}
