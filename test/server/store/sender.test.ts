import { expect } from 'chai';
import pg from 'pg';

import type { RelayTransaction, SendingRight } from '../../../server/custody/ports.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { onEachEngine, onPostgres, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { NOW, collected, sheetOf, word } from './samples.ts';

const ACCOUNT = `0x${'5e'.repeat(20)}` as const;
const OTHER = `0x${'5f'.repeat(20)}` as const;

/** What a relay signed, with the oldest sheet that waits. */
async function transaction(store: OpenedStore, nonce: number): Promise<RelayTransaction> {
  const [sheet] = await store.sheetsToSend(1);
  return { hash: word(), nonce, raw: '0xc0ffee', sheets: sheet ? [sheet.id] : [] };
}

onEachEngine('the right to send', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
    await store.accept({ sheets: [sheetOf([collected()]), sheetOf([collected()])], answers: [], time: NOW });
  });
  afterEach(() => place.leave());

  it('is the same right for as long as it is held', async () => {
    const right = await store.holdSender(ACCOUNT);
    expect(right?.fence).to.be.greaterThan(0);
    expect(await store.holdSender(ACCOUNT)).to.deep.equal(right);
    await store.saveTransaction(await transaction(store, 0), right!);
  });

  it('has a higher fence after a restart, and the one before is of no use any more', async () => {
    const before = (await store.holdSender(ACCOUNT))!;
    await store.close();
    store = await place.open();
    const right = (await store.holdSender(ACCOUNT))!;
    expect(right.fence).to.be.greaterThan(before.fence);
    const late = await transaction(store, 0);
    expect(await failureOf(store.saveTransaction(late, before))).to.include({ code: 'CONFLICT', conflict: 'sender' });
    await store.saveTransaction(late, right);
    expect(await failureOf(store.abandonTransaction(late.hash, before))).to.include({ conflict: 'sender' });
    expect(await store.openTransactions()).to.have.length(1);
    expect(
      await failureOf(store.saveTransaction(await transaction(store, 1), { ...right, account: OTHER })),
    ).to.include({
      conflict: 'sender',
    });
  });

  it('gives no two open transactions one nonce', async () => {
    const right = (await store.holdSender(ACCOUNT))!;
    const first = await transaction(store, 7);
    await store.saveTransaction(first, right);
    expect(await failureOf(store.saveTransaction(await transaction(store, 7), right))).to.include({
      code: 'CONFLICT',
      conflict: 'transaction',
    });
    await store.abandonTransaction(first.hash, right);
    await store.saveTransaction(await transaction(store, 7), right);
  });
});

onPostgres('the right to send among processes', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  let other: OpenedStore;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
    other = await place.open();
    await store.accept({ sheets: [sheetOf([collected()]), sheetOf([collected()])], answers: [], time: NOW });
  });
  afterEach(() => place.leave());

  it('is of one at a time, and passes on when that one stops', async () => {
    const first = (await store.holdSender(ACCOUNT))!;
    expect(await other.holdSender(ACCOUNT)).to.equal(undefined);
    await store.close();
    const second = await eventually(other);
    expect(second.fence).to.be.greaterThan(first.fence);
    expect(await failureOf(other.abandonTransaction(word(), first))).to.include({ conflict: 'sender' });
  });

  it('passes on when the connection breaks, and what is saved before is seen by the successor', async () => {
    const first = (await store.holdSender(ACCOUNT))!;
    const saved = await transaction(store, 3);
    await store.saveTransaction(saved, first);
    await endSessions(place.database);
    const second = await eventually(other);
    expect((await other.openTransactions()).map(({ hash }) => hash)).to.deep.equal([saved.hash]);
    expect(await failureOf(store.saveTransaction(await transaction(store, 4), first))).to.include({
      conflict: 'sender',
    });
    expect(await store.holdSender(ACCOUNT)).to.equal(undefined);
    await other.saveTransaction(await transaction(store, 4), second);
  });

  it('is not moved while a transaction is being saved with it', async () => {
    const first = (await store.holdSender(ACCOUNT))!;
    const saves = Array.from({ length: 20 }, async (_, nonce) =>
      store.saveTransaction(await transaction(store, nonce), first),
    );
    await endSessions(place.database);
    const results = await Promise.allSettled(saves);
    const second = await eventually(other);
    const seen = (await other.openTransactions()).map(({ nonce }) => nonce);
    expect(new Set(seen).size).to.equal(seen.length);
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length.at.most(seen.length);
    expect(second.fence).to.equal(first.fence + 1);
  });

  async function eventually(from: OpenedStore): Promise<SendingRight> {
    for (let tries = 0; tries < 100; tries++) {
      const right = await from.holdSender(ACCOUNT);
      if (right) return right;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('nobody became the sender');
  }
});

/** Of the sender alone: the sessions that hold an advisory lock. */
async function endSessions(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory' and objsubid = 1 and database = (select oid from pg_database where datname = current_database())`,
    );
  } finally {
    await client.end();
  }
}
