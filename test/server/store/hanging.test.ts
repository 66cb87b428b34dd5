/** A PostgreSQL that says nothing any more: nobody waits for it for ever, and nothing is lost or done twice by that. */
import { expect } from 'chai';

import { startPostgres, type PostgresServer } from '../../../scripts/trial/postgres.ts';
import { openStore, type OpenedStore } from '../../../server/store/store.ts';
import { needPostgres } from '../../support/postgres.ts';
import { MASTER_KEY } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { collected, NOW, sheetOf } from './samples.ts';

const SILENCE = 1_000;

describe('a store that hangs', () => {
  let postgres: PostgresServer;
  let store: OpenedStore;
  const stops: (() => Promise<void>)[] = [];
  before(async function () {
    postgres = await startPostgres(needPostgres(this));
    stops.push(() => postgres.stop());
    store = await openStore({
      database: await postgres.createDatabase(),
      masterKey: MASTER_KEY,
      silence: SILENCE,
    });
    stops.push(() => store.close());
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  it('is given up after a while, by readers and writers, and taken up when it is back', async () => {
    const right = await store.holdSender(`0x${'a1'.repeat(20)}`);
    await store.counts();
    const acceptance = { sheets: [sheetOf([collected()])], answers: [], time: NOW };
    const waiting = [() => store.counts(), () => store.accept(acceptance), () => store.cursor()];
    postgres.pause();
    try {
      for (const failure of await Promise.all(waiting.map((ask) => failureOf(ask())))) {
        expect(failure).to.include({ code: 'UNAVAILABLE' });
      }
    } finally {
      postgres.resume();
    }
    // What was under way when it stopped may have been done, and then the store knows it.
    await store.accept(acceptance).catch((error: unknown) => expect(error).to.include({ code: 'CONFLICT' }));
    expect(await store.counts()).to.include({ pending: 1 });
    expect((await store.holdSender(`0x${'a1'.repeat(20)}`))?.account).to.equal(right?.account);
  });

  it('may rest for longer than that', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2 * SILENCE));
    expect(await store.counts()).to.include({ pending: 1 });
  });
});
