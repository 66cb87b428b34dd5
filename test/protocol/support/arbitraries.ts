/** Random values of the protocol, for properties. */
import * as fc from 'fast-check';
import { bytesToHex, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { stated, type Stated } from '../../../protocol/statement.ts';

/** Bytes, as many as there are, in hexadecimal. */
export function hexOf(size: number): fc.Arbitrary<Hex> {
  return fc.uint8Array({ minLength: size, maxLength: size }).map(bytesToHex);
}

export const word = hexOf(32);
const optionalWord = fc.oneof(fc.constant(ZERO), word);

const unsigned = (bytes: number) => fc.integer({ min: 0, max: 2 ** (8 * bytes) - 1 });
const time = fc.maxSafeNat().map((value) => value % 2 ** 40);

/** A statement with any values in its fields; it need not have the form of an act. */
export const anyStated: fc.Arbitrary<Stated> = fc
  .record({
    subject: word,
    previous: optionalWord,
    act: fc.integer({ min: 1, max: 255 }),
    code: unsigned(2),
    participant: fc.nat(0xffff_ffff),
    key: word,
    recipient: fc.nat(0xffff_ffff),
    recipientKey: optionalWord,
    agreement: optionalWord,
    request: optionalWord,
    reference: optionalWord,
    purpose: unsigned(2),
    restrictions: unsigned(2),
    record: optionalWord,
    time,
    expires: time,
  })
  .chain((fields) =>
    fc.oneof(fc.constant([]), fc.array(word, { minLength: 1, maxLength: 5 })).map((list) => stated(fields, list)),
  );

/** A seed that is printed, and can be given by the environment to run a failure again. */
export function seeded(runs: number): { readonly numRuns: number; readonly seed: number } {
  const given = process.env['UNBROKEN_SEED'];
  return { numRuns: runs, seed: given === undefined ? Date.now() % 2 ** 31 : Number(given) };
}
