/** The embedded engine on real anvil: what it has mined comes back, whoever is killed. */
import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { openEmbedded, type EmbeddedEngine } from '../../../server/chain/embedded/engine.ts';
import { openJournal } from '../../../server/chain/embedded/journal.ts';
import { makeSnapshot } from '../../../server/chain/embedded/replay.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import { FOUNDED_AT } from '../../protocol/support/actors.ts';
import { blocksOf, expectCode, sleep } from './support/chain.ts';
import { clock, emptyFolder, ledgerPlace } from './support/places.ts';
import { collections, RELAY_ADDRESS } from './support/transactions.ts';

describe('chain: embedded engine', function () {
  this.timeout(120_000);

  const opened: EmbeddedEngine[] = [];
  async function open(folder: string, time: () => number = clock, snapshotWorth?: number): Promise<EmbeddedEngine> {
    const engine = await openEmbedded(folder, time, snapshotWorth);
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
      const first = await open(place.folder, () => now);
      const next = collections(place);
      await send(first, next().raw);
      await first.close();
      await snapshotOf(place.folder);
      now += 10;
      const engine = await open(place.folder, () => now);
      await send(engine, next().raw);
      const before = await allOf(engine);
      await engine.close();

      const again = await open(place.folder, () => now);
      expect(await allOf(again)).to.deep.equal(before);
      // One that is of no use is thrown away.
      expect(existsSync(path.join(place.folder, 'snapshot.bin'))).to.equal(true);
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
        const before = await allOf(engine);
        await engine.close();
        await snapshotOf(place.folder);
        damage(path.join(place.folder, 'snapshot.bin'));
        expect(await allOf(await open(place.folder))).to.deep.equal(before);
      });
    }

    it('makes blocks while it is made', async () => {
      const place = await ledgerPlace();
      const engine = await open(place.folder, clock, 0);
      const next = collections(place);
      const [made, making] = ['snapshot.bin', 'snapshot.pid'].map((name) => path.join(place.folder, name));
      let meanwhile = 0;
      for (let first: number | undefined; ;) {
        const before = existsSync(making!);
        await send(engine, next().raw);
        if (before && existsSync(making!)) meanwhile++;
        const inode = statSync(made!, { throwIfNoEntry: false })?.ino;
        first ??= inode;
        if (inode !== first) break;
      }
      expect(meanwhile).to.be.greaterThan(3);
      const before = await allOf(engine);
      await engine.close();
      expect(await allOf(await open(place.folder))).to.deep.equal(before);
    });

    it('leaves nothing running when it is not done', async () => {
      const place = await ledgerPlace();
      const engine = await open(place.folder, clock, 0);
      const next = collections(place);
      const making = path.join(place.folder, 'snapshot.pid');
      while (!existsSync(making)) await send(engine, next().raw);
      const { pid } = JSON.parse(readFileSync(making, 'utf8')) as { pid: number };
      await engine.close();
      expect(() => process.kill(pid, 0)).to.throw('ESRCH');
      expect(existsSync(making)).to.equal(false);
    });

    it('does without one of another chain', async () => {
      const [place, other] = [await ledgerPlace(), await ledgerPlace()];
      const elsewhere = await open(other.folder);
      await send(elsewhere, collections(other)().raw);
      await elsewhere.close();
      await snapshotOf(other.folder);
      copyFileSync(path.join(other.folder, 'snapshot.bin'), path.join(place.folder, 'snapshot.bin'));
      const engine = await open(place.folder);
      expect(Number(await engine.request('eth_getTransactionCount', [RELAY_ADDRESS, 'latest']))).to.equal(0);
    });
  });
});

/** Makes one of the chain in a folder that nobody uses. */
async function snapshotOf(folder: string): Promise<void> {
  const journal = openJournal(path.join(folder, 'journal.sqlite'), clock());
  try {
    await makeSnapshot(folder, journal, new AbortController().signal);
  } finally {
    journal.close();
  }
}

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
