/** Transfers and derivations as auditors ask for them: made from the statements of the ledger, and from nothing else. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from './column-types.ts';

export function transfers({ bytes, number }: ColumnTypes): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('transfer')
        .addColumn('release', bytes, (c) => c.primaryKey())
        .addColumn('subject', bytes, (c) => c.notNull())
        .addColumn('sender', number, (c) => c.notNull())
        .addColumn('recipient', number, (c) => c.notNull())
        .addColumn('from_jurisdiction', 'integer', (c) => c.notNull())
        .addColumn('to_jurisdiction', 'integer', (c) => c.notNull())
        .addColumn('agreement', bytes)
        .addColumn('request', bytes)
        .addColumn('purpose', 'integer', (c) => c.notNull())
        .addColumn('restrictions', 'integer', (c) => c.notNull())
        .addColumn('late', 'integer', (c) => c.notNull())
        .addColumn('claimed_at', number, (c) => c.notNull())
        .addColumn('expires', number, (c) => c.notNull())
        .addColumn('included_at', number, (c) => c.notNull())
        .addColumn('block', number, (c) => c.notNull())
        .addColumn('log_index', 'integer', (c) => c.notNull())
        .addColumn('position', 'integer', (c) => c.notNull())
        .addColumn('state', 'integer', (c) => c.notNull())
        .addColumn('outcome', bytes)
        .addColumn('outcome_code', 'integer')
        .addColumn('outcome_claimed_at', number)
        .addColumn('outcome_included_at', number)
        .addColumn('ended', bytes)
        .addColumn('ended_claimed_at', number)
        .addColumn('ended_included_at', number)
        .execute();
      const place = ['included_at', 'block', 'log_index', 'position'];
      const index = (name: string, columns: string[]) => db.schema.createIndex(name).on('transfer').columns(columns);
      await index('transfer_place', place).execute();
      await index('transfer_subject', ['subject', ...place]).execute();
      await index('transfer_corridor', ['from_jurisdiction', 'to_jurisdiction', ...place]).execute();
      await index('transfer_sender', ['sender', ...place]).execute();
      await index('transfer_recipient', ['recipient', ...place]).execute();
      await index('transfer_agreement', ['agreement', ...place])
        .where('agreement', 'is not', null)
        .execute();
      await index('transfer_request', ['request', ...place])
        .where('request', 'is not', null)
        .execute();
      await index('transfer_open', place)
        .where(sql<boolean>`state = 0`)
        .execute();

      await db.schema
        .createTable('derivation')
        .addColumn('child', bytes, (c) => c.notNull())
        .addColumn('parent', bytes, (c) => c.notNull())
        .addColumn('digest', bytes, (c) => c.notNull())
        .addColumn('participant', number, (c) => c.notNull())
        .addColumn('code', 'integer', (c) => c.notNull())
        .addColumn('claimed_at', number, (c) => c.notNull())
        .addColumn('included_at', number, (c) => c.notNull())
        .addColumn('block', number, (c) => c.notNull())
        .addColumn('log_index', 'integer', (c) => c.notNull())
        .addColumn('position', 'integer', (c) => c.notNull())
        .addColumn('ordinal', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('derivation_pkey', ['child', 'ordinal'])
        .execute();
      await db.schema.createIndex('derivation_parent').on('derivation').column('parent').execute();

      // What is to be made anew, when the store is opened, from statements that are here already.
      await db.schema
        .createTable('remaking')
        .addColumn('name', 'text', (c) => c.primaryKey())
        .execute();
      await sql`insert into remaking (name) select 'transfers' where exists (select 1 from statement where outcome = 0)`.execute(
        db,
      );
    },
  };
}
