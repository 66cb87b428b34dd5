import { createHash, randomUUID } from 'node:crypto';
import { get } from 'node:http';

import { expect } from 'chai';
import { before } from 'mocha';
import type { z } from 'zod';

import type { Hex } from '../../../protocol/bytes.ts';
import type { custodyView, derivationPage, transferPage, transferView } from '../../../server/http/schemas/tracing.ts';
import { useGateway, word, type Accepted } from './support/client.ts';

type Transfer = z.infer<typeof transferView>;

describe('tracing over HTTP', function () {
  this.timeout(60_000);
  const api = useGateway();
  const caseNumber = randomUUID();
  const file = createHash('sha256').update(randomUUID()).digest('hex');
  const item = (): Hex => opened.subject;
  let opened: Accepted;
  let agreement: Hex;
  let accepted: Accepted;
  let claimed: number;

  before(async () => {
    const agreements = await api.read('agreements', 'anna', '/v1/agreements');
    agreement = agreements.items[0]!.subject;
    claimed = Math.floor(Date.now() / 1000) - 3_600;
    opened = await api.state('anna', {
      ...{ act: 'collect', code: 'seized', time: claimed },
      record: {
        fields: Object.entries({ case: caseNumber, 'file.1.sha256': file }).map(([label, value]) => ({ label, value })),
      },
    });
    const subject = opened.subject;
    await api.state('anna', {
      ...{ act: 'release', subject, recipient: 'FR-PN', agreement, purpose: ['investigate'], restrictions: ['H2'] },
      ...{ time: claimed + 600 },
    });
    accepted = await api.state('claire', { act: 'accept', subject, code: 'with-reservation', time: claimed + 1_200 });
    await api.final('claire', accepted.digest);
  });

  const transfers = async (user: string, query: Record<string, string>): Promise<readonly Transfer[]> => {
    const page = (await api.good(user, `/v1/transfers?${new URLSearchParams(query).toString()}`)) as z.infer<
      typeof transferPage
    >;
    return page.items;
  };

  it('says what crossed which border, when, and what became of it', async () => {
    for (const user of ['anna', 'claire', 'judge', 'auditor']) {
      const [found] = await transfers(user, { evidence: item() });
      expect(found, user).to.deep.include({
        fromJurisdiction: 'DE',
        toJurisdiction: 'FR',
        agreement,
        state: 'accepted',
      });
      expect(found).to.deep.include({ purpose: ['investigate'], restrictions: ['H2'], overdue: false, late: false });
      expect(found?.release.delaySeconds).to.be.at.least(3_000);
      expect(found?.outcome).to.include({ digest: accepted.digest, code: 'with-reservation' });
    }
  });

  it('filters by everything that a transfer has', async () => {
    const mine = async (query: Record<string, string>): Promise<boolean> =>
      (await transfers('auditor', { limit: '200', ...query })).some(({ evidence }) => evidence === item());
    for (const query of [
      { fromJurisdiction: 'DE', toJurisdiction: 'FR' },
      { from: 'DE-BKA' },
      { to: 'FR-PN' },
      { agency: 'FR-PN', border: 'true' },
      { agreement, state: 'accepted', late: 'false' },
      { purpose: 'investigate', restriction: 'H2' },
      { since: new Date(Date.now() - 600_000).toISOString(), until: String(Math.floor(Date.now() / 1000) + 60) },
    ]) {
      expect(await mine(query), JSON.stringify(query)).to.be.true;
    }
    for (const query of [
      { fromJurisdiction: 'FR' },
      { to: 'DE-BKA' },
      { border: 'false' },
      { state: 'in-transit' },
      { state: 'overdue' },
      { purpose: 'court' },
      { request: word('99') },
      { until: '2020-01-01' },
    ]) {
      expect(await mine(query), JSON.stringify(query)).to.be.false;
    }
  });

  it('searches by case and file in the records of the caller’s own participant, and shows none', async () => {
    for (const query of [{ case: caseNumber }, { digest: file }]) {
      expect((await transfers('anna', query)).map(({ evidence }) => evidence)).to.deep.equal([item()]);
      expect(await transfers('dieter', query)).to.be.empty;
    }
    const shown = await transfers('auditor', { evidence: item() });
    expect(JSON.stringify(shown)).not.to.include(caseNumber);
  });

  it('names what is wrong with a query', async () => {
    for (const query of [
      'fromJurisdiction=Germany',
      'from=XX-NONE',
      'state=eaten',
      'late=perhaps',
      'since=yesterday',
      'case=a&digest=' + file,
      'cursor=nonsense',
      'format=csv&cursor=nonsense',
      'format=xml',
      'colour=red',
    ]) {
      expect((await api.refused('auditor', `/v1/transfers?${query}`)).code, query).to.equal('INVALID');
    }
    expect((await api.refused('operator', '/v1/transfers')).code).to.equal('NOT_ALLOWED');
  });

  it('streams everything as NDJSON and as CSV, the same as in pages', async () => {
    for (let i = 0; i < 3; i++) {
      const { subject } = await api.collect('anna');
      const release = await api.state('anna', { act: 'release', subject, recipient: 'DE-ZOLL' });
      await api.final('anna', release.digest);
    }
    const query = `since=${claimed}&until=${Math.floor(Date.now() / 1000) + 60}`;
    const paged: Transfer[] = [];
    for (let cursor = ''; ;) {
      const page = (await api.good('auditor', `/v1/transfers?${query}&limit=2${cursor}`)) as z.infer<
        typeof transferPage
      >;
      paged.push(...page.items);
      if (page.next === undefined) break;
      cursor = `&cursor=${page.next}`;
    }
    const ndjson = await api.send('auditor', `/v1/transfers?${query}`, { headers: { Accept: 'application/x-ndjson' } });
    expect(ndjson.headers.get('content-type')).to.equal('application/x-ndjson');
    const lines = (ndjson.body as string).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal(paged);
    const csv = await api.send('auditor', `/v1/transfers?${query}`, { headers: { Accept: 'text/csv' } });
    const [head, ...rows] = (csv.body as string).trimEnd().split('\r\n');
    expect(head).to.match(/^evidence,from,fromJurisdiction,to,/);
    expect(rows.map((row) => row.split(',')[0])).to.deep.equal(paged.map(({ evidence }) => evidence));
    const few = await api.send('auditor', `/v1/transfers?${query}&format=ndjson&limit=2`);
    expect((few.body as string).trimEnd().split('\n')).to.have.length(2);
  });

  it('goes on when a reader of a stream leaves', async () => {
    await new Promise<void>((resolve, reject) => {
      const request = get(
        new URL('/v1/transfers?format=csv', api.url()),
        { headers: { Authorization: `Bearer ${api.token('auditor')}` } },
        (response) => {
          response.destroy();
          resolve();
        },
      );
      request.on('error', reject);
    });
    expect(await transfers('auditor', { evidence: item() })).to.have.length(1);
  });

  it('knows who held an item at a moment, by the ledger and by what was claimed', async () => {
    const at = async (time: number) =>
      (await api.good('auditor', `/v1/evidence/${item()}/custody?at=${time}`)) as z.infer<typeof custodyView>;
    expect(await at(claimed - 1)).not.to.have.any.keys('recorded', 'claimed');
    const early = await at(claimed + 60);
    expect(early).not.to.have.property('recorded');
    expect(early.claimed).to.deep.include({ state: 'held', holder: { number: 1, code: 'DE-BKA' } });
    const between = await at(claimed + 900);
    expect(between.claimed).to.deep.include({ state: 'in-transit', recipient: { number: 3, code: 'FR-PN' } });
    const late = await at(Math.floor(Date.now() / 1000) + 60);
    expect(late.recorded).to.deep.equal(late.claimed);
    expect(late.recorded).to.deep.include({ state: 'held', holder: { number: 3, code: 'FR-PN' } });
    expect((await api.refused('anna', `/v1/evidence/${word('99')}/custody?at=1`)).code).to.equal('NOT_FOUND');
    expect((await api.refused('anna', `/v1/evidence/${item()}/custody`)).code).to.equal('INVALID');
    const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
    expect(await api.refused('anna', `/v1/evidence/${item()}/custody?at=${tomorrow}`)).to.deep.include({
      code: 'INVALID',
      detail: 'That moment is to come, and who will hold it then is not known. Ask for now or before.',
    });
  });

  it('follows what was made of an item, and back', async () => {
    const image = await api.state('claire', { act: 'derive', code: 'image', list: [item()] });
    const report = await api.state('claire', { act: 'derive', code: 'report', list: [image.subject] });
    await api.final('claire', report.digest);
    const graph = async (from: Hex, direction: string) =>
      (await api.good('auditor', `/v1/evidence/${from}/derivations?direction=${direction}`)) as z.infer<
        typeof derivationPage
      >;
    const forward = await graph(item(), 'forward');
    expect(forward.whole).to.be.true;
    expect(forward.items.map(({ child, code }) => [child, code])).to.deep.equal([
      [image.subject, 'image'],
      [report.subject, 'report'],
    ]);
    const backward = await graph(report.subject, 'backward');
    expect(backward.items).to.deep.equal(forward.items);
    expect((await graph(report.subject, 'forward')).items).to.be.empty;
    expect((await api.refused('anna', `/v1/evidence/${word('99')}/derivations`)).code).to.equal('NOT_FOUND');
  });
});
