/** An officer whose gateway may be gone at any moment: asks again with the same Idempotency-Key until it answers. */
import { randomUUID } from 'node:crypto';

export interface PatientOfficer {
  /** Resolves once the statement is final. */
  state(statement: object): Promise<{ readonly digest: string; readonly subject: string }>;
  get<Result>(path: string): Promise<Result>;
  /** Resolves once the gateway has promised or said it. */
  post<Result>(path: string, body: object): Promise<Result>;
  /** Waits until this gateway has followed evidence up to a statement. */
  sees(subject: string, head: string): Promise<void>;
  /** Waits until it has the record of a statement, its own or from a dossier: one may pass on what came to it late. */
  hasRecord(digest: string): Promise<void>;
}

/** What it looks at of an answer. */
interface Answer {
  readonly progress?: string;
  readonly included?: { readonly head: string };
  readonly record?: unknown;
}

const PATIENCE = 120_000;

export function patientOfficer(url: string, token: string): PatientOfficer {
  async function ask(path: string, body?: object, key?: string): Promise<Response> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const response = await fetch(`${url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': key! }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch(() => undefined);
      if (response !== undefined && response.status < 500) return response;
      if (Date.now() > deadline) throw new Error(`${path}: no answer in time`);
      await pause(100);
    }
  }

  async function until(path: string, good: (result: Answer) => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const response = await ask(path);
      const result = (await response.json()) as Answer;
      if (response.ok && good(result)) return;
      if (Date.now() > deadline) throw new Error(`${path}: not in time, but ${JSON.stringify(result).slice(0, 500)}`);
      await pause(60);
    }
  }

  return {
    async state(statement) {
      const response = await ask('/v1/statements', statement, randomUUID());
      const accepted = (await response.json()) as { digest: string; subject: string };
      if (response.status !== 202) throw new Error(`${JSON.stringify(statement)}: ${JSON.stringify(accepted)}`);
      await until(`/v1/statements/${accepted.digest}`, ({ progress }) => progress === 'final');
      return accepted;
    },
    get: async <Result>(path: string) => (await (await ask(path)).json()) as Result,
    async post<Result>(path: string, body: object) {
      const response = await ask(path, body, randomUUID());
      const result: unknown = await response.json();
      if (!response.ok) throw new Error(`${path}: ${JSON.stringify(result)}`);
      return result as Result;
    },
    sees: (subject, head) => until(`/v1/evidence/${subject}`, ({ included }) => included?.head === head),
    hasRecord: (digest) => until(`/v1/statements/${digest}`, ({ record }) => record !== undefined),
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
