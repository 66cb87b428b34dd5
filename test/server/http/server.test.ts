import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';

import { expect } from 'chai';
import { afterEach, beforeEach } from 'mocha';
import { pino } from 'pino';

import type { Hex } from '../../../protocol/bytes.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import type { Gateway, Verification } from '../../../server/custody/gateway.ts';
import type { Token, TokenStore } from '../../../server/custody/ports.ts';
import { DEFAULT_LIMITS, type Limits } from '../../../server/http/limits.ts';
import { startHttp, type HttpServer } from '../../../server/http/start.ts';
import { newToken, tokenHash } from '../../../server/http/token.ts';
import { call, type Problem } from './support/client.ts';

const TIME = 1_790_000_000;
const DAY = 86_400;

/** Tokens in memory: what a store does with them is tested with the stores. */
function tokensInMemory(): TokenStore {
  const tokens = new Map<Hex, Token>();
  return {
    find: (hash) => Promise.resolve(tokens.get(hash)),
    create({ hash, ...token }) {
      tokens.set(hash, token);
      return Promise.resolve();
    },
    createFirst: () => Promise.resolve(false),
    revoke(id, time) {
      for (const [hash, token] of tokens) if (token.id === id) tokens.set(hash, { ...token, revokedAt: time });
      return Promise.resolve(true);
    },
    list: () => Promise.resolve([...tokens.values()]),
  };
}

describe('the HTTP server', function () {
  this.timeout(20_000);
  let server: HttpServer;
  let tokens: TokenStore;
  let logged: string;
  let now: number;
  /** Seconds that have passed, whatever the clock says. */
  let passed: number;
  let participants: Gateway['participants'];
  let verifyTrail: () => Promise<Verification>;

  async function start(limits: Partial<Limits> = {}): Promise<string> {
    const gateway: Partial<Gateway> = {
      participants: () => participants(),
      agreements: () => Promise.resolve([]),
      verifyDisclosure: () => Promise.resolve<Verification>({ verified: false, checks: [], trust: 'nothing' }),
      evidence: () => Promise.resolve({} as Awaited<ReturnType<Gateway['evidence']>>),
      verifyTrail: () => verifyTrail(),
      submit: () => Promise.reject(new Error('a cause that nobody outside may see')),
      hasRoom: () => Promise.resolve(true),
    };
    const log = pino({ level: 'info' }, { write: (line: string) => (logged += line) });
    const parts = {
      gateway: gateway as Gateway,
      tokens,
      clock: () => now,
      steady: () => passed,
      log,
      limits: { ...DEFAULT_LIMITS, ...limits },
    };
    server = await startHttp(parts, { host: '127.0.0.1', port: 0 });
    const { id, token, hash } = newToken();
    await tokens.create({ id, name: 'root', role: 'operator', participant: 1, createdAt: TIME, hash });
    operator = token;
    return server.url;
  }
  let operator: string;

  beforeEach(() => {
    tokens = tokensInMemory();
    logged = '';
    now = TIME;
    passed = 0;
    const member = { number: 1, code: 'DE-BKA', jurisdiction: 'DE', kind: 'agency', status: 'active', sponsor: 0 };
    participants = () => Promise.resolve([member] as unknown as Awaited<ReturnType<Gateway['participants']>>);
  });
  afterEach(() => server.close());

  const tokenRequest = { name: 'Anna', role: 'officer', participant: 'DE-BKA' };

  it('makes a token, lists it without its secret and revokes it', async () => {
    const url = await start();
    const made = await call(url, '/v1/tokens', { token: operator, json: tokenRequest });
    const { id, token } = made.body as { id: string; token: string };
    expect(made.status).to.equal(201);
    expect((await call(url, '/v1/tokens/mine', { token })).body).to.include({ id, role: 'officer' });

    const list = await call(url, '/v1/tokens', { token: operator });
    expect(JSON.stringify(list.body)).to.include(id).and.not.include(token).and.not.include(tokenHash(token));

    expect((await call(url, `/v1/tokens/${id}`, { token: operator, method: 'DELETE' })).status).to.equal(200);
    passed += 3;
    expect((await call(url, '/v1/tokens/mine', { token })).status).to.equal(401);
  });

  it('takes no revoked token, nor fewer strangers, because the clock ran ahead and was set right', async () => {
    const url = await start({ anonymousPerMinute: 1 });
    const disclosure = { schema: 's', fields: [{ label: 'a', value: 'b', salt: `0x${'00'.repeat(32)}` }] };
    const verify = () => call(url, '/v1/verifications', { json: { digest: `0x${'12'.repeat(32)}`, disclosure } });
    now += DAY;
    const made = await call(url, '/v1/tokens', { token: operator, json: tokenRequest });
    const { id, token } = made.body as { id: string; token: string };
    expect((await call(url, '/v1/tokens/mine', { token })).status).to.equal(200);
    expect((await verify()).status).to.equal(200);
    now -= DAY;
    await call(url, `/v1/tokens/${id}`, { token: operator, method: 'DELETE' });
    passed += 60;
    expect((await call(url, '/v1/tokens/mine', { token })).status).to.equal(401);
    expect((await verify()).status).to.equal(200);
  });

  it('answers 503, and tells the operator, when a node answers with an error', async () => {
    const url = await start();
    for (const code of ['UNREACHABLE', 'NODE', 'REVERTED', 'REFUSED'] as const) {
      verifyTrail = () => Promise.reject(new ChainError(code, 'eth_call: missing trie node (-32000)'));
      const made = await call(url, '/v1/tokens', { token: operator, json: tokenRequest });
      const { token } = made.body as { token: string };
      const heard = await call(url, `/v1/evidence/0x${'12'.repeat(32)}/verification`, { token });
      expect(heard.body).to.include({ status: 503, code: 'UNAVAILABLE' });
      expect(Number(heard.headers.get('retry-after'))).to.be.above(0);
      expect((heard.body as Problem).detail)
        .to.include('node')
        .and.not.include('trie');
    }
    expect(logged).to.include('missing trie node');
  });

  it('makes no token for nobody, without a name or with a role that is not there', async () => {
    const url = await start();
    for (const wrong of [{ participant: 'XX' }, { name: '  ' }, { role: 'king' }, { admin: true }]) {
      const heard = await call(url, '/v1/tokens', { token: operator, json: { ...tokenRequest, ...wrong } });
      expect((heard.body as Problem).code, JSON.stringify(wrong)).to.equal('INVALID');
    }
    const heard = await call(url, '/v1/tokens/abc', { token: operator, method: 'DELETE' });
    expect((heard.body as Problem).code).to.equal('NOT_FOUND');
  });

  it('says nothing of an unexpected error but where it stands in the log', async () => {
    const url = await start();
    const made = await call(url, '/v1/tokens', { token: operator, json: tokenRequest });
    const { token } = made.body as { token: string };
    const heard = await call(url, '/v1/statements', { token, json: { act: 'collect', code: 'seized' } });
    const problem = heard.body as Problem;
    expect(problem).to.include({ status: 500, code: 'INTERNAL' });
    expect(JSON.stringify(problem)).not.to.include('a cause');
    expect(logged).to.include('a cause that nobody outside may see');
    expect(logged).to.include(problem.instance.slice('urn:uuid:'.length));
  });

  it('logs no token, no body and no query', async () => {
    const url = await start();
    await call(url, '/v1/tokens', { token: operator, json: { ...tokenRequest, name: 'PERSON' } });
    await call(url, '/v1/participants?colour=PERSON', { token: operator });
    await call(url, '/v1/participants/PERSON/keys', { token: operator });
    expect(logged).to.include('/v1/participants/{number}/keys');
    expect(logged).not.to.match(/PERSON|unb_|127\.0\.0\.1/);
  });

  it('verifies for strangers only so often, and again after a while', async () => {
    const url = await start({ anonymousPerMinute: 3 });
    const disclosure = { schema: 's', fields: [{ label: 'a', value: 'b', salt: `0x${'00'.repeat(32)}` }] };
    const verify = () => call(url, '/v1/verifications', { json: { digest: `0x${'12'.repeat(32)}`, disclosure } });
    const statuses = [];
    for (let at = 0; at < 4; at++) statuses.push((await verify()).status);
    expect(statuses).to.deep.equal([200, 200, 200, 429]);
    expect(Number((await verify()).headers.get('retry-after'))).to.be.above(0);
    passed += 60;
    expect((await verify()).status).to.equal(200);
  });

  const statusOf = (sending: ClientRequest): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      sending.on('error', reject).on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
    });

  it('does not wait for ever for a body', async () => {
    const url = await start({ bodySeconds: 0.1 });
    const headers = { Authorization: `Bearer ${operator}`, 'Content-Type': 'application/json', 'Content-Length': 100 };
    const sending = httpRequest(new URL('/v1/tokens', url), { method: 'POST', headers });
    sending.write('{');
    expect(await statusOf(sending)).to.equal(408);
    sending.destroy();
  });

  it('has so many requests under way at most', async () => {
    const url = await start({ requests: 1 });
    let go = (): void => undefined;
    const members = await participants();
    const held = new Promise<typeof members>((resolve) => (go = () => resolve(members)));
    const reached = new Promise<void>((resolve) => {
      participants = () => {
        resolve();
        return held;
      };
    });
    const first = call(url, '/v1/participants', { token: operator });
    await reached;
    const second = await call(url, '/healthz');
    expect(second.body).to.include({ code: 'OVERLOADED' });
    go();
    expect((await first).status).to.equal(200);
  });

  it('ends bulk when it stops: what was read is answered, and the line from which to go on is named', async () => {
    const url = await start();
    const made = await call(url, '/v1/tokens', { token: operator, json: tokenRequest });
    const { token } = made.body as { token: string };
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-ndjson' };
    const sending = httpRequest(new URL('/v1/statements/bulk', url), { method: 'POST', headers });
    sending.write('{}\n');
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sending.on('response', resolve).on('error', reject);
    });
    const lines = response.setEncoding('utf8').iterator() as AsyncIterator<string, undefined>;
    const first = JSON.parse((await lines.next()).value ?? '') as { line: number };
    expect(first.line).to.equal(1);
    const closed = server.close();
    sending.write('{}\n');
    let text = '';
    for (let next = await lines.next(); !next.done; next = await lines.next()) text += next.value;
    const rest = text.split('\n').filter((line) => line !== '');
    const last = JSON.parse(rest.at(-1) ?? '{}') as { line: number; problem: Problem };
    expect(last.problem.code).to.equal('STOPPING');
    expect(last.line).to.equal(rest.length + 1);
    sending.destroy();
    await closed;
    server = { url, close: () => Promise.resolve() };
  });

  it('finishes what is under way when it stops, and takes nothing new', async () => {
    const url = await start();
    let go = (): void => undefined;
    const members = await participants();
    const held = new Promise<typeof members>((resolve) => (go = () => resolve(members)));
    const reached = new Promise<void>((resolve) => {
      participants = () => {
        resolve();
        return held;
      };
    });
    const underWay = call(url, '/v1/participants', { token: operator });
    await reached;
    const closed = server.close();
    const late = await call(url, '/healthz').then(
      () => 'answered',
      () => 'refused',
    );
    expect(late).to.equal('refused');
    go();
    expect((await underWay).status).to.equal(200);
    const answered = performance.now();
    await closed;
    expect(performance.now() - answered, 'it waited for an idle connection').to.be.below(5_000);
    server = { url, close: () => Promise.resolve() };
  });
});
