/**
 * Verifies many secp256k1 signatures at once, several times as fast as one by one.
 *
 * A signature `r ‖ s ‖ v` of the hash h by the key Q is good exactly if (h/s)·G + (r/s)·Q = R, where R is the point that r
 * and v name. All of them are, but for a chance of 2^-128, if the sum over all of z·((h/s)·G + (r/s)·Q − R) is zero, with
 * factors z of 128 bits that nobody can choose: they are hashed from everything that is verified. The group has prime
 * order, so no part of a sum can hide in a subgroup.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concat, hexToBytes, readHex, wordOf, type Hex } from './bytes.ts';
import { keccak256 } from './hashing.ts';
import type { PublicKey } from './key.ts';
import { SCHEME } from './names.ts';

export interface Signed {
  readonly key: PublicKey;
  readonly hash: Hex;
  readonly signature: Hex;
}

const { Point } = secp256k1;
const { Fn } = Point;
type Point = InstanceType<typeof Point>;

interface Term {
  readonly point: Point;
  readonly scalar: bigint;
}

/**
 * Whether every signature is by its key: the same as `verifySignature` says of each. Never throws.
 * @param signed of scheme secp256k1
 */
export function areAllSigned(signed: readonly Signed[]): boolean {
  try {
    return isZero(termsOf(signed));
  } catch {
    return false;
  }
}

/** @throws Error for what is no signature, or no key */
function termsOf(signed: readonly Signed[]): Term[] {
  const factors = factorsOf(signed);
  const read = signed.map(({ signature }) => readSignature(signature));
  const inverses = Fn.invertBatch(read.map(({ s }) => s));
  const terms: Term[] = [];
  const byKey = new Map<string, { readonly point: Point; scalar: bigint }>();
  let generator = 0n;
  signed.forEach(({ key, hash }, i) => {
    const { r, point } = read[i]!;
    const factor = factors[i]!;
    const weight = Fn.mul(factor, inverses[i]!);
    generator = Fn.add(generator, Fn.mul(weight, Fn.create(BigInt(hash))));
    const name = `${key.scheme} ${key.x} ${key.y}`;
    const known = byKey.get(name) ?? { point: pointOf(key), scalar: 0n };
    byKey.set(name, known);
    known.scalar = Fn.add(known.scalar, Fn.mul(weight, r));
    terms.push({ point: point.negate(), scalar: factor });
  });
  return [{ point: Point.BASE, scalar: generator }, ...byKey.values(), ...terms];
}

function factorsOf(signed: readonly Signed[]): bigint[] {
  const everything = signed.flatMap(({ key, hash, signature }) => [
    ...[key.x, key.y, hash].map(hexToBytes),
    // Of 65 bytes each, or it is refused when it is read: nothing runs into what is next to it.
    hexToBytes(signature),
  ]);
  const seed = keccak256(concat(...everything));
  return signed.map((_, i) => BigInt(readHex(keccak256(concat(seed, hexToBytes(wordOf(i)))), 0, 16)) | 1n);
}

/** As `verifySignature` reads it: the lower s only, v 27 or 28, so that r is the whole coordinate. */
function readSignature(signature: Hex): { readonly r: bigint; readonly s: bigint; readonly point: Point } {
  const bytes = hexToBytes(signature);
  const v = bytes[64];
  if (bytes.length !== 65 || (v !== 27 && v !== 28)) throw new Error('not a signature');
  const parsed = secp256k1.Signature.fromBytes(bytes.subarray(0, 64), 'compact');
  if (parsed.hasHighS()) throw new Error('not the lower s');
  return { r: parsed.r, s: parsed.s, point: Point.fromBytes(concat(Uint8Array.of(v - 25), bytes.subarray(0, 32))) };
}

function pointOf({ scheme, x, y }: PublicKey): Point {
  if (scheme !== SCHEME.secp256k1) throw new Error('of another scheme');
  const point = new Point(BigInt(x), BigInt(y), 1n);
  point.assertValidity();
  return point;
}

/** Whether a sum of points, each so many times, is zero: by buckets, digit by digit from the greatest (Pippenger). */
function isZero(terms: readonly Term[]): boolean {
  const digit = Math.max(2, Math.min(12, Math.floor(Math.log2(terms.length)) - 2));
  const mask = (1n << BigInt(digit)) - 1n;
  let sum = Point.ZERO;
  for (let low = Math.floor(256 / digit) * digit; low >= 0; low -= digit) {
    for (let i = 0; i < digit; i++) sum = sum.double();
    const buckets: (Point | undefined)[] = [];
    for (const { point, scalar } of terms) {
      const value = Number((scalar >> BigInt(low)) & mask);
      if (value !== 0) buckets[value] = buckets[value]?.add(point) ?? point;
    }
    let running = Point.ZERO;
    let total = Point.ZERO;
    for (let value = buckets.length - 1; value > 0; value--) {
      const bucket = buckets[value];
      if (bucket !== undefined) running = running.add(bucket);
      total = total.add(running);
    }
    sum = sum.add(total);
  }
  return sum.is0();
}
