/** A gateway whose PostgreSQL is killed with -9, or takes no writes: it says so, and recovers by itself. */
import { expect } from 'chai';
import pg from 'pg';

import { officer } from '../../scripts/demo/officer.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { needPostgres, startPostgres, type PostgresServer } from '../support/postgres.ts';
import { startGateways, type GatewayOnPostgres, type Gateways } from './support/gateways-on-postgres.ts';
import { putUnderLoad, type Load } from './support/load.ts';

describe('the database of a gateway', function () {
  this.timeout(120_000);

  let folder: string | undefined;
  let postgres: PostgresServer;
  let storeUrl: string;
  let gateways: Gateways;
  let gateway: GatewayOnPostgres;
  let load: Load | undefined;
  const stops: (() => Promise<void>)[] = [];
  before(async function () {
    const binaries = needPostgres(this);
    folder = throwawayFolder();
    postgres = await startPostgres(binaries);
    stops.push(() => postgres.stop());
    storeUrl = await postgres.createDatabase();
    gateways = await startGateways(folder, storeUrl, 1);
    stops.push(() => gateways.stop());
    gateway = gateways.processes[0]!;
  });
  after(async () => {
    await load?.stop();
    for (const stop of stops.reverse()) await stop();
    if (folder !== undefined) removeFolder(folder);
  });

  const readyStatus = async (): Promise<number> => {
    const response = await fetch(`${gateway.url}/readyz`, {
      headers: { authorization: `Bearer ${gateways.operator}` },
      signal: AbortSignal.timeout(15_000),
    });
    return response.status;
  };

  async function allFinal({ accepted }: Load): Promise<void> {
    await eventually(async () => (await gateway.health()).pending === 0);
    const reader = officer(gateway.url, gateways.officer);
    for (const [digest, exhibit] of accepted) {
      const { progress } = await reader.get<{ progress: string }>(`/v1/statements/${digest}`);
      expect(progress, exhibit).to.equal('final');
    }
  }

  function expectOnly503({ refused }: Load): void {
    expect(refused).not.to.deep.equal([]);
    for (const { status, retryAfter, detail } of refused) {
      expect(status, detail).to.equal(503);
      expect(Number(retryAfter)).to.be.greaterThan(0);
      expect(detail).to.match(/again/);
    }
  }

  it('is killed with -9 under load and comes back: nothing promised is lost', async () => {
    load = putUnderLoad([gateway.url], gateways.officer, 8);
    for (let kill = 0; kill < 3; kill++) {
      const before = load.accepted.size;
      await eventually(() => Promise.resolve(load!.accepted.size > before + 50));
      await postgres.kill();
      await eventually(async () => (await readyStatus()) === 503);
      await postgres.start();
      await eventually(async () => (await readyStatus()) === 200);
    }
    const before = load.accepted.size;
    await eventually(() => Promise.resolve(load!.accepted.size > before + 50));
    await load.stop();
    expectOnly503(load);
    expect(gateway.child.exitCode).to.equal(null);
    await allFinal(load);
  });

  it('hangs for a while: readyz tells, and what was under way is finished after', async () => {
    load = putUnderLoad([gateway.url], gateways.officer, 4);
    await eventually(() => Promise.resolve(load!.accepted.size > 20));
    postgres.pause();
    try {
      await eventually(async () => (await readyStatus()) === 503);
    } finally {
      postgres.resume();
    }
    await eventually(async () => (await readyStatus()) === 200);
    const before = load.accepted.size;
    await eventually(() => Promise.resolve(load!.accepted.size > before + 20));
    await load.stop();
    await allFinal(load);
  });

  it('is read-only for a while: 503 to who writes, answers to who reads', async () => {
    load = putUnderLoad([gateway.url], gateways.officer, 4);
    await eventually(() => Promise.resolve(load!.accepted.size > 20));
    await readOnly(storeUrl, 'on');
    await eventually(async () => (await readyStatus()) === 503);
    await eventually(() => Promise.resolve(load!.refused.length > 0));
    await load.stop();
    expectOnly503(load);
    await readOnly(storeUrl, 'off');
    await eventually(async () => (await readyStatus()) === 200);
    await allFinal(load);
  });
});

async function readOnly(url: string, state: 'on' | 'off'): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const client = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
  await client.connect();
  try {
    await client.query(`alter database ${name} set default_transaction_read_only = ${state}`);
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
  } finally {
    await client.end();
  }
}
