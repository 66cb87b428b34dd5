/** SHA-256 as the protocol uses it, counted. */
import { sha256 as hash } from '@noble/hashes/sha2.js';
import { countHashed } from './hashed.ts';

export function sha256(bytes: Uint8Array): Uint8Array {
  countHashed(bytes.length);
  return hash(bytes);
}
