/**
 * The embedded engine: an EVM whose every block is journalled before it is mined, and replayed after a crash of
 * either process. For one machine; no consortium vouches for it.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { hexToBytes, isHex, type Hex } from '../../../protocol/bytes.ts';
import { keccakHex } from '../../../protocol/hashing.ts';
import { ChainError } from '../errors.ts';
import type { Rpc } from '../rpc.ts';
import type { Anvil } from './anvil.ts';
import { openJournal, type Journal, type JournalledBlock } from './journal.ts';
import { makeSnapshot, mine, startReplayed, type Replayed } from './replay.ts';

export interface EmbeddedEngine extends Rpc {
  /** Called after each block. */
  onBlock(listener: () => void): void;
  /** Resolves with the reason if the engine can't go on. */
  readonly failed: Promise<ChainError>;
  close(): Promise<void>;
}

/** Transactions in one block, at most: all fit under its gas limit. */
const BLOCK_TRANSACTIONS = 28;
/** A snapshot is made when replaying what came after the last one would take this long, in milliseconds, ... */
const SNAPSHOT_WORTH = 10_000;
/** ... and this many times longer than the rest of making one does. */
const SNAPSHOT_RATIO = 10;

/**
 * @param clock seconds; block times follow it and never go back
 * @param snapshotWorth milliseconds that a start may take to replay blocks before a snapshot is made of them
 * @throws ChainError IN_USE, JOURNAL, UNREACHABLE
 */
export async function openEmbedded(
  folder: string,
  clock: () => number,
  snapshotWorth = SNAPSHOT_WORTH,
): Promise<EmbeddedEngine> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const journal = openJournal(path.join(folder, 'journal.sqlite'), clock());
  try {
    return sealing(folder, journal, await startReplayed(folder, journal), clock, snapshotWorth);
  } catch (error) {
    journal.close();
    throw error;
  }
}

interface Waiting {
  readonly transaction: Hex;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function sealing(
  folder: string,
  journal: Journal,
  first: Replayed,
  clock: () => number,
  snapshotWorth: number,
): EmbeddedEngine {
  const listeners: (() => void)[] = [];
  const waiting: Waiting[] = [];
  let closed = false;
  let sealer: Promise<void> | undefined;
  let fail: (error: ChainError) => void = () => undefined;
  const failed = new Promise<ChainError>((resolve) => {
    fail = resolve;
  });
  const closing = new AbortController();
  let snapshot: Promise<void> | undefined;
  /** Milliseconds: what a replay from the last snapshot on would take, and what making that took beside its replay. */
  let unsaved = first.took;
  let saving = 0;

  let running: Promise<Anvil> = Promise.resolve(first.anvil);
  watch(first.anvil, running);

  /** Starts the EVM again when it ends by itself: the journal brings every block back. */
  function watch(anvil: Anvil, as: Promise<Anvil>): void {
    void anvil.ended.then(() => restart(anvil, as));
  }

  function restart(anvil: Anvil, as: Promise<Anvil>): void {
    if (closed || running !== as) return;
    const next = anvil.stop().then(async () => {
      const { anvil, took } = await startReplayed(folder, journal);
      unsaved = took;
      return anvil;
    });
    running = next;
    next.then(
      (again) => watch(again, next),
      (error: unknown) => {
        if (!closed) fail(asChainError(error));
      },
    );
  }

  async function seal(): Promise<void> {
    // One turn of the event loop: transactions that come together share a block.
    await new Promise(setImmediate);
    do {
      const batch = waiting.splice(0, BLOCK_TRANSACTIONS);
      const as = running;
      try {
        const anvil = await as;
        try {
          await makeBlock(anvil, batch, () => running === as);
          snapshotIfWorth();
        } catch (error) {
          // What waits in the EVM, or was mined, may not be what the journal has.
          restart(anvil, as);
          throw error;
        }
      } catch (error) {
        // If it is in the journal it will be mined all the same: who sent it looks for it, or sends it again.
        for (const { reject } of batch) reject(asChainError(error));
      }
    } while (waiting.length > 0);
    sealer = undefined;
  }

  async function makeBlock({ rpc }: Anvil, batch: readonly Waiting[], stillRuns: () => boolean): Promise<void> {
    // The EVM's pool is not the chain: what it refuses needs no block, and what it loses in a crash was not promised.
    const taken: Waiting[] = [];
    for (const one of batch) {
      try {
        await rpc.request('eth_sendRawTransaction', [one.transaction]);
        taken.push(one);
      } catch (error) {
        if (!(error instanceof ChainError) || error.answer === undefined) throw error;
        one.reject(error);
      }
    }
    if (taken.length === 0) return;
    // A replay has begun: it would not see the block.
    if (!stillRuns()) throw new ChainError('UNREACHABLE', 'The embedded chain is starting again.');
    const last = journal.last();
    const block: JournalledBlock = {
      number: last.number + 1,
      time: Math.max(clock(), last.time),
      transactions: taken.map(({ transaction }) => transaction),
    };
    journal.append(block);
    const since = performance.now();
    journal.mined(block.number, await mine(rpc, block));
    unsaved += performance.now() - since;
    for (const { resolve } of taken) resolve();
    for (const listener of listeners) listener();
  }

  function snapshotIfWorth(): void {
    if (closed || snapshot || unsaved < Math.max(snapshotWorth, SNAPSHOT_RATIO * saving)) return;
    const covered = unsaved;
    snapshot = makeSnapshot(folder, journal, closing.signal)
      .then(
        (took) => (saving = took),
        // The disk is full, say: the next start takes longer.
        () => undefined,
      )
      .then(() => {
        unsaved = Math.max(0, unsaved - covered);
        snapshot = undefined;
      });
  }

  function startSealing(): void {
    sealer ??= seal();
  }
  startSealing();

  return {
    failed,
    onBlock: (listener) => void listeners.push(listener),
    async request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
      if (closed) throw new ChainError('UNREACHABLE', 'The embedded chain is stopped.');
      if (method !== 'eth_sendRawTransaction') return (await running).rpc.request<Result>(method, parameters);
      const transaction = rawTransaction(parameters[0]);
      await new Promise<void>((resolve, reject) => {
        waiting.push({ transaction, resolve, reject });
        startSealing();
      });
      return keccakHex(hexToBytes(transaction)) as Result;
    },
    async close() {
      if (closed) return;
      closed = true;
      closing.abort();
      await snapshot;
      await sealer;
      await (await running.catch(() => undefined))?.stop();
      journal.close();
    },
  };
}

/** @throws ChainError NODE, as a node would say it */
function rawTransaction(value: unknown): Hex {
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  if (isHex(text) && text !== '0x') return text;
  const message = 'invalid params: a raw transaction in hexadecimal is expected';
  throw new ChainError('NODE', message, { answer: { code: -32602, message } });
}

function asChainError(error: unknown): ChainError {
  if (error instanceof ChainError) return error;
  return new ChainError('UNREACHABLE', `The embedded chain does not go on: ${String(error)}`, { cause: error });
}
