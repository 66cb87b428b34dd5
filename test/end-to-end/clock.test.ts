/**
 * The clock of a gateway jumps by a day, either way, under load: it says so, what was promised meanwhile is included, and
 * it goes on when the clock is right again.
 */
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Officer, Stated } from '../../scripts/demo/officer.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { serveChain, type Chain } from '../../scripts/trial/chain.ts';
import { startConsortium, type Consortium, type Gateway } from '../../scripts/trial/consortium.ts';
import { putUnderLoad, type Load } from '../../scripts/trial/load.ts';
import { openEmbedded } from '../../server/chain/embedded/engine.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { expectAsPromised } from './support/as-promised.ts';

const DAY = 86_400;
const CLOCK = pathToFileURL(path.join(import.meta.dirname, 'support/clock.child.ts')).href;

describe('the clock of a gateway', function () {
  this.timeout(180_000);

  const folder = throwawayFolder();
  const file = path.join(folder, 'clock');
  const stops: (() => Promise<void>)[] = [];
  /** Seconds by which the chain is ahead of this machine. */
  let chainAhead = 0;
  let chain: Chain;
  let consortium: Consortium;
  let gateway: Gateway;
  before(async () => {
    const engine = await openEmbedded(path.join(folder, 'chain'), () => Math.floor(Date.now() / 1000) + chainAhead);
    chain = await serveChain(engine, () => engine.close());
    stops.push(() => chain.close());
    setClock(0);
    consortium = await startConsortium(path.join(folder, 'gateways'), chain, {
      environment: { NODE_OPTIONS: `--import=${CLOCK}`, CLOCK_FILE: file },
    });
    stops.push(() => consortium.close());
    gateway = consortium.gateways[0]!;
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  });

  /** @param seconds ahead of this machine */
  const setClock = (seconds: number): void => writeFileSync(file, String(seconds));
  const becomes = (status: number): Promise<void> => eventually(async () => (await gateway.readiness()) === status);
  const bka = (): Officer => consortium.at('DE-BKA');
  const more = async (load: Load): Promise<void> => {
    const before = load.accepted();
    await eventually(() => Promise.resolve(load.accepted() > before + 40));
  };

  it('jumps a day ahead, and is set right', async () => {
    const before = putUnderLoad(consortium, 4);
    await more(before);
    await before.stop();
    setClock(DAY);
    const early: string[] = [];
    for (let item = 0; item < 20; item++) {
      early.push((await bka().post<Stated>('/v1/statements', { act: 'collect', code: 'seized' })).digest);
    }
    await becomes(503);
    expect(JSON.stringify(await gateway.health())).to.match(/ahead of the network/);
    setClock(0);
    const after = putUnderLoad(consortium, 4);
    await more(after);
    await becomes(200);
    await after.stop();
    // What is of the future waits for it; nothing else does.
    await eventually(async () => (await gateway.health()).pending === early.length);

    chainAhead = DAY;
    setClock(DAY);
    await gateway.kill('SIGKILL');
    await gateway.start();
    for (const load of [before, after]) await expectAsPromised(consortium, load, chain);
    for (const digest of early) await bka().final(digest);
  });

  it('jumps a day back, and is set right', async () => {
    const load = putUnderLoad(consortium, 4);
    await more(load);
    setClock(0);
    await becomes(503);
    expect(JSON.stringify(await gateway.health())).to.match(/behind the network/);
    await more(load);
    await gateway.kill('SIGKILL');
    await gateway.start();
    await more(load);
    setClock(DAY);
    await becomes(200);
    await more(load);
    await load.stop();
    await expectAsPromised(consortium, load, chain);
  });
});
