/**
 * Writes to PostgreSQL that fail both ways: the commit is lost before it arrives, or it is done and the gateway never
 * hears of it. Who asks again gets one promise, and the ledger gets one statement.
 */
import path from 'node:path';

import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { openChain, type Chain } from '../../scripts/trial/chain.ts';
import { startConsortium, type Consortium } from '../../scripts/trial/consortium.ts';
import { putUnderLoad } from '../../scripts/trial/load.ts';
import { startPostgres } from '../../scripts/trial/postgres.ts';
import { needPostgres } from '../support/postgres.ts';
import { expectAsPromised } from './support/as-promised.ts';
import { openDatabaseWire, type DatabaseWire } from './support/database-wire.ts';

/** Connections that break in each trial. */
const BROKEN = 10;

describe('writes to the database', function () {
  this.timeout(120_000);

  const stops: (() => Promise<void> | void)[] = [];
  let chain: Chain;
  let wire: DatabaseWire;
  let consortium: Consortium;
  before(async function () {
    const binaries = needPostgres(this);
    const folder = throwawayFolder();
    stops.push(() => removeFolder(folder));
    const postgres = await startPostgres(binaries);
    stops.push(() => postgres.stop());
    wire = await openDatabaseWire(await postgres.createDatabase());
    stops.push(() => wire.close());
    chain = await openChain(path.join(folder, 'chain'));
    stops.push(() => chain.close());
    consortium = await startConsortium(path.join(folder, 'gateways'), chain, { storeUrl: wire.url });
    stops.push(() => consortium.close());
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  for (const [what, words] of [
    ['commit', 'that are lost on the way: nothing is half there'],
    ['acknowledgement', 'that are done, and not acknowledged: nothing is done twice'],
  ] as const) {
    it(words, async () => {
      const gateway = consortium.gateways[0]!;
      const before = wire.broken();
      const load = putUnderLoad(consortium, 4);
      wire.breakAt(what, 7);
      await eventually(() => Promise.resolve(wire.broken() >= before + BROKEN));
      wire.breakAt(what, 0);
      await eventually(async () => (await gateway.readiness()) === 200);
      const promised = load.accepted();
      await eventually(() => Promise.resolve(load.accepted() >= promised + 20));
      await load.stop();
      await expectAsPromised(consortium, load, chain);
    });
  }
});
