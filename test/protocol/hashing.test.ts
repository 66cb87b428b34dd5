import { expect } from 'chai';
import fc from 'fast-check';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex } from '../../protocol/bytes.ts';
import { keccak256, keccakHex } from '../../protocol/hashing.ts';

describe('keccak256', () => {
  it('is the keccak256 of another implementation, for every length around its blocks', () => {
    for (let length = 0; length <= 2 * 136 + 1; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (31 * i + length) % 256);
      expect(keccakHex(bytes)).to.equal(bytesToHex(keccak_256(bytes)));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (bytes) => {
        expect(keccakHex(bytes)).to.equal(bytesToHex(keccak_256(bytes)));
      }),
      { numRuns: 50 },
    );
  });

  it('gives bytes that the next hash leaves as they are', () => {
    const first = keccak256(Uint8Array.of(1));
    const copy = Uint8Array.from(first);
    keccak256(Uint8Array.of(2));
    expect(first).to.deep.equal(copy);
  });
});
