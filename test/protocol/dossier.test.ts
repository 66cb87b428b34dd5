import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { bytesToHex, utf8, type Hex } from '../../protocol/bytes.ts';
import {
  decodeDossier,
  dossierHash,
  encodeDossier,
  isDisclosure,
  joinDisclosures,
  limitRecord,
  type Dossier,
  type SignedDossier,
} from '../../protocol/dossier.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { verifySignature } from '../../protocol/key.ts';
import { discloseRecord, recordRoot, rootOfDisclosure, type WrittenRecord } from '../../protocol/record.ts';
import type { DossierVector } from './stories/dossiers.ts';
import { vectorFiles } from './support/files.ts';

const word = (byte: string): Hex => `0x${byte.repeat(32)}`;

const RECORD: WrittenRecord = {
  schema: 'unbroken/evidence/1',
  fields: [
    { label: 'exhibit', value: 'A-1' },
    { label: 'owner', value: 'Jane Doe' },
    { label: 'description', value: 'Phone, black' },
  ],
  seed: word('5e'),
};

function dossierOf(fields: Partial<Dossier> = {}): Dossier {
  return {
    ledger: word('aa'),
    release: word('bb'),
    sender: 1,
    recipient: 3,
    time: 1_800_000_000,
    part: 0,
    parts: 1,
    records: [{ digest: word('cc'), disclosure: discloseRecord(RECORD, ['exhibit']) }],
    ...fields,
  };
}

const SIGNED: SignedDossier = { dossier: dossierOf(), key: word('dd'), signature: `0x${'1b'.repeat(65)}` };

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof ProtocolError ? error.code : String(error);
  }
  return undefined;
}

describe('dossiers', () => {
  it('come back from their bytes as they were', () => {
    expect(decodeDossier(encodeDossier(SIGNED))).to.deep.equal(SIGNED);
  });

  it('have another hash whenever anything in them is another', () => {
    const [record] = dossierOf().records;
    const others: Partial<Dossier>[] = [
      { ledger: word('ab') },
      { release: word('bc') },
      { sender: 2 },
      { recipient: 4 },
      { time: 1 },
      { part: 1, parts: 2 },
      { parts: 2 },
      { records: [] },
      { records: [{ ...record!, digest: word('ce') }] },
      { records: [{ ...record!, disclosure: discloseRecord(RECORD, 'all') }] },
      { records: [{ ...record!, disclosure: discloseRecord(RECORD, []) }] },
    ];
    const hashes = [{}, ...others].map((fields) => dossierHash(dossierOf(fields)));
    expect(new Set(hashes).size).to.equal(hashes.length);
  });

  it('are refused where their form is another', () => {
    const plain = JSON.parse(new TextDecoder().decode(encodeDossier(SIGNED))) as Record<string, unknown>;
    const dossier = plain.dossier as Record<string, unknown>;
    const [record] = dossier.records as Record<string, unknown>[];
    const wrong: unknown[] = [
      null,
      [],
      'text',
      { ...plain, version: 2 },
      { ...plain, more: true },
      { ...plain, key: '0x00' },
      { ...plain, signature: 'none' },
      { ...plain, signature: `0x${'11'.repeat(200)}` },
      ...['ledger', 'release', 'sender', 'recipient', 'time', 'part', 'parts', 'records'].map((name) => ({
        ...plain,
        dossier: Object.fromEntries(Object.entries(dossier).filter(([each]) => each !== name)),
      })),
      { ...plain, dossier: { ...dossier, sender: -1 } },
      { ...plain, dossier: { ...dossier, sender: 1.5 } },
      { ...plain, dossier: { ...dossier, time: 2 ** 40 } },
      { ...plain, dossier: { ...dossier, part: 1 } },
      { ...plain, dossier: { ...dossier, parts: 257 } },
      { ...plain, dossier: { ...dossier, records: [record, record] } },
      { ...plain, dossier: { ...dossier, records: [{ ...record, digest: '0x' }] } },
      { ...plain, dossier: { ...dossier, records: [{ ...record, disclosure: { schema: 'x', fields: [] } }] } },
    ];
    for (const value of wrong) {
      expect(
        codeOf(() => decodeDossier(utf8(JSON.stringify(value)))),
        JSON.stringify(value),
      ).to.equal('DOSSIER');
    }
    expect(codeOf(() => decodeDossier(Uint8Array.of(0xff, 0xfe)))).to.equal('DOSSIER');
    const polluting = utf8(JSON.stringify(plain).replace('"version":1', '"version":1,"__proto__":{"key":1}'));
    expect(codeOf(() => decodeDossier(polluting))).to.equal('DOSSIER');
  });
});

describe('vectors of dossiers', () => {
  for (const { name, path } of vectorFiles('dossiers')) {
    it(name, () => {
      const { plaintext, key, hash, fault } = JSON.parse(readFileSync(path, 'utf8')) as DossierVector;
      if (fault === 'form') {
        expect(codeOf(() => decodeDossier(utf8(plaintext)))).to.equal('DOSSIER');
        return;
      }
      const { dossier, signature } = decodeDossier(utf8(plaintext));
      expect(dossierHash(dossier)).to.equal(hash);
      expect(verifySignature(key, dossierHash(dossier), signature)).to.equal(fault === undefined);
    });
  }
});

describe('records of a dossier', () => {
  it('show what is permitted, and add up to the root all the same', () => {
    const limited = limitRecord(RECORD, (label) => label !== 'owner');
    expect(limited.fields.map((field) => 'withheld' in field)).to.deep.equal([false, true, false]);
    expect(rootOfDisclosure(limited)).to.equal(recordRoot(RECORD));
  });

  it('are never more than the sender itself has', () => {
    const received = discloseRecord(RECORD, ['description']);
    const passed = limitRecord(received, () => true);
    expect(passed).to.deep.equal(received);
    const nothing = limitRecord(received, () => false);
    expect(nothing.fields.every((field) => 'withheld' in field)).to.equal(true);
    expect(rootOfDisclosure(nothing)).to.equal(recordRoot(RECORD));
    expect([isDisclosure(RECORD), isDisclosure(received)]).to.deep.equal([false, true]);
  });

  it('show together what each of them shows', () => {
    const joined = joinDisclosures(discloseRecord(RECORD, ['exhibit']), discloseRecord(RECORD, ['owner']));
    expect(joined).to.deep.equal(discloseRecord(RECORD, ['exhibit', 'owner']));
    const other = discloseRecord({ ...RECORD, seed: word('99') }, 'all');
    expect(codeOf(() => joinDisclosures(joined, other))).to.equal('DISCLOSURE');
  });

  it('have no byte of a value that is not permitted, nor its salt', () => {
    // Distinctive values: one of a letter or two is in every dossier by chance.
    const value = fc.uint8Array({ minLength: 16, maxLength: 40 }).map((bytes) => `${bytesToHex(bytes)}!`);
    const fields = fc
      .uniqueArray(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 8 })
      .chain((labels) =>
        fc.tuple(...labels.map((label) => fc.record({ label: fc.constant(label), value, shown: fc.boolean() }))),
      );
    fc.assert(
      fc.property(fields, fc.uint8Array({ minLength: 32, maxLength: 32 }), (written, seed) => {
        const record = {
          schema: 's',
          fields: written.map(({ label, value }) => ({ label, value })),
          seed: bytesToHex(seed),
        };
        const shown = new Set(written.filter((field) => field.shown).map(({ label }) => label));
        const disclosure = limitRecord(record, (label) => shown.has(label));
        const sent = new TextDecoder().decode(
          encodeDossier({ ...SIGNED, dossier: dossierOf({ records: [{ digest: word('cc'), disclosure }] }) }),
        );
        const whole = discloseRecord(record, 'all');
        for (const [at, field] of whole.fields.entries()) {
          if ('withheld' in field || written[at]!.shown) continue;
          if (sent.includes(field.value) || sent.includes(field.salt) || sent.includes(record.seed)) return false;
        }
        return true;
      }),
    );
  });
});
