import { expect } from 'chai';
import { AbiCoder, id } from 'ethers';
import * as fc from 'fast-check';
import { bytesToHex, concat, hexToBytes, wordOf, type Hex } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { decodeEndorsed, decodeJudged, ENDORSED_TOPIC, JUDGED_TOPIC } from '../../protocol/event.ts';
import { REASONS, reasonName } from '../../protocol/reasons.ts';
import { encodeStatements } from '../../protocol/wire.ts';
import { anyStated, hexOf, seeded, word } from './support/arbitraries.ts';

const abi = AbiCoder.defaultAbiCoder();
const signature = fc.nat(200).chain(hexOf);

function judged(statements: Uint8Array, outcomes: Uint8Array, given: Hex = '0x01'): Uint8Array {
  return hexToBytes(abi.encode(['bytes', 'bytes', 'bytes'], [given, statements, outcomes]) as Hex);
}

function endorsed(signatures: readonly { key: Hex; signature: Hex }[]): Uint8Array {
  return hexToBytes(abi.encode(['tuple(bytes32 key, bytes signature)[]'], [signatures]) as Hex);
}

describe('events', () => {
  it('have the topics of their signatures', () => {
    expect(JUDGED_TOPIC).to.equal(id('Judged(bytes32,bytes,bytes,bytes)'));
    expect(ENDORSED_TOPIC).to.equal(id('Endorsed(bytes32,(bytes32,bytes)[])'));
  });

  it('are decoded as ethers encodes them', () => {
    const items = fc.tuple(anyStated, fc.array(fc.oneof(anyStated, word), { maxLength: 4 }));
    fc.assert(
      fc.property(items, word, signature, fc.nat(REASONS.length), ([first, others], key, given, outcome) => {
        const sent = [first, ...others];
        const outcomes = sent.map((item) => (typeof item === 'string' ? 255 : outcome));
        const data = judged(encodeStatements(sent), Uint8Array.from(outcomes), given);
        const { sheet, outcomes: told } = decodeJudged([JUDGED_TOPIC, key], data);
        expect([sheet.key, sheet.signature, sheet.items.length]).to.deep.equal([key, given, sent.length]);
        const name = outcome === 0 ? 'included' : reasonName(outcome);
        expect(told).to.deep.equal(sent.map((item) => (typeof item === 'string' ? 'digest' : name)));
      }),
    );
    fc.assert(
      fc.property(word, fc.array(fc.record({ key: word, signature })), (digest, endorsements) => {
        expect(decodeEndorsed([ENDORSED_TOPIC, digest], endorsed(endorsements))).to.deep.equal({
          digest,
          endorsements,
        });
      }),
    );
  });

  const statement = fc.sample(anyStated, { numRuns: 1, seed: 1 })[0]!;
  const wire = encodeStatements([statement]);
  const data = judged(wire, Uint8Array.of(0));
  const key = wordOf(1);
  for (const [about, topics, bytes] of [
    ['no topics', [], data],
    ['another topic', [ENDORSED_TOPIC, key], data],
    ['a topic too many', [JUDGED_TOPIC, key, key], data],
    ['no data', [JUDGED_TOPIC, key], new Uint8Array()],
    ['data cut short', [JUDGED_TOPIC, key], data.subarray(0, data.length - 32)],
    ['an outcome too few', [JUDGED_TOPIC, key], judged(wire, new Uint8Array())],
    ['an outcome that there is not', [JUDGED_TOPIC, key], judged(wire, Uint8Array.of(REASONS.length + 1))],
    ['the outcome of a digest', [JUDGED_TOPIC, key], judged(wire, Uint8Array.of(255))],
  ] as const) {
    it(`are refused with ${about}`, () => {
      expect(() => decodeJudged(topics, bytes))
        .to.throw(ProtocolError)
        .with.property('code', 'EVENT');
    });
  }

  it('are refused if the same bytes stand for many signatures', () => {
    // A thousand offsets that point to one entry of 32 KB: 32 MB out of 64 KB.
    const count = 1_000;
    const big = concat(
      hexToBytes(wordOf(1)),
      hexToBytes(wordOf(64)),
      hexToBytes(wordOf(32_768)),
      new Uint8Array(32_768),
    );
    const offsets = Array.from({ length: count }, () => hexToBytes(wordOf(32 * count)));
    const bomb = concat(hexToBytes(wordOf(32)), hexToBytes(wordOf(count)), ...offsets, big);
    expect(() => decodeEndorsed([ENDORSED_TOPIC, key], bomb))
      .to.throw(ProtocolError)
      .with.property('code', 'EVENT');
  });

  it('are refused by their codes whatever they are', () => {
    const right = [data, endorsed([{ key, signature: '0x0102' }])];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.tuple(fc.constantFrom(...right), fc.nat(), fc.nat(255)).map(([given, at, value]) => {
        const changed = given.slice();
        changed[at % changed.length] = value;
        return changed;
      }),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        for (const decode of [
          () => decodeJudged([JUDGED_TOPIC, key], given),
          () => decodeEndorsed([ENDORSED_TOPIC, key], given),
        ]) {
          try {
            decode();
          } catch (error) {
            expect(error)
              .to.be.instanceOf(ProtocolError)
              .with.property('code')
              .that.matches(/^(EVENT|UNREADABLE)$/);
          }
        }
      }),
      seeded(2_000),
    );
    expect(bytesToHex(data)).to.match(/^0x/);
  });
});
