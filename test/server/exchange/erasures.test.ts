import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import type { DossierStore } from '../../../server/custody/dossiers.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { BKA, PJ, type Actor } from '../../protocol/support/actors.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { openLedger, subjectBy, type Said, type TestLedger } from './support/ledger.ts';
import { FOLLOWED } from '../../support/followed-ledger.ts';

const FIELDS = [{ label: 'exhibit', value: 'A-17' }] as const;
const SERVED = [BKA.participant];

onEachEngine('an erasure', (makePlace) => {
  let place: Place;
  let ledger: TestLedger;
  let store: OpenedStore;

  beforeEach(async () => {
    place = await makePlace();
    ledger = openLedger();
    store = await place.open();
  });
  afterEach(() => place.leave());

  async function follow(into: OpenedStore = store): Promise<void> {
    await into.found(ledger.beginning, ledger.first, FOLLOWED);
    const last = ledger.blocks.at(-1);
    if (last) await into.applyBlocks(ledger.blocks, last);
  }
  /** Follows the ledger, and carries out what it says. */
  async function carryOut(into: OpenedStore = store, served: readonly number[] = SERVED): Promise<void> {
    await follow(into);
    const { dossiers } = into;
    while (await dossiers.takeUp(served, ledger.now()));
    for (const erasure of await dossiers.owedErasures(10)) await dossiers.erase(erasure, served, ledger.now());
  }
  async function keep(said: Said, tenant = BKA.participant, from?: number): Promise<Said> {
    const record = said.record!;
    await store.keepRecords(
      [{ tenant, digest: said.digest, record, ...(from !== undefined && { from }) }],
      ledger.now(),
    );
    return said;
  }
  const erase = (by: Actor, ...list: readonly Hex[]): Said =>
    ledger.say(by, 'erase', 'erased', { subject: participantSubject(by.participant), list });
  async function reads({ digest }: Said, into: OpenedStore = store, tenant = BKA.participant): Promise<string> {
    const record = (await into.records(tenant, [digest])).get(digest);
    if (record === undefined) return 'nothing';
    return record === 'erased' ? record : 'text';
  }
  const examine = ({ subject }: Said): Said =>
    ledger.say(BKA, 'record', 'examined', { subject, written: [{ label: 'finding', value: 'fingerprints' }] });

  it('of one record leaves the others', async () => {
    const phone = await keep(ledger.collect(BKA, FIELDS));
    const finding = await keep(examine(phone));
    erase(BKA, finding.digest);
    await carryOut();
    expect([await reads(phone), await reads(finding)]).to.deep.equal(['text', 'erased']);
    expect((await store.trail({ kind: 'evidence', subject: phone.subject }, undefined, 10)).items).to.have.length(2);
  });

  it('of a piece of evidence is of all that was written about it before, and of nothing else', async () => {
    const phone = await keep(ledger.collect(BKA, FIELDS));
    const finding = await keep(examine(phone));
    const other = await keep(ledger.collect(BKA, FIELDS));
    erase(BKA, phone.subject);
    const later = await keep(examine(phone));
    await carryOut();
    const seen = [await reads(phone), await reads(finding), await reads(other), await reads(later)];
    expect(seen).to.deep.equal(['erased', 'erased', 'text', 'text']);
    expect(await store.findByTerm(BKA.participant, 'exhibit', 'A-17')).to.deep.equal([other.digest]);
  });

  it('by another participant leaves what is here', async () => {
    const phone = await keep(ledger.collect(BKA, FIELDS));
    erase(PJ, phone.subject, phone.digest);
    await carryOut();
    expect(await reads(phone)).to.equal('text');
  });

  it('leaves what was on hold at its place on the ledger, whatever became of the hold later', async () => {
    const held = await keep(ledger.collect(BKA, FIELDS));
    const lifted = await keep(ledger.collect(BKA, FIELDS));
    const after = await keep(ledger.collect(BKA, FIELDS));
    const subject = subjectBy(BKA);
    ledger.say(BKA, 'hold', 'placed', { subject, list: [held.subject] });
    const second = subjectBy(BKA);
    ledger.say(BKA, 'hold', 'placed', { subject: second, list: [lifted.subject] });
    ledger.say(BKA, 'lift', 'lifted', { subject: second, list: [lifted.subject] });
    erase(BKA, held.subject, lifted.subject, after.subject);
    ledger.say(BKA, 'lift', 'lifted', { subject, list: [held.subject] });
    ledger.say(BKA, 'hold', 'placed', { subject: subjectBy(BKA), list: [after.subject] });
    await carryOut();
    expect([await reads(held), await reads(lifted), await reads(after)]).to.deep.equal(['text', 'erased', 'erased']);
  });

  it('stays when an older copy of the store is restored', async () => {
    const phone = await keep(ledger.collect(BKA, FIELDS));
    await follow();
    await store.close();
    const copy = await place.backup();
    store = await place.open();
    erase(BKA, phone.digest);
    await carryOut();
    const restored = await place.open({ database: copy });
    expect(await reads(phone, restored), 'before it followed the ledger').to.equal('erased');
    await carryOut(restored);
    expect(await reads(phone, restored)).to.equal('erased');
  });

  it('is carried out by a store and keys that do not know of it, once they followed the ledger', async () => {
    const phone = await keep(ledger.collect(BKA, FIELDS));
    await follow();
    erase(BKA, phone.digest);
    // As where both databases are of before the erasure.
    expect(await reads(phone)).to.equal('text');
    await carryOut();
    expect(await reads(phone)).to.equal('erased');
  });

  it('keeps a record from coming in a dossier afterwards', async () => {
    const theirs = ledger.collect(PJ, FIELDS);
    erase(BKA, theirs.digest);
    await carryOut();
    await keep(theirs, BKA.participant, PJ.participant);
    expect(await reads(theirs)).to.equal('nothing');
  });

  it('gives notice to those who have the record from its participant, until they erase it too', async () => {
    const theirs = await keep(ledger.collect(PJ, FIELDS), BKA.participant, PJ.participant);
    const erasure = erase(PJ, theirs.subject);
    await carryOut();
    const notice = { erasure: erasure.digest, from: PJ.participant, tenant: BKA.participant, records: [theirs.digest] };
    expect(await store.dossiers.notices(BKA.participant, 10)).to.deep.equal([{ ...notice, kept: 1 }]);
    expect(await reads(theirs)).to.equal('text');
    erase(BKA, theirs.digest);
    await carryOut();
    expect(await store.dossiers.notices(BKA.participant, 10)).to.deep.equal([{ ...notice, kept: 0 }]);
    expect(await reads(theirs)).to.equal('erased');
  });

  it('and dossiers are taken up once, also after the ledger was forgotten', async () => {
    const phone = await keep(ledger.collect(BKA, FIELDS));
    const release = ledger.release(BKA, phone.subject, 5);
    await carryOut();
    const owed = async (): Promise<Awaited<ReturnType<DossierStore['owed']>>> => store.dossiers.owed(10);
    const [first, ...others] = await owed();
    expect(others).to.deep.equal([]);
    expect(first).to.include({ release: release.digest, progress: 'waiting', recipient: 5 });
    await store.dossiers.settle(release.digest, 'delivered', ledger.now());
    await store.forgetLedger();
    await carryOut();
    expect((await owed()).map(({ progress }) => progress)).to.deep.equal(['delivered']);
  });
});
