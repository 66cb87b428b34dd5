/** The follower: the same ledger from the chain alone, every time, and an alarm when something is not what it was. */
import { rmSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { memoryWorld } from '../../../protocol/world.ts';
import { openEmbedded, type EmbeddedEngine } from '../../../server/chain/embedded/engine.ts';
import { openEndpoints } from '../../../server/chain/endpoints.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import type { Finality } from '../../../server/chain/finality.ts';
import { openFollower, type Follower } from '../../../server/chain/follower.ts';
import { quantity, type Rpc } from '../../../server/chain/rpc.ts';
import type { BlockPosition } from '../../../server/custody/ports.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { expectCode, until } from './support/chain.ts';
import { openScriptedNode } from './support/node.ts';
import { clock, ledgerPlace, openTestStore, type Place } from './support/places.ts';
import { collections } from './support/transactions.ts';

describe('chain: follower', function () {
  this.timeout(60_000);

  let place: Place;
  let engine: EmbeddedEngine;
  let store: OpenedStore;
  let collect: () => Promise<Hex>;
  const followers: Follower[] = [];

  beforeEach(async () => {
    place = await ledgerPlace();
    engine = await openEmbedded(place.folder, clock);
    store = await openTestStore(place);
    const next = collections(place);
    collect = () => engine.request<Hex>('eth_sendRawTransaction', [next().raw]);
  });
  afterEach(async () => {
    for (const follower of followers.splice(0)) await follower.close();
    await store.close();
    await engine.close();
  });

  async function follow(rpc: Rpc = engine, finality: Finality = 0, into = store, now = clock): Promise<Follower> {
    const { ledger } = place;
    const silent = { applied: () => undefined, report: () => undefined };
    const follower = await openFollower({ rpc, ledger, store: into, finality, clock: now, ...silent });
    followers.push(follower);
    return follower;
  }

  async function lines(from = store): Promise<number> {
    return (await from.counts()).lines;
  }

  it('goes on where it was', async () => {
    const before = await founded();
    for (let round = 0; round < 3; round++) {
      await collect();
      const follower = await follow();
      expect(await lines()).to.equal(before + round + 1);
      await follower.close();
    }
  });

  it('follows new blocks, woken or not', async () => {
    const follower = await follow();
    const before = await lines();
    await collect();
    await until(async () => (await lines()) === before + 1, 5);
    await collect();
    follower.wake();
    await until(async () => (await lines()) === before + 2, 5);
  });

  it('comes to the same from the chain alone', async () => {
    for (let i = 0; i < 5; i++) await collect();
    await follow();
    const first = await whole(store);
    await store.close();
    for (const file of ['unbroken.sqlite', 'keys.sqlite']) rmSync(path.join(place.folder, file));
    store = await openTestStore(place);
    await follow();
    expect(await whole(store)).to.deep.equal(first);
  });

  it('counts a block as final after so many others', async () => {
    const follower = await follow(engine, 2);
    const at = follower.position().number;
    for (let i = 0; i < 4; i++) await collect();
    follower.wake();
    await until(() => follower.position().number === at + 4, 5);
    expect(Number(await engine.request('eth_blockNumber')) - follower.position().number).to.equal(2);
  });

  it('counts as final what the node calls so', async () => {
    // What anvil calls safe is an epoch of 32 blocks behind.
    const follower = await follow(engine, 'safe');
    for (let i = 0; i < 36; i++) await collect();
    follower.wake();
    const newest = Number(await engine.request('eth_blockNumber'));
    await until(() => follower.position().number === newest - 32, 5);
  });

  it('says so where the node calls no block final', async () => {
    const untagged: Rpc = {
      request: <Result>(method: string, parameters: readonly unknown[] = []) =>
        parameters[0] === 'finalized' ? Promise.resolve(null as Result) : engine.request<Result>(method, parameters),
    };
    const follower = await follow(untagged, 'finalized');
    expect(follower.trouble()?.message).to.match(/CONFIRMATIONS/);
  });

  it('says that its clock is a day off, either way, until it is right again', async () => {
    let wrong = 86_400;
    const follower = await follow(engine, 0, store, () => clock() + wrong);
    const stated = async (): Promise<void> => {
      const { number } = follower.position();
      await collect();
      follower.wake();
      await until(() => follower.position().number > number, 5);
    };
    await stated();
    await until(() => follower.trouble()?.message.includes('ahead of') === true, 5);
    wrong = -86_400;
    await stated();
    await until(() => follower.trouble()?.message.includes('behind') === true, 5);
    wrong = 0;
    await stated();
    await until(() => follower.trouble() === undefined, 5);
  });

  it('shares a store with the follower of another process', async () => {
    const other = await openTestStore(place);
    const both = [await follow(engine, 0, store), await follow(engine, 0, other)];
    const before = await lines();
    for (let i = 0; i < 40; i++) {
      await collect();
      for (const follower of both) follower.wake();
    }
    await until(async () => (await lines()) === before + 40, 20);
    await until(() => both.every((follower) => follower.trouble() === undefined), 5);
    const news = await Promise.race([...both.map(({ failed }) => failed), Promise.resolve('no alarm')]);
    expect(news).to.equal('no alarm');
    await Promise.all(both.map((follower) => follower.close()));
    await other.close();
  });

  it('does not begin on another chain', async () => {
    const other = { ...place.ledger, genesisHash: place.ledger.foundingHash };
    const parts = {
      rpc: engine,
      ledger: other,
      store,
      finality: 0,
      clock,
      applied: () => undefined,
      report: () => undefined,
    };
    await expectCode('WRONG_CHAIN', openFollower(parts));
  });

  it('does not begin with other contracts', async () => {
    const { consortium, agreements } = place.ledger.contracts;
    const contracts = { ...place.ledger.contracts, consortium: { ...consortium, codeHash: agreements.codeHash } };
    const ledger = { ...place.ledger, contracts };
    const parts = { rpc: engine, ledger, store, finality: 0, clock, applied: () => undefined, report: () => undefined };
    await expectCode('WRONG_CHAIN', openFollower(parts));
  });

  it('gives the alarm when a final block is undone', async () => {
    await collect();
    const follower = await follow();
    const { number } = follower.position();
    const elsewhere = changing(engine, 'eth_getBlockByNumber', (block: { number: Hex; hash: Hex } | null) =>
      block && Number(block.number) === number ? { ...block, hash: `0x${'ab'.repeat(32)}` } : block,
    );
    await follower.close();
    const again = await follow(elsewhere);
    await collect();
    again.wake();
    expect((await again.failed).code).to.equal('REORGANISED');
    expect(again.trouble()?.from).to.equal('chain');
  });

  it('says that a node lost blocks, and goes on when they are back', async () => {
    for (let i = 0; i < 12; i++) await collect();
    let lost = false;
    const follower = await follow(changing(engine, 'eth_blockNumber', (number: Hex) => (lost ? '0x1' : number)));
    lost = true;
    follower.wake();
    await until(() => follower.trouble() !== undefined, 5);
    lost = false;
    await collect();
    await until(() => follower.trouble() === undefined, 20);
  });

  it('comes to the end with a node that answers from older blocks now and then', async () => {
    const before = await founded();
    for (let i = 0; i < 4; i++) await collect();
    let asked = 0;
    const behind = [0, 1, 3, 20, 2, 50];
    const follower = await follow(
      changing(engine, 'eth_blockNumber', (number: Hex) => {
        const back = behind[asked++ % behind.length]!;
        return `0x${Math.max(0, Number(number) - back).toString(16)}`;
      }),
    );
    for (let i = 0; i < 20; i++) {
      await collect();
      follower.wake();
    }
    await until(async () => (await lines()) === before + 24, 20);
    await until(() => follower.trouble() === undefined, 20);
  });

  it('skips nothing when a node that lags behind is asked in the middle of it', async () => {
    const before = await founded();
    for (let i = 0; i < 6; i++) await collect();
    const newest = Number(await engine.request('eth_blockNumber'));
    let trouble = true;
    const steady = await openScriptedNode(async (method, parameters) =>
      trouble && method === 'eth_getLogs' ? undefined : { result: await engine.request(method, parameters) },
    );
    // As geth does, it gives the events of the blocks that it has, whatever the range.
    const lagging = await openScriptedNode(async (method, parameters) => {
      if (method !== 'eth_getLogs') return parameters[0] === '0x0' ? await genesis() : undefined;
      const [filter] = parameters as [object];
      return { result: await engine.request(method, [{ ...filter, toBlock: quantity(newest - 3) }]) };
    });
    const genesis = async () => ({ result: await engine.request('eth_getBlockByNumber', ['0x0', false]) });
    try {
      const follower = await follow(
        openEndpoints([steady.url, lagging.url], place.ledger.genesisHash, () => undefined),
      );
      expect(lagging.asked).to.include('eth_getBlockByNumber');
      trouble = false;
      await until(() => follower.position().number === newest, 20);
      expect(await lines()).to.equal(before + 6);
    } finally {
      for (const follower of followers.splice(0)) await follower.close();
      await steady.close();
      await lagging.close();
    }
  });

  it('gives the alarm when ledger and judgement differ', async () => {
    const follower = await follow();
    const at = follower.position();
    await follower.close();
    await collect();
    // The last byte of the outcomes, which the event's data end with, padded: included becomes UNSIGNED.
    const lying = changing(engine, 'eth_getLogs', (logs: { data: Hex }[]) =>
      logs.map((log) => ({ ...log, data: log.data.replace(/00(0{62})$/, '01$1') })),
    );
    await expectCode('WRONG_CHAIN', follow(lying));
    expect(await store.cursor()).to.deep.equal(at satisfies BlockPosition);
  });

  it('starts from what it has while the node is away', async () => {
    await (await follow()).close();
    await collect();
    let away = true;
    const absent: Rpc = {
      request: (method, parameters) =>
        away ? Promise.reject(new ChainError('UNREACHABLE', 'away')) : engine.request(method, parameters),
    };
    const follower = await follow(absent);
    expect(follower.trouble()?.message).to.equal('away');
    const before = await lines();
    away = false;
    await until(async () => (await lines()) === before + 1, 10);
    await until(() => follower.trouble() === undefined, 5);
  });

  it('is well again while there are always new blocks', async () => {
    await (await follow()).close();
    let away = true;
    const restless: Rpc = {
      async request<Result>(method: string, parameters: readonly unknown[] = []) {
        if (away) throw new ChainError('UNREACHABLE', 'away');
        if (method === 'eth_blockNumber') await collect();
        return engine.request<Result>(method, parameters);
      },
    };
    const follower = await follow(restless);
    expect(follower.trouble()).not.to.equal(undefined);
    away = false;
    await until(() => follower.trouble() === undefined, 10);
  });

  it('needs the node to begin', async () => {
    await expectCode('UNREACHABLE', follow({ request: () => Promise.reject(new ChainError('UNREACHABLE', 'away')) }));
  });

  /** Lines that there are before anything was stated. */
  async function founded(): Promise<number> {
    await (await follow()).close();
    return lines();
  }
});

/** Everything that a reader of the store sees of the ledger. */
async function whole(store: OpenedStore): Promise<unknown> {
  const world = memoryWorld();
  await store.loadConsortium(world);
  const { items } = await store.searchEvidence(undefined, {}, undefined, 100);
  return { tally: world.tally(), items, cursor: await store.cursor(), counts: await store.counts() };
}

function changing(rpc: Rpc, method: string, change: (answer: never) => unknown): Rpc {
  return {
    async request<Result>(asked: string, parameters: readonly unknown[] = []): Promise<Result> {
      const answer = await rpc.request(asked, parameters);
      return (asked === method ? change(answer as never) : answer) as Result;
    },
  };
}
