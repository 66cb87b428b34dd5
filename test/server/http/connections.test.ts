import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import { CustodyError } from '../../../server/custody/gateway.ts';
import { acceptAll, responseTo, textOf, useLoneServer, type LoneServer, type Submit } from './support/lone-server.ts';

const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const LINE = '{"act":"collect","code":"seized"}\n';
const SECRET = 'KT-2026-0117 Krause';

interface Answer {
  readonly line: number;
  readonly accepted?: object;
  readonly problem?: { readonly code: string; readonly status: number; readonly instance: string };
}

const answersIn = (text: string): Answer[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Answer);

const outcomes = (text: string): string[] =>
  answersIn(text).map(({ line, problem }) => `${line} ${problem?.code ?? 'accepted'}`);

/** Fails like code that has a bug, or a store that is gone. */
function failing(error: Error): Submit {
  return () => Promise.reject(error);
}

async function state(server: LoneServer, headers = {}): Promise<{ status: number; text: string; retry?: string }> {
  const sent = server.post('/v1/statements', headers);
  sent.end(LINE);
  const response = await responseTo(sent);
  const retry = response.headers['retry-after'];
  return { status: response.statusCode ?? 0, text: await textOf(response), ...(retry !== undefined && { retry }) };
}

describe('connections', function () {
  this.timeout(20_000);
  const open = useLoneServer();

  describe('in bulk', () => {
    it('answers a line before the next one comes', async () => {
      const server = await open();
      const sent = server.post('/v1/statements/bulk', NDJSON);
      sent.write(LINE);
      const response = await responseTo(sent);
      for (const expected of ['1 accepted', '2 accepted', '3 accepted']) {
        const [text] = (await once(response, 'data')) as [string];
        expect(outcomes(text)).to.deep.equal([expected]);
        sent.write(LINE);
      }
      sent.end();
      expect(outcomes(await textOf(response))).to.deep.equal(['4 accepted']);
    });

    it('reads no further while too many lines wait', async () => {
      let waiting = 0;
      let most = 0;
      const gate = Promise.withResolvers<undefined>();
      const server = await open(
        async (submitted) => {
          most = Math.max(most, ++waiting);
          await gate.promise;
          waiting -= 1;
          return acceptAll(submitted);
        },
        { bulkLines: 128 },
      );
      const sent = server.post('/v1/statements/bulk', NDJSON);
      sent.end(LINE.repeat(1_000));
      const response = await responseTo(sent);
      await sleep(200);
      expect(most).to.equal(128);
      gate.resolve(undefined);
      expect(outcomes(await textOf(response))).to.have.length(1_000);
      expect(most).to.equal(128);
    });

    it('says from which line on to send again when the gateway stops', async () => {
      const server = await open();
      const sent = server.post('/v1/statements/bulk', NDJSON);
      sent.write(LINE);
      const response = await responseTo(sent);
      const [first] = (await once(response, 'data')) as [string];
      const closed = server.close();
      sent.write(`${LINE}{"act":"coll`);
      expect(outcomes(first + (await textOf(response)))).to.deep.equal(['1 accepted', '2 accepted', '3 STOPPING']);
      await closed;
    });

    it('outlives a client that leaves in the middle', async () => {
      const server = await open();
      const sent = server.post('/v1/statements/bulk', NDJSON).on('error', () => undefined);
      sent.write(LINE.repeat(100));
      await responseTo(sent);
      sent.destroy();
      await sleep(50);
      expect((await state(server)).status).to.equal(202);
      expect(server.logged().filter(({ level }) => Number(level) > 30)).to.deep.equal([]);
    });

    it('gives a line that fails unexpectedly a bare problem, and the log its cause', async () => {
      let turn = 0;
      const server = await open((each) => (++turn === 2 ? Promise.reject(new Error(SECRET)) : acceptAll(each)));
      const sent = server.post('/v1/statements/bulk', NDJSON);
      sent.end(LINE.repeat(3));
      const text = await textOf(await responseTo(sent));
      expect(outcomes(text)).to.deep.equal(['1 accepted', '2 INTERNAL', '3 accepted']);
      expect(text).not.to.contain(SECRET);
      const causes = server.logged().filter(({ level }) => level === 50);
      expect(causes.map(({ request }) => `urn:uuid:${String(request)}`)).to.deep.equal([
        answersIn(text)[1]!.problem!.instance,
      ]);
    });
  });

  describe('what fails inside', () => {
    it('is a bare 500 with an id, under which the log has the cause', async () => {
      const server = await open(failing(new TypeError(SECRET)));
      const { status, text } = await state(server);
      expect(status).to.equal(500);
      expect(text).not.to.contain(SECRET);
      const cause = server.logged().find(({ level }) => level === 50)!;
      expect(`urn:uuid:${String(cause['request'])}`).to.equal((JSON.parse(text) as { instance: string }).instance);
      expect(JSON.stringify(cause['err'])).to.contain(SECRET);
    });

    it('is a 503 to be tried again where the store or the chain is busy', async () => {
      for (const [name, code] of [
        ['StoreError', 'BUSY'],
        ['ChainError', 'UNREACHABLE'],
      ] as const) {
        const { status, retry } = await state(await open(failing(Object.assign(new Error(SECRET), { name, code }))));
        expect([status, retry]).to.deep.equal([503, '5']);
      }
    });

    it('is a 503 to be tried again where there is too much to do', async () => {
      const { status, retry } = await state(await open(failing(new CustodyError('OVERLOADED', 'Too much.'))));
      expect([status, retry]).to.deep.equal([503, '1']);
    });
  });

  describe('bounds', () => {
    it('keep more requests than may be under way outside', async () => {
      const gate = Promise.withResolvers<undefined>();
      const server = await open((each) => gate.promise.then(() => acceptAll(each)), { requests: 2 });
      const inside = [state(server), state(server)];
      await sleep(100);
      const { status, text, retry } = await state(server);
      expect([status, retry]).to.deep.equal([503, '1']);
      expect(text).to.contain('OVERLOADED');
      gate.resolve(undefined);
      expect((await Promise.all(inside)).map((each) => each.status)).to.deep.equal([202, 202]);
      expect((await state(server)).status).to.equal(202);
    });

    it('end a body that does not come', async () => {
      const server = await open(acceptAll, { bodySeconds: 0.1 });
      const sent = server.post('/v1/statements', { 'Content-Length': '100' });
      sent.flushHeaders();
      const response = await responseTo(sent);
      expect(await textOf(response)).to.contain('TOO_SLOW');
      expect(response.statusCode).to.equal(408);
    });
  });

  describe('a token', () => {
    it('stops working within two seconds of its revocation', async () => {
      const server = await open();
      expect((await state(server)).status).to.equal(202);
      server.revoked = true;
      server.time += 2;
      expect((await state(server)).status).to.equal(401);
    });

    it('is in no log, nor is anything that was sent or asked for', async () => {
      const server = await open();
      const sent = server.post(`/v1/statements?exhibit=${encodeURIComponent(SECRET)}`);
      sent.end(
        JSON.stringify({ act: 'collect', code: 'seized', record: { fields: [{ label: 'case', value: SECRET }] } }),
      );
      await textOf(await responseTo(sent));
      await state(server);
      const log = JSON.stringify(server.logged());
      for (const said of [server.bearer, SECRET, encodeURIComponent(SECRET), 'Krause', '127.0.0.1']) {
        expect(log).not.to.contain(said);
      }
      expect(server.logged().map(({ route, status }) => [route, status])).to.deep.equal([
        ['/v1/statements', 400],
        ['/v1/statements', 202],
      ]);
    });
  });

  describe('stopping', () => {
    it('finishes what is under way and takes nothing new', async () => {
      const gate = Promise.withResolvers<undefined>();
      const server = await open((each) => gate.promise.then(() => acceptAll(each)));
      const underWay = state(server);
      await sleep(100);
      const closed = server.close();
      const refused = await state(server).catch((error: unknown) => (error as { code?: string }).code);
      expect(refused).to.equal('ECONNREFUSED');
      gate.resolve(undefined);
      expect((await underWay).status).to.equal(202);
      await closed;
    });

    it('does not wait for ever', async () => {
      const server = await open(() => new Promise(() => undefined), { closeSeconds: 0.1 });
      const cut = state(server).catch((error: unknown) => (error as { code?: string }).code);
      await sleep(100);
      await server.close();
      expect(await cut).to.equal('ECONNRESET');
    });
  });
});
