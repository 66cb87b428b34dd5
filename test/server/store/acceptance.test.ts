import { expect } from 'chai';

import { ZERO } from '../../../protocol/bytes.ts';
import { digestOf } from '../../../protocol/statement.ts';
import { StoreError } from '../../../server/store/errors.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { blockOf, collected, following, judged, KEY, NOW, sheetOf, word, written } from './samples.ts';
import { sendEverything } from './sending.ts';

onEachEngine('accepting', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
  });
  afterEach(() => place.leave());

  it('keeps what was accepted, also after closing and opening again', async () => {
    const first = written(collected(), [{ label: 'exhibit', value: 'A-17' }]);
    const sheet = sheetOf([first, following(first.stated)], {
      endorsements: [{ key: KEY, signature: '0xaa' }],
      lateWith: word(),
    });
    await store.accept({ sheets: [sheet], answers: [], time: NOW });
    await store.close();
    store = await place.open();
    const [kept] = await store.sheetsToSend(10);
    expect(kept).to.deep.include({
      hash: sheet.hash,
      key: sheet.key,
      signature: sheet.signature,
      lateWith: sheet.lateWith,
      endorsements: sheet.endorsements,
      items: sheet.statements.map(({ stated }) => stated),
      open: [0, 1],
    });
    const digests = sheet.statements.map(({ digest }) => digest);
    const receipts = await store.findReceipts(digests);
    expect(receipts).to.have.deep.members(
      sheet.statements.map(({ receipt }) => ({ ...receipt, progress: 'accepted' })),
    );
    expect(await store.records(1, digests)).to.deep.equal(new Map([[digests[0], first.record]]));
    expect(await store.counts()).to.deep.equal({ pending: 2, oldestPending: NOW, statements: 2, lines: 0 });
  });

  it('shows pending statements of a line in the order of acceptance', async () => {
    const first = collected();
    const second = following(first);
    const third = following(second);
    await store.accept({ sheets: [sheetOf([first, second])], answers: [], time: NOW });
    await store.accept({ sheets: [sheetOf([third]), sheetOf([collected()])], answers: [], time: NOW });
    const line = { kind: 'evidence', subject: first.statement.subject } as const;
    const pending = await store.loadPending([line, { kind: 'hold', subject: first.statement.subject }]);
    expect(pending.map(({ stated }) => stated)).to.deep.equal([first, second, third]);
    expect(await store.loadPending([{ kind: 'hold', subject: first.statement.subject }])).to.deep.equal([]);
  });

  it('rejects a second successor of a head, and stores nothing of the call', async () => {
    const first = collected();
    await store.accept({ sheets: [sheetOf([first, following(first)])], answers: [], time: NOW });
    const other = written(collected(), [{ label: 'exhibit', value: 'never' }]);
    const answer = { participant: 1, idempotencyKey: 'never', request: word(), digests: [] };
    const failure = await failureOf(
      store.accept({
        sheets: [sheetOf([other]), sheetOf([following(first, { code: 2 })])],
        answers: [answer],
        time: NOW,
      }),
    );
    expect(failure).to.include({ code: 'CONFLICT', conflict: 'successor', retryable: false });
    expect(await store.statement(digestOf(other.stated.statement))).to.equal(undefined);
    expect(await store.findAnswers(1, ['never'])).to.deep.equal([]);
    expect(await store.findByTerm(1, 'exhibit', 'never')).to.deep.equal([]);
    expect(await store.sweepKeys(NOW + 1), 'keys left behind').to.equal(0);
  });

  it('takes another successor once the first one was rejected', async () => {
    const first = sheetOf([collected()]);
    const [opening] = first.statements;
    const second = sheetOf([following(opening!.stated)]);
    await store.accept({ sheets: [first, second], answers: [], time: NOW });
    const block = blockOf(1, [judged(first), judged(second, { 0: 'SUSPENDED' })]);
    await store.applyBlocks([block], block);
    await store.accept({ sheets: [sheetOf([following(opening!.stated, { code: 2 })])], answers: [], time: NOW });
    expect(await store.counts()).to.include({ pending: 1 });
  });

  it('rejects the same statement twice, in one call and in two', async () => {
    const sheet = sheetOf([collected()]);
    const twice = await failureOf(store.accept({ sheets: [sheet, sheet], answers: [], time: NOW }));
    expect(twice).to.include({ code: 'CONFLICT', conflict: 'statement' });
    await store.accept({ sheets: [sheet], answers: [], time: NOW });
    const again = await failureOf(store.accept({ sheets: [sheet], answers: [], time: NOW }));
    expect(again.conflict).to.equal('statement');
    const inAnotherSheet = sheetOf([collected(), sheet.statements[0]!.stated]);
    const mixed = await failureOf(store.accept({ sheets: [inAnotherSheet], answers: [], time: NOW }));
    expect(mixed).to.include({ code: 'CONFLICT', conflict: 'statement' });
  });

  it('does not promise what the ledger has included already', async () => {
    const sheet = sheetOf([collected()]);
    const block = blockOf(1, [judged(sheet)]);
    await store.applyBlocks([block], block);
    const failure = await failureOf(store.accept({ sheets: [sheet], answers: [], time: NOW }));
    expect(failure).to.include({ code: 'CONFLICT', conflict: 'statement' });
  });

  it('promises what was rejected when somebody else sent it', async () => {
    const sheet = sheetOf([collected()]);
    const block = blockOf(1, [judged(sheet, { 0: 'SUSPENDED' })]);
    await store.applyBlocks([block], block);
    await store.accept({ sheets: [sheet], answers: [], time: NOW });
    expect(await store.statement(sheet.statements[0]!.digest)).to.include({ progress: 'accepted' });
    expect(await store.sheetsToSend(1)).to.have.length(1);
  });

  it('lets one of two win when both follow the same head at the same moment', async () => {
    const opening = collected();
    await store.accept({ sheets: [sheetOf([opening])], answers: [], time: NOW });
    const other = place.shared ? await place.open() : store;
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) =>
        (i % 2 ? store : other).accept({
          sheets: [sheetOf([following(opening, { time: NOW + i, expires: NOW + 100 })])],
          answers: [],
          time: NOW,
        }),
      ),
    );
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(failures).to.have.length(5);
    for (const failure of failures)
      expect(failure).to.be.instanceOf(StoreError).and.include({ code: 'CONFLICT', conflict: 'successor' });
    expect(await store.counts()).to.include({ pending: 2 });
  });

  it('keeps answers under any idempotency key, within the participant', async () => {
    const keys = ['plain', '', 'nul\0byte', 'ключ 🗝', '\ud800 lone', 'x'.repeat(100_000), "'; drop table answer; --"];
    const answers = keys.map((idempotencyKey) => ({
      participant: 1,
      idempotencyKey,
      request: word(),
      digests: [word(), word()],
    }));
    await store.accept({ sheets: [sheetOf([collected()])], answers, time: NOW });
    expect(await store.findAnswers(1, [...keys, 'unknown'])).to.have.deep.members(answers);
    expect(await store.findAnswers(2, keys)).to.deep.equal([]);
    const sheet = sheetOf([collected()]);
    const failure = await failureOf(store.accept({ sheets: [sheet], answers: answers.slice(0, 1), time: NOW }));
    expect(failure).to.include({ code: 'CONFLICT', conflict: 'answer' });
    expect(await store.findReceipts([sheet.statements[0]!.digest])).to.deep.equal([]);
  });

  it('gives hostile text back as it was written', async () => {
    const fields = [
      { label: 'exhibit', value: 'nul\0 \u202e 🧪 \'";--' },
      { label: 'case', value: '\ufeff\r\n' },
      { label: 'description', value: 'ß'.repeat(30_000) },
      { label: 'digest', value: '' },
      { label: '__proto__', value: 'constructor' },
    ];
    const sheet = sheetOf([written(collected(), fields)]);
    await store.accept({ sheets: [sheet], answers: [], time: NOW });
    const [{ digest, record } = { digest: ZERO }] = sheet.statements;
    expect((await store.records(1, [digest])).get(digest)).to.deep.equal(record);
    expect(await store.findByTerm(1, 'exhibit', fields[0]!.value)).to.deep.equal([digest]);
    expect(await store.findByTerm(1, 'case', '\ufeff\r\n')).to.deep.equal([digest]);
  });

  it('takes 512 sheets, and one of 256 statements, in one call', async () => {
    const sheets = Array.from({ length: 511 }, () => sheetOf([collected()]));
    sheets.push(sheetOf(Array.from({ length: 256 }, () => collected())));
    await store.accept({ sheets, answers: [], time: NOW });
    const waiting = await sendEverything(store);
    expect(waiting.map(({ hash }) => hash)).to.deep.equal(sheets.map(({ hash }) => hash));
    expect(waiting.at(-1)?.items).to.have.length(256);
  });

  it('refuses a hash that is no hexadecimal', async () => {
    const sheet = sheetOf([collected()], { signature: '0xzz' });
    expect((await failureOf(store.accept({ sheets: [sheet], answers: [], time: NOW }))).code).to.equal('MISUSE');
    expect(await store.counts()).to.include({ statements: 0 });
  });

  it('says that it is unavailable once it is closed', async () => {
    await store.close();
    expect(await failureOf(store.counts())).to.include({ code: 'UNAVAILABLE', retryable: true });
  });
});
