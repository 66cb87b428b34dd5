import { expect } from 'chai';
import * as fc from 'fast-check';
import { wordOf, ZERO, type Hex } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import {
  openerOf,
  packNumbers,
  packOrigins,
  unpackNumbers,
  unpackOrigins,
  type EvidenceState,
} from '../../protocol/ledger.ts';
import { keyId } from '../../protocol/key.ts';
import * as words from '../../protocol/state-words.ts';
import { BKA, FOUNDING, FOUNDED_AT, subjectOf } from './support/actors.ts';
import { foundedWorld } from '../../protocol/founding.ts';
import { word } from './support/arbitraries.ts';

const SUBJECT = subjectOf(BKA.participant, 'phone');

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 0xffff_ffff }), { maxLength: 8 });

const evidence: fc.Arbitrary<EvidenceState> = fc.record({
  status: fc.constantFrom('held', 'in-transit', 'returning', 'disposed', 'lost'),
  marks: u8,
  holds: u8,
  crossing: fc.boolean(),
  holder: u32,
  restrictions: u16,
  purposes: u16,
  recipient: u32,
  recipientKey: u32,
  releaseKey: u32,
  agreement: u32,
  purpose: u16,
  releaseRestrictions: u16,
  origins: numbers.map((given) => (given.length === 0 ? [BKA.participant] : given)),
  bases: numbers,
});

describe('state words', () => {
  it('of evidence are those of protocol.md 7, byte for byte', () => {
    const state: EvidenceState = {
      status: 'in-transit',
      marks: 1,
      holds: 0x22,
      crossing: true,
      holder: 0x44454647,
      restrictions: 0x8889,
      purposes: 0xaaab,
      recipient: 0xc0c1c2c3,
      recipientKey: 0xd0d1d2d3,
      releaseKey: 0xe0e1e2e3,
      agreement: 0xf0f1f2f3,
      purpose: 0x1011,
      releaseRestrictions: 0x1213,
      origins: [1],
      bases: [],
    };
    const expected = '0x0201220144454647' + '8889aaab' + 'c0c1c2c3d0d1d2d3e0e1e2e3f0f1f2f3' + '10111213';
    expect(words.packEvidence(state)).to.equal(expected);
  });

  it('of evidence unpack to what was packed', () => {
    fc.assert(
      fc.property(evidence, (state) => {
        const [word, origins, bases] = [
          words.packEvidence(state),
          packOrigins(SUBJECT, state.origins),
          packNumbers(state.bases),
        ];
        expect(words.unpackEvidence(SUBJECT, word, origins, bases)).to.deep.equal(state);
      }),
    );
  });

  it('of a founded ledger unpack to what was packed', () => {
    const world = foundedWorld(FOUNDING, FOUNDED_AT);
    for (const { key } of FOUNDING.members) {
      const { id, x, y, ...rest } = world.key(keyId(key))!;
      expect([id, x, y]).to.deep.equal([keyId(key), key.x, key.y]);
      expect(words.unpackKey(words.packKey(rest))).to.deep.equal(rest);
    }
    const line = world.line('participant', packNumbers([5]))!;
    const { number, code, ...rest } = line.state;
    expect(words.unpackParticipant(words.stateWord(line))).to.deep.equal(rest);
    expect([number, code]).to.deep.equal([5, 'DE-LG-KOELN']);
  });

  it('of other lines unpack to what was packed', () => {
    fc.assert(
      fc.property(u8, u16, u32, u32, fc.nat(), (code, purpose, one, two, time) => {
        const hold = { status: 'lifted', participant: one } as const;
        expect(words.unpackHold(words.packHold(hold))).to.deep.equal(hold);
        const consent = { status: 'given', purpose, giver: one, recipient: two } as const;
        expect(words.unpackConsent(words.packConsent(consent))).to.deep.equal(consent);
        const request = { status: 'granted', code, purpose, requester: one, asked: two, deadline: time } as const;
        expect(words.unpackRequest(words.packRequest(request))).to.deep.equal(request);
      }),
    );
  });

  it('are refused if anything else stands in them', () => {
    const unpackers = [
      words.unpackHold,
      words.unpackConsent,
      words.unpackRequest,
      words.unpackAgreement,
      words.unpackParticipant,
      words.unpackKey,
    ];
    for (const unpack of [...unpackers, (given: Hex) => words.unpackEvidence(SUBJECT, given, ZERO, ZERO)]) {
      expect(() => unpack(wordOf(2n ** 256n - 1n)))
        .to.throw(ProtocolError)
        .with.property('code', 'STATE');
      fc.assert(
        fc.property(word, (given) => {
          try {
            unpack(given);
          } catch (error) {
            expect(error).to.be.instanceOf(ProtocolError).with.property('code', 'STATE');
          }
        }),
        { numRuns: 50 },
      );
    }
  });

  it('of origins are zero for the collector alone', () => {
    expect(packOrigins(SUBJECT, [BKA.participant])).to.equal(ZERO);
    expect(packOrigins(SUBJECT, [2])).to.equal(packNumbers([2]));
    expect(unpackOrigins(SUBJECT, ZERO)).to.deep.equal([openerOf(SUBJECT)]);
    expect(unpackNumbers(packNumbers([3, 1, 2]))).to.deep.equal([3, 1, 2]);
    const gap: Hex = `0x00000001${'0'.repeat(8)}00000002${'0'.repeat(40)}`;
    expect(() => unpackNumbers(gap))
      .to.throw(ProtocolError)
      .with.property('code', 'STATE');
    expect(() => packNumbers([1, 2, 3, 4, 5, 6, 7, 8, 9]))
      .to.throw(ProtocolError)
      .with.property('code', 'STATE');
  });
});
