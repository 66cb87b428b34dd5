import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { policyHash, type FieldPolicy } from '../../../protocol/field-policy.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import type { Caller } from '../../../server/custody/gateway.ts';
import { openReading } from '../../../server/custody/reading.ts';
import { BKA, KOELN, PJ, POLITIE } from '../../protocol/support/actors.ts';
import { openAgency, type Agency } from './support/agency.ts';
import { openLedger, subjectBy, word, type Said, type TestLedger } from './support/ledger.ts';
import { openWire, type Fate, type Wire } from './support/wire.ts';

/** No names of people. */
const POLICY: FieldPolicy = { version: 1, permit: [{ schema: '*', labels: ['exhibit*', 'description'] }] };
const EVERYTHING: FieldPolicy = { version: 1, permit: [{ schema: '*', labels: ['*'] }] };
const FIELDS = [
  { label: 'exhibit', value: 'A-17' },
  { label: 'owner', value: 'Jane Doe' },
  { label: 'description', value: 'Phone, black' },
] as const;

type Reading = ReturnType<typeof openReading>;

/** Of a trail: how many statements, and what the caller can read of their records. */
async function shownBy(reading: Reading, caller: Caller, subject: Hex) {
  const { entries } = await reading.trail(caller, 'evidence', subject, undefined, 50);
  const records = entries.items.flatMap(({ record }) =>
    record === undefined || record === 'erased'
      ? []
      : [record.fields.map((field) => ('value' in field ? field.label : `-${field.label}`))],
  );
  return { items: entries.items.length, records };
}

async function codeOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => (error as { readonly code?: string }).code,
  );
}

describe('dossiers between gateways', function () {
  this.timeout(20_000);
  let ledger: TestLedger;
  let bka: Agency;
  let pj: Agency;
  let wire: Wire;
  let agreement: Hex;
  const closers: (() => Promise<void>)[] = [];

  const follow = async (): Promise<void> => {
    for (const agency of [bka, pj]) await agency.follow();
  };
  /** A phone with the whole record that BKA has of it. */
  const seize = async (): Promise<Said> => {
    const said = ledger.collect(BKA, FIELDS);
    await bka.keep(said);
    return said;
  };
  const state = async (release: Hex): Promise<string | undefined> => {
    const owed = (await bka.store.dossiers.owed(100)).find((each) => each.release === release);
    return owed && [owed.progress, ...(owed.trouble ? [owed.trouble] : [])].join(' ');
  };

  beforeEach(async () => {
    ledger = openLedger();
    bka = await openAgency(ledger, BKA, [POLICY, EVERYTHING]);
    pj = await openAgency(ledger, PJ, [POLICY, EVERYTHING]);
    wire = await openWire(pj.url);
    bka.peers.set('FR-PJ', wire.url);
    agreement = ledger.conclude(policyHash(POLICY), [
      ['DE', BKA],
      ['FR', PJ],
      ['NL', POLITIE],
    ]);
    closers.push(
      () => bka.close(),
      () => pj.close(),
      () => wire.close(),
    );
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it('show what the field policy permits, and the rest as withheld', async () => {
    const phone = await seize();
    const release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    await follow();
    expect(await pj.store.dossiers.isComplete(release.digest)).to.equal(false);
    await bka.courier.round();
    expect(await pj.reads(phone.digest)).to.deep.equal(['exhibit', '-owner', 'description']);
    expect(await pj.store.dossiers.isComplete(release.digest)).to.equal(true);
    expect(await state(release.digest)).to.equal('delivered');
    expect(await bka.store.dossiers.countWaiting()).to.equal(0);
    expect(await pj.store.findByTerm(PJ.participant, 'exhibit', 'a-17')).to.deep.equal([phone.digest]);
    const record = (await pj.store.records(PJ.participant, [phone.digest])).get(phone.digest);
    expect(record).to.have.property('from', BKA.participant);
  });

  it('are awaited until they are here, and custody is taken all the same', async () => {
    const phone = await seize();
    ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    ledger.say(PJ, 'accept', 'clean', { subject: phone.subject });
    await follow();
    const reading = openReading(pj.store, pj.store.dossiers, pj.parts.consortium, ledger.now);
    const caller = { token: 'claire', role: 'officer', participant: PJ.participant } as const;
    const view = async (): Promise<unknown> => (await reading.evidence(caller, phone.subject))?.dossier;
    expect(await view()).to.equal('awaited');
    expect((await reading.evidence(caller, phone.subject))?.line?.state).to.include({ holder: PJ.participant });
    await bka.courier.round();
    expect(await view()).to.equal('received');
    expect((await reading.evidence({ ...caller, role: 'auditor' }, phone.subject))?.dossier).to.equal(undefined);
    const { records, items } = await shownBy(reading, caller, phone.subject);
    expect(items).to.equal(3);
    expect(records).to.deep.equal([['exhibit', '-owner', 'description']]);
    expect(await reading.disclose(caller, phone.digest, ['exhibit'])).to.have.nested.property(
      'fields[2].withheld',
      true,
    );
    expect(await codeOf(reading.disclose(caller, phone.digest, ['owner']))).to.equal('RECORD');
  });

  it('show everything inside one jurisdiction', async () => {
    const koeln = await openAgency(ledger, KOELN);
    closers.push(() => koeln.close());
    bka.peers.set('DE-LG-KOELN', new URL(koeln.url));
    const phone = await seize();
    ledger.release(BKA, phone.subject, KOELN.participant);
    await follow();
    await koeln.follow();
    await bka.courier.round();
    expect(await koeln.reads(phone.digest)).to.deep.equal(['exhibit', 'owner', 'description']);
  });

  it('show nothing where this gateway does not have the policy', async () => {
    const unknown = ledger.conclude(word(), [
      ['DE', BKA],
      ['FR', PJ],
    ]);
    const phone = await seize();
    ledger.releaseUnder(BKA, phone.subject, PJ.participant, unknown);
    await follow();
    await bka.courier.round();
    expect(await pj.reads(phone.digest)).to.deep.equal(['-exhibit', '-owner', '-description']);
  });

  it('have the records of what an item was derived from', async () => {
    const phone = await seize();
    const image = ledger.say(BKA, 'derive', 'image', {
      subject: subjectBy(BKA),
      list: [phone.subject],
      written: [{ label: 'owner', value: 'Jane Doe' }],
    });
    await bka.keep(image);
    const later = ledger.say(BKA, 'record', 'stored', { subject: phone.subject });
    ledger.releaseUnder(BKA, image.subject, PJ.participant, agreement);
    await follow();
    await bka.courier.round();
    expect(await pj.reads(phone.digest)).to.deep.equal(['exhibit', '-owner', 'description']);
    expect(await pj.reads(image.digest)).to.deep.equal(['-owner']);
    expect(await pj.reads(later.digest)).to.equal(undefined);
  });

  const fates: readonly (readonly [string, readonly Fate[]])[] = [
    ['come twice', ['twice']],
    ['got lost on the way', ['lose the request', 'lose the request']],
    ['were acknowledged, and the answer got lost', ['lose the answer', 'lose the answer']],
    ['were changed on the way', ['change']],
    ['were sent elsewhere by a redirect', ['redirect']],
  ];
  for (const [what, fate] of fates) {
    it(`are there once, though they ${what}`, async () => {
      wire.fates.push(...fate);
      const phone = await seize();
      const release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
      await follow();
      for (let i = 0; i <= fate.length; i++) {
        await bka.courier.round();
        ledger.wait(3_600);
      }
      expect(await state(release.digest)).to.equal('delivered');
      expect(await pj.reads(phone.digest)).to.deep.equal(['exhibit', '-owner', 'description']);
    });
  }

  it('follow no redirect and read no endless answer', async () => {
    wire.fates.push('redirect');
    const phone = await seize();
    const release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    await follow();
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('waiting UNREACHABLE');
    expect(await pj.reads(phone.digest)).to.equal(undefined);
    wire.fates.push('endless answer');
    ledger.wait(3_600);
    await bka.courier.round();
    expect(wire.seen).to.have.length(2);
  });

  it('wait for a gateway whose ledger is behind', async () => {
    const phone = await seize();
    const release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    await bka.follow();
    await pj.follow(ledger.blocks.length - 1);
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('waiting NOT_YET');
    expect(await pj.reads(phone.digest)).to.equal(undefined);
    await pj.follow();
    ledger.wait(3_600);
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('delivered');
  });

  it('come in any order', async () => {
    const phones = [await seize(), await seize()];
    const releases = phones.map(({ subject }) => ledger.releaseUnder(BKA, subject, PJ.participant, agreement));
    wire.fates.push('lose the request');
    await follow();
    await bka.courier.round();
    ledger.wait(3_600);
    await bka.courier.round();
    for (const { digest } of releases) expect(await state(digest)).to.equal('delivered');
    for (const { digest } of phones) expect(await pj.reads(digest)).to.have.length(3);
  });

  it('wait for an address, and go out when a start brings one', async () => {
    bka.peers.clear();
    const phone = await seize();
    const release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    await follow();
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('waiting NO_ADDRESS');
    expect(wire.seen).to.deep.equal([]);
    bka.peers.set('FR-PJ', wire.url);
    await bka.courier.round();
    expect(await state(release.digest), 'not before its time').to.equal('waiting NO_ADDRESS');
    await bka.restart();
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('delivered');
  });

  it('outlive that the recipient is down and the sender starts anew', async () => {
    bka.peers.set('FR-PJ', new URL('http://127.0.0.1:9'));
    const phone = await seize();
    const release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    await follow();
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('waiting UNREACHABLE');
    await bka.restart();
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('waiting UNREACHABLE');
    bka.peers.set('FR-PJ', wire.url);
    await bka.restart();
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('delivered');
  });

  it('are not sent for what came back before', async () => {
    const phone = await seize();
    const release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    ledger.say(BKA, 'recall', 'recalled', { subject: phone.subject });
    await follow();
    await bka.courier.round();
    expect(await state(release.digest)).to.equal('withdrawn');
    expect(wire.seen).to.deep.equal([]);
  });

  it('go on with no more than their sender has', async () => {
    const politie = await openAgency(ledger, POLITIE);
    closers.push(() => politie.close());
    pj.peers.set('NL-POLITIE', new URL(politie.url));
    const phone = await seize();
    ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    ledger.say(PJ, 'accept', 'clean', { subject: phone.subject });
    const second = ledger.conclude(policyHash(EVERYTHING), [
      ['FR', PJ],
      ['NL', POLITIE],
    ]);
    ledger.releaseUnder(PJ, phone.subject, POLITIE.participant, second);
    await follow();
    await politie.follow();
    await bka.courier.round();
    await pj.courier.round();
    expect(await politie.reads(phone.digest)).to.deep.equal(['exhibit', '-owner', 'description']);
  });

  it('complete what came in part before', async () => {
    const phone = await seize();
    ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    await follow();
    await bka.courier.round();
    ledger.say(BKA, 'recall', 'recalled', { subject: phone.subject });
    const second = ledger.conclude(policyHash(EVERYTHING), [
      ['DE', BKA],
      ['FR', PJ],
    ]);
    ledger.releaseUnder(BKA, phone.subject, PJ.participant, second);
    await follow();
    await bka.courier.round();
    expect(await pj.reads(phone.digest)).to.deep.equal(['exhibit', 'owner', 'description']);
  });

  it('are sent again where their recipient lost them', async () => {
    const phone = await seize();
    const release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    await follow();
    await bka.courier.round();
    await pj.lose();
    await pj.follow();
    expect(await pj.store.dossiers.isComplete(release.digest)).to.equal(false);
    expect(await bka.store.dossiers.sendAgain(release.digest, ledger.now())).to.equal(true);
    expect(await bka.store.dossiers.sendAgain(word(), ledger.now())).to.equal(false);
    await bka.courier.round();
    expect(await pj.reads(phone.digest)).to.deep.equal(['exhibit', '-owner', 'description']);
  });

  it('that were on their way when their sender erased bring the notice with them', async () => {
    const phone = await seize();
    ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    await follow();
    ledger.say(BKA, 'erase', 'erased', { subject: participantSubject(BKA.participant), list: [phone.subject] });
    await pj.follow();
    await pj.courier.round();
    await bka.courier.round();
    expect(await pj.reads(phone.digest)).to.have.length(3);
    await pj.courier.round();
    const [notice] = await pj.store.dossiers.notices(PJ.participant, 10);
    expect(notice).to.deep.include({ from: BKA.participant, records: [phone.digest], kept: 1 });
  });

  it('are sent again when their sender itself got more in the meantime', async () => {
    const politie = await openAgency(ledger, POLITIE);
    closers.push(() => politie.close());
    pj.peers.set('NL-POLITIE', new URL(politie.url));
    const phone = await seize();
    ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement);
    ledger.say(PJ, 'accept', 'clean', { subject: phone.subject });
    const image = ledger.say(PJ, 'derive', 'image', { subject: subjectBy(PJ), list: [phone.subject] });
    ledger.releaseUnder(PJ, image.subject, POLITIE.participant, agreement);
    await follow();
    await politie.follow();
    await pj.courier.round();
    expect(await politie.reads(phone.digest), 'there was nothing to show').to.equal(undefined);
    await bka.courier.round();
    await pj.courier.round();
    expect(await politie.reads(phone.digest)).to.deep.equal(['exhibit', '-owner', 'description']);
    const attempts = async (): Promise<number | undefined> => (await pj.store.dossiers.owed(10))[0]?.attempts;
    const before = await attempts();
    const { dossier } = JSON.parse(wire.seen.at(-1)!) as { readonly dossier: string };
    await pj.receive(dossier);
    await pj.courier.round();
    expect(await attempts(), 'the same again is no news').to.equal(before);
  });
});
