import { expect } from 'chai';

import { until } from '../server/chain/support/chain.ts';
import { gateway, json, unbroken, type Stated } from './support/command.ts';

describe('command line: dossiers and erasure', function () {
  this.timeout(60_000);
  before(async function () {
    this.timeout(200_000);
    await gateway();
  });

  it('erases what was written about an item, and says so', async () => {
    const collected = await json<Stated>('anna', ['collect', 'seized', '--exhibit', 'T-erased', '--wait']);
    const { subject } = collected.statements[0]!;
    const { statements } = await json<Stated>('anna', ['erase', subject, '--wait']);
    expect(statements[0]).to.include({ act: 'erase', progress: 'final' });
    await until(async () => {
      const { output } = await unbroken('anna', ['trail', subject, '--records']);
      return output.includes('erased') && !output.includes('T-erased');
    });
  });

  it('erases nothing that is on hold, and nothing that nobody named', async () => {
    const collected = await json<Stated>('anna', ['collect', 'seized', '--exhibit', 'T-held', '--wait']);
    const { subject, digest } = collected.statements[0]!;
    await json<Stated>('anna', ['hold', subject, '--wait']);
    const refused = await unbroken('anna', ['erase', '--digest', digest, '--json']);
    expect(refused.code).to.equal(1);
    expect(JSON.parse(refused.output)).to.have.nested.property('error.problem.reason', 'ON_HOLD');
    expect((await unbroken('anna', ['erase'])).code).to.equal(2);
  });

  it('lists what is owed, and erasures by others', async () => {
    expect(await json('operator', ['dossiers', 'list'])).to.deep.equal({ items: [] });
    expect(await json('anna', ['erasures'])).to.deep.equal({ items: [] });
    expect((await unbroken('operator', ['dossiers', 'again', '11'.repeat(32)])).code).to.equal(1);
  });
});
