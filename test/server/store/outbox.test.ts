import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import type { AcceptedSheet, SendingRight } from '../../../server/custody/ports.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { blockOf, collected, judged, NOW, sheetOf, word } from './samples.ts';
import { rightOf } from './sending.ts';

onEachEngine('the outbox', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  let sheets: readonly AcceptedSheet[];
  let right: SendingRight;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
    right = await rightOf(store);
    sheets = [sheetOf([collected(), collected()]), sheetOf([collected()]), sheetOf([collected()])];
    await store.accept({ sheets, answers: [], time: NOW });
  });
  afterEach(() => place.leave());

  async function waiting(): Promise<Hex[]> {
    return (await store.sheetsToSend(100)).map(({ hash }) => hash);
  }

  async function send(count: number, nonce = 0): Promise<Hex> {
    const ids = (await store.sheetsToSend(count)).map(({ id }) => id);
    const hash = word();
    await store.saveTransaction({ hash, nonce, raw: '0xc0ffee', sheets: ids }, right);
    return hash;
  }

  it('gives sheets oldest first, until a transaction carries them', async () => {
    const [first, second, third] = sheets.map(({ hash }) => hash);
    expect(await waiting()).to.deep.equal([first, second, third]);
    expect((await store.sheetsToSend(2)).map(({ hash }) => hash)).to.deep.equal([first, second]);
    const hash = await send(2);
    expect(await waiting()).to.deep.equal([third]);
    expect(await store.statement(sheets[0]!.statements[0]!.digest)).to.include({ progress: 'sent' });
    expect(await store.findReceipts([sheets[2]!.statements[0]!.digest])).to.have.nested.property(
      '[0].progress',
      'accepted',
    );
    const [open] = await store.openTransactions();
    expect(open).to.include({ hash, nonce: 0, raw: '0xc0ffee' });
    expect(open?.sheets).to.have.length(2);
  });

  it('gives whole sheets, about so many statements', async () => {
    const more = Array.from({ length: 3 }, () => sheetOf(Array.from({ length: 256 }, () => collected())));
    await store.accept({ sheets: more, answers: [], time: NOW });
    for (const statements of [1, 4, 5, 100, 256, 300, 512, 772, 5000]) {
      const given = await store.sheetsToSend(statements);
      const total = given.reduce((sum, { items }) => sum + items.length, 0);
      expect(given.map(({ hash }) => hash)).to.deep.equal(
        [...sheets, ...more].slice(0, given.length).map(({ hash }) => hash),
      );
      expect(given.map(({ items }) => items.length)).to.deep.equal([2, 1, 1, 256, 256, 256].slice(0, given.length));
      expect(total).to.be.within(Math.min(statements, 772) - 255, statements + 256);
      expect(given).not.to.have.length(0);
    }
  });

  it('remembers transactions over a restart, in the order of their nonces', async () => {
    const later = await send(1, 8);
    const earlier = await send(1, 7);
    await store.close();
    store = await place.open();
    expect((await store.openTransactions()).map(({ hash }) => hash)).to.deep.equal([earlier, later]);
  });

  it('settles a transaction whose sheets the ledger judged', async () => {
    const hash = await send(3);
    const block = blockOf(
      1,
      sheets.map((sheet, logIndex) => judged(sheet, { 0: 'SUSPENDED' }, { transaction: hash, logIndex })),
    );
    await store.applyBlocks([block], block);
    expect(await store.openTransactions()).to.deep.equal([]);
    expect(await waiting()).to.deep.equal([]);
  });

  it('is done with a sheet that somebody else sent', async () => {
    const block = blockOf(1, [judged(sheets[1]!)]);
    await store.applyBlocks([block], block);
    expect(await waiting()).to.deep.equal([sheets[0]!.hash, sheets[2]!.hash]);
  });

  it('sends again what an abandoned transaction carried', async () => {
    const hash = await send(2);
    await store.abandonTransaction(hash, right);
    expect(await store.openTransactions()).to.deep.equal([]);
    expect(await waiting()).to.deep.equal(sheets.map((sheet) => sheet.hash));
    expect((await failureOf(store.abandonTransaction(word(), right))).code).to.equal('MISUSE');
  });

  it('does not send again what another open transaction carries too', async () => {
    const ids = (await store.sheetsToSend(1)).map(({ id }) => id);
    const [one, two] = [word(), word()];
    await store.saveTransaction({ hash: one, nonce: 0, raw: '0x00', sheets: ids }, right);
    await store.saveTransaction({ hash: two, nonce: 1, raw: '0x01', sheets: ids }, right);
    await store.abandonTransaction(one, right);
    expect(await waiting()).not.to.include(sheets[0]!.hash);
    await store.abandonTransaction(two, right);
    expect(await waiting()).to.include(sheets[0]!.hash);
  });

  it('sends the rest of a sheet whose other part was never saved', async () => {
    const hash = await send(1);
    const part = judged(sheets[0]!, {}, { transaction: hash });
    const block = blockOf(1, [{ ...part, statements: part.statements.slice(0, 1) }]);
    await store.applyBlocks([block], block);
    const [rest] = await store.sheetsToSend(1);
    expect(rest?.hash).to.equal(sheets[0]!.hash);
    expect(rest?.open).to.deep.equal([1]);
    expect(rest?.items).to.have.length(2);
  });

  it('knows a transaction that was saved', async () => {
    const hash = await send(1);
    const again = store.saveTransaction({ hash, nonce: 0, raw: '0x00', sheets: [] }, right);
    expect(await failureOf(again)).to.include({ code: 'CONFLICT', conflict: 'transaction' });
  });
});
