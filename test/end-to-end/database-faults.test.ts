/** A gateway whose PostgreSQL is killed with -9, or takes no writes: it says so, and recovers by itself. */
import { expect } from 'chai';
import path from 'node:path';

import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { openChain, type Chain } from '../../scripts/trial/chain.ts';
import { startConsortium, type Consortium, type Gateway } from '../../scripts/trial/consortium.ts';
import { putUnderLoad, type Load } from '../../scripts/trial/load.ts';
import { setReadOnly, startPostgres, type PostgresServer } from '../../scripts/trial/postgres.ts';
import { needPostgres } from '../support/postgres.ts';
import { expectAsPromised } from './support/as-promised.ts';

describe('the database of a gateway', function () {
  this.timeout(120_000);

  let folder: string | undefined;
  let postgres: PostgresServer;
  let storeUrl: string;
  let chain: Chain;
  let consortium: Consortium;
  let gateway: Gateway;
  let load: Load | undefined;
  const stops: (() => Promise<void>)[] = [];
  before(async function () {
    const binaries = needPostgres(this);
    folder = throwawayFolder();
    postgres = await startPostgres(binaries);
    stops.push(() => postgres.stop());
    storeUrl = await postgres.createDatabase();
    chain = await openChain(path.join(folder, 'chain'));
    stops.push(() => chain.close());
    consortium = await startConsortium(path.join(folder, 'gateways'), chain, { storeUrl });
    stops.push(() => consortium.close());
    gateway = consortium.gateways[0]!;
  });
  afterEach(() => load?.stop());
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    if (folder !== undefined) removeFolder(folder);
  });

  const becomes = (status: number): Promise<void> =>
    eventually(async () => (await gateway.readiness()) === status).catch(async (cause: unknown) => {
      throw new Error(`not ${status}: ${JSON.stringify(await gateway.health().catch(String))} ${gateway.lastWords()}`, {
        cause,
      });
    });
  const promised = (least: number): Promise<void> => eventually(() => Promise.resolve(load!.accepted() > least));

  /** What the operator is told, once it is so: of the parts 1 well, 0 in trouble, undefined not known. */
  async function tells(words: RegExp, numbers: Readonly<Record<string, number | undefined>>): Promise<void> {
    const all = { ready: 0, chain_well: undefined, follower_well: undefined, submitter_well: undefined, ...numbers };
    let told: readonly unknown[] = [];
    await eventually(async () => {
      const [metrics, { store }] = await Promise.all([gateway.metrics(), gateway.health()]);
      told = [store, ...Object.keys(all).map((name) => metrics.get(name))];
      return words.test(store) && Object.entries(all).every(([name, value]) => metrics.get(name) === value);
    }).catch((cause: unknown) => {
      throw new Error(`told instead: ${JSON.stringify(told)}`, { cause });
    });
    expect((await gateway.metrics()).get('block_number')).to.be.above(0);
  }
  const UNCOUNTED = { store_well: 0, pending_statements: undefined, waiting_dossiers: undefined };

  function expectOnly503({ refused }: Load): void {
    expect(refused).not.to.deep.equal([]);
    for (const { status, retryAfter, detail } of refused) {
      expect(status, detail).to.equal(503);
      expect(Number(retryAfter)).to.be.greaterThan(0);
      expect(detail).to.match(/again/);
    }
  }

  it('is killed with -9 under load and comes back: nothing promised is lost', async () => {
    load = putUnderLoad(consortium, 8);
    for (let kill = 0; kill < 3; kill++) {
      const before = load.accepted();
      await promised(before + 50);
      await postgres.kill();
      await becomes(503);
      if (kill === 0) await tells(/can not be reached/, UNCOUNTED);
      await postgres.start();
      await becomes(200);
    }
    expect((await gateway.metrics()).get('store_well')).to.equal(1);
    const before = load.accepted();
    await promised(before + 50);
    await load.stop();
    expectOnly503(load);
    expect(gateway.child.exitCode).to.equal(null);
    await expectAsPromised(consortium, load, chain);
  });

  it('is away at a start: the gateway ends and says why', async () => {
    await postgres.kill();
    await gateway.kill('SIGKILL');
    const failure: unknown = await gateway.start().catch((error: unknown) => error);
    expect(String(failure)).to.match(/database can not be reached/);
    await postgres.start();
    await gateway.start();
    await becomes(200);
    expect((await gateway.metrics()).get('store_well')).to.equal(1);
  });

  it('hangs for a while: readyz tells, and what was under way is finished after', async () => {
    load = putUnderLoad(consortium, 4);
    await promised(20);
    postgres.pause();
    try {
      await becomes(503);
      await tells(/does not answer|can not be reached/, UNCOUNTED);
    } finally {
      postgres.resume();
    }
    await becomes(200);
    const before = load.accepted();
    await promised(before + 20);
    await load.stop();
    await expectAsPromised(consortium, load, chain);
  });

  it('is read-only for a while: 503 to who writes, answers to who reads', async () => {
    load = putUnderLoad(consortium, 4);
    await promised(20);
    await setReadOnly(storeUrl, 'on');
    await becomes(503);
    await eventually(() => Promise.resolve(load!.refused.length > 0));
    await tells(/takes no writes/, { store_well: 0 });
    expect(await gateway.metrics()).to.include.keys('pending_statements', 'waiting_dossiers');
    await setReadOnly(storeUrl, 'off');
    await becomes(200);
    await load.stop();
    expectOnly503(load);
    await expectAsPromised(consortium, load, chain);
  });
});
