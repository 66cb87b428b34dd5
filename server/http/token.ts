/** Bearer tokens: `unb_<id>_<secret>`, 256 random bits behind a public id. Only the hash is kept. */
import { createHash, randomBytes } from 'node:crypto';
import type { Hex } from '../../protocol/bytes.ts';

const FORM = /^unb_[0-9a-z]{1,32}_[A-Za-z0-9_-]{32,64}$/;

export interface NewToken {
  /** Shown in lists and logs. */
  readonly id: string;
  /** Shown once, to its bearer. */
  readonly token: string;
  readonly hash: Hex;
}

export function newToken(): NewToken {
  const id = randomBytes(6).toString('hex');
  const token = `unb_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, token, hash: tokenHash(token) };
}

export function tokenHash(token: string): Hex {
  return `0x${createHash('sha256').update(token).digest('hex')}`;
}

/** What does not look like a token is not looked up. */
export function isToken(text: string): boolean {
  return FORM.test(text);
}
