/** Many signatures at once: the same result as one by one. */
import { expect } from 'chai';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, hexToBytes, wordOf, type Hex } from '../../protocol/bytes.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { publicKeyOf, signHash, verifySignature } from '../../protocol/key.ts';
import { areAllSigned, type Signed } from '../../protocol/signatures-together.ts';

const ORDER = secp256k1.Point.CURVE().n;

function signedBy(key: string, text: string): Signed {
  const privateKey = keccakOfText(key);
  const hash = keccakOfText(text);
  return { key: publicKeyOf(1, privateKey), hash, signature: signHash(1, privateKey, hash) };
}

const GOOD = Array.from({ length: 40 }, (_, i) => signedBy(`key ${i % 3}`, `text ${i}`));

function flipped(hex: Hex, at: number): Hex {
  const bytes = hexToBytes(hex);
  bytes[at]! ^= 1 << (at % 8);
  return bytesToHex(bytes);
}

/** One of them is replaced. */
function expectRefused(at: number, instead: Signed, said: string): void {
  expect(verifySignature(instead.key, instead.hash, instead.signature), said).to.equal(false);
  expect(areAllSigned(GOOD.with(at, instead)), said).to.equal(false);
}

describe('signatures together', () => {
  it('are all good, however many', () => {
    for (const count of [0, 1, 2, 7, GOOD.length]) expect(areAllSigned(GOOD.slice(0, count))).to.equal(true);
    expect(areAllSigned([...GOOD, ...GOOD])).to.equal(true);
  });

  it('are refused for any byte of one signature that is changed', () => {
    for (let byte = 0; byte < 65; byte++) {
      const at = byte % GOOD.length;
      expectRefused(at, { ...GOOD[at]!, signature: flipped(GOOD[at]!.signature, byte) }, `byte ${byte}`);
    }
  });

  it('are refused for another hash, key or scheme', () => {
    const good = GOOD[5]!;
    expectRefused(5, { ...good, hash: flipped(good.hash, 9) }, 'hash');
    expectRefused(5, { ...good, key: GOOD[6]!.key }, 'key');
    expectRefused(5, { ...good, key: { ...good.key, y: flipped(good.key.y, 31) } }, 'no point');
    expectRefused(5, { ...good, key: { ...good.key, x: wordOf(0), y: wordOf(0) } }, 'zero');
    expectRefused(5, { ...good, key: { ...good.key, scheme: 2 } }, 'scheme');
  });

  it('are refused where two that are wrong would make up for one another', () => {
    const [one, two] = [GOOD[0]!, GOOD[3]!];
    const exchanged = GOOD.with(0, { ...one, signature: two.signature }).with(3, { ...two, signature: one.signature });
    expect(areAllSigned(exchanged)).to.equal(false);
  });

  it('are refused in any other form of the same signature', () => {
    const { signature, ...rest } = GOOD[7]!;
    const s = BigInt(`0x${signature.slice(66, 130)}`);
    const v = signature.endsWith('1b') ? '1c' : '1b';
    const high: Hex = `0x${signature.slice(2, 66)}${wordOf(ORDER - s).slice(2)}${v}`;
    const shorter: Hex = `0x${signature.slice(2, -2)}`;
    const others: readonly Hex[] = [high, `${signature}00`, shorter, '0x', `0x${'00'.repeat(65)}`];
    for (const other of others) {
      expectRefused(7, { ...rest, signature: other }, other);
    }
  });
});
