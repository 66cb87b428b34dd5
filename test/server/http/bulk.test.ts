import { randomUUID } from 'node:crypto';

import { expect } from 'chai';
import fc from 'fast-check';

import { DEFAULT_LIMITS } from '../../../server/http/limits.ts';
import { lineSplitter, type Line } from '../../../server/http/lines.ts';
import { useGateway, type Accepted, type Problem } from './support/client.ts';

interface BulkAnswer {
  readonly line: number;
  readonly accepted?: Accepted;
  readonly problem?: Problem;
}

const MEDIA = { 'Content-Type': 'application/x-ndjson' };
const collect = { act: 'collect', code: 'seized' };
const good = JSON.stringify(collect);

describe('bulk', function () {
  this.timeout(60_000);
  const api = useGateway();
  const bulk = async (raw: string | Uint8Array<ArrayBuffer>, user = 'anna'): Promise<BulkAnswer[]> => {
    const { status, headers, body } = await api.send(user, '/v1/statements/bulk', { raw, headers: MEDIA });
    expect(status).to.equal(200);
    expect(headers.get('content-type')).to.equal('application/x-ndjson');
    return String(body)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as BulkAnswer);
  };
  const outcomes = (answers: readonly BulkAnswer[]): string[] =>
    answers.map(({ line, problem }) => `${line} ${problem ? (problem.reason ?? problem.code) : 'accepted'}`);

  it('answers line by line, and a bad line spoils no other', async () => {
    const lines = [good, 'no json', '{"act":"collect","colour":"red"}', '[]', '{"act":"collect"}', good];
    expect(outcomes(await bulk(lines.join('\n')))).to.deep.equal([
      '1 accepted',
      '2 INVALID',
      '3 INVALID',
      '4 INVALID',
      '5 INVALID',
      '6 accepted',
    ]);
  });

  it('gives the reason of the ledger for a line', async () => {
    const { subject } = await api.collect('anna');
    const lines = [{ act: 'release', subject, recipient: 'FR-PN' }, collect].map((line) => JSON.stringify(line));
    expect(outcomes(await bulk(lines.join('\n')))).to.deep.equal(['1 NO_BASIS', '2 accepted']);
  });

  it('counts blank lines and answers none of them', async () => {
    expect(outcomes(await bulk(`\n${good}\r\n  \t\n\r\n${good}\n\n`))).to.deep.equal(['2 accepted', '5 accepted']);
    expect(await bulk('\n\n')).to.deep.equal([]);
  });

  it('skips a line that is too long, to its end', async () => {
    const long = JSON.stringify({ ...collect, code: 'x'.repeat(DEFAULT_LIMITS.lineBytes) });
    expect(outcomes(await bulk([good, long, good].join('\n')))).to.deep.equal([
      '1 accepted',
      '2 TOO_LARGE',
      '3 accepted',
    ]);
  });

  it('keeps the order over more lines than may wait', async () => {
    const lines = Array.from({ length: DEFAULT_LIMITS.bulkLines * 3 }, (_, at) => (at % 7 === 3 ? '{}' : good));
    const answers = await bulk(lines.join('\n'));
    expect(answers.map(({ line }) => line)).to.deep.equal(lines.map((_, at) => at + 1));
    expect(answers.map(({ accepted }) => accepted !== undefined)).to.deep.equal(lines.map((line) => line === good));
  });

  it('takes an act on what a line above it opened', async () => {
    const subject = `0x00000001${randomUUID().replaceAll('-', '')}${'0'.repeat(24)}`;
    const lines = [
      { ...collect, subject },
      { act: 'record', code: 'stored', subject },
      { act: 'release', subject, recipient: 'DE-ZOLL' },
    ];
    const answers = await bulk(lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(outcomes(answers)).to.deep.equal(['1 accepted', '2 accepted', '3 accepted']);
  });

  it('honours an idempotency key of each line, which is that of a single statement as well', async () => {
    const idempotencyKey = randomUUID();
    const line = JSON.stringify({ ...collect, idempotencyKey });
    const [first] = await bulk(line);
    const [second] = await bulk(line);
    const [other] = await bulk(JSON.stringify({ act: 'collect', code: 'produced', idempotencyKey }));
    const single = await api.send('anna', '/v1/statements', {
      json: collect,
      headers: { 'Idempotency-Key': idempotencyKey },
    });
    expect(second!.accepted?.digest).to.equal(first!.accepted?.digest);
    expect((single.body as Accepted).digest).to.equal(first!.accepted?.digest);
    expect(other!.problem?.code).to.equal('IDEMPOTENCY_CONFLICT');
  });

  it('takes nothing but NDJSON, of officers', async () => {
    const path = '/v1/statements/bulk';
    expect((await api.refused('anna', path, { json: collect })).code).to.equal('UNSUPPORTED_MEDIA');
    expect((await api.refused('auditor', path, { raw: good, headers: MEDIA })).code).to.equal('NOT_ALLOWED');
  });

  it('answers each line that is not blank once and in order, whatever stands in it', async () => {
    const line = fc.oneof(
      fc.constant(good),
      fc.constant(''),
      fc.json().map((text) => text.replaceAll('\n', '')),
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), async (lines, newline) => {
        const answers = await bulk(lines.join(newline));
        const answered = lines.flatMap((text, at) => (/^[\t\r ]*$/.test(text) ? [] : [at + 1]));
        expect(answers.map((each) => each.line)).to.deep.equal(answered);
        for (const { problem } of answers) if (problem) expect(problem.status).to.be.within(400, 499);
      }),
      { numRuns: 60 },
    );
  });
});

describe('lines of NDJSON', () => {
  const cut = (bytes: Uint8Array, sizes: readonly number[], limit: number): Line[] => {
    const splitter = lineSplitter(limit);
    const lines: Line[] = [];
    let at = 0;
    for (const size of sizes) {
      lines.push(...splitter.push(bytes.subarray(at, at + size)));
      at += size;
    }
    return [...lines, ...splitter.push(bytes.subarray(at)), ...splitter.end()];
  };

  it('are the same however the bytes arrive', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ö', ' ', '\r', '\n'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(5)), fc.integer({ min: 1, max: 9 }), (written, sizes, limit) => {
        const bytes = new TextEncoder().encode(written);
        const plain = (lines: readonly Line[]): unknown =>
          lines.map((line) => [line.number, line.bytes && Buffer.from(line.bytes).toString('hex')]);
        expect(plain(cut(bytes, sizes, limit))).to.deep.equal(plain(cut(bytes, [], limit)));
      }),
      { numRuns: 500 },
    );
  });
});
