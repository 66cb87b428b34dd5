/** One gateway for all files of a run that ask for it: started by the first, stopped after the last. */
import { after } from 'mocha';

import { removeFolder, startGateway, throwawayFolder, type GatewayProcess } from '../../scripts/gateway-process.ts';

let started: Promise<GatewayProcess> | undefined;

export function sharedGateway(): Promise<GatewayProcess> {
  started ??= startGateway(throwawayFolder());
  return started;
}

/** Whoever asks next gets a new one: after a file that changed the consortium. */
export async function endSharedGateway(): Promise<void> {
  const gateway = await started?.catch(() => undefined);
  started = undefined;
  if (!gateway) return;
  await gateway.stop();
  removeFolder(gateway.dataDirectory);
}

// Outside of every suite, so that mocha runs it once, after all files.
after(async function () {
  this.timeout(30_000);
  await endSharedGateway();
});
