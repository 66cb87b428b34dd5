/** Validators, PostgreSQL that waits for its disk, a gateway, and a client of one of its officers, on this machine. */
import path from 'node:path';

import { placeOn, startConsortium, type Gateway } from '../trial/consortium.ts';
import { openStage, type Stage } from '../trial/stage.ts';
import { openClient, type Client } from './client.ts';

export interface OnNetwork {
  readonly stage: Stage;
  /** Of its store. */
  readonly storeUrl: string;
  readonly gateway: Gateway;
  readonly client: Client;
}

/** Runs on a new one, of which nothing is left. */
export async function onNetwork(
  { validators, connections }: { readonly validators: number; readonly connections: number },
  run: (network: OnNetwork) => Promise<void>,
): Promise<void> {
  const stage = await openStage((step) => console.error(step), { durable: true, validators });
  try {
    const storeUrl = await stage.postgres.createDatabase();
    const consortium = await startConsortium(path.join(stage.folder, 'gateways'), placeOn(stage.state), { storeUrl });
    stage.onClose(() => consortium.close());
    const gateway = consortium.gateways[0]!;
    const client = openClient(gateway.url, consortium.token('DE-BKA'), connections);
    stage.onClose(() => client.close());
    await run({ stage, storeUrl, gateway, client });
  } finally {
    await stage.close();
  }
}
