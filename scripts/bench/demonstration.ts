/** A gateway of the demonstration consortium on an embedded chain of its own, and a client of one of its officers. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { removeFolder, startGateway, throwawayFolder, type GatewayProcess } from '../gateway-process.ts';
import { openClient, type Client } from './client.ts';

/** Of the client, and officers that it can be at once. */
export const CONNECTIONS = 64;

export interface Demonstration {
  readonly gateway: GatewayProcess;
  readonly client: Client;
}

/** Runs on a new one, of which nothing is left. */
export async function onDemonstration(
  run: (demonstration: Demonstration) => Promise<void>,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = throwawayFolder();
  try {
    const gateway = await startGateway(folder, environment);
    const client = openClient(gateway.url, gateway.token('anna'), CONNECTIONS);
    try {
      await run({ gateway, client });
    } finally {
      client.close();
      await gateway.stop();
    }
  } finally {
    removeFolder(folder);
  }
}

/** Process id of its embedded chain. */
export function chainProcessOf({ dataDirectory }: GatewayProcess): number {
  return (JSON.parse(readFileSync(path.join(dataDirectory, 'chain/anvil.pid'), 'utf8')) as { pid: number }).pid;
}
