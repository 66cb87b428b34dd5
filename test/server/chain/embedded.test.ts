/** The embedded engine on real anvil: what it has mined comes back, whoever is killed. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { openEmbedded, type EmbeddedEngine } from '../../../server/chain/embedded/engine.ts';
import { saveSnapshot } from '../../../server/chain/embedded/snapshot.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import { FOUNDED_AT } from '../../protocol/support/actors.ts';
import { blocksOf, expectCode, sleep } from './support/chain.ts';
import { clock, emptyFolder, ledgerPlace } from './support/places.ts';
import { collections, RELAY_ADDRESS } from './support/transactions.ts';

describe('chain: embedded engine', function () {
  this.timeout(120_000);

  const opened: EmbeddedEngine[] = [];
  async function open(folder: string, time: () => number = clock): Promise<EmbeddedEngine> {
    const engine = await openEmbedded(folder, time);
    opened.push(engine);
    return engine;
  }
  afterEach(async () => {
    for (const engine of opened.splice(0)) await engine.close();
  });

  it('makes the same blocks again', async () => {
    const place = await ledgerPlace();
    const engine = await open(place.folder);
    const next = collections(place);
    for (let i = 0; i < 5; i++) await send(engine, next().raw);
    await Promise.all([next(), next(), next()].map(({ raw }) => send(engine, raw)));
    const before = await blocksOf(engine);
    await engine.close();
    expect(await blocksOf(await open(place.folder))).to.deep.equal(before);
  });

  it('puts transactions that come together into one block', async () => {
    const place = await ledgerPlace();
    const engine = await open(place.folder);
    const next = collections(place);
    const before = (await blocksOf(engine)).length;
    await Promise.all(Array.from({ length: 20 }, () => send(engine, next().raw)));
    expect((await blocksOf(engine)).length).to.equal(before + 1);
  });

  it('follows the clock, and never goes back', async () => {
    const place = await ledgerPlace();
    let now = FOUNDED_AT + 100;
    const engine = await open(place.folder, () => now);
    const next = collections(place);
    const times: number[] = [];
    for (const time of [100, 100, 200, 150, 201]) {
      now = FOUNDED_AT + time;
      await send(engine, next().raw);
      times.push((await blocksOf(engine)).at(-1)!.time - FOUNDED_AT);
    }
    expect(times).to.deep.equal([100, 100, 200, 200, 201]);
  });

  it('makes no block of what the EVM refuses', async () => {
    const place = await ledgerPlace();
    const engine = await open(place.folder);
    const next = collections(place);
    const first = next().raw;
    await send(engine, first);
    const before = await blocksOf(engine);
    await expectCode('NONCE_USED', send(engine, first));
    await expectCode('NODE', send(engine, '0x1234'));
    await expectCode('NODE', engine.request('eth_sendRawTransaction', ['nothing']));
    expect(await blocksOf(engine)).to.deep.equal(before);
  });

  it('loses nothing when the chain is killed again and again', async () => {
    const place = await ledgerPlace();
    const engine = await open(place.folder);
    const next = collections(place);
    const acknowledged: Hex[] = [];
    const stop = new AbortController();
    const ended = engine.failed.then((error) => Promise.reject(error));
    const sender = (async () => {
      while (!stop.signal.aborted) {
        const { raw, hash } = next();
        await Promise.race([sentForSure(engine, raw), ended]);
        acknowledged.push(hash);
      }
    })();
    for (let kill = 0; kill < 12; kill++) {
      await sleep(Math.random() * 400);
      killChain(place.folder);
    }
    await sleep(500);
    stop.abort();
    await sender;
    const before = await blocksOf(engine);
    expect(
      before.flatMap(({ transactions }) => transactions).filter((hash) => acknowledged.includes(hash)),
    ).to.deep.equal(acknowledged);
    await engine.close();
    expect(await blocksOf(await open(place.folder))).to.deep.equal(before);
  });

  it('refuses a folder that another process uses', async () => {
    const folder = emptyFolder();
    await open(folder);
    await expectCode('IN_USE', openEmbedded(folder, clock));
  });

  it('does not start from a journal that was changed', async () => {
    const place = await ledgerPlace();
    const engine = await open(place.folder);
    await send(engine, collections(place)().raw);
    await engine.close();
    const journal = new DatabaseSync(path.join(place.folder, 'journal.sqlite'));
    journal.exec('UPDATE block SET time = time + 1 WHERE number = (SELECT max(number) FROM block)');
    journal.close();
    await expectCode('JOURNAL', openEmbedded(place.folder, clock));
  });

  it('ends a chain that outlived its gateway, and nobody else', async () => {
    const folder = emptyFolder();
    const other = JSON.stringify({ pid: process.pid, command: 'anvil\0--port\0' });
    writeFileSync(path.join(folder, 'anvil.pid'), other);
    const engine = await open(folder);
    expect(Number(await engine.request('eth_blockNumber'))).to.equal(0);
  });

  describe('snapshot', () => {
    it('starts from it, and goes on as without', async () => {
      const place = await ledgerPlace();
      let now = FOUNDED_AT + 10;
      const engine = await open(place.folder, () => now);
      const next = collections(place);
      await send(engine, next().raw);
      await saveSnapshot(place.folder, engine);
      now += 10;
      await send(engine, next().raw);
      const before = await allOf(engine);
      await engine.close();

      const again = await open(place.folder, () => now);
      expect(await allOf(again)).to.deep.equal(before);
      await send(again, next().raw);
      const after = await allOf(again);
      await again.close();
      // The whole journal says the same.
      truncateSync(path.join(place.folder, 'snapshot.bin'), 0);
      expect(await allOf(await open(place.folder, () => now))).to.deep.equal(after);
    });

    for (const [name, damage] of [
      ['was cut short', (file: string) => truncateSync(file, 1_000)],
      ['is nonsense', (file: string) => writeFileSync(file, 'nonsense')],
    ] as const) {
      it(`does without one that ${name}`, async () => {
        const place = await ledgerPlace();
        const engine = await open(place.folder);
        await send(engine, collections(place)().raw);
        await saveSnapshot(place.folder, engine);
        const before = await allOf(engine);
        await engine.close();
        damage(path.join(place.folder, 'snapshot.bin'));
        expect(await allOf(await open(place.folder))).to.deep.equal(before);
      });
    }

    it('does without one of another chain', async () => {
      const [place, other] = [await ledgerPlace(), await ledgerPlace()];
      const elsewhere = await open(other.folder);
      await send(elsewhere, collections(other)().raw);
      await saveSnapshot(place.folder, elsewhere);
      const engine = await open(place.folder);
      expect(Number(await engine.request('eth_getTransactionCount', [RELAY_ADDRESS, 'latest']))).to.equal(0);
    });
  });
});

function send(engine: EmbeddedEngine, raw: Hex): Promise<Hex> {
  return engine.request<Hex>('eth_sendRawTransaction', [raw]);
}

/** As a relay does: again until it is done. */
async function sentForSure(engine: EmbeddedEngine, raw: Hex): Promise<void> {
  for (;;) {
    try {
      await send(engine, raw);
      return;
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      if (error.code === 'KNOWN' || error.code === 'NONCE_USED') return;
      if (!error.retryable) throw error;
    }
  }
}

function killChain(folder: string): void {
  try {
    const { pid } = JSON.parse(readFileSync(path.join(folder, 'anvil.pid'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
  } catch {
    // it was just killed, and is not back yet
  }
}

/** Everything that a reader can see. */
async function allOf(engine: EmbeddedEngine): Promise<unknown> {
  return {
    blocks: await blocksOf(engine),
    logs: await engine.request('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }]),
    nonce: await engine.request('eth_getTransactionCount', [RELAY_ADDRESS, 'latest']),
  };
}
