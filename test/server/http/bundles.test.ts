import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { parseBundle, type Bundle } from '../../../protocol/bundle/form.ts';
import { parseLedgerFile, type LedgerFile } from '../../../protocol/bundle/ledger-file.ts';
import { tellBundle } from '../../../protocol/bundle/tell.ts';
import { verifyBundle, type BundleVerification } from '../../../protocol/bundle/verify.ts';
import { parseHeader } from '../../../protocol/proof/header.ts';
import { bundleVerification, provenPage } from '../../../server/http/schemas/bundles.ts';
import { useGateway, word, type Accepted, type StatementRequest } from './support/client.ts';

describe('bundles over HTTP', function () {
  this.timeout(60_000);
  const api = useGateway();

  const state = async (user: string, request: StatementRequest): Promise<Accepted> => {
    const accepted = await api.state(user, request);
    await api.final(user, accepted.digest);
    return accepted;
  };
  const field = (label: string, value: string): { label: string; value: string } => ({ label, value });
  const collect = async (user: string, more: Partial<StatementRequest> = {}): Promise<Hex> => {
    const fields = [field('exhibit', 'KT-17/1'), field('file.1.sha256', 'ab'.repeat(32)), field('place', 'Kehl')];
    return (await state(user, { act: 'collect', code: 'seized', record: { fields }, ...more })).subject;
  };
  const handOver = async (from: string, to: string, subject: Hex, more: Partial<StatementRequest>): Promise<void> => {
    await state(from, { act: 'release', subject, ...more });
    await state(to, { act: 'accept', subject });
  };
  const bundleOf = async (user: string, subject: Hex, query = ''): Promise<Bundle> =>
    parseBundle(await api.good(user, `/v1/evidence/${subject}/bundle${query}`));
  const basis = async (): Promise<Hex> => (await api.read('agreements', 'anna', '/v1/agreements')).items[0]!.subject;
  const ledger = (): LedgerFile =>
    parseLedgerFile(JSON.parse(readFileSync(path.join(api.dataDirectory(), 'ledger.json'), 'utf8')));
  const verified = (bundle: Bundle): BundleVerification => {
    const { number, hash } = parseHeader(hexToBytes(bundle.proof!.header));
    return verifyBundle(bundle, { ledger: ledger(), asked: { number, hash } });
  };
  const shownIn = ({ disclosures }: Bundle): string[] =>
    disclosures.flatMap(({ disclosure }) =>
      disclosure.fields.flatMap((each) => ('value' in each ? [`${each.label}=${each.value}`] : [])),
    );

  it('prove a trail across a border, with requests, holds, derivation and consents', async () => {
    const subject = await collect('anna');
    const asked = await state('claire', {
      ...{ act: 'request', code: 'european-investigation-order', recipient: 'DE-BKA', purpose: ['investigate'] },
    });
    const hold = await state('anna', { act: 'hold', list: [subject] });
    await state('anna', { act: 'lift', subject: hold.subject, list: [subject] });
    await handOver('anna', 'claire', subject, {
      ...{ recipient: 'FR-PN', agreement: await basis(), purpose: ['investigate', 'court'], request: asked.subject },
      restrictions: ['H1'],
    });
    const image = (await state('claire', { act: 'derive', code: 'image', list: [subject] })).subject;
    await state('claire', { act: 'hold', list: [image] });

    const bundle = await bundleOf('claire', image);
    const { verdict, trust, checks, completeAsOf, head } = verified(bundle);
    expect(checks.filter(({ result }) => result === 'failed')).to.deep.equal([]);
    expect({ verdict, trust }).to.deep.equal({ verdict: 'verified', trust: 'node' });
    expect(completeAsOf?.number).to.be.at.least(1);
    expect(head).to.equal((await api.read('evidence', 'claire', `/v1/evidence/${image}`)).included?.head);
    const told = tellBundle(bundle);
    expect(told.items.map((item) => item.subject)).to.deep.equal([image, subject]);
    expect(told.items[0]).to.deep.include({ holds: 1, restrictions: ['H1'], parents: [subject] });
    const acts = told.steps.filter(({ kind }) => ['evidence', 'hold', 'request'].includes(kind)).map(({ act }) => act);
    expect(acts).to.deep.equal(['collect', 'request', 'hold', 'lift', 'release', 'accept', 'derive', 'hold']);
  });

  it('show what was chosen, and have the same head whatever they show', async () => {
    const subject = await collect('anna');
    const [all, some, none] = await Promise.all([
      bundleOf('anna', subject),
      bundleOf('anna', subject, '?show=exhibit,file.*'),
      bundleOf('anna', subject, '?show='),
    ]);
    // The agreement’s own record too.
    expect(shownIn(all)).to.include.members(['exhibit=KT-17/1', 'place=Kehl']);
    expect(shownIn(some)).to.deep.equal(['exhibit=KT-17/1', `file.1.sha256=${'ab'.repeat(32)}`]);
    expect(shownIn(none)).to.deep.equal([]);
    expect(none.disclosures.at(-1)!.disclosure.fields.map(({ label }) => label)).to.include('place');
    const heads = [all, some, none].map((bundle) => {
      const { verdict, head } = verified(bundle);
      expect(verdict).to.equal('verified');
      return head;
    });
    expect(new Set(heads).size).to.equal(1);
  });

  it('show nothing that the caller’s participant does not have', async () => {
    const subject = await collect('anna');
    expect((await bundleOf('lucia', subject)).disclosures).to.deep.equal([]);
    expect((await bundleOf('auditor', subject)).disclosures).to.deep.equal([]);
    expect(verified(await bundleOf('auditor', subject)).verdict).to.equal('verified');
  });

  it('of what is restricted go to a court when its origin has consented', async () => {
    const subject = await collect('anna', { restrictions: ['H1'] });
    await handOver('anna', 'claire', subject, {
      ...{ recipient: 'FR-PN', agreement: await basis(), purpose: ['investigate'], restrictions: ['H1'] },
    });
    const where = `/v1/evidence/${subject}/bundle?purpose=court`;
    expect((await api.refused('claire', where)).code).to.equal('COURT_PERMISSION');
    // A court asks for a court, whatever it says; the origin needs nobody's permission but its own.
    expect((await api.refused('judge', `/v1/evidence/${subject}/bundle`)).code).to.equal('COURT_PERMISSION');
    expect(verified(await bundleOf('anna', subject, '?purpose=court')).verdict).to.equal('verified');
    expect(verified(await bundleOf('claire', subject)).verdict).to.equal('verified');

    const consenting = { act: 'consent', reference: subject } as const;
    await state('anna', { ...consenting, recipient: 'FR-PN', purpose: ['prosecute'] });
    await state('claire', { ...consenting, recipient: 'FR-PN', purpose: ['court'] });
    expect((await api.refused('claire', where)).code).to.equal('COURT_PERMISSION');
    const consent = await state('anna', { ...consenting, recipient: 'FR-TJ-PARIS', purpose: ['court'] });
    const permitted = await bundleOf('claire', subject, '?purpose=court');
    expect(tellBundle(permitted).steps.some((step) => step.subject === consent.subject)).to.equal(true);
    expect(verified(await bundleOf('judge', subject)).verdict).to.equal('verified');

    await state('anna', { act: 'end', code: 'consent-withdrawn', subject: consent.subject });
    expect((await api.refused('claire', where)).code).to.equal('COURT_PERMISSION');
  });

  describe('that anybody sends', () => {
    const verify = async (raw: string, query = '') =>
      bundleVerification.parse(await api.good(undefined, `/v1/verifications${query}`, { raw }));

    it('are verified without an account, with the digests of files', async () => {
      const file = createHash('sha256').update(randomUUID()).digest('hex');
      const fields = [field('exhibit', 'KT-17/2'), field('file.1.sha256', file)];
      const bundle = JSON.stringify(await bundleOf('anna', await collect('anna', { record: { fields } })));
      const found = await verify(bundle, `?files=${file}`);
      expect(found).to.include({ verified: true, verdict: 'verified', trust: 'node' });
      expect(found.checks.find(({ name }) => name === 'files')?.result).to.equal('passed');
      const other = await verify(bundle, `?files=${'ab'.repeat(32)}`);
      expect(other).to.include({ verified: false, verdict: 'not verified' });
      const failed = other.checks.filter(({ result }) => result === 'failed').map(({ name }) => name);
      expect(failed).to.deep.equal(['files']);
    });

    it('are found out where a record, a time or a proof was changed', async () => {
      const bundle = await bundleOf('anna', await collect('anna'));
      const failing = async (changed: Bundle): Promise<string[]> => {
        const { verified: good, checks } = await verify(JSON.stringify(changed));
        expect(good).to.equal(false);
        return checks.filter(({ result }) => result === 'failed').map(({ name }) => name);
      };
      const [first, ...rest] = bundle.inclusions;
      const swapped = JSON.parse(JSON.stringify(bundle).replace('Kehl', 'Metz')) as Bundle;
      expect(await failing(swapped)).to.deep.equal(['records']);
      const earlier = { ...bundle, inclusions: [{ ...first!, time: first!.time - 1 }, ...rest] };
      expect(await failing(earlier)).to.deep.equal(['anchors']);
      const { header, validators, nodes } = bundle.proof!;
      expect(await failing({ ...bundle, proof: { header, validators, nodes: nodes.slice(1) } })).to.include('proof');
    });

    it('are no bundles, too large, or of nothing', async () => {
      const code = async (raw: string): Promise<string> =>
        (await api.refused(undefined, '/v1/verifications', { raw })).code;
      expect(await code('{"version":1,"sheets":[]}')).to.equal('INVALID');
      expect(await code('[]')).to.equal('INVALID');
      expect(await code(`"${'x'.repeat(2 * 1024 * 1024)}"`)).to.equal('INVALID');
      expect(await code(`"${'x'.repeat(17 * 1024 * 1024)}"`)).to.equal('TOO_LARGE');
      const refused = await api.refused(undefined, '/v1/verifications?files=abc', { raw: '{"sheets":[]}' });
      expect(refused.code).to.equal('INVALID');
    });
  });

  it('can be made later of what an operator has proven, once', async () => {
    const [first, second] = [await collect('anna'), await collect('anna')];
    const prove = async (query: string) =>
      provenPage.parse(await api.good('operator', `/v1/proofs${query}`, { method: 'POST' }));
    const fresh = ({ items }: Awaited<ReturnType<typeof prove>>): unknown[] =>
      items.map((item) => ['fresh' in item && item.fresh, item.subject]);
    // The newest come first.
    const page = await prove('?limit=1');
    expect(fresh(page)).to.deep.equal([[true, second]]);
    expect(fresh(await prove(`?limit=1&cursor=${page.next!}`))).to.deep.equal([[true, first]]);
    expect(fresh(await prove('?limit=2'))).to.deep.equal([
      [false, second],
      [false, first],
    ]);
    await state('anna', { act: 'record', code: 'stored', subject: first });
    expect(fresh(await prove('?limit=2')).sort()).to.deep.equal(
      [
        [false, second],
        [true, first],
      ].sort(),
    );
    expect((await api.refused('anna', '/v1/proofs', { method: 'POST' })).code).to.equal('NOT_ALLOWED');
    expect((await api.refused('operator', '/v1/proofs?cursor=abc', { method: 'POST' })).code).to.equal('INVALID');
  });

  it('are not there of what the ledger does not have', async () => {
    expect((await api.refused('anna', `/v1/evidence/${word('ab')}/bundle`)).code).to.equal('NOT_FOUND');
    expect((await api.refused('operator', `/v1/evidence/${word('ab')}/bundle`)).code).to.equal('NOT_ALLOWED');
  });
});
