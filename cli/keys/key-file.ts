/**
 * An officer's own key in a file: the private key encrypted with AES-256-GCM under a key that scrypt (RFC 7914) makes
 * from a passphrase. What stands beside it in clear is authenticated with it.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ACTS } from '../../protocol/acts.ts';
import { bytesToHex, hexToBytes, isHex, type Hex } from '../../protocol/bytes.ts';
import { keyId, publicKeyOf, signHash, type PublicKey } from '../../protocol/key.ts';
import { SCHEME, type Scheme } from '../../protocol/names.ts';
import { Failure, usage } from '../failure.ts';

export type PlainScheme = Exclude<Scheme, 'webauthn'>;

/** Mask of a key that may sign whatever its powers permit. */
export const EVERY_ACT = Object.values(ACTS).reduce((mask, { number }) => mask + 2 ** number, 0);

/** The last second of the year 9999: until a key is revoked. */
export const FOR_EVER = 253_402_300_799;

/** 128 MiB and about half a second for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
const COST_MOST = 2 ** 20;
const MEMORY_MOST = 2 ** 31;

const hex = z.custom<Hex>((value) => isHex(value));
const keyFileSchema = z.strictObject({
  format: z.literal('unbroken/key/1'),
  id: hex,
  scheme: z.enum(['secp256k1', 'p256']),
  x: hex,
  y: hex,
  scrypt: z.strictObject({ N: z.int().min(2).max(COST_MOST), r: z.literal(8), p: z.literal(1), salt: hex }),
  iv: hex,
  encrypted: hex,
  tag: hex,
});

export type KeyFile = z.infer<typeof keyFileSchema>;

/** A key that can sign. */
export interface SigningKey extends PublicKey {
  readonly id: Hex;
  sign(hash: Hex): Hex;
}

export function newPrivateKey(): Hex {
  return bytesToHex(randomBytes(32));
}

/** @throws ProtocolError KEY if it is no private key of the scheme */
export function sealKey(scheme: PlainScheme, privateKey: Hex, passphrase: string): KeyFile {
  const { x, y } = publicKeyOf(SCHEME[scheme], privateKey);
  const salt = randomBytes(32);
  const iv = randomBytes(12);
  const open = {
    format: 'unbroken/key/1' as const,
    id: keyId({ scheme: SCHEME[scheme], x, y }),
    scheme,
    x,
    y,
    scrypt: { ...COST, salt: bytesToHex(salt) },
    iv: bytesToHex(iv),
  };
  const cipher = createCipheriv('aes-256-gcm', stretched(passphrase, salt, COST.N), iv);
  cipher.setAAD(Buffer.from(JSON.stringify(open)));
  const encrypted = Buffer.concat([cipher.update(hexToBytes(privateKey)), cipher.final()]);
  return { ...open, encrypted: bytesToHex(encrypted), tag: bytesToHex(cipher.getAuthTag()) };
}

/** @throws Failure refused for a wrong passphrase */
export function unsealKey(file: KeyFile, passphrase: string): SigningKey {
  const { encrypted, tag, ...open } = file;
  const key = stretched(passphrase, hexToBytes(open.scrypt.salt), open.scrypt.N);
  const scheme = SCHEME[open.scheme];
  let privateKey: Hex;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, hexToBytes(open.iv), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(JSON.stringify(open)));
    decipher.setAuthTag(hexToBytes(tag));
    privateKey = bytesToHex(Buffer.concat([decipher.update(hexToBytes(encrypted)), decipher.final()]));
  } catch {
    throw new Failure('refused', 'The passphrase does not open this key, or its file was changed.');
  }
  return { id: open.id, scheme, x: open.x, y: open.y, sign: (hash) => signHash(scheme, privateKey, hash) };
}

/** @throws Failure usage */
export function readKeyFile(file: string): KeyFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw usage(`The key file ${file} can't be read. \`unbroken keys list\` shows the keys on this machine.`);
  }
  try {
    const { format, id, scheme, x, y, scrypt, iv, encrypted, tag } = keyFileSchema.parse(JSON.parse(text));
    // In the order in which it was authenticated.
    const { N, r, p, salt } = scrypt;
    return { format, id, scheme, x, y, scrypt: { N, r, p, salt }, iv, encrypted, tag };
  } catch {
    throw usage(`${file} is not a key file of \`unbroken keys generate\`.`);
  }
}

function stretched(passphrase: string, salt: Uint8Array, N: number): Buffer {
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, { N, r: COST.r, p: COST.p, maxmem: MEMORY_MOST });
}
