/** The small values of the API: words, numbers, names, times. */
import { z } from 'zod';
import { ACTS, type Act, type LineKind } from '../../../protocol/acts.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { PURPOSES, RESTRICTIONS, type Purpose, type Restriction } from '../../../protocol/names.ts';
import { EVIDENCE_STATUS } from '../../../protocol/transitions.ts';

type Names<Name extends string> = readonly [Name, ...Name[]];

/** The names of a closed list, for `z.enum`. */
export function namesIn<Name extends string>(table: Readonly<Record<Name, unknown>>): Names<Name> {
  return Object.keys(table) as unknown as Names<Name>;
}

export const ACT_NAMES: Names<Act> = namesIn(ACTS);
export const PURPOSE_NAMES: Names<Purpose> = namesIn(PURPOSES);
export const RESTRICTION_NAMES: Names<Restriction> = namesIn(RESTRICTIONS);
export const STATE_NAMES = namesIn(EVIDENCE_STATUS);
export const LINE_KINDS: Names<LineKind> = [
  'evidence',
  'hold',
  'consent',
  'request',
  'agreement',
  'participant',
  'consortium',
];

function hexadecimal(pattern: RegExp, what: string, id: string, example: string): z.ZodType<Hex, Hex> {
  const schema = z
    .string()
    .regex(pattern, `must be ${what}, lower-case hexadecimal with 0x in front`)
    .meta({ id, description: `${what}, lower-case hexadecimal with 0x in front`, examples: [example] });
  return schema as unknown as z.ZodType<Hex, Hex>;
}

export const word = hexadecimal(
  /^0x[0-9a-f]{64}$/,
  '32 bytes',
  'Word',
  '0x00000001b7f3a9c2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b',
);

/** secp256k1 has 65 bytes, P-256 64, a WebAuthn assertion some hundred. */
export const signature = hexadecimal(
  /^0x(?:[0-9a-f]{2}){64,2048}$/,
  '64 to 2,048 bytes',
  'Signature',
  `0x${'1b'.repeat(65)}`,
);

/** SHA-256 or SHA3-256 of a file, as `sha256sum` prints it or with 0x in front. */
export const fileDigest = z
  .string()
  .regex(/^(?:0x)?[0-9a-fA-F]{64}$/, 'must be 32 bytes in hexadecimal')
  .meta({
    description: 'SHA-256 or SHA3-256 of a file in hexadecimal, with or without 0x',
    examples: ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  });

/** Wide enough for every number on the ledger that has 4 bytes. */
export const number4 = z.int().min(0).max(0xffffffff);

export const seconds = z
  .int()
  .min(0)
  .max(2 ** 40 - 1)
  .meta({ id: 'Seconds', description: 'Seconds since 1970-01-01T00:00:00Z', examples: [1_790_000_000] });

export const utc = z.string().meta({
  id: 'Utc',
  description: 'The same instant as an ISO 8601 string in UTC',
  format: 'date-time',
  examples: ['2026-09-21T13:33:20.000Z'],
});

export const participantCode = z
  .string()
  .regex(/^[A-Z0-9-]{1,16}$/, 'must be 1 to 16 characters of A-Z 0-9 -')
  .meta({ description: 'Code of a participant', examples: ['FR-PN'] });

export const participantName = z
  .union([participantCode, number4.min(1)])
  .meta({ id: 'ParticipantName', description: 'A participant, by code or number' });

export const purposes = z.array(z.enum(PURPOSE_NAMES)).max(PURPOSE_NAMES.length);
export const restrictions = z.array(z.enum(RESTRICTION_NAMES)).max(RESTRICTION_NAMES.length);

export const cursor = z
  .string()
  .min(1)
  .max(512)
  .meta({ description: 'The `next` of the page before; without it, the first page' });

/** A whole number in a query, between 1 and `most`. */
export function queryLimit(usual: number, most: number) {
  return z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(most))
    .exactOptional()
    .meta({
      description: `How many at most; ${usual} if left out`,
      override: { type: 'integer', minimum: 1, maximum: most, default: usual },
    });
}

/** SHA-256 hexadecimal as the gateway takes it. */
export function digestHex(text: string): Hex {
  const digits = text.toLowerCase().replace(/^0x/, '');
  return `0x${digits}`;
}
