import { Agent, request as httpRequest } from 'node:http';

import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import fc from 'fast-check';

import { ENDPOINTS } from '../../../server/http/start.ts';
import { useGateway, type Problem } from './support/client.ts';

describe('requests', function () {
  this.timeout(60_000);
  const api = useGateway();
  const post = (raw: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Problem> =>
    api.refused('anna', '/v1/statements', { raw, headers });
  const pointers = (problem: Problem): string[] => (problem.errors ?? []).map(({ pointer }) => pointer);

  describe('a body', () => {
    it('may have no field that is unknown, and the problem names it', async () => {
      expect(pointers(await api.notState('anna', { act: 'collect', code: 'seized', colour: 'red' }))).to.include(
        '/colour',
      );
      const record = { fields: [{ label: 'exhibit', value: 'A', 'a/b~c': 1 }] };
      const problem = await api.notState('anna', { act: 'collect', code: 'seized', record });
      expect(pointers(problem)).to.include('/record/fields/0/a~1b~0c');
    });

    it('may not reach a prototype', async () => {
      for (const raw of [
        '{"act":"collect","code":"seized","__proto__":{"subject":"0x"}}',
        '{"act":"collect","code":"seized","constructor":{"prototype":{"x":1}}}',
        '{"act":"collect","code":"seized","record":{"fields":[{"label":"a","value":"b","__proto__":{}}]}}',
        '{"act":"__proto__"}',
        '{"act":"constructor"}',
        '{"act":"toString","code":"toString"}',
      ]) {
        expect((await post(raw)).code, raw).to.equal('INVALID');
      }
      expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
    });

    it('has fields of the right type, and what was wrong is never repeated', async () => {
      for (const wrong of [
        { code: 7 },
        { subject: 'SECRET' },
        { subject: `0x${'AB'.repeat(32)}` },
        { time: 'SECRET' },
        { time: 1.5 },
        { time: -1 },
        { time: 2 ** 40 },
        { list: 'SECRET' },
        { list: [] },
        { purpose: ['SECRET'] },
        { record: { fields: [] } },
        { record: { fields: [{ label: '', value: 'SECRET' }] } },
        { record: { fields: Array.from({ length: 257 }, () => ({ label: 'a', value: 'SECRET' })) } },
        { recipient: -1 },
        { recipient: null },
      ]) {
        const problem = await api.notState('anna', { act: 'collect', code: 'seized', ...wrong });
        expect(problem.code, JSON.stringify(wrong).slice(0, 80)).to.equal('INVALID');
        expect(pointers(problem)[0]).to.match(new RegExp(`^/${Object.keys(wrong)[0]!}`));
        expect(JSON.stringify(problem)).not.to.include('SECRET');
      }
    });

    it('is JSON in well-formed UTF-8', async () => {
      for (const raw of ['', '{', 'null', '[]', '"text"', '1', '{"act":"collect",}']) {
        expect((await post(raw)).code, raw).to.equal('INVALID');
      }
      expect((await post(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d))).code).to.equal('INVALID');
      expect((await post('['.repeat(100_000))).code).to.equal('INVALID');
    });

    it('is refused in a media type that is not read', async () => {
      for (const headers of [
        { 'Content-Type': 'text/plain' },
        { 'Content-Type': 'application/json; charset=latin1' },
        { 'Content-Type': 'application/x-www-form-urlencoded' },
        { 'Content-Encoding': 'gzip' },
      ]) {
        expect((await post('{}', headers)).code).to.equal('UNSUPPORTED_MEDIA');
      }
      expect((await post('{}', { 'Content-Type': 'Application/JSON; Charset="UTF-8"' })).code).to.equal('INVALID');
    });

    it('has a bound, with and without a length that is told', async () => {
      const huge = JSON.stringify({ act: 'collect', code: 'x'.repeat(2 * 1024 * 1024) });
      expect((await post(huge)).code).to.equal('TOO_LARGE');
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = {
          Authorization: `Bearer ${api.token('anna')}`,
          'Content-Type': 'application/json',
          'Transfer-Encoding': 'chunked',
        };
        const sending = httpRequest(new URL('/v1/statements', api.url()), { method: 'POST', headers, agent });
        sending.on('response', (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sending.on('error', reject);
        sending.end(huge);
      });
      expect(status).to.equal(413);
      const next = await new Promise<number | undefined>((resolve, reject) => {
        const asking = httpRequest(new URL('/healthz', api.url()), { agent }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asking.on('error', reject).end();
      });
      agent.destroy();
      expect(next, 'the next request of the same connection').to.equal(200);
    });

    it('never brings about more than a problem, whatever stands in it', async () => {
      const anything = fc.oneof(
        fc.json(),
        fc.string({ unit: 'binary' }),
        fc
          .record(
            {
              act: fc.oneof(fc.constantFrom('collect', 'release', 'conclude', 'enrol', 'erase'), fc.jsonValue()),
              code: fc.oneof(fc.constantFrom('seized', 'handoff', 'signed'), fc.jsonValue()),
              subject: fc.oneof(fc.constant(`0x${'00'.repeat(32)}`), fc.jsonValue()),
              list: fc.oneof(fc.array(fc.constant(`0x${'ff'.repeat(32)}`)), fc.jsonValue()),
              recipient: fc.oneof(fc.constantFrom('FR-PN', 2, 4_294_967_295), fc.jsonValue()),
              record: fc.oneof(
                fc.record({
                  fields: fc.array(fc.record({ label: fc.string(), value: fc.string({ unit: 'binary' }) })),
                }),
                fc.jsonValue(),
              ),
              time: fc.oneof(fc.nat(), fc.constant(2 ** 40 - 1), fc.jsonValue()),
              expires: fc.oneof(fc.nat(), fc.constant(2 ** 40 - 1), fc.jsonValue()),
            },
            { requiredKeys: ['act'] },
          )
          .map((value) => JSON.stringify(value)),
      );
      const paths = fc.constantFrom('/v1/statements', '/v1/sheets', '/v1/sheets/prepare');
      await fc.assert(
        fc.asyncProperty(paths, anything, fc.boolean(), async (path, raw, wrapped) => {
          const body = wrapped && path !== '/v1/statements' ? `{"statements":[${raw}]}` : raw;
          expect((await api.send('anna', path, { raw: body })).status).to.be.below(500);
        }),
        { numRuns: 250 },
      );
    });
  });

  describe('a path', () => {
    it('that is not there is a problem', async () => {
      for (const path of ['/v1', '/v2/statements', '/v1/evidence/a/b/c', '/.env']) {
        expect((await api.refused('anna', path)).code, path).to.equal('UNKNOWN_PATH');
      }
      expect((await api.refused('anna', '/v1/evidence/%E0%A4%A')).code).to.equal('INVALID');
    });

    it('says which methods it takes', async () => {
      for (const [method, path, allow] of [
        ['DELETE', '/v1/statements', 'POST, GET, HEAD'],
        ['PUT', '/v1/sheets', 'POST'],
        ['POST', '/v1/participants', 'GET, HEAD'],
        ['PATCH', '/healthz', 'GET, HEAD'],
      ] as const) {
        const { status, headers, body } = await api.send('anna', path, { method });
        expect(status).to.equal(405);
        expect(headers.get('allow')).to.equal(allow);
        expect(body).to.include({ code: 'METHOD_NOT_ALLOWED' });
      }
    });

    it('without parameters takes no query', async () => {
      expect((await api.refused('anna', '/v1/participants?colour=red')).code).to.equal('INVALID');
    });

    it('needs an account, unless it is open', async () => {
      for (const { method, path, roles } of ENDPOINTS) {
        if (roles.length === 0) continue;
        const { status } = await api.send(undefined, path.replaceAll(/\{\w+\}/g, '1'), {
          method: method.toUpperCase(),
        });
        expect(status, `${method} ${path}`).to.equal(401);
      }
    });
  });

  describe('operation', () => {
    it('says that it lives and is ready', async () => {
      expect(await api.good(undefined, '/healthz')).to.deep.equal({ alive: true });
      expect(await api.good(undefined, '/readyz')).to.include({ ready: true });
    });

    it('tells the operator, and nobody else, the same as numbers', async () => {
      const { status, headers, body } = await api.send('operator', '/metrics');
      expect(status).to.equal(200);
      expect(headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
      const lines = String(body).trimEnd().split('\n');
      expect(lines.filter((line) => !/^(# (HELP|TYPE) \w+ .+|\w+ \d+)$/.test(line))).to.deep.equal([]);
      expect(lines).to.include('unbroken_ready 1');
      expect((await api.send('anna', '/metrics')).status).to.equal(403);
    });

    it('shows the documentation without any script', async () => {
      const { status, headers, body } = await api.send(undefined, '/docs');
      expect(status).to.equal(200);
      expect(headers.get('content-type')).to.match(/^text\/html/);
      expect(headers.get('content-security-policy')).to.match(/default-src 'none'/);
      expect(body).not.to.match(/<script|\son\w+=|javascript:/i);
      for (const { path } of ENDPOINTS) expect(body).to.include(path);
    });

    it('describes itself in valid OpenAPI', async () => {
      const document = (await api.good(undefined, '/openapi.json')) as Record<string, unknown>;
      const { valid, errors } = await new Validator().validate(document);
      expect(valid, JSON.stringify(errors)).to.be.true;
    });

    it('sends headers that keep browsers and caches out', async () => {
      const { headers } = await api.send('anna', '/v1/participants');
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('x-powered-by')).to.equal(null);
    });
  });
});
