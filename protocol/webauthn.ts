/**
 * WebAuthn assertions over a 32-byte hash, encoded as for ERC-7913: WebAuthn level 2, section 7.2, as OpenZeppelin's
 * `ERC7913WebAuthnVerifier` checks it (user present and verified; origin and relying party are not judged).
 */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, hexToBytes, readUint, utf8, type Hex } from './bytes.ts';

const USER_PRESENT = 1;
const USER_VERIFIED = 4;
const BACKUP_ELIGIBLE = 8;
const BACKED_UP = 16;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function verifyWebAuthn(
  publicKey: { readonly x: Hex; readonly y: Hex },
  hash: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length < 192) return false;
  const challengeAt = index(signature, 64);
  const typeAt = index(signature, 96);
  const authenticatorData = bytesAt(signature, index(signature, 128));
  const clientData = bytesAt(signature, index(signature, 160));
  if (authenticatorData === undefined || clientData === undefined || authenticatorData.length < 37) return false;

  const flags = authenticatorData[32]!;
  if ((flags & USER_PRESENT) === 0 || (flags & USER_VERIFIED) === 0) return false;
  if ((flags & BACKED_UP) !== 0 && (flags & BACKUP_ELIGIBLE) === 0) return false;
  if (!standsAt(clientData, typeAt, utf8('"type":"webauthn.get"'))) return false;
  if (!standsAt(clientData, challengeAt, utf8(`"challenge":"${base64url(hash)}"`))) return false;

  const signed = sha256(concat(authenticatorData, sha256(clientData)));
  const point = concat(Uint8Array.of(4), hexToBytes(publicKey.x), hexToBytes(publicKey.y));
  return p256.verify(signature.subarray(0, 64), signed, point, { prehash: false, lowS: true, format: 'compact' });
}

/** A word that is an index or a length; Infinity if it is far beyond any. */
function index(bytes: Uint8Array, offset: number): number {
  for (let i = offset; i < offset + 26; i++) if (bytes[i] !== 0) return Infinity;
  return readUint(bytes, offset + 26, 6);
}

function bytesAt(bytes: Uint8Array, offset: number): Uint8Array | undefined {
  if (offset + 32 > bytes.length) return undefined;
  const length = index(bytes, offset);
  if (offset + 32 + length > bytes.length) return undefined;
  return bytes.subarray(offset + 32, offset + 32 + length);
}

function standsAt(text: Uint8Array, offset: number, expected: Uint8Array): boolean {
  if (offset + expected.length > text.length) return false;
  return equal(text.subarray(offset, offset + expected.length), expected);
}

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let j = 0; j <= Math.min(left, 3); j++) text += ALPHABET[(group >> (18 - 6 * j)) & 63]!;
  }
  return text;
}
