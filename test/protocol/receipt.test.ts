import { expect } from 'chai';
import { TypedDataEncoder } from 'ethers';
import { foundedWorld, foundingHash } from '../../protocol/founding.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { signHash } from '../../protocol/key.ts';
import { POWER } from '../../protocol/names.ts';
import { promiseTogether, receiptHash, verifyReceipt } from '../../protocol/receipt.ts';
import { BKA, FOUNDED_AT, FOUNDING, PJ } from './support/actors.ts';

const SALT = foundingHash(FOUNDING);
const promise = { digest: keccakOfText('a digest'), participant: BKA.participant, time: FOUNDED_AT + 10 };
const receipt = {
  ...promise,
  path: [],
  key: BKA.id,
  signature: signHash(BKA.key.scheme, BKA.privateKey, receiptHash(promise, SALT)),
};
const key = { ...foundedWorld(FOUNDING, FOUNDED_AT).key(BKA.id)!, powers: POWER.receipt };

describe('a receipt', () => {
  it('is signed by the hash that ethers computes', () => {
    const type = [
      { name: 'digest', type: 'bytes32' },
      { name: 'participant', type: 'uint32' },
      { name: 'time', type: 'uint40' },
    ];
    const domain = { name: 'Unbroken', version: '1', salt: SALT };
    expect(receiptHash(promise, SALT)).to.equal(TypedDataEncoder.hash(domain, { Receipt: type }, promise));
  });

  it('verifies, before its key was revoked', () => {
    expect(verifyReceipt(receipt, key, SALT)).to.equal(true);
    expect(verifyReceipt(receipt, { ...key, revokedAt: promise.time + 1 }, SALT)).to.equal(true);
  });

  it('verifies as one of several that were promised together, each by its own path', () => {
    for (const count of [1, 2, 3, 5, 8, 13]) {
      const digests = Array.from({ length: count }, (_, i) => keccakOfText(`digest ${i}`));
      const { root, paths } = promiseTogether(digests);
      const signature = signHash(BKA.key.scheme, BKA.privateKey, receiptHash({ ...promise, digest: root }, SALT));
      digests.forEach((digest, i) => {
        const together = { ...receipt, digest, path: paths[i]!, signature };
        expect(verifyReceipt(together, key, SALT)).to.equal(true);
        expect(verifyReceipt({ ...together, digest: keccakOfText('another') }, key, SALT)).to.equal(false);
        if (count > 1) expect(verifyReceipt({ ...together, path: paths[(i + 1) % count]! }, key, SALT)).to.equal(false);
      });
    }
  });

  for (const [about, changedReceipt, changedKey, salt] of [
    ['another digest', { digest: keccakOfText('another') }, {}, SALT],
    ['a path that leads elsewhere', { path: [keccakOfText('a neighbour')] }, {}, SALT],
    ['another time', { time: promise.time + 1 }, {}, SALT],
    ['another participant', { participant: PJ.participant }, {}, SALT],
    ['another key', { key: PJ.id }, {}, SALT],
    ['another ledger', {}, {}, keccakOfText('another founding')],
    ['a key without the power', {}, { powers: POWER.custody }, SALT],
    ['a key not valid yet', {}, { from: promise.time + 1 }, SALT],
    ['a key not valid any more', {}, { until: promise.time }, SALT],
    ['a key revoked by then', {}, { revokedAt: promise.time }, SALT],
  ] as const) {
    it(`does not verify with ${about}`, () => {
      expect(verifyReceipt({ ...receipt, ...changedReceipt }, { ...key, ...changedKey }, salt)).to.equal(false);
    });
  }
});
