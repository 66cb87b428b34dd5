import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { until } from '../chain/support/chain.ts';
import { useGateway, word } from './support/client.ts';

const listOf = (body: unknown): unknown[] => (body as { readonly items: unknown[] }).items;

const contains = (value: unknown, fields: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(fields).every(([name, field]) => (value as Record<string, unknown>)[name] === field);

describe('dossiers and erasure over HTTP', function () {
  this.timeout(60_000);
  const api = useGateway();

  const recordOf = async (user: string, digest: Hex): Promise<unknown> =>
    (await api.read('statement', user, `/v1/statements/${digest}`)).record;

  it('erases a record once the ledger has the erasure, and the trail still verifies', async () => {
    const { digest, subject } = await api.collect('anna', { description: 'to be erased' });
    await api.final('anna', digest);
    const erasure = await api.state('anna', { act: 'erase', list: [subject] });
    await api.final('anna', erasure.digest);
    await until(async () => (await recordOf('anna', digest)) === 'erased');
    expect((await api.refused('anna', `/v1/statements/${digest}/disclosure?labels=description`)).code).to.equal(
      'NOT_FOUND',
    );
    const verification = await api.read('verification', 'anna', `/v1/evidence/${subject}/verification`);
    expect(verification.verified).to.equal(true);
  });

  it('erases nothing that is on hold', async () => {
    const { digest, subject } = await api.collect('anna');
    await api.final('anna', digest);
    const hold = await api.state('anna', { act: 'hold', list: [subject] });
    await api.final('anna', hold.digest);
    for (const item of [subject, digest]) {
      const problem = await api.notState('anna', { act: 'erase', list: [item] });
      expect([problem.status, problem.reason]).to.deep.equal([409, 'ON_HOLD']);
    }
    const lifted = await api.state('anna', { act: 'lift', subject: hold.subject, list: [subject] });
    await api.final('anna', lifted.digest);
    await api.state('anna', { act: 'erase', list: [subject] });
  });

  it('erases nothing that is not there, and nothing in company', async () => {
    expect((await api.notState('anna', { act: 'erase', list: [word('77')] })).code).to.equal('NOT_FOUND');
    const { digest } = await api.collect('anna');
    const statements = [
      { act: 'erase', list: [digest] },
      { act: 'collect', code: 'seized' },
    ];
    expect((await api.refused('anna', '/v1/sheets', { json: { statements } })).code).to.equal('INVALID');
  });

  it('keeps erasures apart from what is stated at the same time', async () => {
    const { digest } = await api.collect('anna');
    await api.final('anna', digest);
    const stated = await Promise.all([
      api.collect('anna'),
      api.state('anna', { act: 'erase', list: [digest] }),
      api.collect('anna'),
    ]);
    for (const each of stated) await api.final('anna', each.digest);
  });

  it('shows operators what is owed, and officers erasures by others', async () => {
    const { subject, digest } = await api.collect('anna', { description: 'to be passed on' });
    const { digest: release } = await api.state('anna', { act: 'release', subject, recipient: 'DE-ZOLL' });
    const owed = async (): Promise<unknown[]> => listOf(await api.good('operator', '/v1/dossiers'));
    await until(async () => (await owed()).some((each) => contains(each, { release, progress: 'delivered' })));
    const { dossier } = await api.read('evidence', 'dieter', `/v1/evidence/${subject}`);
    expect(dossier).to.equal('received');
    expect(await recordOf('dieter', digest)).to.have.nested.property('from.code', 'DE-BKA');

    const erasure = await api.state('anna', { act: 'erase', list: [digest] });
    const told = async (): Promise<unknown[]> => listOf(await api.good('dieter', '/v1/erasures'));
    await until(async () => (await told()).some((each) => contains(each, { erasure: erasure.digest, kept: 1 })));
    expect(await recordOf('dieter', digest)).to.have.property('fields');
    await api.state('dieter', { act: 'erase', list: [digest] });
    await until(async () => (await told()).some((each) => contains(each, { erasure: erasure.digest, kept: 0 })));
    expect(await recordOf('dieter', digest)).to.equal('erased');
    expect((await api.refused('anna', '/v1/dossiers')).code).to.equal('NOT_ALLOWED');
    expect((await api.refused('auditor', '/v1/erasures')).code).to.equal('NOT_ALLOWED');
    expect(await api.good(undefined, '/readyz'))
      .to.have.property('dossiers')
      .that.is.a('number');
  });

  it('takes dossiers without an account, and only those that it can open', async () => {
    for (const [dossier, code] of [
      ['e30.e30.e30.e30.e30', 'DOSSIER_UNREADABLE'],
      ['no JWE', 'INVALID'],
    ]) {
      expect((await api.refused(undefined, '/v1/dossiers', { json: { dossier } })).code).to.equal(code);
    }
  });

  it('has an encryption key of each member on the ledger', async () => {
    const { items } = await api.read('keys', 'anna', '/v1/participants/3/keys');
    expect(items.filter(({ powers }) => powers.includes('encryption'))).to.have.length(1);
  });
});
