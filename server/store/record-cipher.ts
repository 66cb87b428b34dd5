/**
 * Records at rest: AES-256-GCM (NIST SP 800-38D) under a random key for each record, bound to
 * tenant and digest, so that a row that was copied to another tenant or statement can't be read.
 *
 * A record key leaves memory only wrapped by its tenant's wrapping key, which HKDF (RFC 5869)
 * derives from the master key.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import type { Hex } from '../../protocol/bytes.ts';
import type { HeldRecord } from '../../protocol/dossier.ts';
import { bytesOf } from './columns.ts';
import { StoreError } from './errors.ts';
import type { Bytes } from './tables.ts';

const NONCE = 12;
const TAG = 16;

export interface RecordCipher {
  /** A fresh key, sealed record and wrapped key. */
  seal(tenant: number, digest: Hex, record: HeldRecord): SealedRecord;
  /** @throws StoreError CORRUPT if key and row don't belong together or the master key is another. */
  open(tenant: number, digest: Hex, keyId: Bytes, wrappedKey: Bytes, sealed: Bytes): HeldRecord;
}

export interface SealedRecord {
  /** Time and 10 random bytes, so that rows are added at the end; a second attempt never touches the key of the first. */
  readonly keyId: Bytes;
  readonly wrappedKey: Bytes;
  readonly sealed: Bytes;
}

export function recordCipher(masterKey: Uint8Array): RecordCipher {
  const wrappingKeys = new Map<number, KeyObject>();
  const wrappingKey = (tenant: number): KeyObject => {
    let key = wrappingKeys.get(tenant);
    if (key === undefined) wrappingKeys.set(tenant, (key = derive(masterKey, `unbroken/record-key/1/${tenant}`)));
    return key;
  };
  return {
    seal(tenant, digest, record) {
      // One call for all the randomness of a record: key, its name, both nonces.
      const random = randomBytes(32 + 16 + 2 * NONCE);
      const key = random.subarray(0, 32);
      const keyId = random.subarray(32, 48);
      keyId.writeUIntBE(Date.now(), 0, 6);
      const place = placeOf(tenant, digest);
      return {
        keyId,
        wrappedKey: encrypt(wrappingKey(tenant), random.subarray(48, 60), Buffer.concat([place, keyId]), key),
        sealed: encrypt(createSecretKey(key), random.subarray(60, 72), place, Buffer.from(JSON.stringify(record))),
      };
    },
    open(tenant, digest, keyId, wrappedKey, sealed) {
      const place = placeOf(tenant, digest);
      const key = createSecretKey(decrypt(wrappingKey(tenant), Buffer.concat([place, keyId]), wrappedKey));
      return JSON.parse(decrypt(key, place, sealed).toString()) as HeldRecord;
    },
  };
}

/** A key of 32 bytes for one use, from the master key. As a KeyObject: what takes bytes is ten times as slow. */
export function derive(masterKey: Uint8Array, use: string): KeyObject {
  if (masterKey.length !== 32) throw new StoreError('MISUSE', 'the master key has 32 bytes');
  return createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, '', use, 32)));
}

function placeOf(tenant: number, digest: Hex): Buffer {
  const place = Buffer.alloc(36);
  place.writeUInt32BE(tenant);
  place.set(bytesOf(digest), 4);
  return place;
}

function encrypt(key: KeyObject, nonce: Bytes, place: Bytes, text: Bytes): Bytes {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(place);
  const body = cipher.update(text);
  return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: KeyObject, place: Bytes, sealed: Bytes): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAAD(place);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
  } catch (cause) {
    throw new StoreError('CORRUPT', 'a record does not open with its key; was the master key or a row changed?', {
      cause,
    });
  }
}
