/**
 * Takes accepted sheets to the ledger, each exactly once: a second time the ledger itself rejects.
 *
 * A transaction is durable before it is sent, so that after a crash the same bytes are sent again. What became of a
 * sheet is the follower's word alone, never a receipt's or a timer's.
 */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { addressOf, publicKeyOf } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import type { RelayTransaction, Store } from '../custody/ports.ts';
import { nextCall, type Call } from './calldata.ts';
import { ChainError } from './errors.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { Rpc } from './rpc.ts';
import { signTransaction } from './transaction.ts';

/** Transactions that may be under way at once. */
const IN_FLIGHT = 4;
/** Statements that are considered for one transaction. */
const CONSIDERED = 400;
const RETRY = { first: 100, most: 10_000 }; // milliseconds
/** How often an idle submitter looks, in milliseconds, in case nobody wakes it. */
const IDLE = 1_000;

export interface Submitter {
  /** There may be something to send, or something was settled. */
  wake(): void;
  /** The last thing that went wrong, until something goes right. */
  trouble(): string | undefined;
  close(): Promise<void>;
}

export interface SubmitterParts {
  readonly rpc: Rpc;
  readonly ledger: Pick<LedgerFile, 'chainId' | 'contracts'>;
  readonly store: Pick<Store, 'sheetsToSend' | 'saveTransaction' | 'openTransactions' | 'abandonTransaction' | 'cursor'>;
  readonly relayKey: Hex;
  /** Called with what keeps the submitter from going on; it goes on trying. */
  readonly report: (error: unknown) => void;
}

export function openSubmitter(parts: SubmitterParts): Submitter {
  const privateKey = hexToBytes(parts.relayKey);
  const address = addressOf(publicKeyOf(SCHEME.secp256k1, parts.relayKey));
  let closed = false;
  let wakeUp: () => void = () => undefined;
  let woken = false;
  let trouble: string | undefined;
  let delay = RETRY.first;
  let nonce: number | undefined;

  function sleep(milliseconds: number): Promise<void> {
    if (woken) {
      woken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wakeUp = () => {
        clearTimeout(timer);
        woken = false;
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!closed) {
      try {
        nonce ??= await resume();
        nonce = await sendWaiting(nonce);
        trouble = undefined;
        delay = RETRY.first;
        await sleep(IDLE);
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
        parts.report(error);
        nonce = undefined; // what reached the node is found out anew
        await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random())));
        delay = Math.min(delay * 2, RETRY.most);
      }
    }
  }

  /** Sends again what was saved and is not on the chain, gives up what never can be, and says the next nonce. */
  async function resume(): Promise<number> {
    const mined = Number(await parts.rpc.request('eth_getTransactionCount', [address, 'latest']));
    const open = await parts.store.openTransactions();
    let next = mined;
    for (const transaction of open) {
      if (transaction.nonce < mined) {
        await settle(transaction);
      } else if (transaction.nonce === next) {
        await send(transaction);
        next += 1;
      } else {
        // A gap before it: the transaction that should have filled it is gone, so this one would wait for ever.
        await parts.store.abandonTransaction(transaction.hash);
      }
    }
    return next;
  }

  /** Its nonce was used: by itself, then the follower settles it once it gets there; or by another. */
  async function settle(transaction: RelayTransaction): Promise<void> {
    const receipt = await parts.rpc.request<{ blockNumber: Hex } | null>('eth_getTransactionReceipt', [transaction.hash]);
    const followed = (await parts.store.cursor())?.number ?? 0;
    if (receipt !== null && Number(receipt.blockNumber) > followed) return;
    const { sheets } = transaction;
    if (receipt !== null) {
      const [first, ...others] = sheets;
      parts.report(
        new ChainError(
          'REVERTED',
          `Transaction ${transaction.hash} was mined and judged nothing (${1 + others.length} sheets, the first is ${first}); ` +
            'they are sent again.',
        ),
      );
    }
    await parts.store.abandonTransaction(transaction.hash);
  }

  async function sendWaiting(first: number): Promise<number> {
    let next = first;
    for (;;) {
      const open = await parts.store.openTransactions();
      if (open.length >= IN_FLIGHT || closed) {
        for (const transaction of open) if (await isOver(transaction)) await settle(transaction);
        return next;
      }
      const sheets = await parts.store.sheetsToSend(CONSIDERED);
      const call = nextCall(sheets);
      if (call === undefined || call.sheets.length === 0) {
        for (const transaction of open) if (await isOver(transaction)) await settle(transaction);
        return next;
      }
      const transaction = sign(call, next);
      await parts.store.saveTransaction(transaction);
      next += 1;
      await send(transaction);
    }
  }

  /** Whether a transaction lies behind what was followed and yet is open: it judged nothing. */
  async function isOver(transaction: RelayTransaction): Promise<boolean> {
    const receipt = await parts.rpc.request<{ blockNumber: Hex } | null>('eth_getTransactionReceipt', [transaction.hash]);
    if (receipt === null) return false;
    return Number(receipt.blockNumber) <= ((await parts.store.cursor())?.number ?? 0) && (await stillOpen(transaction));
  }

  async function stillOpen({ hash }: RelayTransaction): Promise<boolean> {
    return (await parts.store.openTransactions()).some((open) => open.hash === hash);
  }

  function sign(call: Call, withNonce: number): RelayTransaction {
    const { chainId, contracts } = parts.ledger;
    const to = contracts[call.keeper].address;
    const { raw, hash } = signTransaction({ chainId, nonce: withNonce, to, data: call.data, gas: call.gas }, privateKey);
    return { hash, nonce: withNonce, raw, sheets: call.sheets };
  }

  async function send(transaction: RelayTransaction): Promise<void> {
    try {
      await parts.rpc.request('eth_sendRawTransaction', [transaction.raw]);
    } catch (error) {
      // The node has it already: done, and not acknowledged.
      if (error instanceof ChainError && (error.code === 'KNOWN' || error.code === 'NONCE_USED')) return;
      throw error;
    }
  }

  const running = run();
  return {
    wake() {
      woken = true;
      wakeUp();
    },
    trouble: () => trouble,
    async close() {
      closed = true;
      wakeUp();
      await running;
    },
  };
}

