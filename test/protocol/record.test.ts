import { expect } from 'chai';
import * as fc from 'fast-check';
import { concat, hexToBytes, utf8 } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { keccak256, keccakHex, keccakOfText } from '../../protocol/hashing.ts';
import {
  discloseRecord,
  parseDisclosure,
  recordRoot,
  rootOfDisclosure,
  type Disclosure,
  type WrittenRecord,
} from '../../protocol/record.ts';
import { seeded } from './support/arbitraries.ts';

const RECORD: WrittenRecord = {
  schema: 'unbroken/custody/1',
  fields: [
    { label: 'note', value: 'Tamper seal 4711 intact, Müller' },
    { label: 'location', value: '' },
    { label: 'officer', value: 'Müller 🚓' },
  ],
  seed: keccakOfText('seed'),
};

const text = (most: number, least = 0) =>
  fc.string({ unit: 'grapheme', minLength: least, maxLength: most }).map((each) => each.normalize('NFC'));

const record: fc.Arbitrary<WrittenRecord> = fc.record({
  schema: text(20, 1),
  fields: fc.uniqueArray(fc.record({ label: text(10, 1), value: text(40) }), {
    minLength: 1,
    maxLength: 8,
    selector: (field) => field.label,
  }),
  seed: fc.constant(RECORD.seed),
});

describe('a record', () => {
  it('has the root that the protocol spells out', () => {
    const u16 = (value: number) => Uint8Array.of(value >> 8, value & 255);
    const sized = (each: string) => concat(u16(utf8(each).length), utf8(each));
    const hashes = RECORD.fields.map(({ label, value }, i) => {
      const salt = keccak256(concat(utf8('unbroken/salt/1'), hexToBytes(RECORD.seed), u16(i)));
      return concat(sized(label), keccak256(concat(salt, utf8(value))));
    });
    const root = keccakHex(concat(utf8('unbroken/record/1'), sized(RECORD.schema), u16(3), ...hashes));
    expect(recordRoot(RECORD)).to.equal(root);
  });

  it('keeps its root in every disclosure', () => {
    fc.assert(
      fc.property(record, fc.integer(), (written, bits) => {
        const labels = written.fields.map((field) => field.label).filter((_, i) => (bits >> i) & 1);
        for (const shown of [labels, [], 'all'] as const) {
          const disclosure = JSON.parse(JSON.stringify(discloseRecord(written, shown))) as unknown;
          expect(rootOfDisclosure(parseDisclosure(disclosure))).to.equal(recordRoot(written));
        }
      }),
    );
  });

  it('changes its root with any label, value, order or omission', () => {
    const shown = discloseRecord(RECORD, ['note']);
    const [note, location, officer] = shown.fields;
    const root = recordRoot(RECORD);
    const changed: Disclosure[] = [
      { ...shown, schema: 'unbroken/evidence/1' },
      { ...shown, fields: [{ ...note!, value: 'Tamper seal 4712 intact, Müller' }, location!, officer!] },
      { ...shown, fields: [{ ...note!, label: 'remark' }, location!, officer!] },
      { ...shown, fields: [note!, officer!, location!] },
      { ...shown, fields: [note!, location!] },
      { ...shown, fields: [note!, location!, officer!, { ...officer!, label: 'witness' }] },
    ];
    for (const each of changed) expect(rootOfDisclosure(each)).to.not.equal(root);
    expect(rootOfDisclosure(shown)).to.equal(root);
  });

  it('shows no value of a field that it withholds', () => {
    expect(JSON.stringify(discloseRecord(RECORD, ['location']))).to.not.match(/Müller|4711/);
    expect(() => discloseRecord(RECORD, ['bystander']))
      .to.throw(ProtocolError)
      .with.property('code', 'RECORD');
  });

  const one = (field: object, rest: object = {}) => ({
    ...RECORD,
    fields: [{ label: 'a', value: 'b', ...field }],
    ...rest,
  });
  for (const [about, written] of [
    ['no fields', { ...RECORD, fields: [] }],
    ['257 fields', { ...RECORD, fields: Array.from({ length: 257 }, (_, i) => ({ label: `${i}`, value: '' })) }],
    ['a label twice', { ...RECORD, fields: [...RECORD.fields, RECORD.fields[0]!] }],
    ['an empty label', one({ label: '' })],
    ['an empty schema', one({}, { schema: '' })],
    ['a label of 129 bytes', one({ label: 'ü'.repeat(64) + 'u' })],
    ['a value of 65,537 bytes', one({ value: 'ü'.repeat(32_768) + 'u' })],
    ['a value not in NFC', one({ value: 'u\u0308' })],
    ['a label not in NFC', one({ label: 'u\u0308' })],
    ['half a character', one({ value: '\ud83d' })],
    ['a value that is no text', one({ value: 7 })],
    ['a short seed', one({}, { seed: '0x00' })],
  ] as const) {
    it(`is refused with ${about}`, () => {
      expect(() => recordRoot(written))
        .to.throw(ProtocolError)
        .with.property('code', 'RECORD');
    });
  }

  it('takes 256 fields, a label of 128 bytes, a value of 65,536', () => {
    const fields = Array.from({ length: 256 }, (_, i) => ({ label: `${i}`, value: '' }));
    fields[0] = { label: 'ü'.repeat(64), value: 'ü'.repeat(32_768) };
    recordRoot({ ...RECORD, fields });
  });
});

describe('a disclosure from anybody', () => {
  const field = { label: 'note', value: 'a', salt: RECORD.seed };
  const withheld = { label: 'note', hash: RECORD.seed, withheld: true };
  for (const [about, given] of [
    ['nothing', undefined],
    ['a list', []],
    ['a text', 'unbroken/custody/1'],
    ['no schema', { fields: [field] }],
    ['no fields', { schema: 's' }],
    ['fields that are no list', { schema: 's', fields: { 0: field, length: 1 } }],
    ['an unknown property', { schema: 's', fields: [field], more: 1 }],
    ['an unknown property of a field', { schema: 's', fields: [{ ...field, hidden: 1 }] }],
    ['a prototype', JSON.parse(`{"schema":"s","fields":[],"__proto__":{"fields":[]}}`)],
    ['a field with value and hash', { schema: 's', fields: [{ ...field, hash: RECORD.seed }] }],
    ['a withheld field with a value', { schema: 's', fields: [{ ...withheld, value: 'a' }] }],
    ['a field withheld by another word', { schema: 's', fields: [{ ...withheld, withheld: 'yes' }] }],
    ['a short hash', { schema: 's', fields: [{ ...withheld, hash: '0x00' }] }],
    ['an upper-case salt', { schema: 's', fields: [{ ...field, salt: RECORD.seed.toUpperCase() }] }],
    ['a label twice', { schema: 's', fields: [field, withheld] }],
    ['257 fields', { schema: 's', fields: Array.from({ length: 257 }, (_, i) => ({ ...withheld, label: `${i}` })) }],
  ] as const) {
    it(`is refused if it is ${about}`, () => {
      expect(() => parseDisclosure(given))
        .to.throw(ProtocolError)
        .with.property('code', 'DISCLOSURE');
    });
  }

  it('is refused by that code whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        try {
          parseDisclosure(given);
        } catch (error) {
          expect(error).to.be.instanceOf(ProtocolError).with.property('code', 'DISCLOSURE');
        }
      }),
      seeded(500),
    );
  });
});
