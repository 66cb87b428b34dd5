/** Calls of the API. Every answer is held against what the endpoint says that it answers. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';
import { before } from 'mocha';
import { z } from 'zod';

import type { Hex } from '../../../../protocol/bytes.ts';
import { keyId, publicKeyOf, signHash } from '../../../../protocol/key.ts';
import { SCHEME } from '../../../../protocol/names.ts';
import type { GatewayProcess } from '../../../../scripts/gateway-process.ts';
import { PROBLEMS } from '../../../../server/http/problem.ts';
import type {
  accepted,
  acceptedSheet,
  agreementList,
  evidencePage,
  evidenceView,
  keyList,
  statementList,
  statementView,
  trailView,
  verification,
} from '../../../../server/http/schemas/answers.ts';
import type { disclosure, preparedSheet, statementRequest } from '../../../../server/http/schemas/submission.ts';
import { ENDPOINTS } from '../../../../server/http/start.ts';
import { sharedGateway } from '../../../support/shared-gateway.ts';

/** RFC 9457, as strict as this project means it. */
const problemSchema = z.strictObject({
  type: z.string().regex(/^urn:unbroken:problem:[a-z-]+$/),
  title: z.string().min(1),
  status: z.int().min(400).max(599),
  detail: z.string().min(1),
  instance: z.string().regex(/^urn:uuid:[0-9a-f-]{36}$/),
  code: z.enum(Object.keys(PROBLEMS) as [keyof typeof PROBLEMS]),
  reason: z.string().exactOptional(),
  statement: z.int().exactOptional(),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).exactOptional(),
});

export type Problem = z.infer<typeof problemSchema>;
export type Accepted = z.infer<typeof accepted>;
export type StatementRequest = z.input<typeof statementRequest>;

/** What the paths that these tests read answer. */
export interface Answers {
  evidence: z.infer<typeof evidenceView>;
  page: z.infer<typeof evidencePage>;
  trail: z.infer<typeof trailView>;
  statement: z.infer<typeof statementView>;
  statements: z.infer<typeof statementList>;
  keys: z.infer<typeof keyList>;
  agreements: z.infer<typeof agreementList>;
  disclosure: z.infer<typeof disclosure>;
  verification: z.infer<typeof verification>;
}

export interface Sent {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
}

export interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** One request; fails if the answer is not of the form that the endpoint declares. */
export async function call(url: string, where: string, sent: Sent = {}): Promise<Heard> {
  const { token, json, raw } = sent;
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
  const method = sent.method ?? (body === undefined ? 'GET' : 'POST');
  const response = await fetch(new URL(where, url), {
    method,
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...sent.headers,
    },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const media = response.headers.get('content-type') ?? '';
  const heard = { status: response.status, headers: response.headers, body: bodyOf(media, text) };
  if (heard.status >= 400 && where !== '/readyz') expectProblem(heard);
  else expectDeclared(method, where, heard);
  return heard;
}

function bodyOf(media: string, text: string): unknown {
  return /^application\/(problem\+)?json/.test(media) ? JSON.parse(text) : text;
}

function expectProblem({ status, headers, body }: Heard): void {
  expect(headers.get('content-type')).to.equal('application/problem+json');
  const problem = problemSchema.parse(body);
  expect(problem.status).to.equal(status);
  expect(problem.instance).to.equal(`urn:uuid:${headers.get('x-request-id') ?? ''}`);
  const named = (problem.reason ?? problem.code).toLowerCase().replaceAll('_', '-');
  expect(problem.type).to.equal(`urn:unbroken:problem:${named}`);
}

function expectDeclared(method: string, where: string, { status, body }: Heard): void {
  const [pathname = ''] = where.split('?');
  const found = ENDPOINTS.filter((each) => each.method === method.toLowerCase()).filter((each) =>
    new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  const endpoint = found.find((each) => each.path === pathname) ?? found[0];
  if (!endpoint) return;
  const answer = endpoint.answers[status];
  if (!answer) throw new Error(`${method} ${endpoint.path} answered ${status}, which it does not declare`);
  if (typeof body !== 'string') answer.schema?.parse(body);
}

/** The API as one suite uses it. Call it inside of a `describe`. */
export function useGateway() {
  let process: GatewayProcess;
  before(async function () {
    this.timeout(180_000);
    process = await sharedGateway();
  });

  const asUser = (user: string | undefined, sent: Sent): Sent =>
    user === undefined ? sent : { token: process.token(user), ...sent };
  const send = (user: string | undefined, where: string, sent: Sent = {}): Promise<Heard> =>
    call(process.url, where, asUser(user, sent));

  async function good(user: string | undefined, where: string, sent: Sent = {}): Promise<unknown> {
    const { status, body } = await send(user, where, sent);
    if (status >= 400) throw new Error(`${where}: ${JSON.stringify(body)}`);
    return body;
  }
  async function refused(user: string | undefined, where: string, sent: Sent = {}): Promise<Problem> {
    const { status, body } = await send(user, where, sent);
    expect(status, `${where} was not refused`).to.be.at.least(400);
    return body as Problem;
  }

  const api = {
    url: (): string => process.url,
    dataDirectory: (): string => process.dataDirectory,
    token: (user: string): string => process.token(user),
    send,
    good,
    refused,
    async read<Kind extends keyof Answers>(_kind: Kind, user: string | undefined, where: string, sent: Sent = {}) {
      return (await good(user, where, sent)) as Answers[Kind];
    },
    async state(user: string, request: StatementRequest): Promise<Accepted> {
      return (await good(user, '/v1/statements', { json: request })) as Accepted;
    },
    async sheet(user: string, statements: readonly StatementRequest[]): Promise<readonly Accepted[]> {
      return ((await good(user, '/v1/sheets', { json: { statements } })) as z.infer<typeof acceptedSheet>).statements;
    },
    notState: (user: string, request: unknown): Promise<Problem> => refused(user, '/v1/statements', { json: request }),
    /** An item of this user's participant. */
    collect: (user: string, fields: Readonly<Record<string, string>> = {}): Promise<Accepted> =>
      api.state(user, {
        act: 'collect',
        code: 'seized',
        record: { fields: Object.entries({ exhibit: randomUUID(), ...fields }).map(asField) },
      }),
    /** The statement once it is final. */
    async final(user: string, digest: Hex) {
      for (const deadline = Date.now() + 30_000; ;) {
        const statement = await api.read('statement', user, `/v1/statements/${digest}`);
        if (statement.progress === 'final') return statement;
        if (Date.now() > deadline) throw new Error(`${statement.act} is ${statement.progress} after 30 s`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    /** The key of a member's authority, which is the officer's own for these tests. */
    authority(code: string): Signer {
      const file = path.join(process.dataDirectory, 'demonstration.json');
      const { authorityKeys } = JSON.parse(readFileSync(file, 'utf8')) as { authorityKeys: Record<string, Hex> };
      return signer(authorityKeys[code]!);
    },
    async prepare(user: string, key: Hex, statements: readonly StatementRequest[]) {
      const body = await good(user, '/v1/sheets/prepare', { json: { key, statements } });
      return body as z.infer<typeof preparedSheet>;
    },
    /** Prepares, signs and submits with a key of the caller's own. */
    async stateSigned(user: string, own: Signer, request: StatementRequest, ...endorsing: readonly Signer[]) {
      const prepared = await api.prepare(user, own.key, [request]);
      return (await good(user, '/v1/statements', { json: signedBody(prepared, own, endorsing) })) as Accepted;
    },
  };
  return api;
}

export interface Signer {
  readonly key: Hex;
  readonly publicKey: ReturnType<typeof publicKeyOf>;
  sign(hash: Hex): Hex;
}

export function signer(privateKey: Hex): Signer {
  const publicKey = publicKeyOf(SCHEME.secp256k1, privateKey);
  return { publicKey, key: keyId(publicKey), sign: (hash) => signHash(SCHEME.secp256k1, privateKey, hash) };
}

export function signedBody(
  { hash, statements }: z.infer<typeof preparedSheet>,
  own: Signer,
  endorsing: readonly Signer[] = [],
) {
  return {
    key: own.key,
    signature: own.sign(hash),
    statements: statements.map(({ digest: _, ...statement }) => statement),
    ...(endorsing.length > 0 && {
      endorsements: endorsing.map((each) => ({ key: each.key, signature: each.sign(hash) })),
    }),
  };
}

export function asField([label, value]: readonly [string, string]): { label: string; value: string } {
  return { label, value };
}

export function word(fill: string): Hex {
  return `0x${fill.repeat(32)}`;
}
