/** Dossiers are encrypted to the recipient's key on the ledger: JWE (RFC 7516), compact, ECDH-ES with A256GCM. */
import { CompactEncrypt, importJWK } from 'jose';
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import type { KeyState } from '../../protocol/ledger.ts';

/** Only the key's holder can read what comes out, and nobody can change it unnoticed. */
export async function sealFor(key: Pick<KeyState, 'id' | 'x' | 'y'>, bytes: Uint8Array): Promise<string> {
  const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', x: base64url(key.x), y: base64url(key.y) }, 'ECDH-ES');
  return new CompactEncrypt(bytes)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: key.id })
    .encrypt(publicKey);
}

function base64url(hex: Hex): string {
  return Buffer.from(hexToBytes(hex)).toString('base64url');
}
