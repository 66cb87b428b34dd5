/** What faults happen to: four validators, PostgreSQL, two processes of a gateway, and bad wires between them. */
import path from 'node:path';

import { removeFolder, throwawayFolder } from '../gateway-process.ts';
import { down, findEngine, killAll, up } from '../network/network.ts';
import { readState, rpcUrl, type NetworkState } from '../network/state.ts';
import { placeOn, startConsortium, type Consortium } from '../trial/consortium.ts';
import { findPostgres, HOW_TO_INSTALL, startPostgres, type PostgresServer } from '../trial/postgres.ts';
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

const VALIDATORS = 4;

/** @throws Error if this machine has no engine or no PostgreSQL */
export async function openWorld(say: (step: string) => void): Promise<World> {
  const binaries = findPostgres();
  if (binaries === undefined) throw new Error(HOW_TO_INSTALL);
  const found = await findEngine(undefined, say);
  if (found === undefined) throw new Error('Neither Besu nor Go is here; docs/network.md says what a network needs.');
  const folder = throwawayFolder();
  const network = path.join(folder, 'network');
  const closers: (() => Promise<void> | void)[] = [() => removeFolder(folder)];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  // Its nodes outlive their starter: they must not outlive a run that is cut off.
  process.once('exit', () => killAll(network));
  try {
    closers.push(async () => {
      if (readState(network)) await down(network);
    });
    const state = await up(network, { engine: found.engine.name, validators: VALIDATORS }, say);
    const postgres = await startPostgres(binaries);
    closers.push(() => postgres.stop());
    const wires: Wire[] = [];
    for (const node of state.nodes) {
      const wire = await openWire(rpcUrl(node));
      closers.push(() => wire.close());
      wires.push(wire);
    }
    const database = await postgres.createDatabase();
    say('Starting two processes of a gateway ...');
    const consortium = await startConsortium(path.join(folder, 'gateways'), placeOn(state), {
      ...{ storeUrl: database, processes: 2, urls: wires.map(({ url }) => url) },
    });
    closers.push(() => consortium.close());
    return { network, nodes: state.nodes, wires, postgres, database, consortium, node: rpcUrl(state.nodes[0]!), close };
  } catch (error) {
    await close();
    throw error;
  }
}
