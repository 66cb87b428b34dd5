import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** What a statement does in its document: at most one statement of each role follows from one action about one item. */
export type Role = 'open' | 'release' | 'accept' | 'refuse' | 'return' | 'record' | 'dispose' | 'found';

/**
 * The same in every document that tells of the same action and item, and different else. An item is opened once,
 * however many documents say how it came: so `open` does not depend on the action.
 */
export function idempotencyKey(role: Role, item: string, action: string | null): string {
  return sha256Hex(JSON.stringify(['unbroken/case/1', role, item, role === 'open' ? null : action]));
}
