/** An EVM with the blocks of the journal: the one that the engine runs, and one aside that a snapshot is taken of. */
import path from 'node:path';

import type { Hex } from '../../../protocol/bytes.ts';
import { ChainError } from '../errors.ts';
import type { Rpc } from '../rpc.ts';
import { backoff } from '../waiting.ts';
import { startAnvil, type Anvil } from './anvil.ts';
import type { Journal, JournalledBlock } from './journal.ts';
import { loadSnapshot, saveSnapshot } from './snapshot.ts';

export interface Replayed {
  readonly anvil: Anvil;
  /** Milliseconds that the blocks since the snapshot took. */
  readonly took: number;
}

/** Blocks read at once: the API waits meanwhile. */
const PAGE = 8;
/** With a pause that grows, in milliseconds. */
const START = { attempts: 12, first: 50, most: 2_000 };

/** Again if the EVM ends meanwhile, but not for ever: it may end because of what is in the journal. */
export async function startReplayed(folder: string, journal: Journal): Promise<Replayed> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await replayed(folder, journal, path.join(folder, 'anvil.pid'), Infinity);
    } catch (error) {
      if (!(error instanceof ChainError) || error.code !== 'UNREACHABLE' || attempt === START.attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt, START.first, START.most)));
    }
  }
}

/**
 * Makes a snapshot of the blocks that the journal has now, in an EVM of its own: no block waits for it.
 * @returns milliseconds that it took beside replaying, which grow with the state
 */
export async function makeSnapshot(folder: string, journal: Journal, signal: AbortSignal): Promise<number> {
  const since = performance.now();
  const pidFile = path.join(folder, 'snapshot.pid');
  const { anvil, took } = await replayed(folder, journal, pidFile, journal.last().number, signal);
  try {
    await saveSnapshot(folder, anvil);
    return performance.now() - since - took;
  } finally {
    await anvil.stop();
  }
}

/** @param last number of the last block to replay */
async function replayed(
  folder: string,
  journal: Journal,
  pidFile: string,
  last: number,
  signal?: AbortSignal,
): Promise<Replayed> {
  const anvil = await startAnvil(pidFile, journal.genesisTime, signal);
  try {
    let after = await loadSnapshot(folder, anvil, (number) => journal.hashOf(number));
    if (after === undefined) {
      await anvil.stop();
      return await replayed(folder, journal, pidFile, last, signal);
    }
    const since = performance.now();
    for (;;) {
      const blocks = journal.blocks(after, Math.min(PAGE, last - after));
      if (blocks.length === 0) return { anvil, took: performance.now() - since };
      for (const block of blocks) {
        await replay(anvil.rpc, journal, block);
        after = block.number;
      }
    }
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

async function replay(rpc: Rpc, journal: Journal, block: JournalledBlock): Promise<void> {
  try {
    for (const transaction of block.transactions) await rpc.request('eth_sendRawTransaction', [transaction]);
  } catch (error) {
    if (!(error instanceof ChainError) || error.answer === undefined) throw error;
    // The EVM took it when it was journalled.
    throw new ChainError('JOURNAL', `A transaction of block ${block.number} is not taken any more. ${RESTORE}`, {
      cause: error,
    });
  }
  const hash = await mine(rpc, block);
  if (block.hash === undefined) journal.mined(block.number, hash);
  else if (block.hash !== hash) {
    throw new ChainError(
      'JOURNAL',
      `Block ${block.number} was ${block.hash}, and replaying the journal gives ${hash}. ${RESTORE}`,
    );
  }
}

const RESTORE =
  'It was changed, or the engine is another version than the one that wrote it. Restore the data folder from its backup.';

/** Makes a block of the transactions that wait in the EVM. */
export async function mine(rpc: Rpc, { number, time }: Pick<JournalledBlock, 'number' | 'time'>): Promise<Hex> {
  await rpc.request('evm_mine', [{ timestamp: time }]);
  const mined = await rpc.request<{ hash: Hex; number: Hex }>('eth_getBlockByNumber', ['latest', false]);
  if (Number(mined.number) !== number) {
    throw new ChainError('JOURNAL', `The engine made block ${Number(mined.number)} where the journal has ${number}.`);
  }
  return mined.hash;
}
