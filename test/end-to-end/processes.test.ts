/**
 * Two processes of one gateway on one PostgreSQL and one chain: the one that sends is killed with -9, or hangs and
 * wakes up, under load; nothing that was promised is lost or doubled, and both read the same.
 */
import { expect } from 'chai';

import { officer } from '../../scripts/demo/officer.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { needPostgres, startPostgres, type PostgresServer } from '../support/postgres.ts';
import { startGateways, type GatewayOnPostgres, type Gateways } from './support/gateways-on-postgres.ts';
import { putUnderLoad, type Load } from './support/load.ts';

describe('two processes on one PostgreSQL', function () {
  this.timeout(180_000);

  let folder: string | undefined;
  let postgres: PostgresServer | undefined;
  let gateways: Gateways;
  let stopGateways: (() => Promise<void>) | undefined;
  let load: Load | undefined;
  before(async function () {
    const binaries = needPostgres(this);
    folder = throwawayFolder();
    postgres = await startPostgres(binaries);
    gateways = await startGateways(folder, await postgres.createDatabase(), 2);
    stopGateways = () => gateways.stop();
  });
  after(async () => {
    await load?.stop();
    await stopGateways?.();
    await postgres?.stop();
    if (folder !== undefined) removeFolder(folder);
  });

  async function roles(): Promise<{ sender: GatewayOnPostgres; other: GatewayOnPostgres }> {
    const [first, second] = gateways.processes as [GatewayOnPostgres, GatewayOnPostgres];
    await eventually(async () => (await first.health()).sender !== (await second.health()).sender);
    return (await first.health()).sender ? { sender: first, other: second } : { sender: second, other: first };
  }

  const urls = (): string[] => gateways.processes.map(({ url }) => url);

  async function finalOnce({ accepted }: Load, least: number): Promise<void> {
    expect(accepted.size).to.be.greaterThan(least);
    for (const { health } of gateways.processes) await eventually(async () => (await health()).pending === 0);
    const exhibits = [...accepted.values()];
    expect(new Set(exhibits).size).to.equal(exhibits.length);
    const [first, second] = urls().map((url) => officer(url, gateways.officer)) as [
      ReturnType<typeof officer>,
      ReturnType<typeof officer>,
    ];
    const left = [...accepted];
    const check = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const path = `/v1/statements/${next[0]}`;
        const [here, there] = await Promise.all([first.get<{ progress: string }>(path), second.get(path)]);
        expect(here.progress, next[1]).to.equal('final');
        expect(there).to.deep.equal(here);
      }
    };
    await Promise.all(Array.from({ length: 16 }, check));
    for (const exhibit of exhibits.filter((_, index) => index % 10 === 0)) {
      const path = `/v1/evidence?exhibit=${exhibit}`;
      const found = await first.get<{ items: readonly unknown[] }>(path);
      expect(found.items, exhibit).to.have.length(1);
      expect(await second.get(path)).to.deep.equal(found);
    }
  }

  it('give one of two successors of a head 202 and the other 409', async () => {
    const officers = urls().map((url) => officer(url, gateways.officer));
    for (let round = 0; round < 8; round++) {
      const [item] = await officers[round % 2]!.state({
        ...{ act: 'collect', code: 'seized' },
        record: { fields: [{ label: 'exhibit', value: `R-${round}` }] },
      });
      const answers = await Promise.all(
        urls().map((url) =>
          fetch(`${url}/v1/statements`, {
            method: 'POST',
            headers: { authorization: `Bearer ${gateways.officer}`, 'content-type': 'application/json' },
            body: JSON.stringify({ act: 'dispose', code: 'destroyed', subject: item!.subject }),
          }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([202, 409]);
    }
  });

  it('answer a request that comes to both with the same promise', async () => {
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(
        urls().map(async (url) => {
          const response = await fetch(`${url}/v1/statements`, {
            method: 'POST',
            headers: {
              ...{ authorization: `Bearer ${gateways.officer}`, 'content-type': 'application/json' },
              'idempotency-key': `both-${round}`,
            },
            body: JSON.stringify({ act: 'collect', code: 'seized' }),
          });
          expect(response.status).to.be.oneOf([200, 202]);
          return ((await response.json()) as { digest: string }).digest;
        }),
      );
      expect(answers[0]).to.equal(answers[1]);
    }
  });

  it('go on when the one that sends is killed with -9', async () => {
    const { sender, other } = await roles();
    load = putUnderLoad(urls(), gateways.officer, 8);
    await eventually(() => Promise.resolve(load!.accepted.size > 100));
    await sender.kill('SIGKILL');
    const killedAt = Date.now();
    await eventually(async () => (await other.health()).sender);
    console.log(`      the other sends after ${Date.now() - killedAt} ms`);
    const before = load.accepted.size;
    await eventually(() => Promise.resolve(load!.accepted.size > before + 100));
    await load.stop();
    await sender.restart();
    await finalOnce(load, 200);
  });

  it('go on when the one that sends hangs, and when it wakes up', async () => {
    const { sender, other } = await roles();
    load = putUnderLoad(urls(), gateways.officer, 8);
    await eventually(() => Promise.resolve(load!.accepted.size > 100));
    sender.child.kill('SIGSTOP');
    const stoppedAt = Date.now();
    await eventually(async () => (await other.health()).sender);
    console.log(`      the other sends after ${Date.now() - stoppedAt} ms`);
    const before = load.accepted.size;
    await eventually(() => Promise.resolve(load!.accepted.size > before + 100));
    sender.child.kill('SIGCONT');
    const awake = load.accepted.size;
    await eventually(() => Promise.resolve(load!.accepted.size > awake + 100));
    await load.stop();
    await roles();
    expect((await other.health()).sender).to.equal(true);
    await finalOnce(load, 300);
  });
});
