/** The private halves of encryption keys: opens what other gateways sealed for the participants served here. */
import { compactDecrypt, decodeProtectedHeader, importJWK } from 'jose';

import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { keyId, publicKeyOf } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import type { Decryption } from '../custody/dossiers.ts';
import type { HeldKey } from './secrets.ts';

type PrivateKey = Awaited<ReturnType<typeof importJWK>>;

interface Held {
  readonly participant: number;
  readonly privateKey: Promise<PrivateKey>;
}

/** Nothing else is read: no compression, no critical extension, no key that the sender brings along. */
const HEADER = new Set(['alg', 'enc', 'kid', 'epk']);

export function openDecryption(keys: readonly HeldKey[]): Decryption {
  const held = new Map<Hex, Held>();
  for (const { participant, privateKey } of keys) {
    const publicKey = publicKeyOf(SCHEME.p256, privateKey);
    const coordinates = { x: base64url(publicKey.x), y: base64url(publicKey.y), d: base64url(privateKey) };
    const imported = importJWK({ kty: 'EC', crv: 'P-256', ...coordinates }, 'ECDH-ES');
    held.set(keyId(publicKey), { participant, privateKey: imported });
  }
  return {
    ownerOf: (key) => held.get(key)?.participant,
    async open(sealed) {
      try {
        const header = decodeProtectedHeader(sealed);
        if (Object.keys(header).some((name) => !HEADER.has(name))) return undefined;
        const key = header.kid as Hex;
        const found = held.get(key);
        if (found === undefined) return undefined;
        const { plaintext } = await compactDecrypt(sealed, await found.privateKey, {
          keyManagementAlgorithms: ['ECDH-ES'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return { key, bytes: plaintext };
      } catch {
        return undefined; // it comes from anybody: whatever is wrong with it, it can't be opened
      }
    },
  };
}

function base64url(hex: Hex): string {
  return Buffer.from(hexToBytes(hex)).toString('base64url');
}
