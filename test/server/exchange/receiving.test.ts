import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import {
  dossierHash,
  encodeDossier,
  type Dossier,
  type DossierRecord,
  type SignedDossier,
} from '../../../protocol/dossier.ts';
import { signHash } from '../../../protocol/key.ts';
import { discloseRecord, type WrittenRecord } from '../../../protocol/record.ts';
import { sealFor } from '../../../server/exchange/envelope.ts';
import { BKA, PJ, POLITIE, type Actor } from '../../protocol/support/actors.ts';
import { openAgency, type Agency } from './support/agency.ts';
import { openLedger, word, type Said, type TestLedger } from './support/ledger.ts';

const FIELDS = [
  { label: 'exhibit', value: 'A-17' },
  { label: 'owner', value: 'Jane Doe' },
] as const;

describe('a dossier from anybody', function () {
  this.timeout(20_000);
  let ledger: TestLedger;
  let bka: Agency;
  let pj: Agency;
  let politie: Agency;
  let agreement: Hex;
  let phone: Said;
  let other: Said;
  let release: Hex;

  beforeEach(async () => {
    ledger = openLedger();
    bka = await openAgency(ledger, BKA);
    pj = await openAgency(ledger, PJ);
    politie = await openAgency(ledger, POLITIE);
    agreement = ledger.conclude(word(), [
      ['DE', BKA],
      ['FR', PJ],
      ['NL', POLITIE],
    ]);
    phone = ledger.collect(BKA, FIELDS);
    other = ledger.collect(BKA, FIELDS);
    release = ledger.releaseUnder(BKA, phone.subject, PJ.participant, agreement).digest;
    for (const agency of [bka, pj, politie]) await agency.follow();
  });
  afterEach(async () => {
    for (const agency of [bka, pj, politie]) await agency.close();
  });

  const record = ({ digest, record: written }: Said): DossierRecord => ({
    digest,
    disclosure: discloseRecord(written as WrittenRecord, 'all'),
  });

  function made(fields: Partial<Dossier> = {}): Dossier {
    return {
      ...{ ledger: ledger.foundingHash, release, sender: BKA.participant, recipient: PJ.participant },
      ...{ time: ledger.now(), part: 0, parts: 1, records: [record(phone)], ...fields },
    };
  }

  function signed(dossier: Dossier, by: Actor = bka.service): SignedDossier {
    const hash = dossierHash(dossier);
    return { dossier, key: by.id, signature: signHash(by.key.scheme, by.privateKey, hash) };
  }

  /** `taken`, or the code with which it was refused. */
  async function sent(dossier: SignedDossier, to: Agency = pj, key: Agency = to): Promise<string> {
    return post(to, await sealFor({ ...key.encryption.key, id: key.encryption.id }, encodeDossier(dossier)));
  }

  async function post(to: Agency, sealed: string): Promise<string> {
    const response = await fetch(new URL('/v1/dossiers', to.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ dossier: sealed }),
    });
    const answer = (await response.json()) as { readonly code?: string };
    return answer.code ?? 'taken';
  }

  async function nothingCame(...agencies: readonly Agency[]): Promise<void> {
    for (const agency of agencies) {
      for (const { digest } of [phone, other]) expect(await agency.reads(digest)).to.equal(undefined);
      expect(await agency.store.dossiers.isComplete(release)).to.equal(false);
    }
  }

  it('is taken if everything is right, in parts too, and the same again changes nothing', async () => {
    const parts = [made({ part: 1, parts: 2, records: [] }), made({ parts: 2 })].map((part) => signed(part));
    expect(await sent(parts[0]!)).to.equal('taken');
    expect(await pj.store.dossiers.isComplete(release)).to.equal(false);
    expect(await sent(parts[1]!)).to.equal('taken');
    expect(await pj.store.dossiers.isComplete(release)).to.equal(true);
    expect(await sent(parts[1]!)).to.equal('taken');
    expect(await pj.reads(phone.digest)).to.deep.equal(['exhibit', 'owner']);
  });

  it('is refused if a value, a label, the order or a withheld hash is another', async () => {
    const { digest, disclosure } = record(phone);
    const [exhibit, owner] = disclosure.fields as [
      (typeof disclosure.fields)[number],
      (typeof disclosure.fields)[number],
    ];
    for (const fields of [
      [exhibit, { ...owner, value: 'John Doe' }],
      [exhibit, { ...owner, label: 'finder' }],
      [exhibit, { ...owner, salt: word() }],
      [exhibit, { label: 'owner', hash: word(), withheld: true as const }],
      [owner, exhibit],
      [exhibit],
      [exhibit, owner, { label: 'more', value: 'x', salt: word() }],
    ]) {
      const lie = { digest, disclosure: { ...disclosure, fields } } as DossierRecord;
      expect(await sent(signed(made({ records: [record(phone), lie].slice(1) })))).to.equal('DOSSIER_TAMPERED');
    }
    await nothingCame(pj);
  });

  it('is refused as a whole if one record of it is wrong', async () => {
    const lie = { digest: release, disclosure: record(phone).disclosure };
    expect(await sent(signed(made({ records: [record(phone), lie] })))).to.equal('DOSSIER_TAMPERED');
    await nothingCame(pj);
  });

  it('has no record of other evidence, true as it may be', async () => {
    expect(await sent(signed(made({ records: [record(phone), record(other)] })))).to.equal('DOSSIER_TAMPERED');
    await nothingCame(pj);
  });

  it('is refused if somebody else signed it, or nobody', async () => {
    expect(await sent(signed(made(), politie.service))).to.equal('DOSSIER_FORGED');
    expect(await sent(signed(made(), BKA)), 'no service key').to.equal('DOSSIER_FORGED');
    expect(await sent({ ...signed(made()), signature: `0x${'1b'.repeat(65)}` })).to.equal('DOSSIER_FORGED');
    const right = signed(made());
    expect(await sent({ ...right, dossier: made({ time: right.dossier.time - 1 }) })).to.equal('DOSSIER_FORGED');
    await nothingCame(pj);
  });

  it('is refused if its signer is not who released', async () => {
    expect(await sent(signed(made({ sender: POLITIE.participant }), politie.service))).to.equal('DOSSIER_FORGED');
    expect(await sent(signed(made({ release: phone.digest })))).to.equal('DOSSIER_FORGED');
    await nothingCame(pj);
  });

  it('is refused once the key that signed it is revoked', async () => {
    const before = signed(made());
    ledger.say(BKA, 'revoke', 'revoked', {
      subject: `0x0000000${BKA.participant}${'00'.repeat(28)}`,
      reference: bka.service.id,
    });
    await pj.follow();
    expect(await sent(before)).to.equal('DOSSIER_FORGED');
  });

  it('is taken by nobody but the recipient that the release names', async () => {
    expect(await sent(signed(made()), politie, pj), 'not its key').to.equal('DOSSIER_UNREADABLE');
    expect(await sent(signed(made()), politie), 'its key, another recipient').to.equal('DOSSIER_MISDIRECTED');
    const misnamed = signed(made({ recipient: POLITIE.participant }));
    expect(await sent(misnamed, politie), 'another than the release names').to.equal('DOSSIER_MISDIRECTED');
    await nothingCame(pj, politie);
  });

  it('is refused if it is of another ledger', async () => {
    expect(await sent(signed(made({ ledger: word() })))).to.equal('DOSSIER_MISDIRECTED');
  });

  it('waits for a release that is not on the ledger yet', async () => {
    expect(await sent(signed(made({ release: word() })))).to.equal('UNAVAILABLE');
  });

  it('is refused if it can’t be opened, or is none', async () => {
    const sealed = await sealFor({ ...pj.encryption.key, id: pj.encryption.id }, encodeDossier(signed(made())));
    const [header, ...rest] = sealed.split('.');
    const reheaded = (fields: object): string => {
      const known = JSON.parse(Buffer.from(header!, 'base64url').toString()) as object;
      return [Buffer.from(JSON.stringify({ ...known, ...fields })).toString('base64url'), ...rest].join('.');
    };
    for (const wrong of [
      'a.b.c.d.e',
      `${sealed.slice(0, -3)}AAA`,
      [header, ...rest.slice(0, 2), `${rest[2]!}AAAA`, rest[3]].join('.'),
      reheaded({ kid: politie.encryption.id }),
      reheaded({ alg: 'dir' }),
      reheaded({ enc: 'A128GCM' }),
      reheaded({ zip: 'DEF' }),
      reheaded({ crit: ['x'], x: 1 }),
      reheaded({ kid: '__proto__' }),
      await sealFor({ ...pj.encryption.key, id: pj.encryption.id }, Buffer.from('{"version":1}')),
      await sealFor({ ...pj.encryption.key, id: pj.encryption.id }, Buffer.from('not JSON')),
    ]) {
      expect(await post(pj, wrong), wrong.slice(0, 40)).to.equal('DOSSIER_UNREADABLE');
    }
    expect(await post(pj, 'no JWE')).to.equal('INVALID');
    await nothingCame(pj);
  });
});
