/** What faults happen to: four validators, PostgreSQL, two processes of a gateway, and bad wires between them. */
import path from 'node:path';

import { rpcUrl, type NetworkState } from '../network/state.ts';
import { placeOn, startConsortium, type Consortium } from '../trial/consortium.ts';
import type { PostgresServer } from '../trial/postgres.ts';
import { openStage } from '../trial/stage.ts';
import { openWire, type Wire } from './wire.ts';

export interface World {
  /** Folder of the network. */
  readonly network: string;
  readonly nodes: NetworkState['nodes'];
  readonly wires: readonly Wire[];
  readonly postgres: PostgresServer;
  readonly database: string;
  readonly consortium: Consortium;
  /** JSON-RPC of a node, with nothing in between. */
  readonly node: string;
  close(): Promise<void>;
}

/** @throws Error if this machine has no engine or no PostgreSQL */
export async function openWorld(say: (step: string) => void): Promise<World> {
  const { folder, network, state, postgres, onClose, close } = await openStage(say);
  try {
    const wires: Wire[] = [];
    for (const node of state.nodes) {
      const wire = await openWire(rpcUrl(node));
      onClose(() => wire.close());
      wires.push(wire);
    }
    const database = await postgres.createDatabase();
    say('Starting two processes of a gateway ...');
    const consortium = await startConsortium(path.join(folder, 'gateways'), placeOn(state), {
      ...{ storeUrl: database, processes: 2, urls: wires.map(({ url }) => url) },
    });
    onClose(() => consortium.close());
    return { network, nodes: state.nodes, wires, postgres, database, consortium, node: rpcUrl(state.nodes[0]!), close };
  } catch (error) {
    await close();
    throw error;
  }
}
