/** `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): what is asked twice is done once. */
import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Hex } from '../../protocol/bytes.ts';
import { HttpError } from './problem.ts';
import { idempotencyKey } from './schemas/submission.ts';

/** @throws HttpError INVALID for a key that is not 1 to 255 visible ASCII characters */
export function idempotencyKeyOf(request: Request): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  if (idempotencyKey.safeParse(header).success && typeof header === 'string') return header;
  throw new HttpError('INVALID', 'The Idempotency-Key must be 1 to 255 visible ASCII characters.');
}

/** SHA-256 over method, path and canonical body: the order of fields and white space make no other request. */
export function fingerprintOf(method: string, path: string, body: unknown): Hex {
  return `0x${createHash('sha256')
    .update(`${method} ${path}\n${canonicalJson(body)}`)
    .digest('hex')}`;
}

/** RFC 8785, for what JSON.parse makes and a schema let pass. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}
