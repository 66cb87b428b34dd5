/** `unbroken migrate` and `unbroken move-store` as an operator types them; the gateway goes on where it was. */
import { expect } from 'chai';
import path from 'node:path';

import { officer, type Officer } from '../../scripts/demo/officer.ts';
import { removeFolder, startProcess, throwawayFolder } from '../../scripts/gateway-process.ts';
import { openChain, type Chain } from '../../scripts/trial/chain.ts';
import { startConsortium, type Consortium } from '../../scripts/trial/consortium.ts';
import { startPostgres, type PostgresServer } from '../../scripts/trial/postgres.ts';
import { needPostgres } from '../support/postgres.ts';
import { run } from './support/program.ts';

interface Item {
  readonly subject: string;
  readonly digest: string;
}

describe('the store of a gateway', function () {
  this.timeout(120_000);

  let folder: string | undefined;
  let postgres: PostgresServer;
  let to: string;
  let chain: Chain;
  let consortium: Consortium;
  const stops: (() => Promise<void>)[] = [];
  before(async function () {
    const binaries = needPostgres(this);
    folder = throwawayFolder();
    postgres = await startPostgres(binaries);
    stops.push(() => postgres.stop());
    to = await postgres.createDatabase();
    chain = await openChain(path.join(folder, 'chain'));
    stops.push(() => chain.close());
    consortium = await startConsortium(path.join(folder, 'gateways'), chain);
    stops.push(() => consortium.close());
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    if (folder !== undefined) removeFolder(folder);
  });

  const collect = async (at: Officer, exhibit: string): Promise<Item> => {
    const record = { fields: [{ label: 'exhibit', value: exhibit }] };
    const [item] = await at.state({ act: 'collect', code: 'seized', record });
    return item!;
  };

  /** All that is told of the items: trails with their records, those that were erased too. */
  const told = (at: Officer, items: readonly Item[]): Promise<unknown> =>
    Promise.all(items.map(({ subject }) => at.get(`/v1/evidence/${subject}/trail`)));

  it('is moved from SQLite to PostgreSQL: the same trails, records and erasures, and the operator what to do', async () => {
    const first = consortium.gateways[0]!;
    const data = first.folder;
    const before = consortium.at('DE-BKA');
    const items = [await collect(before, 'M-1'), await collect(before, 'M-2'), await collect(before, 'M-3')];
    await before.state({ act: 'erase', list: [items[1]!.digest] });
    await erased(before, items[1]!);
    const trails = await told(before, items);

    const parameters = ['move-store', '--from', data, '--to', to];
    const running = await run('cli/main.ts', parameters);
    expect([running.code, running.errors]).to.satisfy(([, text]: [number, string]) => /Another process/.test(text));
    await first.kill('SIGTERM');
    const moved = await run('cli/main.ts', parameters);
    expect(moved.code, moved.errors).to.equal(0);
    expect(moved.output).to.match(/STORE_URL/);

    const environment = { DATA_DIR: data, STORE_URL: to };
    expect(await pending(environment, [])).to.deep.equal([]);

    const second = await startProcess(
      ['server/main.ts'],
      { ...environment, CHAIN_URL: chain.urls[0]!, PORT: '0' },
      /API\s+(http:\/\/\S+)/,
    );
    stops.push(() => second.stop());
    const after = officer(second.said[1]!, consortium.token('DE-BKA'));
    expect(await told(after, items)).to.deep.equal(trails);
    const found = await after.get<{ items: readonly unknown[] }>('/v1/evidence?exhibit=M-3');
    expect(found.items).to.have.length(1);
    await collect(after, 'M-4');
  });

  it('is migrated when it is told to, and not before', async () => {
    const environment = { DATA_DIR: path.join(folder!, 'none'), STORE_URL: await postgres.createDatabase() };
    const all = await pending(environment, []);
    expect(all).to.include.members(['0001-ledger', '0002-promises']);
    expect(await pending(environment, [])).to.deep.equal(all);
    expect(await pending(environment, ['--apply'])).to.deep.equal([]);
    expect(await pending(environment, [])).to.deep.equal([]);
    const shown = await run('cli/main.ts', ['migrate'], environment);
    expect(shown.output).to.match(/store {2}0001-ledger {2}applied\n[^]*up to date/);
  });

  /** Migrations that `unbroken migrate` names, of both databases. */
  async function pending(environment: Record<string, string>, flags: readonly string[]): Promise<readonly string[]> {
    const { code, output, errors } = await run('cli/main.ts', ['--json', 'migrate', ...flags], environment);
    expect(code, errors).to.equal(0);
    const states = JSON.parse(output) as Record<string, { readonly pending: readonly string[] }>;
    return Object.values(states).flatMap((state) => state.pending);
  }

  async function erased(at: Officer, { digest }: Item): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const { record } = await at.get<{ record?: unknown }>(`/v1/statements/${digest}`);
      if (JSON.stringify(record ?? 'erased').includes('erased')) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the record was not erased');
  }
});
