/** Validators and PostgreSQL on this machine, of which nothing is left when it is closed. */
import path from 'node:path';

import { removeFolder, throwawayFolder } from '../gateway-process.ts';
import { down, killAll, up } from '../network/network.ts';
import type { NetworkState } from '../network/state.ts';
import { findPostgres, HOW_TO_INSTALL, startPostgres, type PostgresServer } from './postgres.ts';

export interface Stage {
  /** For what else is kept. */
  readonly folder: string;
  /** Folder of the network. */
  readonly network: string;
  readonly state: NetworkState;
  readonly postgres: PostgresServer;
  /** What comes last is closed first. */
  onClose(closer: () => Promise<void> | void): void;
  close(): Promise<void>;
}

export interface StagePlan {
  /** Four bear the loss of one. */
  readonly validators?: number;
  /** As of PostgreSQL. */
  readonly durable?: boolean;
}

/**
 * @throws Error if this machine has no engine or no PostgreSQL
 */
export async function openStage(
  say: (step: string) => void,
  { validators = 4, durable = false }: StagePlan = {},
): Promise<Stage> {
  const binaries = findPostgres();
  if (binaries === undefined) throw new Error(HOW_TO_INSTALL);
  const folder = throwawayFolder();
  const network = path.join(folder, 'network');
  const closers: (() => Promise<void> | void)[] = [() => removeFolder(folder)];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  // Its nodes outlive their starter: they must not outlive a run that is cut off.
  process.once('exit', () => killAll(network));
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  try {
    // Of nodes that did not get ready, too.
    closers.push(() => killAll(network));
    const state = await up(network, { validators }, say);
    closers.push(() => down(network));
    const postgres = await startPostgres(binaries, { durable });
    closers.push(() => postgres.stop());
    return { folder, network, state, postgres, onClose: (closer) => void closers.push(closer), close };
  } catch (error) {
    await close();
    throw error;
  }
}
