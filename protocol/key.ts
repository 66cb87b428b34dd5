/** Keys, key ids and signatures: protocol.md section 1. */
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, concat, hexToBytes, readHex, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { keccak256, keccakHex } from './hashing.ts';
import { SCHEME } from './names.ts';
import { verifyWebAuthn } from './webauthn.ts';

/** A public key: scheme and coordinates, 32 bytes each. */
export interface PublicKey {
  readonly scheme: number;
  readonly x: Hex;
  readonly y: Hex;
}

/** `keccak256(u8(scheme) ‖ x ‖ y)`. */
export function keyId(publicKey: PublicKey): Hex {
  return keccakHex(concat(Uint8Array.of(publicKey.scheme), hexToBytes(publicKey.x), hexToBytes(publicKey.y)));
}

/** The Ethereum address of a public key. */
export function addressOf(publicKey: PublicKey): Hex {
  return readHex(keccak256(concat(hexToBytes(publicKey.x), hexToBytes(publicKey.y))), 12, 20);
}

/**
 * The public key of a private key.
 * @throws ProtocolError KEY
 */
export function publicKeyOf(scheme: number, privateKey: Hex): PublicKey {
  const curve = curveOf(scheme);
  try {
    const point = curve.getPublicKey(hexToBytes(privateKey), false);
    return { scheme, x: readHex(point, 1, 32), y: readHex(point, 33, 32) };
  } catch (cause) {
    throw new ProtocolError('KEY', 'not a private key of this scheme', { cause });
  }
}

/**
 * Signs a hash, deterministically (RFC 6979).
 * @throws ProtocolError KEY for a scheme that has no plain private key
 */
export function signHash(scheme: number, privateKey: Hex, hash: Hex): Hex {
  const curve = curveOf(scheme);
  const options = { prehash: false, lowS: true, format: 'recovered' } as const;
  const bytes = curve.sign(hexToBytes(hash), hexToBytes(privateKey), options);
  const signature = bytes.subarray(1, 65);
  if (scheme === SCHEME.p256) return bytesToHex(signature);
  return bytesToHex(concat(signature, Uint8Array.of(27 + bytes[0]!)));
}

/** Whether a signature proves that the key signed the hash. */
export type VerifySignature = (publicKey: PublicKey, hash: Hex, signature: Hex) => boolean;

/**
 * Whether a signature proves that the key signed the hash. Never throws: signatures come from anybody.
 *
 * Warning: a ledger without a WebAuthn verifier proves no signature of that scheme; the caller decides whether it has one.
 */
export function verifySignature(publicKey: PublicKey, hash: Hex, signature: Hex): boolean {
  try {
    const signed = hexToBytes(signature);
    if (publicKey.scheme === SCHEME.secp256k1) return verifySecp256k1(publicKey, hexToBytes(hash), signed);
    if (publicKey.scheme === SCHEME.p256) return verifyP256(publicKey, hexToBytes(hash), signed);
    if (publicKey.scheme === SCHEME.webauthn) return verifyWebAuthn(publicKey, hexToBytes(hash), signed);
    return false;
  } catch {
    return false;
  }
}

// The ledger recovers the signer's address, so v must be right as well.
function verifySecp256k1(publicKey: PublicKey, hash: Uint8Array, signature: Uint8Array): boolean {
  const v = signature[64];
  if (signature.length !== 65 || (v !== 27 && v !== 28)) return false;
  const parsed = secp256k1.Signature.fromBytes(signature.subarray(0, 64), 'compact').addRecoveryBit(v - 27);
  if (parsed.hasHighS()) return false;
  const point = parsed.recoverPublicKey(hash).toBytes(false);
  return readHex(point, 1, 32) === publicKey.x && readHex(point, 33, 32) === publicKey.y;
}

function verifyP256(publicKey: PublicKey, hash: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  return p256.verify(signature, hash, pointOf(publicKey), { prehash: false, lowS: true, format: 'compact' });
}

/** The uncompressed form (SEC 1) of a public key. */
export function pointOf(publicKey: PublicKey): Uint8Array {
  return concat(Uint8Array.of(4), hexToBytes(publicKey.x), hexToBytes(publicKey.y));
}

function curveOf(scheme: number): typeof secp256k1 {
  if (scheme === SCHEME.secp256k1) return secp256k1;
  if (scheme === SCHEME.p256) return p256;
  throw new ProtocolError('KEY', `no private keys of scheme ${scheme} are handled here`);
}
