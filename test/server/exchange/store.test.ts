import { expect } from 'chai';

import { discloseRecord } from '../../../protocol/record.ts';
import type { CheckedPart } from '../../../server/custody/dossiers.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { BKA, KOELN, PJ } from '../../protocol/support/actors.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { openLedger, word, type Said, type TestLedger } from './support/ledger.ts';
import { FOLLOWED } from '../../support/followed-ledger.ts';

const FIELDS = [
  { label: 'exhibit', value: 'A-17' },
  { label: 'owner', value: 'Jane Doe' },
] as const;

/** Nothing here waits for longer. */
const LATEST = 1_000;

onEachEngine('dossiers in the store', (makePlace) => {
  let place: Place;
  let ledger: TestLedger;
  let store: OpenedStore;
  let phone: Said;
  let release: Said;

  beforeEach(async () => {
    place = await makePlace();
    store = await place.open();
    ledger = openLedger();
    phone = ledger.collect(BKA, FIELDS);
    release = ledger.release(BKA, phone.subject, KOELN.participant);
    await store.found(ledger.beginning, ledger.first, FOLLOWED);
    await store.applyBlocks(ledger.blocks, ledger.blocks.at(-1)!);
  });
  afterEach(() => place.leave());

  const partOf = (labels: readonly string[], part = 0, parts = 1): CheckedPart => ({
    ...{ release: release.digest, sender: BKA.participant, recipient: KOELN.participant, part, parts },
    records: [{ digest: phone.digest, disclosure: discloseRecord(phone.record!, labels) }],
  });
  const read = async (): Promise<unknown> => {
    const record = (await store.records(KOELN.participant, [phone.digest])).get(phone.digest);
    if (record === undefined || record === 'erased') return record;
    return record.fields.map((field) => ('value' in field ? field.value : '-'));
  };

  it('are owed for releases by participants of this gateway only, and to other participants', async () => {
    await store.dossiers.takeUp([PJ.participant, KOELN.participant], 10);
    expect(await store.dossiers.owed(10)).to.deep.equal([]);
    const other = ledger.collect(BKA, FIELDS);
    const { service } = ledger.enrol(BKA);
    ledger.release(BKA, other.subject, BKA.participant, { recipientKey: service.id });
    const second = ledger.release(BKA, ledger.collect(BKA, FIELDS).subject, KOELN.participant);
    await store.applyBlocks(ledger.blocks, ledger.blocks.at(-1)!);
    await store.dossiers.takeUp([BKA.participant, KOELN.participant], 10);
    expect((await store.dossiers.owed(10)).map((owed) => owed.release)).to.deep.equal([second.digest]);
  });

  it('wait until they are delivered, and are tried when their time comes', async () => {
    const { dossiers } = store;
    await Promise.all([dossiers.takeUp([BKA.participant], 10), dossiers.takeUp([BKA.participant], 10)]);
    const due = async (time: number): Promise<number> => (await dossiers.due(time, LATEST, 10)).length;
    expect([await due(9), await due(10), await dossiers.countWaiting()]).to.deep.equal([0, 1, 1]);
    await dossiers.postpone(release.digest, 20, 'UNREACHABLE');
    expect([await due(19), await due(20)]).to.deep.equal([0, 1]);
    await dossiers.postpone(release.digest, 30, 'UNREACHABLE');
    await dossiers.hurry(15);
    const [owed] = await dossiers.due(15, LATEST, 10);
    expect(owed).to.deep.equal({
      ...{ release: release.digest, sender: BKA.participant, recipient: KOELN.participant, progress: 'waiting' },
      ...{ attempts: 2, owedAt: 10, nextAt: 15, trouble: 'UNREACHABLE' },
    });
    await dossiers.settle(release.digest, 'delivered', 30);
    await dossiers.postpone(release.digest, 40, 'FAILED');
    expect([await due(1_000), await dossiers.countWaiting()]).to.deep.equal([0, 0]);
    expect((await dossiers.owed(10))[0]).to.include({ progress: 'delivered', attempts: 3, settledAt: 30 });
    expect(await dossiers.sendAgain(release.digest, 50)).to.equal(true);
    expect(await due(50)).to.equal(1);
    expect(await dossiers.sendAgain(word(), 50)).to.equal(false);
  });

  it('are claimed by one of those who ask together, and by another if that one is gone', async () => {
    const { dossiers } = store;
    await dossiers.takeUp([BKA.participant], 10);
    const claims = await Promise.all([
      dossiers.due(10, LATEST, 10),
      dossiers.due(10, LATEST, 10),
      dossiers.due(10, LATEST, 10),
    ]);
    expect(claims.flat()).to.have.length(1);
    expect(await dossiers.due(100, LATEST, 10)).to.deep.equal([]);
    expect(await dossiers.due(200, LATEST, 10)).to.have.length(1);
  });

  it('are due when a clock that was ahead has postponed or claimed them', async () => {
    const { dossiers } = store;
    const DAY = 86_400;
    const due = async (time: number): Promise<number> => (await dossiers.due(time, time + 7_200, 10)).length;
    await dossiers.takeUp([BKA.participant], DAY);
    expect(await due(10)).to.equal(1);
    await dossiers.postpone(release.digest, DAY + 300, 'UNREACHABLE');
    expect(await due(20)).to.equal(1);
    await dossiers.postpone(release.digest, 3_600, 'FAILED');
    expect(await due(30)).to.equal(0);
    expect(await due(3_600)).to.equal(1);
    await dossiers.sendAgain(release.digest, 40);
    // Claimed a day ahead, by a process that died.
    expect(await due(DAY)).to.equal(1);
    expect(await due(50)).to.equal(1);
  });

  it('are complete when every part of one cut is there', async () => {
    const { dossiers } = store;
    await dossiers.keepPart({ ...partOf([], 1, 3), records: [] }, 10);
    await dossiers.keepPart(partOf(['exhibit'], 0, 2), 10);
    await dossiers.keepPart(partOf(['exhibit'], 0, 2), 10);
    expect(await dossiers.isComplete(release.digest)).to.equal(false);
    await dossiers.keepPart({ ...partOf([], 1, 2), records: [] }, 10);
    expect(await dossiers.isComplete(release.digest)).to.equal(true);
    expect(await dossiers.isComplete(word())).to.equal(false);
  });

  it('show together what each of them shows, and are found by it', async () => {
    const { dossiers } = store;
    await dossiers.keepPart(partOf(['owner']), 10);
    expect(await read()).to.deep.equal(['-', 'Jane Doe']);
    expect(await store.findByTerm(KOELN.participant, 'exhibit', 'A-17')).to.deep.equal([]);
    await dossiers.keepPart(partOf(['exhibit']), 20);
    expect(await read()).to.deep.equal(['A-17', 'Jane Doe']);
    await dossiers.keepPart(partOf([]), 30);
    expect(await read()).to.deep.equal(['A-17', 'Jane Doe']);
    expect(await store.findByTerm(KOELN.participant, 'exhibit', 'A-17')).to.deep.equal([phone.digest]);
    await store.eraseRecord({ tenant: KOELN.participant, digest: phone.digest }, 40);
    await dossiers.keepPart(partOf(['exhibit', 'owner']), 50);
    expect(await read()).to.equal('erased');
    expect(await store.findByTerm(KOELN.participant, 'exhibit', 'A-17')).to.deep.equal([]);
  });

  it('leave alone what a participant wrote itself', async () => {
    await store.keepRecords([{ tenant: KOELN.participant, digest: phone.digest, record: phone.record! }], 10);
    await store.dossiers.keepPart(partOf(['owner']), 20);
    expect((await store.records(KOELN.participant, [phone.digest])).get(phone.digest)).to.deep.equal(phone.record);
  });

  it('belong to the newest release to a participant', async () => {
    const { dossiers } = store;
    expect((await dossiers.lastRelease(phone.subject, KOELN.participant))?.digest).to.equal(release.digest);
    expect(await dossiers.lastRelease(phone.subject, PJ.participant)).to.equal(undefined);
    expect(await dossiers.lastRelease(word(), KOELN.participant)).to.equal(undefined);
    ledger.say(BKA, 'recall', 'recalled', { subject: phone.subject });
    const second = ledger.release(BKA, phone.subject, KOELN.participant);
    await store.applyBlocks(ledger.blocks, ledger.blocks.at(-1)!);
    expect((await dossiers.lastRelease(phone.subject, KOELN.participant))?.digest).to.equal(second.digest);
  });
});
