/** A disk that is full, and a store that became read-only: the writer is told so, readers go on, and it recovers. */
import { expect } from 'chai';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

import type { OpenedStore } from '../../../server/store/store.ts';
import { openDatabase } from '../../../server/store/database.ts';
import { storeError } from '../../../server/store/errors.ts';
import { onEachEngine, onPostgres, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { collected, NOW, sheetOf } from './samples.ts';

onPostgres('a store that can not be written', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
  });
  afterEach(() => place.leave());

  it('says so when it is read-only, answers readers, and goes on after', async () => {
    await store.accept({ sheets: [sheetOf([collected()])], answers: [], time: NOW });
    await writable(place.database, false);
    for (const write of [
      () => store.probe(NOW),
      () => store.accept({ sheets: [sheetOf([collected()])], answers: [], time: NOW }),
      () => store.holdSender(`0x${'a1'.repeat(20)}`),
    ]) {
      const failure = await failureOf(onFreshSession<unknown>(write));
      expect(failure.code).to.equal('UNAVAILABLE');
      expect(failure.message).to.match(/read-only/);
    }
    expect((await onFreshSession(() => store.counts())).pending).to.equal(1);
    await writable(place.database, true);
    await onFreshSession(() => store.probe(NOW));
    // It asks the database twice a second at most.
    await new Promise((resolve) => setTimeout(resolve, 600));
    const held = await onFreshSession(() => store.holdSender(`0x${'a1'.repeat(20)}`));
    expect(held).to.have.property('fence');
  });
});

onEachEngine('a store that can be written', (newPlace) => {
  it('says nothing', async () => {
    const place = await newPlace();
    await (await place.open()).probe(NOW);
    await place.leave();
  });
});

/** Ends all other sessions, so that the new ones have the setting. */
async function writable(url: string, yes: boolean): Promise<void> {
  const plain = new URL(url);
  plain.searchParams.delete('schema');
  const client = new pg.Client({ connectionString: plain.href, options: '-c default_transaction_read_only=off' });
  await client.connect();
  try {
    await client.query(
      `do $$ begin execute format('alter database %I set default_transaction_read_only = ${yes ? 'off' : 'on'}', current_database()); end $$`,
    );
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  } finally {
    await client.end();
  }
}

/** Sessions that were ended are noticed when they are used next: then it is asked again, as a client would. */
async function onFreshSession<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 20 || !/can not be reached/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

interface Rows {
  row: { id: number; text: string };
}

describe('a file that can not be written', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'unbroken-full-'));
    file = path.join(folder, 'store.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is a full disk, from which the store recovers', async () => {
    const database = await openDatabase<Rows>(file, 'unused', () => ({
      '0001': {
        async up(db) {
          await db.schema.createTable('row').addColumn('id', 'integer').addColumn('text', 'text').execute();
        },
      },
    }));
    const write = (id: number, length: number): Promise<unknown> =>
      database.transact(async (transaction) => {
        await transaction.insertInto('row').values({ id, text: 'x' }).execute();
        await transaction
          .insertInto('row')
          .values({ id, text: 'x'.repeat(length) })
          .execute();
      });
    await write(1, 10);
    const { sql } = await import('kysely');
    await sql`pragma max_page_count = 10`.execute(database.queries);
    expect(await failureOf(write(2, 100_000))).to.include({ code: 'UNAVAILABLE' });
    expect(await database.read((queries) => queries.selectFrom('row').select('id').execute())).to.have.length(2);
    await sql`pragma max_page_count = 10000`.execute(database.queries);
    await write(3, 100_000);
    expect(await database.read((queries) => queries.selectFrom('row').select('id').execute())).to.have.length(4);
    await database.close();
  });

  it('is a full disk under PostgreSQL, or one that refuses', () => {
    for (const code of ['53100', '58030', '58P01', '25006']) {
      expect(storeError(Object.assign(new Error('PANIC'), { code }))).to.include({ code: 'UNAVAILABLE' });
    }
  });

  it('is read-only', () => {
    const made = new DatabaseSync(file);
    made.exec('create table t (a)');
    made.close();
    chmodSync(file, 0o400);
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      database.exec('insert into t values (1)');
      expect.fail('it was written');
    } catch (error) {
      expect(storeError(error)).to.include({ code: 'UNAVAILABLE' });
    } finally {
      database.close();
    }
  });
});
