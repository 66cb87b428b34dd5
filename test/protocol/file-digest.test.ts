import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { digestFile } from '../../protocol/file-digest.ts';

async function* chunksOf(bytes: Uint8Array, size: number) {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the digest of a file', () => {
  for (const size of [0, 1, 136, 100_000]) {
    it(`of ${size} bytes is that of Node, whatever the chunks`, async () => {
      const bytes = randomBytes(size);
      const node = (name: string) => `0x${createHash(name).update(bytes).digest('hex')}`;
      for (const chunk of [7_777, 1_000_000]) {
        expect(await digestFile(chunksOf(bytes, chunk))).to.deep.equal({
          size,
          sha256: node('sha256'),
          sha3_256: node('sha3-256'),
        });
      }
    });
  }
});
