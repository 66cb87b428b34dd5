import { expect } from 'chai';

import { ACT } from '../../../protocol/acts.ts';
import { ZERO } from '../../../protocol/bytes.ts';
import { participantSubject, type KeyState, type LineOf } from '../../../protocol/ledger.ts';
import { digestOf, type Statement } from '../../../protocol/statement.ts';
import { memoryWorld } from '../../../protocol/world.ts';
import type { AcceptedSheet } from '../../../server/custody/ports.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { blockOf, collected, following, judged, KEY, lineOf, NOW, sheetOf, word } from './samples.ts';
import { rightOf } from './sending.ts';
import { FOLLOWED } from '../../support/followed-ledger.ts';

onEachEngine('following the ledger', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
  });
  afterEach(() => place.leave());

  const key: KeyState = {
    ...{ id: KEY, number: 1, participant: 1, revokedAt: 0, marks: 0 },
    ...{ scheme: 1, powers: 2, acts: 0xffffff, from: 0, until: NOW * 2, x: word(), y: word() },
  };
  const participant: LineOf<'participant'> = {
    ...{ kind: 'participant', subject: participantSubject(1), head: word(), anchor: word(), count: 1 },
    state: { number: 1, code: 'DE-BKA', jurisdiction: 'DE', kind: 'agency', sponsor: 0, status: 'active' },
  };

  it('begins with the founding, once', async () => {
    const consortium = {
      kind: 'consortium',
      subject: ZERO,
      head: word(),
      anchor: word(),
      count: 1,
      state: { status: 'founded' },
    } as const;
    const at = { number: 3, hash: word(), time: NOW };
    await store.found({ lines: [participant, consortium], keys: [key] }, at, FOLLOWED);
    await store.found({ lines: [{ ...participant, count: 9 }], keys: [] }, { ...at, number: 4 }, FOLLOWED);
    expect(await store.cursor()).to.deep.equal(at);
    const world = memoryWorld();
    await store.loadConsortium(world);
    expect(world.line('participant', participant.subject)).to.deep.equal(participant);
    expect(world.line('consortium', ZERO)).to.deep.equal(consortium);
    expect(world.key(KEY)).to.deep.equal(key);
    expect(world.tally()).to.deep.equal({ participants: 1, activeAgencies: 1, keys: 1, agreements: 0 });
  });

  it('stores the statements of others, and ours with their outcome', async () => {
    const ours = sheetOf([collected(), collected()]);
    const theirs = sheetOf([collected(2)]);
    await store.accept({ sheets: [ours], answers: [], time: NOW });
    const block = blockOf(7, [judged(ours, { 1: 'KEY_ACT' }, { logIndex: 4 }), judged(theirs)]);
    const [first, second] = block.sheets;
    await store.applyBlocks([block], block);
    const position = { number: 7, hash: block.hash, time: block.time };
    expect(await store.statement(ours.statements[0]!.digest)).to.deep.equal({
      ...{ digest: ours.statements[0]!.digest, stated: ours.statements[0]!.stated, sheet: ours.hash, position: 0 },
      ...{ progress: 'final', included: { ...position, transaction: first!.transaction }, acceptedAt: NOW },
    });
    const rejected = { ...position, transaction: first!.transaction, settled: false };
    expect(await store.statement(ours.statements[1]!.digest)).to.deep.include({
      progress: 'rejected',
      reason: 'KEY_ACT',
      rejected,
    });
    expect(await store.statement(theirs.statements[0]!.digest)).to.deep.equal({
      ...{
        digest: theirs.statements[0]!.digest,
        stated: theirs.statements[0]!.stated,
        sheet: theirs.hash,
        position: 0,
      },
      ...{ progress: 'final', included: { ...position, transaction: second!.transaction } },
    });
    expect(await store.sheetsToSend(9)).to.deep.equal([]);
    expect(await store.counts()).to.deep.equal({ pending: 0, statements: 3, lines: 2 });
    const { hash, key: by, signature, digests } = first!;
    expect(await store.loadSheets([ours.hash, word()])).to.deep.equal([{ hash, key: by, signature, digests }]);
  });

  it('applies a block once, however often it comes', async () => {
    const block = blockOf(1, [judged(sheetOf([collected()]))]);
    const next = blockOf(2, [judged(sheetOf([collected()]))]);
    await store.applyBlocks([block], block);
    await store.applyBlocks([block], block);
    await store.applyBlocks([block, next], next);
    await store.applyBlocks([block], block);
    expect(await store.cursor()).to.deep.equal({ number: 2, hash: next.hash, time: next.time });
    expect(await store.counts()).to.include({ statements: 2, lines: 2 });
  });

  it('applies a block once when two followers bring it together', async () => {
    const other = place.shared ? await place.open() : store;
    const blocks = Array.from({ length: 8 }, (_, i) => blockOf(i, [judged(sheetOf([collected(), collected()]))]));
    for (const block of blocks)
      await Promise.all([store.applyBlocks([block], block), other.applyBlocks([block], block)]);
    expect(await store.counts()).to.include({ statements: 16, lines: 16 });
  });

  it('does not go on where the chain is another one', async () => {
    const block = blockOf(5, [judged(sheetOf([collected()]))]);
    await store.applyBlocks([block], block);
    const other = blockOf(5, [judged(sheetOf([collected()]))]);
    const next = blockOf(6, []);
    for (const call of [
      () => store.applyBlocks([other], other),
      () => store.applyBlocks([], other),
      () => store.applyBlocks([other, next], next),
    ]) {
      expect(await failureOf(call())).to.include({ code: 'CONFLICT', conflict: 'block' });
    }
    expect(await store.counts()).to.include({ statements: 1 });
    expect(await store.cursor()).to.include({ number: 5, hash: block.hash });
  });

  it('moves lines to their newest state', async () => {
    const opening = collected();
    const next = following(opening, { act: ACT.release, recipient: 2 });
    const sheet = sheetOf([opening, next]);
    const released = lineOf(next, { status: 'in-transit', recipient: 2, holds: 3, origins: [1, 2], bases: [4] }, 2);
    const base = judged(sheet);
    const statements = base.statements.map((statement, i) =>
      i === 0 ? statement : { ...statement, changes: [{ change: 'moved', line: released } as const] },
    );
    const block = blockOf(1, [{ ...base, statements }]);
    await store.applyBlocks([block], block);
    const subject = opening.statement.subject;
    expect(
      await store.loadLines([
        { kind: 'evidence', subject },
        { kind: 'hold', subject },
      ]),
    ).to.deep.equal([released]);
  });

  it('lets an inclusion win over a rejection, and no rejection over an inclusion', async () => {
    const sheet = sheetOf([collected()]);
    const { digest } = sheet.statements[0]!;
    await store.accept({ sheets: [sheet], answers: [], time: NOW });
    const outcomes = [
      { block: blockOf(1, [judged(sheet, { 0: 'SUSPENDED' })]), then: { progress: 'rejected', reason: 'SUSPENDED' } },
      { block: blockOf(2, [judged(sheet, { 0: 'KEY_REVOKED' })]), then: { progress: 'rejected', reason: 'SUSPENDED' } },
      { block: blockOf(3, [judged(sheet)]), then: { progress: 'final' } },
      { block: blockOf(4, [judged(sheet, { 0: 'REPLAYED' })]), then: { progress: 'final' } },
    ];
    for (const { block, then } of outcomes) {
      await store.applyBlocks([block], block);
      expect(await store.statement(digest)).to.include(then);
    }
    expect((await store.statement(digest))?.included).to.include({ number: 3 });
    expect(await store.statement(digest)).not.to.have.property('reason');
  });

  it('takes a rejection and the inclusion after it in one call', async () => {
    const sheet = sheetOf([collected()]);
    const blocks = [
      blockOf(1, [judged(sheet, { 0: 'SUSPENDED' }), judged(sheet)]),
      blockOf(2, [judged(sheet, { 0: 'REPLAYED' })]),
    ];
    await store.applyBlocks(blocks, blocks[1]!);
    expect(await store.statement(sheet.statements[0]!.digest)).to.include({ progress: 'final' });
  });

  it('includes what was rejected though another successor was accepted meanwhile', async () => {
    const opening = sheetOf([collected()]);
    const next = sheetOf([following(opening.statements[0]!.stated)]);
    const other = sheetOf([following(opening.statements[0]!.stated, { code: 2 })]);
    await store.accept({ sheets: [opening, next], answers: [], time: NOW });
    const first = blockOf(1, [judged(opening), judged(next, { 0: 'SUSPENDED' })]);
    await store.applyBlocks([first], first);
    await store.accept({ sheets: [other], answers: [], time: NOW });
    const second = blockOf(2, [judged(next), judged(other, { 0: 'STALE' })]);
    await store.applyBlocks([second], second);
    expect(await store.statement(next.statements[0]!.digest)).to.include({ progress: 'final' });
    const entry = await store.statement(other.statements[0]!.digest);
    expect(entry).to.include({ progress: 'rejected', reason: 'STALE' });
    expect(entry?.rejected).to.include({ settled: true });
  });

  it('sends again what came before its predecessor, which goes again too', async () => {
    const opening = sheetOf([collected()]);
    const next = sheetOf([following(opening.statements[0]!.stated)]);
    const last = sheetOf([following(next.statements[0]!.stated)]);
    const progress = async (sheet: AcceptedSheet) => (await store.statement(sheet.statements[0]!.digest))?.progress;
    await store.accept({ sheets: [opening, next, last], answers: [], time: NOW });
    const right = await rightOf(store);
    const [lost, judging] = [word(), word()];
    const ids = (await store.sheetsToSend(10)).map(({ id }) => id);
    await store.saveTransaction({ hash: lost, nonce: 0, raw: '0x00', sheets: ids.slice(0, 1) }, right);
    await store.saveTransaction({ hash: judging, nonce: 1, raw: '0x01', sheets: ids.slice(1) }, right);
    const early = [
      judged(next, { 0: 'LINE_UNKNOWN' }, { transaction: judging }),
      judged(last, { 0: 'LINE_UNKNOWN' }, { transaction: judging }),
    ];
    await store.applyBlocks([blockOf(1, early)], blockOf(1, early));
    expect(await progress(next)).to.equal('accepted');
    await store.abandonTransaction(lost, right);
    expect((await store.sheetsToSend(10)).map(({ hash }) => hash)).to.deep.equal(
      [opening, next, last].map(({ hash }) => hash),
    );
    // The middle one came before its predecessor once more, in the block that includes that.
    const opened = judged(opening);
    const item = opening.statements[0]!.stated;
    const [first] = opened.statements;
    const block = blockOf(2, [
      judged(next, { 0: 'LINE_UNKNOWN' }),
      { ...opened, statements: [{ ...first!, changes: [{ change: 'moved', line: lineOf(item) }] }] },
    ]);
    await store.applyBlocks([block], block);
    expect(await progress(opening)).to.equal('final');
    expect(await progress(next)).to.equal('accepted');
    const end = blockOf(3, [judged(next), judged(last)]);
    await store.applyBlocks([end], end);
    expect(await progress(last)).to.equal('final');
    expect(await store.countPending()).to.equal(0);
  });

  it('sends again what was of the future', async () => {
    const sheet = sheetOf([collected()]);
    await store.accept({ sheets: [sheet], answers: [], time: NOW });
    const right = await rightOf(store);
    const [{ id } = { id: 0 }] = await store.sheetsToSend(1);
    const hash = word();
    await store.saveTransaction({ hash, nonce: 0, raw: '0x00', sheets: [id] }, right);
    const early = blockOf(1, [judged(sheet, { 0: 'FUTURE' }, { transaction: hash })]);
    await store.applyBlocks([early], early);
    expect(await store.sheetsToSend(1)).to.have.length(1);
    const later = blockOf(2, [judged(sheet)]);
    await store.applyBlocks([later], later);
    expect(await store.statement(sheet.statements[0]!.digest)).to.include({ progress: 'final' });
  });

  it('rejects what follows a rejected statement', async () => {
    const opening = sheetOf([collected()]);
    const next = sheetOf([following(opening.statements[0]!.stated)]);
    const last = sheetOf([following(next.statements[0]!.stated)]);
    await store.accept({ sheets: [opening, next, last], answers: [], time: NOW });
    const block = blockOf(1, [
      ...[judged(last, { 0: 'LINE_UNKNOWN' }), judged(next, { 0: 'LINE_UNKNOWN' })],
      judged(opening, { 0: 'SUSPENDED' }),
    ]);
    await store.applyBlocks([block], block);
    expect(await store.countPending()).to.equal(0);
    expect(await store.statement(last.statements[0]!.digest)).to.include({ progress: 'rejected' });
  });

  it('keeps the signatures that counted', async () => {
    const sheet = sheetOf([collected()]);
    const few = [{ key: KEY, signature: '0x01' }] as const;
    const enough = [...few, { key: word(), signature: '0x02' }] as const;
    const blocks = [
      blockOf(1, [judged(sheet, { 0: 'NOT_APPROVED' }, { endorsements: few, signature: '0x0a' })]),
      blockOf(2, [judged(sheet, {}, { endorsements: enough, signature: '0x0b' })]),
      blockOf(3, [judged(sheet, { 0: 'REPLAYED' }, { endorsements: few, signature: '0x0c' })]),
    ];
    for (const block of blocks) await store.applyBlocks([block], block);
    expect(await store.loadSheets([sheet.hash])).to.have.nested.property('[0].signature', '0x0b');
  });

  it('expires what the ledger can no longer include, and nothing before', async () => {
    const sheet = sheetOf([collected(1, { expires: NOW + 100 }), collected(1, { expires: NOW + 101 })]);
    await store.accept({ sheets: [sheet], answers: [], time: NOW });
    expect(await store.expire(NOW + 5000), 'nothing was followed yet').to.equal(0);
    const early = blockOf(1, [], NOW + 100);
    await store.applyBlocks([], early);
    expect(await store.statement(sheet.statements[0]!.digest)).to.include({ progress: 'accepted' });
    expect(await store.expire(NOW + 5000), 'only as far as was followed').to.equal(0);
    await store.applyBlocks([], blockOf(2, [], NOW + 101));
    expect(await store.statement(sheet.statements[0]!.digest)).to.include({ progress: 'expired', reason: 'EXPIRED' });
    expect(await store.statement(sheet.statements[1]!.digest)).to.include({ progress: 'accepted' });
    expect((await store.sheetsToSend(1))[0]?.open).to.deep.equal([1]);
    await store.applyBlocks([], blockOf(3, [], NOW + 102));
    expect(await store.sheetsToSend(1)).to.deep.equal([]);
    expect(await store.counts()).to.include({ pending: 0 });
  });

  for (const first of ['release', 'acceptance'] as const) {
    it(`expires both sheets of a late declaration with the ${first}`, async () => {
      const ends = (name: typeof first) => (name === first ? NOW + 100 : NOW + 5000);
      const opening = collected(1, { expires: ends('release') });
      const pair = [sheetOf([opening]), sheetOf([following(opening, { expires: ends('acceptance') })])] as const;
      const sheets = pair.map((sheet, at) => ({ ...sheet, lateWith: pair[1 - at]!.hash }));
      const bystander = sheetOf([collected(1, { expires: NOW + 5000 })]);
      await store.accept({ sheets: [...sheets, bystander], answers: [], time: NOW });
      await store.applyBlocks([], blockOf(1, [], NOW + 100));
      expect(await store.sheetsToSend(10)).to.have.length(3);
      await store.applyBlocks([], blockOf(2, [], NOW + 101));
      for (const { statements } of sheets) {
        expect(await store.statement(statements[0]!.digest)).to.include({ progress: 'expired', reason: 'EXPIRED' });
      }
      expect((await store.sheetsToSend(10)).map(({ hash }) => hash)).to.deep.equal([bystander.hash]);
      expect(await store.counts()).to.include({ pending: 1 });
    });
  }

  it('stores what no ledger would include, without stumbling', async () => {
    const odd: Partial<Statement>[] = [
      { act: 255, code: 65_535, participant: 0xffffffff },
      { act: ACT.end, code: 9 },
      { act: ACT.end, code: 0 },
      { act: ACT.enrol, subject: ZERO },
      { recipient: 0xffffffff, purpose: 65_535, restrictions: 65_535, time: 2 ** 40 - 1, expires: 2 ** 40 - 1 },
    ];
    const sheet = sheetOf(odd.map((fields) => collected(1, fields)));
    const reasons = Object.fromEntries(odd.map((_, i) => [i, 'MALFORMED' as const]));
    const block = blockOf(1, [judged(sheet, reasons)]);
    await store.applyBlocks([block], block);
    for (const { digest, stated } of sheet.statements) {
      expect(await store.statement(digest)).to.deep.include({ stated, progress: 'rejected', reason: 'MALFORMED' });
    }
  });

  it('keeps keys and their revocation', async () => {
    const enrolled = { ...judged(sheetOf([collected()])), statements: [] };
    const sheet = sheetOf([collected(), collected()]);
    const [first, second] = judged(sheet).statements;
    const changes = [
      { ...first!, changes: [{ change: 'enrolled', key } as const] },
      { ...second!, changes: [{ change: 'revoked', key: { ...key, revokedAt: NOW } } as const] },
    ];
    const block = blockOf(1, [enrolled, { ...judged(sheet), statements: changes }]);
    await store.applyBlocks([block], block);
    const world = memoryWorld();
    await store.loadConsortium(world);
    expect(world.key(KEY)).to.deep.equal({ ...key, revokedAt: NOW });
  });

  it('forgets the ledger and finds everything again by following', async () => {
    const ours = sheetOf([collected(), collected(), collected(1, { expires: NOW + 1 })]);
    const theirs = sheetOf([collected(2)]);
    await store.accept({ sheets: [ours], answers: [], time: NOW });
    const [sent] = await store.sheetsToSend(1);
    const transaction = word();
    await store.found({ lines: [], keys: [] }, { number: 0, hash: word(), time: NOW }, FOLLOWED);
    await store.saveTransaction({ hash: transaction, nonce: 0, raw: '0x00', sheets: [sent!.id] }, await rightOf(store));
    const block = blockOf(1, [judged(ours, { 1: 'KEY_ACT' }, { transaction }), judged(theirs)]);
    await store.applyBlocks([block], block);
    const before = await Promise.all(
      [...ours.statements, ...theirs.statements].map(({ digest }) => store.statement(digest)),
    );

    await store.forgetLedger();
    expect(await store.cursor()).to.equal(undefined);
    expect(await store.ledgers()).to.deep.equal([]);
    expect(await store.statement(theirs.statements[0]!.digest)).to.equal(undefined);
    expect(await store.statement(ours.statements[0]!.digest)).to.include({ progress: 'accepted' });
    expect(await store.statement(ours.statements[1]!.digest)).to.include({ progress: 'rejected', reason: 'KEY_ACT' });
    expect(
      await store.loadLines([{ kind: 'evidence', subject: ours.statements[0]!.stated.statement.subject }]),
    ).to.deep.equal([]);
    expect((await store.sheetsToSend(1))[0]?.open).to.deep.equal([0, 2]);

    await store.applyBlocks([block], block);
    const again = await Promise.all(
      [...ours.statements, ...theirs.statements].map(({ digest }) => store.statement(digest)),
    );
    expect(again).to.deep.equal(before);
    expect(digestOf(again[0]!.stated.statement)).to.equal(again[0]!.digest);
  });
});
