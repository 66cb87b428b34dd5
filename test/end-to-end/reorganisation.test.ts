/**
 * A chain undoes blocks that counted as final: the gateway stops with an alarm that says what to do, and what it says
 * works as it is typed. What was accepted and undone is on the ledger again.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import path from 'node:path';

import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { serveChain } from '../../scripts/trial/chain.ts';
import { startConsortium, type Consortium } from '../../scripts/trial/consortium.ts';
import { startAnvil, type Anvil } from '../../server/chain/embedded/anvil.ts';
import { run } from './support/program.ts';

describe('blocks that are undone though they counted as final', function () {
  this.timeout(120_000);

  const folder = throwawayFolder();
  const stops: (() => Promise<void>)[] = [];
  let anvil: Anvil;
  let consortium: Consortium;
  before(async () => {
    anvil = await startAnvil(folder, Math.floor(Date.now() / 1000) - 60);
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
});
