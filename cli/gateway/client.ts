/**
 * Requests to the gateway, repeated where that is safe: reads always, what changes something under an Idempotency-Key.
 */
import { Failure } from '../failure.ts';
import type { Problem } from './answers.ts';

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  /** Whether it changes nothing, or nothing twice, without an Idempotency-Key. */
  readonly repeatable?: boolean;
  /** Instead of the settings' token. */
  readonly token?: string;
  /** Whether the gateway asks for no token. */
  readonly open?: boolean;
}

export interface Client {
  /** @throws Failure refused, usage or unreachable; NotAccepted for a problem document */
  send(request: Request): Promise<unknown>;
  /** Text of any length, written as it comes. @throws Failure as `send`, and where it ends too early */
  stream(path: string, media: string, write: (text: string) => Promise<void>): Promise<void>;
}

export interface ClientParts {
  readonly url: string;
  readonly token: string | undefined;
  /** Milliseconds for which to go on trying a gateway that has answered before. */
  readonly patience: number;
  /** Says that it waits, to people. */
  readonly note: (text: string) => void;
  readonly fetch?: typeof fetch;
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** The gateway answered with a problem document. */
export class NotAccepted extends Failure {
  readonly details: Problem;

  /** @param single whether one statement was submitted, or none */
  constructor(problem: Problem, single: boolean) {
    const where = problem.statement === undefined || single ? '' : ` (statement ${problem.statement + 1} of the sheet)`;
    super(failureCode(problem), sentences(problem) + where, { problem });
    this.details = problem;
  }
}

const ATTEMPT_MILLISECONDS = 60_000;
/** At most so long for one that never answered: it may be the wrong address. */
const PATIENCE_STRANGER = 3_000;
const RETRIED = new Set([429, 502, 503, 504]);
const UNUSABLE = new Set(['INVALID', 'TOO_LARGE', 'UNSUPPORTED_MEDIA', 'UNKNOWN_PATH', 'METHOD_NOT_ALLOWED']);

export function openClient(parts: ClientParts): Client {
  const request = parts.fetch ?? fetch;
  const sleep = parts.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  let known = false;
  let waiting = false;

  return {
    async send(wanted) {
      if (wanted.open !== true && (wanted.token ?? parts.token) === undefined) throw noToken();
      const repeatable = wanted.method === 'GET' || wanted.idempotencyKey !== undefined || wanted.repeatable === true;
      let waited = 0;
      for (let attempt = 0; ; attempt++) {
        const tried = await once(request, parts, wanted);
        known ||= 'status' in tried;
        if ('status' in tried && !RETRIED.has(tried.status)) return answerOf(tried, wanted);
        const pause = Math.max(200 * 2 ** Math.min(attempt, 5), 'status' in tried ? tried.retryAfter : 0);
        if (!repeatable || waited + pause > (known ? parts.patience : Math.min(parts.patience, PATIENCE_STRANGER))) {
          if ('status' in tried) return answerOf(tried, wanted);
          throw unreachable(parts.url, tried.cause, repeatable);
        }
        if (!waiting && pause > 1_000) {
          waiting = true;
          parts.note(`The gateway ${'status' in tried ? 'asks to wait' : 'does not answer'}; trying again ...`);
        }
        waited += pause;
        await sleep(pause + Math.random() * 50);
      }
    },

    async stream(path, media, write) {
      const { url, token } = parts;
      if (token === undefined) throw noToken();
      try {
        const response = await request(`${url}${path}`, {
          headers: { Accept: media, Authorization: `Bearer ${token}` },
        });
        if (!response.ok) {
          answerOf(
            { status: response.status, retryAfter: 0, body: parsed(await response.text()) },
            { method: 'GET', path },
          );
        }
        const decoder = new TextDecoder();
        for await (const chunk of response.body ?? [])
          await write(decoder.decode(chunk as Uint8Array, { stream: true }));
      } catch (error) {
        throw error instanceof Failure ? error : unreachable(url, error, true);
      }
    },
  };
}

type Tried =
  { readonly status: number; readonly retryAfter: number; readonly body: unknown } | { readonly cause: unknown };

async function once(request: typeof fetch, { url, token: usual }: ClientParts, wanted: Request): Promise<Tried> {
  const token = wanted.token ?? usual;
  const headers = {
    Accept: 'application/json',
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(wanted.body !== undefined && { 'Content-Type': 'application/json' }),
    ...(wanted.idempotencyKey !== undefined && { 'Idempotency-Key': wanted.idempotencyKey }),
  };
  try {
    const response = await request(`${url}${wanted.path}`, {
      method: wanted.method,
      headers,
      signal: AbortSignal.timeout(ATTEMPT_MILLISECONDS),
      ...(wanted.body !== undefined && { body: JSON.stringify(wanted.body) }),
    });
    const text = await response.text();
    const seconds = Number(response.headers.get('Retry-After') ?? 0);
    return {
      status: response.status,
      retryAfter: Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : 0,
      body: text === '' ? undefined : parsed(text),
    };
  } catch (cause) {
    return { cause };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answerOf({ status, body }: Extract<Tried, { status: number }>, { body: sent }: Request): unknown {
  const single = ((sent as { statements?: readonly unknown[] } | undefined)?.statements?.length ?? 0) <= 1;
  if (status >= 200 && status < 300 && (body !== undefined || status === 204)) return body;
  if (isProblem(body)) throw new NotAccepted(body, single);
  throw new Failure(
    'unreachable',
    `What answers there is not a gateway (HTTP ${status} without a problem document). Check --url or UNBROKEN_URL.`,
  );
}

function isProblem(body: unknown): body is Problem {
  const { code, detail, status } = (body ?? {}) as Partial<Problem>;
  return typeof code === 'string' && typeof detail === 'string' && typeof status === 'number';
}

function failureCode({ status, code }: Problem): 'refused' | 'usage' | 'unreachable' {
  if (status >= 500 || status === 429) return 'unreachable';
  return UNUSABLE.has(code) ? 'usage' : 'refused';
}

/** The detail, and what the reason means where the detail does not say it. */
function sentences({ title, detail, code, reason, instance, status }: Problem): string {
  const said = detail.replace(/^Statement \d+: /, '');
  const begun = said.charAt(0).toUpperCase() + said.slice(1);
  const ended = /[.!?]$/.test(begun) ? begun : `${begun}.`;
  const report = status >= 500 && instance !== undefined ? ` (${instance})` : '';
  const first = code === 'REJECTED' && reason !== undefined ? `Rejected, ${reason}: ` : '';
  return `${first}${detail === '' ? title : ended}${report}`;
}

function noToken(): Failure {
  return new Failure(
    'usage',
    'No token was given. Set UNBROKEN_TOKEN or give --token; your operator makes tokens with `unbroken tokens create`.',
  );
}

function unreachable(url: string, cause: unknown, repeatable: boolean): Failure {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = inner instanceof Error && 'code' in inner ? ` (${String(inner.code)})` : '';
  const next = repeatable
    ? 'Check --url or UNBROKEN_URL, and that it runs.'
    : 'Look whether it was done before you repeat it.';
  return new Failure('unreachable', `The gateway at ${url} can't be reached${code}. ${next}`, { cause });
}
