/**
 * Two processes of one gateway on one PostgreSQL and one chain: the one that sends is killed with -9, or hangs and
 * wakes up, under load; nothing that was promised is lost or doubled, and both read the same. When the network halts, both
 * say so.
 */
import { expect } from 'chai';
import path from 'node:path';

import { officer } from '../../scripts/demo/officer.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { serveChain, type Chain } from '../../scripts/trial/chain.ts';
import { startConsortium, type Consortium, type Gateway } from '../../scripts/trial/consortium.ts';
import { putUnderLoad, type Load } from '../../scripts/trial/load.ts';
import { startPostgres, type PostgresServer } from '../../scripts/trial/postgres.ts';
import { openEmbedded } from '../../server/chain/embedded/engine.ts';
import type { Rpc } from '../../server/chain/rpc.ts';
import { needPostgres } from '../support/postgres.ts';
import { expectAsPromised } from './support/as-promised.ts';

describe('two processes on one PostgreSQL', function () {
  this.timeout(180_000);

  let folder: string | undefined;
  let chain: Chain;
  /** Whether nodes take what is sent, and no block comes. */
  let halted = false;
  let consortium: Consortium;
  const stops: (() => Promise<void>)[] = [];
  let load: Load | undefined;
  before(async function () {
    const binaries = needPostgres(this);
    folder = throwawayFolder();
    const postgres: PostgresServer = await startPostgres(binaries);
    stops.push(() => postgres.stop());
    const engine = await openEmbedded(path.join(folder, 'chain'), () => Math.floor(Date.now() / 1000));
    const network: Rpc = {
      request: <Result>(method: string, parameters?: readonly unknown[]) =>
        halted && method === 'eth_sendRawTransaction'
          ? Promise.resolve('0x' as Result)
          : engine.request<Result>(method, parameters),
    };
    chain = await serveChain(network, () => engine.close());
    stops.push(() => chain.close());
    consortium = await startConsortium(path.join(folder, 'gateways'), chain, {
      ...{ storeUrl: await postgres.createDatabase(), processes: 2 },
    });
    stops.push(() => consortium.close());
  });
  after(async () => {
    await load?.stop();
    for (const stop of stops.reverse()) await stop();
    if (folder !== undefined) removeFolder(folder);
  });

  async function roles(): Promise<{ sender: Gateway; other: Gateway }> {
    const [first, second] = consortium.gateways as [Gateway, Gateway];
    await eventually(async () => (await first.health()).sender !== (await second.health()).sender);
    return (await first.health()).sender ? { sender: first, other: second } : { sender: second, other: first };
  }

  const urls = (): string[] => consortium.gateways.map(({ url }) => url);
  const token = (): string => consortium.token('DE-BKA');
  const promised = (least: number): Promise<void> => eventually(() => Promise.resolve(load!.accepted() > least));

  async function asPromised(those: Load, least: number): Promise<void> {
    expect(those.accepted()).to.be.greaterThan(least);
    await expectAsPromised(consortium, those, chain);
  }

  it('give one of two successors of a head 202 and the other 409', async () => {
    const officers = urls().map((url) => officer(url, token()));
    for (let round = 0; round < 8; round++) {
      const [item] = await officers[round % 2]!.state({
        ...{ act: 'collect', code: 'seized' },
        record: { fields: [{ label: 'exhibit', value: `R-${round}` }] },
      });
      const answers = await Promise.all(
        urls().map((url) =>
          fetch(`${url}/v1/statements`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
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
              ...{ authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
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

  it('both tell that the network halts, take statements meanwhile, and go on', async () => {
    const { sender, other } = await roles();
    const collect = { act: 'collect', code: 'seized' };
    halted = true;
    try {
      for (const { url } of [sender, other]) await officer(url, token()).post('/v1/statements', collect);
      for (const each of [sender, other]) {
        await eventually(async () => (await each.readiness()) === 503);
        expect(Object.fromEntries(await each.metrics())).to.deep.include({
          ...{ ready: 0, store_well: 1, chain_well: 0, sender: each === sender ? 1 : 0 },
        });
        expect((await each.health()).chain).to.match(/no block for \d+ s/);
        expect((await fetch(`${each.url}/healthz`)).status).to.equal(200);
        await officer(each.url, token()).post('/v1/statements', collect);
      }
    } finally {
      halted = false;
    }
    for (const each of [sender, other]) await eventually(async () => (await each.readiness()) === 200);
    for (const each of [sender, other]) await eventually(async () => (await each.health()).pending === 0);
    expect((await other.metrics()).get('chain_well')).to.equal(1);
  });

  it('go on when the one that sends is killed with -9', async () => {
    const { sender, other } = await roles();
    load = putUnderLoad(consortium, 8);
    await promised(100);
    await sender.kill('SIGKILL');
    const killedAt = Date.now();
    await eventually(async () => (await other.health()).sender);
    console.log(`      the other sends after ${Date.now() - killedAt} ms`);
    const before = load.accepted();
    await promised(before + 100);
    await load.stop();
    await sender.start();
    await asPromised(load, 200);
  });

  it('go on when the one that sends hangs, and when it wakes up', async () => {
    const { sender, other } = await roles();
    load = putUnderLoad(consortium, 8);
    await promised(100);
    sender.child.kill('SIGSTOP');
    const stoppedAt = Date.now();
    await eventually(async () => (await other.health()).sender);
    console.log(`      the other sends after ${Date.now() - stoppedAt} ms`);
    const before = load.accepted();
    await promised(before + 100);
    sender.child.kill('SIGCONT');
    const awake = load.accepted();
    await promised(awake + 100);
    await load.stop();
    await roles();
    expect((await other.health()).sender).to.equal(true);
    await asPromised(load, 300);
  });
});
