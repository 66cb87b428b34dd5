import { expect } from 'chai';
import { keccakOfText } from '../../protocol/hashing.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { parsePolicy, permits, policyHash, policyText } from '../../protocol/field-policy.ts';

const POLICY = {
  version: 1,
  permit: [
    { schema: '*', labels: ['exhibit', 'file.*'] },
    { schema: 'unbroken/custody/1', labels: ['seal'] },
  ],
};

describe('a field policy', () => {
  it('permits what it names, a label or the beginning of labels, by schema', () => {
    const policy = parsePolicy(POLICY);
    expect(permits(policy, 'unbroken/collect/1', 'exhibit')).to.equal(true);
    expect(permits(policy, 'unbroken/collect/1', 'file.1.sha256')).to.equal(true);
    expect(permits(policy, 'unbroken/custody/1', 'seal')).to.equal(true);
    expect(permits(policy, 'unbroken/collect/1', 'seal')).to.equal(false);
    expect(permits(policy, 'unbroken/collect/1', 'exhibits')).to.equal(false);
    expect(permits(policy, 'unbroken/collect/1', 'file')).to.equal(false);
    expect(permits(policy, 'unbroken/collect/1', '__proto__')).to.equal(false);
  });

  it('is hashed in the one form of RFC 8785, however it was written', () => {
    const text =
      '{"permit":[{"labels":["exhibit","file.*"],"schema":"*"},{"labels":["seal"],"schema":"unbroken/custody/1"}],"version":1}';
    const other = JSON.parse(`{"version": 1.0, "permit": ${JSON.stringify(POLICY.permit)}}`) as unknown;
    expect(policyText(parsePolicy(POLICY))).to.equal(text);
    expect(policyHash(parsePolicy(other))).to.equal(keccakOfText(text));
  });

  for (const [about, value] of [
    ['another version', { ...POLICY, version: 2 }],
    ['nothing', null],
    ['a list', [POLICY]],
    ['a property that nobody knows', { ...POLICY, deny: [] }],
    ['no version', { permit: POLICY.permit }],
    ['an empty list', { version: 1, permit: [] }],
    ['too many permissions', { version: 1, permit: Array.from({ length: 65 }, () => POLICY.permit[0]) }],
    ['too many labels', { version: 1, permit: [{ schema: '*', labels: Array.from({ length: 257 }, String) }] }],
    ['a label that is a number', { version: 1, permit: [{ schema: '*', labels: [1] }] }],
    ['an endless label', { version: 1, permit: [{ schema: '*', labels: ['x'.repeat(201)] }] }],
    ['half a character', { version: 1, permit: [{ schema: '*', labels: ['\ud800'] }] }],
    ['a prototype', JSON.parse('{"version":1,"__proto__":{"permit":[]}}') as unknown],
  ] as const) {
    it(`is not ${about}`, () => {
      expect(() => parsePolicy(value))
        .to.throw(ProtocolError)
        .with.property('code', 'POLICY');
    });
  }
});
