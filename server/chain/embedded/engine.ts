/**
 * The embedded engine: an EVM whose every block is journalled before it is mined, and replayed after a crash of
 * either process. For one machine; no consortium vouches for it.
 */
import path from 'node:path';
import { mkdirSync } from 'node:fs';

import { hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { keccakHex } from '../../../protocol/hashing.ts';
import { ChainError } from '../errors.ts';
import { quantity, type Rpc } from '../rpc.ts';
import { startAnvil, type Anvil } from './anvil.ts';
import { openJournal, type Journal, type JournalledBlock } from './journal.ts';

export interface EmbeddedEngine extends Rpc {
  /** Called after each block. */
  onBlock(listener: () => void): void;
  /** Resolves with the reason if the engine can't go on. */
  readonly failed: Promise<ChainError>;
  close(): Promise<void>;
}

/** Transactions in one block, at most. */
const BLOCK_TRANSACTIONS = 16;
const REPLAY_PAGE = 200;

/** @param clock seconds; block times follow it and never go back */
export async function openEmbedded(folder: string, clock: () => number): Promise<EmbeddedEngine> {
  mkdirSync(folder, { recursive: true });
  const journal = openJournal(path.join(folder, 'journal.sqlite'), clock());
  let anvil: Anvil;
  try {
    anvil = await replayed(folder, journal);
  } catch (error) {
    journal.close();
    throw error;
  }
  return sealing(folder, journal, anvil, clock);
}

async function replayed(folder: string, journal: Journal): Promise<Anvil> {
  const anvil = await startAnvil(folder, journal.genesisTime);
  try {
    for (let after = 0; ; ) {
      const blocks = journal.blocks(after, REPLAY_PAGE);
      if (blocks.length === 0) return anvil;
      for (const block of blocks) {
        const hash = await mine(anvil.rpc, block);
        if (block.hash === undefined) journal.mined(block.number, hash);
        else if (block.hash !== hash) throw diverged(block, hash);
        after = block.number;
      }
    }
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}

function diverged(block: JournalledBlock, hash: Hex): ChainError {
  return new ChainError(
    'JOURNAL',
    `Block ${block.number} was ${block.hash}, and replaying the journal gives ${hash}. The journal was changed, or the ` +
      `engine is another version than the one that made it. Restore the data folder from its backup.`,
  );
}

/** Makes the block. A transaction that the engine refuses is refused at every replay too, and changes nothing. */
async function mine(rpc: Rpc, block: JournalledBlock, refused?: (transaction: Hex, error: unknown) => void): Promise<Hex> {
  await rpc.request('evm_setNextBlockTimestamp', [block.time]);
  for (const transaction of block.transactions) {
    try {
      await rpc.request('eth_sendRawTransaction', [transaction]);
    } catch (error) {
      if (error instanceof ChainError && error.code === 'UNREACHABLE') throw error;
      refused?.(transaction, error);
    }
  }
  await rpc.request('evm_mine');
  const mined = await rpc.request<{ hash: Hex; number: Hex }>('eth_getBlockByNumber', ['latest', false]);
  if (Number(mined.number) !== block.number) {
    throw new ChainError('JOURNAL', `The engine made block ${Number(mined.number)} where the journal has ${block.number}.`);
  }
  return mined.hash;
}

interface Waiting {
  readonly transaction: Hex;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function sealing(folder: string, journal: Journal, first: Anvil, clock: () => number): EmbeddedEngine {
  const listeners: (() => void)[] = [];
  const waiting: Waiting[] = [];
  let anvil: Promise<Anvil> = Promise.resolve(first);
  let closed = false;
  let sealer: Promise<void> | undefined;
  let fail: (error: ChainError) => void = () => undefined;
  const failed = new Promise<ChainError>((resolve) => {
    fail = resolve;
  });

  /** Starts the engine again when it ends by itself: the journal brings every block back. */
  function watch(running: Anvil): void {
    void running.ended.then(() => {
      if (closed) return;
      anvil = settled(sealer).then(() => replayed(folder, journal));
      anvil.then(watch, (error: unknown) => {
        fail(error instanceof ChainError ? error : new ChainError('UNREACHABLE', 'The embedded chain did not start again.', { cause: error }));
      });
    });
  }
  watch(first);

  async function seal(): Promise<void> {
    // One turn of the event loop: transactions that come together share a block.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BLOCK_TRANSACTIONS);
      const { rpc } = await anvil;
      const last = journal.last();
      const block: JournalledBlock = {
        number: (last?.number ?? 0) + 1,
        time: Math.max(clock(), last?.time ?? journal.genesisTime),
        transactions: batch.map(({ transaction }) => transaction),
      };
      journal.append(block);
      const refusals = new Map<Hex, unknown>();
      try {
        journal.mined(block.number, await mine(rpc, block, (transaction, error) => refusals.set(transaction, error)));
      } catch (error) {
        // Journalled, so it is mined when the engine is back: who sent it looks for it, or sends it again. An engine
        // that did not make a block of the journal must not make another, so it ends here if it has not yet.
        for (const { reject } of [...batch, ...waiting.splice(0)]) reject(error);
        await (await anvil).stop();
        return;
      }
      for (const { transaction, resolve, reject } of batch) {
        if (refusals.has(transaction)) reject(refusals.get(transaction));
        else resolve();
      }
      for (const listener of listeners) listener();
    }
  }

  return {
    failed,
    onBlock: (listener) => void listeners.push(listener),
    async request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
      if (closed) throw new ChainError('UNREACHABLE', 'The embedded chain is stopped.');
      if (method !== 'eth_sendRawTransaction') return (await anvil).rpc.request<Result>(method, parameters);
      const transaction = parameters[0] as Hex;
      await new Promise<void>((resolve, reject) => {
        waiting.push({ transaction, resolve, reject });
        sealer ??= seal().finally(() => {
          sealer = undefined;
        });
      });
      return keccakHex(hexToBytes(transaction)) as Result;
    },
    async close() {
      if (closed) return;
      await settled(sealer);
      closed = true;
      await (await anvil.catch(() => undefined))?.stop();
      journal.close();
    },
  };
}

async function settled(work: Promise<void> | undefined): Promise<void> {
  await work?.catch(() => undefined);
}
