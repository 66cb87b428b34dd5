/** A key that is to be enrolled: its public half, with what it may do and for how long. */
import { z } from 'zod';
import { ACTS } from '../../protocol/acts.ts';
import { isHex, type Hex } from '../../protocol/bytes.ts';
import { keyId, type PublicKey } from '../../protocol/key.ts';
import type { NewKey } from '../../protocol/lists.ts';
import { POWER, SCHEME } from '../../protocol/names.ts';
import { usage } from '../failure.ts';
import { readJsonFile } from '../files.ts';

/** What a key may be enrolled for here; service, receipt and encryption keys are the gateway's. */
export const POWERS = {
  custody: POWER.custody,
  authority: POWER.authority,
  both: POWER.custody | POWER.authority,
} as const;

export interface NewKeyOptions {
  readonly powers: keyof typeof POWERS;
  readonly validFrom?: number;
  readonly validUntil?: number;
}

/** Mask of a key that may sign whatever its powers permit. */
export const EVERY_ACT = Object.values(ACTS).reduce((mask, { number }) => mask + 2 ** number, 0);
/** The last second of the year 9999: until a key is revoked. */
export const FOR_EVER = 253_402_300_799;
const TWO_YEARS = 2 * 365 * 24 * 3600;

const word = z.custom<Hex>((value) => isHex(value, 32));
const publicPart = z.looseObject({ id: word, scheme: z.enum(['secp256k1', 'p256']), x: word, y: word });

/** @throws Failure usage if the validity ends before it begins */
export function newKeyFrom({ scheme, x, y }: PublicKey, { powers, validFrom, validUntil }: NewKeyOptions): NewKey {
  const from = validFrom ?? Math.floor(Date.now() / 1000) - 60;
  const until = validUntil ?? from + TWO_YEARS;
  if (until <= from) throw usage('The validity ends before it begins. Check --valid-from and --valid-until.');
  return { scheme, x, y, powers: POWERS[powers], acts: EVERY_ACT, from, until };
}

/**
 * The public half in a file that somebody else gave: what `unbroken keys show KEY --json` writes.
 * @throws Failure usage
 */
export function readPublicKey(file: string): PublicKey {
  const parsed = publicPart.safeParse(readJsonFile(file));
  if (parsed.success) {
    const { id, scheme, x, y } = parsed.data;
    const key = { scheme: SCHEME[scheme], x, y };
    if (keyId(key) === id) return key;
  }
  throw usage(
    `${file} is not the public half of a key. Whoever has the key writes it: \`unbroken keys show KEY --json > FILE\`.`,
  );
}
