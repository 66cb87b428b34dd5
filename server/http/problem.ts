/**
 * The one file where errors become HTTP: RFC 9457 problems with a stable code and what to do.
 *
 * Whatever is not expected here is a bare 500 whose `instance` stands in the log beside the cause.
 */
import type { Response } from 'express';
import type { Logger } from 'pino';
import { ProtocolError } from '../../protocol/errors.ts';
import { reasonMeaning, type Reason } from '../../protocol/reasons.ts';
import { CustodyError, type CustodyErrorCode, type Refusal } from '../custody/gateway.ts';

/** What HTTP itself refuses, before any use case is reached. */
export type HttpErrorCode =
  | 'UNAUTHENTICATED'
  | 'UNKNOWN_PATH'
  | 'METHOD_NOT_ALLOWED'
  | 'TOO_LARGE'
  | 'UNSUPPORTED_MEDIA'
  | 'TOO_SLOW'
  | 'TOO_MANY_REQUESTS'
  | 'STOPPING'
  | 'INTERNAL';

export type ProblemCode = CustodyErrorCode | HttpErrorCode;

interface Kind {
  readonly status: number;
  readonly title: string;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
}

export const PROBLEMS: Readonly<Record<ProblemCode, Kind>> = {
  REJECTED: { status: 422, title: 'The rules of the ledger reject this statement' },
  UNSIGNED: { status: 422, title: 'No proven signature' },
  NOT_ALLOWED: { status: 403, title: 'This token may not do this' },
  NOT_FOUND: { status: 404, title: 'There is no such thing here' },
  INVALID: { status: 400, title: 'The request can’t be understood' },
  COURT_PERMISSION: { status: 403, title: 'Use in court needs the consent of others' },
  BUNDLE_TOO_LARGE: { status: 422, title: 'The trail is too long for one bundle' },
  NO_SERVICE_KEY: { status: 422, title: 'The gateway holds no key to sign for this participant' },
  IDEMPOTENCY_CONFLICT: { status: 422, title: 'The Idempotency-Key was used for another request' },
  DOSSIER_UNREADABLE: { status: 400, title: 'This is no dossier for a key that is held here' },
  DOSSIER_MISDIRECTED: { status: 403, title: 'The dossier is for somebody else' },
  DOSSIER_FORGED: { status: 403, title: 'The dossier is not from the participant that released the evidence' },
  DOSSIER_TAMPERED: { status: 422, title: 'A record of the dossier is not the one on the ledger' },
  RETIRED: { status: 410, title: 'The ledger is retired' },
  OVERLOADED: { status: 503, title: 'The gateway has too much to do', retryAfter: 1 },
  UNAVAILABLE: { status: 503, title: 'The gateway can’t do this now', retryAfter: 5 },
  UNAUTHENTICATED: { status: 401, title: 'A valid token is needed' },
  UNKNOWN_PATH: { status: 404, title: 'There is nothing at this path' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This path has other methods' },
  TOO_LARGE: { status: 413, title: 'The request is too large' },
  UNSUPPORTED_MEDIA: { status: 415, title: 'The body has a type that is not read here' },
  TOO_SLOW: { status: 408, title: 'The body did not arrive in time' },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests from this address', retryAfter: 60 },
  STOPPING: { status: 503, title: 'The gateway is stopping', retryAfter: 5 },
  INTERNAL: { status: 500, title: 'Something unexpected happened' },
};

/** Rejections that another statement on the line brought about: 409, since the same request could have been good. */
const CONFLICTS: ReadonlySet<Reason> = new Set<Reason>([
  'REPLAYED',
  'STALE',
  'LINE_EXISTS',
  'CLOSED',
  'IN_TRANSIT',
  'NOT_RELEASED',
  'NOT_LOST',
  'ON_HOLD',
  'CONSENT_USED',
  'SIGNED_ALREADY',
  'KEY_EXISTS',
]);

/** Errors of pure functions that come from what a caller sent. */
const CALLERS_FAULT = new Set<string>(['HEX', 'RANGE', 'UNKNOWN_NAME', 'LIST', 'RECORD', 'DISCLOSURE', 'KEY']);

/**
 * Errors of custody's ports that pass: known by name and code, since adapters don't import each other. CONFLICT is a
 * race that another process won; the same request is judged anew. A node's error may be its state of this moment, and
 * never is the fault of who asked us.
 */
const PASSING: Readonly<Record<string, readonly string[]>> = {
  StoreError: ['BUSY', 'UNAVAILABLE', 'CONFLICT'],
  ChainError: ['UNREACHABLE', 'NODE', 'TOO_MUCH', 'GAS', 'REFUSED', 'REVERTED', 'WRONG_CHAIN'],
};

/** One field that is wrong. Never repeats the value: it may be about a person. */
export interface FieldError {
  /** RFC 6901, within the body; `?name` for a parameter */
  readonly pointer: string;
  readonly detail: string;
}

export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { errors?: readonly FieldError[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}

/** A submission that custody refused, with everything it said. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.refusal = refusal;
  }
}

/** RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ProblemCode;
  readonly reason?: Reason;
  readonly statement?: number;
  readonly errors?: readonly FieldError[];
}

/** The problem of a submission that was not accepted. */
export function problemOfRefusal(refusal: Refusal, requestId: string): Problem {
  const { code, reason, statement } = refusal;
  const kind = PROBLEMS[code];
  const status = code === 'REJECTED' && reason && CONFLICTS.has(reason) ? 409 : kind.status;
  return {
    type: problemType(reason ?? code),
    title: reason === undefined ? kind.title : sentence(reasonMeaning(reason)),
    status,
    detail: refusal.detail,
    instance: `urn:uuid:${requestId}`,
    code,
    ...(reason && { reason }),
    ...(statement !== undefined && { statement }),
  };
}

/** The problem of anything that was thrown; INTERNAL says nothing about it. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof RefusedError) return problemOfRefusal(error.refusal, requestId);
  if (error instanceof CustodyError) {
    const { code, reason, message } = error;
    return problemOfRefusal({ code, detail: message, ...(reason && { reason }) }, requestId);
  }
  if (error instanceof ProtocolError && CALLERS_FAULT.has(error.code)) {
    return problemOfRefusal({ code: 'INVALID', detail: sentence(error.message) }, requestId);
  }
  const expected = error instanceof HttpError ? error : (refusedByExpress(error) ?? passing(error));
  const code = expected?.code ?? 'INTERNAL';
  const detail = expected?.message ?? 'Try again; if it stays, give the operator this problem’s instance.';
  const { status, title } = PROBLEMS[code];
  return {
    type: problemType(code),
    title,
    status,
    detail,
    instance: `urn:uuid:${requestId}`,
    code,
    ...(expected && expected.errors.length > 0 && { errors: expected.errors }),
  };
}

/** Express and Node mark what a client did wrong with a status of their own, such as a path that does not decode. */
function refusedByExpress(error: unknown): HttpError | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return status === 400 ? new HttpError('INVALID', 'The path or the query is not properly encoded.') : undefined;
}

function passing(error: unknown): HttpError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const codes = Object.hasOwn(PASSING, error.name) ? PASSING[error.name] : undefined;
  if (!codes?.includes(String(error.code))) return undefined;
  return new HttpError('UNAVAILABLE', `${whatIsOut(error)}Send the same request again in a few seconds.`);
}

function whatIsOut({ name, code }: Error & { readonly code: unknown }): string {
  if (name === 'ChainError') {
    return 'No node of the network answers this now; the operator finds its words in the log, at this problem’s instance. ';
  }
  if (code !== 'UNAVAILABLE') return '';
  return 'The gateway’s database does not do its work now; the operator sees why at /v1/health. ';
}

/** The problem of anything that was thrown; what is nobody's fault outside is in the log with its cause. */
export function loggedProblem(error: unknown, requestId: string, log: Logger): Problem {
  const problem = problemOf(error, requestId);
  if (problem.code === 'INTERNAL') log.error({ request: requestId, err: error }, 'unexpected error');
  else if (problem.code === 'UNAVAILABLE') log.warn({ request: requestId, err: error }, 'unavailable');
  return problem;
}

export function sendProblem(response: Response, error: unknown, requestId: string, log: Logger): void {
  const problem = loggedProblem(error, requestId, log);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const headers = error instanceof HttpError ? error.headers : {};
  writeProblem(response, problem, headers);
}

export function writeProblem(
  response: Response,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  const { retryAfter } = PROBLEMS[problem.code];
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = problem.status;
  response.setHeader('Content-Type', 'application/problem+json');
  response.end(JSON.stringify(problem));
}

/** Stable for ever: programs compare it. */
export function problemType(code: string): string {
  return `urn:unbroken:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
