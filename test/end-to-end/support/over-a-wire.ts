/** A consortium's gateway whose only way to the chain can go bad, opened before the tests of a suite and closed after. */
import path from 'node:path';

import { openWire, type Wire } from '../../../scripts/chaos/wire.ts';
import { removeFolder, throwawayFolder } from '../../../scripts/gateway-process.ts';
import { openChain, type Chain } from '../../../scripts/trial/chain.ts';
import { startConsortium, type Consortium } from '../../../scripts/trial/consortium.ts';

export interface OverAWire {
  readonly chain: Chain;
  readonly wire: Wire;
  readonly consortium: Consortium;
}

/** @returns what there is once the suite's tests run */
export function overAWire(): () => OverAWire {
  const folder = throwawayFolder();
  const stops: (() => Promise<void>)[] = [];
  let opened: OverAWire;
  before(async () => {
    const chain = await openChain(path.join(folder, 'chain'));
    stops.push(() => chain.close());
    const wire = await openWire(chain.urls[0]!);
    stops.push(() => wire.close());
    const consortium = await startConsortium(path.join(folder, 'gateways'), chain, { urls: [wire.url] });
    stops.push(() => consortium.close());
    opened = { chain, wire, consortium };
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  });
  return () => opened;
}
