/** An officer at a desk: states custody through the API and waits until it is final. */
import { randomUUID } from 'node:crypto';

export interface Officer {
  /** States one thing or, as one sheet, several; waits until all are final. */
  state(...requests: readonly Statement[]): Promise<readonly Stated[]>;
  /** Waits until it is final; fails if it comes back. */
  final(digest: string): Promise<void>;
  get<Result>(path: string): Promise<Result>;
  post<Result>(path: string, body: unknown): Promise<Result>;
}

/** As POST /v1/statements takes it. */
export interface Statement {
  readonly act: string;
  readonly code?: string;
  readonly subject?: string;
  readonly recipient?: string;
  readonly agreement?: string;
  readonly request?: string;
  readonly reference?: string;
  readonly list?: readonly string[];
  readonly purpose?: readonly string[];
  readonly restrictions?: readonly string[];
  readonly record?: { readonly fields: readonly { readonly label: string; readonly value: string }[] };
}

export interface Stated {
  readonly digest: string;
  readonly subject: string;
}

/** The gateway said no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How often progress is asked for, in milliseconds. */
const POLL = 50;
const PATIENCE = 60_000;

export function officer(url: string, token: string): Officer {
  async function call<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { title?: string; detail?: string; reason?: string };
    if (!response.ok)
      throw new ApiError(
        response.status,
        `${method} ${path}: ${answer.reason ?? answer.title ?? response.status}: ${answer.detail ?? ''}`,
      );
    return answer as Result;
  }

  async function final(digest: string): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const { progress, reason } = await call<{ progress: string; reason?: string }>('GET', `/v1/statements/${digest}`);
      if (progress === 'final') return;
      if (progress === 'rejected' || progress === 'expired')
        throw new Error(`statement ${digest} came back ${progress}: ${reason ?? ''}`);
      if (Date.now() > deadline) throw new Error(`statement ${digest} is still ${progress}`);
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  }

  return {
    async state(...requests) {
      const { statements } = await call<{ statements: readonly Stated[] }>('POST', '/v1/sheets', {
        statements: requests,
      });
      for (const { digest } of statements) await final(digest);
      return statements;
    },
    final,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
  };
}
