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
    const collected = await json<Stated>('anna', ['collect', 'seized', '--exhibit', 'T-passed', '--wait']);
    const { subject, digest } = collected.statements[0]!;
    const released = await json<Stated>('anna', ['release', subject, '--to', 'DE-ZOLL', '--wait']);
    const release = released.statements[0]!.digest;
    await until(async () => {
      const { items } = await json<{ items: Record<string, unknown>[] }>('operator', ['dossiers', 'list']);
      return items.some((each) => each['release'] === release && each['progress'] === 'delivered');
    });
    expect((await unbroken('dieter', ['trail', subject, '--records'])).output).to.include('disclosed by DE-BKA');
    expect((await unbroken('operator', ['dossiers', 'again', release])).code).to.equal(0);

    const erased = await json<Stated>('anna', ['erase', subject, '--wait']);
    await until(async () => {
      const { items } = await json<{ items: Record<string, unknown>[] }>('dieter', ['erasures']);
      const notice = items.find(({ erasure }) => erasure === erased.statements[0]!.digest);
      return notice?.['kept'] === 1 && (notice['records'] as string[]).includes(digest);
    });
    expect((await unbroken('operator', ['dossiers', 'again', '11'.repeat(32)])).code).to.equal(1);
  });
});
