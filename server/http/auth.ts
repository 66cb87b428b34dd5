/**
 * The one door of identity: who calls, and what their role may do.
 *
 * A token is found by its SHA-256. Nothing compares secrets, so there is nothing to time: whoever can't name a
 * token can't choose how its hash begins. Tokens are in no log, and not kept here beyond their hash.
 */
import type { IncomingMessage } from 'node:http';
import type { Hex } from '../../protocol/bytes.ts';
import type { Caller } from '../custody/gateway.ts';
import type { Role, TokenStore } from '../custody/ports.ts';
import { HttpError } from './problem.ts';
import { isToken, tokenHash } from './token.ts';

/** A revoked token works at most so many seconds longer. */
const REMEMBERED = 2;
const REMEMBERED_MOST = 10_000;

export interface Door {
  /** @throws HttpError UNAUTHENTICATED without a valid token */
  caller(request: IncomingMessage): Promise<Caller>;
}

interface Known {
  readonly caller: Caller;
  readonly until: number;
}

export function openDoor(tokens: Pick<TokenStore, 'find'>, clock: () => number): Door {
  const known = new Map<Hex, Known>();
  return {
    async caller(request) {
      const token = bearerOf(request.headers.authorization);
      const hash = tokenHash(token);
      const remembered = known.get(hash);
      if (remembered && clock() < remembered.until) return remembered.caller;
      known.delete(hash);
      const found = await tokens.find(hash);
      if (!found || found.revokedAt !== undefined)
        throw unauthenticated('The token is unknown or revoked.', 'invalid_token');
      const caller: Caller = { token: found.id, role: found.role, participant: found.participant };
      if (known.size >= REMEMBERED_MOST) known.clear();
      known.set(hash, { caller, until: clock() + REMEMBERED });
      return caller;
    },
  };
}

/** @throws HttpError NOT_ALLOWED */
export function allowRole(caller: Caller, roles: readonly Role[]): void {
  if (roles.includes(caller.role)) return;
  throw new HttpError('NOT_ALLOWED', `The role ${caller.role} may not do this; it takes ${roles.join(' or ')}.`);
}

function bearerOf(header: string | undefined): string {
  if (header === undefined)
    throw unauthenticated('Send `Authorization: Bearer TOKEN`. An operator makes tokens with `unbroken tokens`.');
  const [scheme, token, ...rest] = header.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0 || !isToken(token)) {
    throw unauthenticated(
      'The header is not `Authorization: Bearer TOKEN` with a token of the form unb_ID_SECRET.',
      'invalid_request',
    );
  }
  return token;
}

/** RFC 6750. */
function unauthenticated(detail: string, error?: string): HttpError {
  const challenge = `Bearer realm="unbroken"${error ? `, error="${error}"` : ''}`;
  return new HttpError('UNAUTHENTICATED', detail, { headers: { 'WWW-Authenticate': challenge } });
}
