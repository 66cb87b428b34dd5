/**
 * A chain undoes blocks. Those that do not count as final yet are of no matter. Where they did, the gateway stops with an
 * alarm that says what to do, and what it says works as it is typed. What was accepted and undone is on the ledger again.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import path from 'node:path';

import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { heightOf } from '../../scripts/blocks.ts';
import { serveChain } from '../../scripts/trial/chain.ts';
import { startConsortium, type Consortium } from '../../scripts/trial/consortium.ts';
import { putUnderLoad } from '../../scripts/trial/load.ts';
import { startAnvil, type Anvil } from '../../server/chain/embedded/anvil.ts';
import { run } from './support/program.ts';
import { expectAsPromised } from './support/as-promised.ts';

describe('blocks that are undone though they counted as final', function () {
  this.timeout(120_000);

  const folder = throwawayFolder();
  const stops: (() => Promise<void>)[] = [];
  let anvil: Anvil;
  let consortium: Consortium;
  before(async () => {
    anvil = await startAnvil(path.join(folder, 'anvil.pid'), Math.floor(Date.now() / 1000) - 60);
    const chain = await serveChain(anvil.rpc, () => anvil.stop());
    stops.push(() => chain.close());
    await anvil.rpc.request('evm_setAutomine', [true]);
    consortium = await startConsortium(path.join(folder, 'gateways'), chain);
    stops.push(() => consortium.close());
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  });

  it('are an alarm, and are followed and stated anew by the operator’s command', async () => {
    const bka = consortium.at('DE-BKA');
    const gateway = consortium.gateways[0]!;
    const collect = async (): Promise<string> => (await bka.state({ act: 'collect', code: 'seized' }))[0]!.subject;
    const kept = await collect();
    const before = await anvil.rpc.request('evm_snapshot');
    const undone = [await collect(), await collect()];
    await gateway.kill('SIGTERM');
    await anvil.rpc.request('evm_revert', [before]);
    // Others go on, until the chain is longer than it was.
    for (let block = 0; block < 4; block++) await anvil.rpc.request('evm_mine');

    const started = await gateway.start().then(
      () => once(gateway.child, 'exit').then(([code]: unknown[]) => `ended with ${String(code)}`),
      (error: unknown) => String(error),
    );
    expect(started).to.match(/follow-anew/);
    const environment = { DATA_DIR: gateway.folder };
    const shown = await run('cli/main.ts', ['follow-anew'], environment);
    expect(shown.output).to.match(/back-up/);
    const applied = await run('cli/main.ts', ['follow-anew', '--apply'], environment);
    expect(applied.code, applied.errors).to.equal(0);

    await gateway.start();
    for (const subject of [kept, ...undone]) {
      const { items } = await bka.get<{ items: readonly { digest: string }[] }>(`/v1/evidence/${subject}/trail`);
      await bka.final(items[0]!.digest);
    }
    await collect();
  });

  it('are an alarm at once in a gateway that is at work', async () => {
    const bka = consortium.at('DE-BKA');
    const gateway = consortium.gateways[0]!;
    const before = await anvil.rpc.request('evm_snapshot');
    await bka.state({ act: 'collect', code: 'seized' });
    const ended = once(gateway.child, 'exit');
    await anvil.rpc.request('evm_revert', [before]);
    for (let block = 0; block < 4; block++) await anvil.rpc.request('evm_mine');
    await ended;
    expect(gateway.lastWords()).to.match(/follow-anew/);
  });
});

describe('blocks that are undone before they count as final', function () {
  this.timeout(240_000);

  const CONFIRMATIONS = 3;
  const folder = throwawayFolder();
  const stops: (() => Promise<void>)[] = [];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  });

  it('take nothing with them', async () => {
    const anvil = await startAnvil(path.join(folder, 'anvil.pid'), Math.floor(Date.now() / 1000) - 60);
    const chain = await serveChain(anvil.rpc, () => anvil.stop());
    stops.push(() => chain.close());
    await anvil.rpc.request('evm_setIntervalMining', [1]);
    const environment = { CONFIRMATIONS: String(CONFIRMATIONS) };
    const consortium = await startConsortium(path.join(folder, 'gateways'), chain, { environment });
    stops.push(() => consortium.close());
    const gateway = consortium.gateways[0]!;
    const height = (): Promise<number> => heightOf(anvil.rpc);

    // One officer: what is under way counts until it is final, so that some hundred go in four blocks.
    const load = putUnderLoad(consortium, 1);
    for (let time = 0; time < 3; time++) {
      const promised = load.accepted();
      await eventually(() => Promise.resolve(load.accepted() > promised));
      const [before, at] = [await anvil.rpc.request('evm_snapshot'), await height()];
      await eventually(async () => (await height()) >= at + CONFIRMATIONS - 1);
      await anvil.rpc.request('evm_revert', [before]);
    }
    await load.stop();
    await expectAsPromised(consortium, load, chain, 150_000);
    expect(await gateway.readiness()).to.equal(200);
  });
});
