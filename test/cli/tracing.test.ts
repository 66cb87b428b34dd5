import { expect } from 'chai';
import { collected, gateway, json, unbroken } from './support/command.ts';

interface Transfers {
  readonly items: readonly {
    readonly evidence: string;
    readonly state: string;
    readonly to: { readonly code: string };
  }[];
}

describe('command line: tracing', function () {
  let evidence: string;
  before(async function () {
    this.timeout(200_000);
    await gateway();
    evidence = await collected('anna', 'TR-1');
    await json('anna', ['release', evidence, '--to', 'DE-ZOLL', '--wait']);
  });

  it('lists transfers by what they have, as a table, JSON or CSV', async () => {
    const { items } = await json<Transfers>('auditor', ['transfers', '--corridor', 'DE-DE', '--evidence', evidence]);
    expect(items).to.have.length(1);
    expect(items[0]).to.deep.include({ evidence, state: 'in-transit' });
    const none = await json<Transfers>('auditor', ['transfers', '--evidence', evidence, '--border']);
    expect(none.items).to.be.empty;
    const table = await unbroken('auditor', ['transfers', '--state', 'in-transit', '--to', 'DE-ZOLL']);
    expect(table.output)
      .to.include(evidence)
      .and.to.match(/DE-DE +in-transit/);
    const csv = await unbroken('auditor', ['transfers', '--evidence', evidence, '--csv']);
    expect(csv.output.split('\r\n')[1]).to.include(`${evidence},DE-BKA,DE,DE-ZOLL,DE`);
    const wrong = await unbroken('auditor', ['transfers', '--csv', '--agency', 'XX-NONE']);
    expect(wrong.code).to.equal(2);
    expect((await unbroken('auditor', ['transfers', '--corridor', 'Germany'])).code).to.equal(2);
  });

  it('says who held an item at a moment', async () => {
    const now = new Date().toISOString();
    const held = await unbroken('auditor', ['held', evidence, '--at', now]);
    expect(held.output).to.match(/by the ledger +in-transit, holder DE-BKA to DE-ZOLL/);
    const before = await unbroken('auditor', ['held', evidence, '--at', '2020-01-01T00:00:00Z']);
    expect(before.output).to.match(/not on the ledger yet/);
  });

  it('shows what was made of an item', async () => {
    const source = await collected('anna', 'TR-2');
    const derived = await json<{ statements: { subject: string }[] }>('anna', [
      ...['derive', 'image', '--from', source, '--wait'],
    ]);
    const child = derived.statements[0]!.subject;
    expect((await unbroken('auditor', ['derivations', source])).output).to.include(child);
    expect((await unbroken('auditor', ['derivations', child, '--backward'])).output).to.include(source);
  });
}).timeout(60_000);
