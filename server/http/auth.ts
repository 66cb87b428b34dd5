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

// Seconds.
/** A revoked token works at most so much longer. */
const REMEMBERED = 2;
/** While the store does not answer, a token that it knew so lately may still ask what the trouble is. */
const KEPT = 86_400;
/** For which a store that hangs is waited for then: scrapers give up after ten. */
const PATIENCE = 2;

const KEPT_MOST = 10_000;

type Asking = Pick<IncomingMessage, 'headers'>;

export interface Door {
  /** @throws HttpError UNAUTHENTICATED without a valid token */
  caller(request: Asking): Promise<Caller>;
  /**
   * The same for what tells of the gateway's health, and of nothing else: where the store does not answer, a caller
   * whose token it knew within a day is let in.
   */
  callerInTrouble(request: Asking): Promise<Caller>;
}

interface Known {
  readonly caller: Caller;
  /** When the store was asked. */
  readonly at: number;
}

/** @param steady seconds of a clock that nobody sets */
export function openDoor(tokens: Pick<TokenStore, 'find'>, steady: () => number): Door {
  const known = new Map<Hex, Known>();

  function knownWithin(hash: Hex, seconds: number): Caller | undefined {
    const before = known.get(hash);
    return before && steady() - before.at < seconds ? before.caller : undefined;
  }

  async function ask(hash: Hex): Promise<Caller> {
    const found = await tokens.find(hash);
    if (!found || found.revokedAt !== undefined) {
      known.delete(hash);
      throw unauthenticated('The token is unknown or revoked.', 'invalid_token');
    }
    const caller: Caller = { token: found.id, role: found.role, participant: found.participant };
    if (known.size >= KEPT_MOST) known.clear();
    known.set(hash, { caller, at: steady() });
    return caller;
  }

  return {
    async caller(request) {
      const hash = tokenHash(bearerOf(request.headers.authorization));
      return knownWithin(hash, REMEMBERED) ?? ask(hash);
    },
    async callerInTrouble(request) {
      const hash = tokenHash(bearerOf(request.headers.authorization));
      const before = knownWithin(hash, KEPT);
      if (before === undefined) return ask(hash);
      try {
        return knownWithin(hash, REMEMBERED) ?? (await inTime(ask(hash), PATIENCE)) ?? before;
      } catch (error) {
        if (error instanceof HttpError) throw error;
        return before;
      }
    },
  };
}

/** Undefined if there is no answer by then. */
async function inTime<Result>(answer: Promise<Result>, seconds: number): Promise<Result | undefined> {
  const timer = Promise.withResolvers<undefined>();
  const late = setTimeout(() => timer.resolve(undefined), seconds * 1000);
  try {
    return await Promise.race([answer, timer.promise]);
  } finally {
    clearTimeout(late);
  }
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
