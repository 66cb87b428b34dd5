import { expect } from 'chai';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

import { readSchema } from '../../../server/store/database.ts';
import { migrations } from '../../../server/store/migrations/index.ts';
import { STORE_SCHEMA } from '../../../server/store/store.ts';
import { onEachEngine, onPostgres, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { collected, NOW, sheetOf } from './samples.ts';

const KNOWN = Object.keys(migrations('sqlite'));

onEachEngine('migrations', (newPlace) => {
  let place: Place;
  beforeEach(async () => {
    place = await newPlace();
  });
  afterEach(() => place.leave());

  const state = () => readSchema(place.database, STORE_SCHEMA, migrations);

  it('are pending before the first start, and applied after', async () => {
    expect(await state()).to.deep.equal({ applied: [], pending: KNOWN, newer: [] });
    expect(await state()).to.deep.equal({ applied: [], pending: KNOWN, newer: [] });
    await place.open();
    expect(await state()).to.deep.equal({ applied: KNOWN, pending: [], newer: [] });
  });

  it('that a newer version added are no hindrance', async () => {
    const before = await place.open();
    await change(place, "insert into kysely_migration (name, timestamp) values ('0999-more', '2100-01-01T00:00:00Z')");
    await change(place, 'alter table outbox add column more integer');
    await before.accept({ sheets: [sheetOf([collected()])], answers: [], time: NOW });
    const store = await place.open();
    await store.accept({ sheets: [sheetOf([collected()])], answers: [], time: NOW });
    expect((await store.counts()).pending).to.equal(2);
    expect((await state()).newer).to.deep.equal(['0999-more']);
  });

  it('that took away what this version uses end the start with a sentence', async () => {
    await place.open();
    await change(
      place,
      "insert into kysely_migration (name, timestamp) values ('0999-contract-outbox', '2100-01-01T00:00:00Z')",
    );
    expect((await failureOf(place.open())).message).to.match(/newer version/);
  });
});

onPostgres('migrations of processes that start together', (newPlace) => {
  it('are applied once', async () => {
    const place = await newPlace();
    const stores = await Promise.all([place.open(), place.open(), place.open()]);
    for (const store of stores) expect((await store.counts()).pending).to.equal(0);
    expect((await readSchema(place.database, STORE_SCHEMA, migrations)).applied).to.deep.equal(KNOWN);
    await place.leave();
  });
});

async function change({ database, shared }: Place, statement: string): Promise<void> {
  if (!shared) {
    const file = new DatabaseSync(database);
    file.exec(statement);
    file.close();
    return;
  }
  const url = new URL(database);
  const schema = url.searchParams.get('schema')!;
  url.searchParams.delete('schema');
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`set search_path to ${schema}`);
    await client.query(statement);
  } finally {
    await client.end();
  }
}
