import { createHash, randomUUID } from 'node:crypto';

import { expect } from 'chai';
import { before } from 'mocha';

import { until } from '../chain/support/chain.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { useGateway, word, type Accepted, type Answers } from './support/client.ts';

type Disclosure = Answers['disclosure'];

describe('reading over HTTP', function () {
  this.timeout(60_000);
  const api = useGateway();
  const exhibit = `Exhibit ${randomUUID()}`;
  const caseNumber = randomUUID();
  const file = createHash('sha256').update(randomUUID()).digest('hex');
  let opened: Accepted;
  let subject: Hex;
  let released: Accepted;

  before(async () => {
    opened = await api.collect('anna', { exhibit, case: caseNumber, 'file.1.sha256': file });
    subject = opened.subject;
    released = await api.state('anna', {
      act: 'release',
      subject,
      recipient: 'DE-ZOLL',
      record: { fields: [{ label: 'seal', value: 'B-4711' }] },
    });
    await api.final('anna', opened.digest);
    await api.final('anna', released.digest);
    await until(async () => (await api.read('evidence', 'dieter', `/v1/evidence/${subject}`)).dossier === 'received');
  });

  describe('a search', () => {
    const subjects = async (user: string, query: Record<string, string>): Promise<Hex[]> => {
      const page = await api.read('page', user, `/v1/evidence?${new URLSearchParams(query).toString()}`);
      return page.items.map((line) => line.subject);
    };

    it('finds by exhibit, by case and by the digest of a file', async () => {
      for (const query of [
        { exhibit },
        { case: caseNumber },
        { digest: file },
        { digest: `0x${file.toUpperCase()}` },
      ]) {
        expect(await subjects('anna', query)).to.deep.equal([subject]);
      }
      const { items } = await api.read('statements', 'anna', `/v1/statements?digest=${file}`);
      expect(items.map(({ digest }) => digest)).to.deep.equal([opened.digest]);
    });

    it('looks in what the caller’s participant wrote or was shown, and nowhere else', async () => {
      expect(await subjects('dieter', { exhibit })).to.deep.equal([subject]);
      for (const user of ['claire', 'judge', 'auditor']) {
        const { status, body } = await api.send(user, `/v1/evidence?exhibit=${encodeURIComponent(exhibit)}`);
        if (status === 200) expect((body as Answers['page']).items, user).to.deep.equal([]);
        else expect(body, user).to.include({ code: 'NOT_ALLOWED' });
      }
    });

    it('finds what is in transit, by holder and recipient', async () => {
      const query = { state: 'in-transit', holder: 'DE-BKA', recipient: 'DE-ZOLL', limit: '200' };
      expect(await subjects('dieter', query)).to.include(subject);
      expect(await subjects('dieter', { ...query, recipient: 'FR-PN' })).not.to.include(subject);
      expect(await subjects('dieter', { ...query, state: 'held' })).not.to.include(subject);
    });

    it('names what is wrong with a query', async () => {
      for (const query of [
        'exhibit=a&case=b',
        'holder=XX-NONE',
        'state=eaten',
        'digest=12',
        'limit=0',
        'limit=201',
        'colour=red',
        'holder=DE-BKA&holder=FR-PN',
        'cursor=nonsense',
        '__proto__=1',
      ]) {
        expect((await api.refused('anna', `/v1/evidence?${query}`)).code, query).to.equal('INVALID');
      }
    });

    it('comes in pages that join without gap or overlap', async () => {
      const opening = await Promise.all(Array.from({ length: 4 }, () => api.collect('lucia')));
      await Promise.all(opening.map(({ digest }) => api.final('lucia', digest)));
      const all = await subjects('lucia', { holder: 'ES-GC', limit: '200' });
      const paged: Hex[] = [];
      let cursor: string | undefined;
      do {
        const next: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: Answers['page'] = await api.read('page', 'lucia', `/v1/evidence?holder=ES-GC&limit=2${next}`);
        expect(page.items.length).to.be.at.most(2);
        paged.push(...page.items.map((line) => line.subject));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(all.length).to.be.at.least(4);
      expect(paged).to.deep.equal(all);
    });
  });

  describe('a trail', () => {
    it('has every statement in order, in pages as well', async () => {
      const trail = await api.read('trail', 'anna', `/v1/evidence/${subject}/trail`);
      expect(trail.items.map(({ act }) => act)).to.deep.equal(['collect', 'release']);
      const first = await api.read('trail', 'anna', `/v1/evidence/${subject}/trail?limit=1`);
      const after = encodeURIComponent(first.next!);
      const second = await api.read('trail', 'anna', `/v1/evidence/${subject}/trail?limit=1&cursor=${after}`);
      expect([...first.items, ...second.items]).to.deep.equal(trail.items);
      expect(second.next).to.equal(undefined);
    });

    it('shows its records to the participant that wrote them, to its recipient, and to nobody else', async () => {
      for (const [user, shown] of [
        ['anna', true],
        ['dieter', true],
        ['claire', false],
        ['judge', false],
        ['auditor', false],
      ] as const) {
        const trail = await api.read('trail', user, `/v1/evidence/${subject}/trail`);
        expect(JSON.stringify(trail).includes('B-4711'), user).to.equal(shown);
        const statement = await api.read('statement', user, `/v1/statements/${opened.digest}`);
        expect('record' in statement, user).to.equal(shown);
      }
    });

    it('is not there for a line that nobody opened', async () => {
      for (const path of ['', '/trail', '/verification']) {
        const problem = await api.refused('anna', `/v1/evidence/${word('99')}${path}`);
        expect(problem.code).to.equal('NOT_FOUND');
      }
      expect((await api.refused('anna', `/v1/lines/hold/${word('99')}/trail`)).code).to.equal('NOT_FOUND');
      expect((await api.refused('anna', `/v1/lines/castle/${word('99')}/trail`)).code).to.equal('INVALID');
      expect((await api.refused('anna', `/v1/statements/${word('99')}`)).code).to.equal('NOT_FOUND');
      expect((await api.refused('anna', '/v1/evidence/0x12')).code).to.equal('INVALID');
    });
  });

  describe('verification', () => {
    const disclose = (user: string, labels = ''): Promise<Disclosure> =>
      api.read('disclosure', user, `/v1/statements/${opened.digest}/disclosure${labels && `?labels=${labels}`}`);
    const verify = (json: unknown): Promise<Answers['verification']> =>
      api.read('verification', undefined, '/v1/verifications', { json });

    it('confirms a whole trail, for whoever may read it', async () => {
      for (const user of ['anna', 'claire', 'judge', 'auditor']) {
        const result = await api.read('verification', user, `/v1/evidence/${subject}/verification`);
        expect(result.verified, JSON.stringify(result.checks)).to.be.true;
        expect(result.checks.map(({ name }) => name)).to.include.members(['line', 'signatures', 'head', 'anchor']);
      }
    });

    it('confirms a disclosed record and the right file, without an account', async () => {
      const disclosure = await disclose('anna', 'file.1.sha256');
      expect(disclosure.fields.filter((field) => 'withheld' in field)).to.have.length(2);
      expect((await verify({ digest: opened.digest, disclosure })).verified).to.be.true;
      expect((await verify({ digest: opened.digest, disclosure, fileDigest: file })).verified).to.be.true;
    });

    it('denies the wrong file, the wrong statement and a changed record', async () => {
      const disclosure = await disclose('anna');
      const other = createHash('sha256').update('another').digest('hex');
      expect((await verify({ digest: opened.digest, disclosure, fileDigest: other })).verified).to.be.false;
      expect((await verify({ digest: released.digest, disclosure })).verified).to.be.false;
      const [first, ...rest] = disclosure.fields;
      const changed = { ...disclosure, fields: [{ ...first, value: 'something else' }, ...rest] };
      expect((await verify({ digest: opened.digest, disclosure: changed })).verified).to.be.false;
      const shorter = { ...disclosure, fields: rest };
      expect((await verify({ digest: opened.digest, disclosure: shorter })).verified).to.be.false;
    });

    it('does not take a file for confirmed whose field is withheld', async () => {
      const disclosure = await disclose('anna', 'exhibit');
      expect((await verify({ digest: opened.digest, disclosure, fileDigest: file })).verified).to.be.false;
    });

    it('discloses only what one’s own participant wrote, and labels that it has', async () => {
      const path = `/v1/statements/${opened.digest}/disclosure`;
      expect((await api.refused('claire', path)).code).to.equal('NOT_FOUND');
      expect((await api.refused('auditor', path)).code).to.equal('NOT_ALLOWED');
      expect((await api.refused('anna', `${path}?labels=colour`)).code).to.equal('INVALID');
    });
  });

  describe('a role', () => {
    it('of a court or an auditor states nothing', async () => {
      for (const user of ['judge', 'auditor']) {
        for (const path of ['/v1/statements', '/v1/sheets', '/v1/sheets/prepare']) {
          expect((await api.refused(user, path, { json: { act: 'collect' } })).code).to.equal('NOT_ALLOWED');
        }
      }
    });

    it('other than operator makes no tokens', async () => {
      for (const user of ['anna', 'judge', 'auditor']) {
        expect((await api.refused(user, '/v1/tokens')).code).to.equal('NOT_ALLOWED');
      }
      const own = (await api.good('judge', '/v1/tokens/mine')) as { role: string; participant: unknown };
      expect(own).to.deep.include({ role: 'court', participant: { number: 6, code: 'FR-TJ-PARIS' } });
    });

    it('takes a token that is known', async () => {
      const unknown = `unb_${'a'.repeat(12)}_${'b'.repeat(43)}`;
      for (const headers of [
        {},
        { Authorization: `Bearer ${unknown}` },
        { Authorization: 'Bearer' },
        { Authorization: 'Bearer x' },
        { Authorization: 'Basic YTpi' },
        { Authorization: `Bearer ${unknown} ${unknown}` },
      ]) {
        const { status, headers: heard } = await api.send(undefined, '/v1/participants', { headers });
        expect(status).to.equal(401);
        expect(heard.get('www-authenticate')).to.match(/^Bearer realm="unbroken"/);
      }
    });
  });

  it('shows participants, keys, agreements and reasons', async () => {
    const participants = (await api.good('anna', '/v1/participants')) as { items: unknown[] };
    expect(participants.items).to.have.length(8);
    expect((await api.read('agreements', 'judge', '/v1/agreements')).items[0]!.state).to.equal('concluded');
    expect((await api.read('keys', 'auditor', '/v1/participants/3/keys')).items).not.to.be.empty;
    expect((await api.read('keys', 'auditor', '/v1/participants/4000/keys')).items).to.deep.equal([]);
    expect((await api.refused('anna', '/v1/participants/0/keys')).code).to.equal('INVALID');
    expect(((await api.good(undefined, '/v1/reasons')) as { items: unknown[] }).items.length).to.be.above(40);
  });
});
