/**
 * What a demonstration gateway keeps for itself in one file (mode 0600): the authority keys of all members and the
 * tokens of its users in clear, so that every start can show them. A real consortium has neither in one place.
 */
import { existsSync, readFileSync } from 'node:fs';

import { z } from 'zod';

import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { Founding } from '../../protocol/founding.ts';
import { publicKeyOf } from '../../protocol/key.ts';
import { POWER, SCHEME } from '../../protocol/names.ts';
import { newToken } from '../http/token.ts';
import { writeFileDurably } from '../keyring/durable-file.ts';
import { randomSecret } from '../keyring/secrets.ts';
import { MEMBERS, USERS } from './members.ts';

/** The end of the year 9999, the last that is written with four digits. */
const FOR_EVER = 253_402_300_799;
/** Every act. */
const ALL_ACTS = 2 ** 25 - 2;

const secret = z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]{64}$/)]);
const keepsakeSchema = z.object({
  version: z.literal(1),
  nonce: secret,
  authorityKeys: z.record(z.string(), secret),
  serviceKeys: z.record(z.string(), secret),
  encryptionKeys: z.record(z.string(), secret).default({}),
  tokens: z.record(z.string(), z.string()),
});

export type Keepsake = z.infer<typeof keepsakeSchema>;

export function openKeepsake(file: string): Keepsake {
  if (existsSync(file)) return withEncryption(file, keepsakeSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
  const keepsake: Keepsake = {
    version: 1,
    nonce: randomSecret(),
    authorityKeys: newKeys(),
    serviceKeys: newKeys(),
    encryptionKeys: newKeys(),
    tokens: Object.fromEntries(USERS.map(({ name }) => [name, newToken().token])),
  };
  writeKeepsake(file, keepsake);
  return keepsake;
}

/** One that was made before there were encryption keys gets them now. */
function withEncryption(file: string, keepsake: Keepsake): Keepsake {
  if (Object.keys(keepsake.encryptionKeys).length > 0) return keepsake;
  const completed = { ...keepsake, encryptionKeys: newKeys() };
  writeKeepsake(file, completed);
  return completed;
}

function newKeys(): Keepsake['serviceKeys'] {
  return Object.fromEntries(MEMBERS.map(({ code }) => [code, randomSecret()]));
}

function writeKeepsake(file: string, keepsake: Keepsake): void {
  writeFileDurably(file, `${JSON.stringify(keepsake, null, 2)}\n`, 0o600);
}

export function foundingOf(keepsake: Keepsake): Founding {
  const numbers = new Map(MEMBERS.map(({ code }, index) => [code, index + 1]));
  return {
    nonce: keepsake.nonce,
    predecessor: ZERO,
    members: MEMBERS.map(({ code, jurisdiction, kind, sponsor }) => ({
      code,
      jurisdiction,
      kind,
      sponsor: sponsor === undefined ? 0 : numbers.get(sponsor)!,
      key: {
        ...publicKeyOf(SCHEME.secp256k1, keyOf(keepsake.authorityKeys, code)),
        powers: POWER.authority,
        acts: ALL_ACTS,
        from: 0,
        until: FOR_EVER,
      },
    })),
  };
}

/** The key that the gateway signs with for a member: custody and receipts, nothing that needs authority. */
export function serviceKeyOf(keepsake: Keepsake, code: string) {
  return {
    ...publicKeyOf(SCHEME.secp256k1, keyOf(keepsake.serviceKeys, code)),
    powers: POWER.service | POWER.receipt,
    acts: ALL_ACTS,
    from: 0,
    until: FOR_EVER,
  };
}

/** The key that other gateways encrypt dossiers for a member to; it signs nothing. */
export function encryptionKeyOf(keepsake: Keepsake, code: string) {
  return {
    ...publicKeyOf(SCHEME.p256, keyOf(keepsake.encryptionKeys, code)),
    powers: POWER.encryption,
    acts: 0,
    from: 0,
    until: FOR_EVER,
  };
}

export function keyOf(keys: Readonly<Record<string, Hex>>, code: string): Hex {
  const key = keys[code];
  if (key === undefined)
    throw new Error(`the demonstration file holds no key of ${code}; start with an empty DATA_DIR`);
  return key;
}
