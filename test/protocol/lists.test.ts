import { expect } from 'chai';
import * as fc from 'fast-check';
import { wordOf, ZERO } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import {
  keyWords,
  memberWords,
  readKey,
  readMember,
  readParticipant,
  readTerms,
  readTime,
  termsWords,
  type Party,
  type Terms,
} from '../../protocol/lists.ts';
import { terms } from './stories/scenes.ts';
import { FOUNDING } from './support/actors.ts';
import { seeded, word } from './support/arbitraries.ts';

const number = fc.nat(0xffff_ffff);

const party: fc.Arbitrary<Party> = fc.record({
  kind: fc.constantFrom('participant', 'jurisdiction'),
  who: number,
  signatory: number,
});

const anyTerms: fc.Arbitrary<Terms> = fc.record({
  text: word,
  fieldPolicy: word,
  purposes: fc.integer({ min: 1, max: 0xfff }),
  restrictions: fc.nat(7),
  onward: fc.constantFrom('none', 'consent', 'parties'),
  courtPermission: fc.boolean(),
  from: fc.nat(1_000),
  until: fc.integer({ min: 1_001, max: 2 ** 31 }),
  parties: fc.uniqueArray(party, { minLength: 2, maxLength: 32, selector: (each) => `${each.kind} ${each.who}` }),
});

describe('the words of lists', () => {
  it('of terms, keys and members give back what went in', () => {
    fc.assert(fc.property(anyTerms, (given) => void expect(readTerms(termsWords(given))).to.deep.equal(given)));
    for (const member of FOUNDING.members) {
      expect(readMember(memberWords(member))).to.deep.equal(member);
      expect(readKey(keyWords(member.key))).to.deep.equal(member.key);
    }
  });

  it('are read or not, whatever they are', () => {
    const small = fc.nat(70_000).map(wordOf);
    fc.assert(
      fc.property(fc.array(fc.oneof(word, small), { maxLength: 14 }), (words) => {
        const [key, member, read] = [readKey(words), readMember(words), readTerms(words)];
        if (key !== undefined) expect(keyWords(key)).to.deep.equal(words.slice(0, 7));
        if (member !== undefined) expect(memberWords(member)).to.deep.equal(words.slice(0, 11));
        if (read !== undefined) expect(termsWords(read)).to.deep.equal(words);
      }),
      seeded(500),
    );
    expect([readKey([]), readMember([]), readTerms([])]).to.deep.equal([undefined, undefined, undefined]);
  });

  it('of numbers and times must fit', () => {
    expect([readParticipant(wordOf(2n ** 32n - 1n)), readParticipant(wordOf(2n ** 32n))]).to.deep.equal([
      2 ** 32 - 1,
      0,
    ]);
    expect([readTime(wordOf(2n ** 40n - 1n)), readTime(wordOf(2n ** 40n))]).to.deep.equal([2 ** 40 - 1, undefined]);
    expect([readParticipant(undefined), readTime(undefined)]).to.deep.equal([0, undefined]);
  });

  it('are not written for a party whose number does not fit', () => {
    const [first, second] = terms().parties;
    for (const change of [{ who: -1 }, { who: 2 ** 32 }, { who: 0.5 }, { signatory: -1 }, { signatory: 2 ** 32 }]) {
      const given = terms([], { parties: [first!, { ...second!, ...change }] });
      expect(() => termsWords(given))
        .to.throw(ProtocolError)
        .with.property('code', 'RANGE');
    }
    for (const value of [-1, 2n ** 256n]) {
      expect(() => wordOf(value))
        .to.throw(ProtocolError)
        .with.property('code', 'RANGE');
    }
    expect(wordOf(0)).to.equal(ZERO);
  });
});
