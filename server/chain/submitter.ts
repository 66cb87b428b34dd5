/**
 * Takes accepted sheets to the ledger, each exactly once: a second time the ledger itself rejects.
 *
 * A transaction is durable before it is sent, so that after a crash the same bytes are sent again. What became of a
 * sheet is the follower's word alone, never a receipt's or a timer's.
 */
import type { Hex } from '../../protocol/bytes.ts';
import type { RelayTransaction, SendingRight, Store } from '../custody/ports.ts';
import { readTraits, type EngineTraits } from './engine-traits.ts';
import { ChainError } from './errors.ts';
import { openHeartbeat } from './heartbeat.ts';
import type { LedgerFile } from './ledger-file.ts';
import { openPace } from './pace.ts';
import { packCalls } from './packing.ts';
import { openPatience } from './patience.ts';
import { openRelayAccount } from './relay-account.ts';
import type { Rpc } from './rpc.ts';
import { troubleOf, type Trouble } from './trouble.ts';
import { backoff, openSleeper } from './waiting.ts';

/** Transactions that may be under way at once, within the gas that may be: what comes meanwhile goes in the next. */
const IN_FLIGHT = 2;
/** The same where one block can't hold all that may be under way. */
const FULL_IN_FLIGHT = 20;
/**
 * Of a block's gas, for one transaction at most. A block takes one only if all that it may use is left, which is about
 * twice what it does use: of large ones, much of the block stays empty.
 */
const SHARE = 1 / 4;
/** Statements that are read for one transaction: hardly more fit. */
const CONSIDERED = 200;
/** Sheets in one transaction, unless one ran out of gas. */
const SHEETS = 256;

// Milliseconds.
const RETRY = { first: 100, most: 10_000 };
/** How often an idle submitter looks: what another process on the store accepts wakes nobody here. */
const IDLE = 250;
/** Between two that are less than half full, where a block comes when it is time: what comes meanwhile goes together. */
const APART = 200;
/** After this a transaction that is in no block is sent again: a node may forget what waits in its pool. */
const SEND_AGAIN = 5_000;

/** After this, failures count as more than what passes. */
const LASTING = 60_000;

/** So often within so long, and the relay key is taken for shared. */
const SHARED = { times: 3, milliseconds: 600_000 };

export interface Submitter {
  /** There may be something to send, or something was settled. */
  wake(): void;
  /** The last thing that went wrong, until something goes right. */
  trouble(): Trouble | undefined;
  /** Says so while the network makes no blocks though something waits for one, whichever process sends it. */
  halted(): string | undefined;
  /** What keeps statements from the ledger for long though the network makes blocks, whichever process sends them. */
  stuck(): Trouble | undefined;
  /** Whether this process is the one that sends with the relay key. */
  isSender(): boolean;
  close(): Promise<void>;
}

export interface SubmitterParts {
  readonly rpc: Rpc;
  readonly ledger: Pick<LedgerFile, 'chainId' | 'contracts'>;
  readonly store: Pick<
    Store,
    | 'holdSender'
    | 'sheetsToSend'
    | 'saveTransaction'
    | 'openTransactions'
    | 'oldestTransaction'
    | 'abandonTransaction'
    | 'cursor'
  >;
  readonly relayKey: Hex;
  /** Called with what keeps the submitter from going on; it goes on trying. */
  readonly report: (error: unknown) => void;
}

export function openSubmitter(parts: SubmitterParts): Submitter {
  const { rpc, store, report } = parts;
  const account = openRelayAccount(parts.relayKey, parts.ledger);
  const sleeper = openSleeper();
  /** Is not woken by new work: a node in trouble is left in peace. */
  const pause = openSleeper();
  /** Nor is this: a small transaction waits for more to go with it, until the one before has been taken. */
  const company = openSleeper();
  const patience = openPatience();
  const pace = openPace();
  const heartbeat = openHeartbeat();
  /** By hash: when it was last sent, in milliseconds. */
  const sent = new Map<Hex, number>();
  /** Saved by this process, which knows what goes with it: gas, and milliseconds when it was first sent. */
  const own = new Map<Hex, { readonly gas: number; readonly since: number }>();
  let traits: EngineTraits | undefined;
  /** Of the next transaction; undefined: only the chain knows. */
  let nonce: number | undefined;
  /** Undefined while another process sends. */
  let right: SendingRight | undefined;
  /** When one that is less than half full was sent last, in milliseconds. */
  let smallAt = -Infinity;
  /** Transactions that the node has not answered yet. */
  let unanswered = 0;
  /** Sheets in one transaction, at most. */
  let caution = SHEETS;
  let closed = false;
  let trouble: (Trouble & { readonly since: number }) | undefined;
  let failures = 0;
  /** When somebody else used the relay key, in milliseconds; the newest ones. */
  let foreign: number[] = [];

  function failed(error: unknown): void {
    if (closed) return;
    trouble = { ...troubleOf(error), since: trouble?.since ?? performance.now() };
    report(error);
  }

  async function run(): Promise<void> {
    while (!closed) {
      try {
        const held = await store.holdSender(account.address);
        // Another process may have sent meanwhile: then only the chain knows the nonce.
        if (held?.fence !== right?.fence) nonce = undefined;
        right = held;
        if (!held) heartbeat.felt(await followed(), await store.oldestTransaction());
        let next: number | undefined;
        do {
          next = held && (await round(held));
          trouble = undefined;
          failures = 0;
        } while (next === 0);
        await (next === undefined ? sleeper.sleep(IDLE) : company.sleep(next));
      } catch (error) {
        nonce = undefined;
        failed(error);
        await pause.sleep(backoff(failures++, RETRY.first, RETRY.most));
      }
    }
  }

  /** @returns milliseconds after which there may be more to send, 0 for at once; undefined: when woken */
  async function round(held: SendingRight): Promise<number | undefined> {
    const open = await store.openTransactions();
    const block = await store.cursor();
    heartbeat.felt(block?.number ?? -1, open[0]?.hash);
    if (block !== undefined) pace.felt(block, open.length > 0);
    forgetAllBut(open);
    traits ??= await readTraits(rpc);
    // The chain is asked only when something may be wrong: while it makes a block it may not answer.
    if (nonce === undefined || open.some(isOverdue)) nonce = await tend(open, held);
    // What was saved before a crash goes first: what follows may rest on it.
    if (!open.every(({ hash }) => own.has(hash)) || closed) return undefined;
    return sendWaiting(traits, nonce, open, held);
  }

  /** Number of the newest block, as any process on the store followed it. */
  async function followed(): Promise<number> {
    return (await store.cursor())?.number ?? -1;
  }

  function isOverdue({ hash }: RelayTransaction): boolean {
    return performance.now() - (sent.get(hash) ?? -Infinity) > SEND_AGAIN;
  }

  function forgetAllBut(open: readonly RelayTransaction[]): void {
    const hashes = new Set(open.map(({ hash }) => hash));
    for (const hash of sent.keys()) if (!hashes.has(hash)) sent.delete(hash);
    for (const [hash, { since }] of own) {
      if (hashes.has(hash)) continue;
      own.delete(hash);
      pace.settled(performance.now() - since);
    }
  }

  /**
   * Looks after transactions under way: sends again what may be lost, gives up what never can be mined.
   * @returns the next nonce
   */
  async function tend(open: readonly RelayTransaction[], held: SendingRight): Promise<number> {
    const mined = Number(await rpc.request('eth_getTransactionCount', [account.address, 'latest']));
    let next = mined;
    for (const transaction of open) {
      if (transaction.nonce < mined) {
        await settle(transaction, held);
      } else if (transaction.nonce > next) {
        // Nothing will ever fill the gap before it.
        await abandon(transaction, held);
      } else {
        next = transaction.nonce + 1;
        if (isOverdue(transaction)) await send(transaction, held);
      }
    }
    return next;
  }

  /** Its nonce is used: by itself, then the follower settles it when it gets there; or by another. */
  async function settle(transaction: RelayTransaction, held: SendingRight): Promise<void> {
    const { hash, sheets } = transaction;
    const receipt = await rpc.request<{ blockNumber: Hex; status: Hex } | null>('eth_getTransactionReceipt', [hash]);
    if (receipt === null) {
      foreign = [...foreign.slice(1 - SHARED.times), performance.now()];
      report(
        new ChainError(
          'NONCE_USED',
          `Nonce ${transaction.nonce} of the relay key was used by somebody else; sending again.`,
        ),
      );
      return abandon(transaction, held);
    }
    if (Number(receipt.blockNumber) > (await followed())) return;
    if (!(await store.openTransactions()).some((open) => open.hash === hash)) return;
    // It was followed, and no event of it was seen.
    if (Number(receipt.status) === 0 && sheets.length > 1) {
      caution = Math.ceil(sheets.length / 2);
      report(
        new ChainError(
          'REVERTED',
          `Transaction ${hash} reverted; its ${sheets.length} sheets go again, ${caution} at a time.`,
        ),
      );
      return abandon(transaction, held);
    }
    report(new ChainError('REVERTED', `Transaction ${hash} judged nothing; what it carried is tried again later.`));
    await store.abandonTransaction(hash, held);
  }

  async function abandon({ hash, sheets }: RelayTransaction, held: SendingRight): Promise<void> {
    await store.abandonTransaction(hash, held);
    patience.forgive(sheets);
  }

  async function sendWaiting(
    { transactionGas, blockGas, p256 }: EngineTraits,
    first: number,
    open: readonly RelayTransaction[],
    held: SendingRight,
  ): Promise<number | undefined> {
    const budget = pace.budget(blockGas);
    const gas = Math.floor(Math.min(transactionGas * 0.95, blockGas * SHARE, budget));
    let underWay = open.length;
    let room = open.reduce((left, { hash }) => left - (own.get(hash)?.gas ?? transactionGas), budget);
    const manyBlocks = budget > blockGas;
    const most = manyBlocks ? FULL_IN_FLIGHT : IN_FLIGHT;
    const isFull = (): boolean => underWay >= most || room <= 0;
    if (underWay > 0 && isFull()) return undefined;
    const calls = Math.max(1, Math.ceil(room / transactionGas));
    const waiting = await store.sheetsToSend(CONSIDERED * calls + patience.statements());
    const sheets = patience.due(
      waiting,
      open.flatMap((transaction) => transaction.sheets),
    );
    let next = first;
    let together = false;
    for (const call of packCalls(sheets, { gas, sheets: caution, p256 })) {
      if (underWay > 0 && !together && (isFull() || call.gas > room)) return undefined;
      // The rest of a sheet is small because it must be.
      const isSmall = call.gas < gas / 2 && !together;
      const early = isSmall ? tooEarly(manyBlocks) : 0;
      if (early > 0) return early;
      // After one that ran out of gas, all the gas there is.
      const transaction = account.sign(caution < SHEETS ? { ...call, gas: transactionGas } : call, next);
      await store.saveTransaction(transaction, held);
      nonce = ++next;
      together = call.continues;
      room -= call.gas;
      underWay += 1;
      if (isSmall) smallAt = performance.now();
      own.set(transaction.hash, { gas: call.gas, since: performance.now() });
      patience.sent(sheets.filter(({ id }) => call.sheets.includes(id)));
      sendWithoutWaiting(transaction, held);
    }
    return next > first ? 0 : undefined;
  }

  /**
   * Milliseconds for which a small transaction waits at most. Where blocks come at their time, small ones go apart; where
   * the node answers when it has mined, one at a time, so that what is accepted meanwhile is in the next block.
   */
  function tooEarly(manyBlocks: boolean): number {
    if (manyBlocks) return Math.max(0, smallAt + APART - performance.now());
    return unanswered > 0 ? SEND_AGAIN : 0;
  }

  /** Where a node answers only when it has mined, others join the same block. */
  function sendWithoutWaiting(transaction: RelayTransaction, held: SendingRight): void {
    unanswered += 1;
    const answered = send(transaction, held).then(
      () => (caution = Math.min(SHEETS, caution + 1)),
      (error: unknown) => {
        failed(error);
        nonce = undefined;
      },
    );
    void answered.then(() => {
      unanswered -= 1;
      company.wake();
    });
  }

  async function send({ hash, raw }: RelayTransaction, held: SendingRight): Promise<void> {
    sent.set(hash, performance.now());
    try {
      await rpc.request('eth_sendRawTransaction', [raw]);
    } catch (error) {
      // The node has it already: done, and not acknowledged.
      if (error instanceof ChainError && (error.code === 'KNOWN' || error.code === 'NONCE_USED')) return;
      if (error instanceof ChainError && error.code === 'GAS') {
        // The block's limit has changed: no node takes it any more, and its sheets go with less.
        traits = undefined;
        await store.abandonTransaction(hash, held);
      }
      sent.set(hash, -Infinity); // soon again
      throw refusalOf(error);
    }
  }

  /** The same, with what to do about it where sending again is of no use. */
  function refusalOf(error: unknown): unknown {
    if (!(error instanceof ChainError) || error.code !== 'REFUSED') return error;
    const what = `The network takes no transactions from ${account.address}, the account of this gateway's relay key`;
    return new ChainError('REFUSED', `${what}; have it permitted there. ${error.message}`, { cause: error });
  }

  /** Once may be a transaction of before a loss; again and again is a second program. */
  function sharedKey(): Trouble | undefined {
    const [first] = foreign;
    if (first === undefined || foreign.length < SHARED.times || performance.now() - first > SHARED.milliseconds)
      return undefined;
    const message =
      `Another program sends with the relay key of this gateway (account ${account.address}). Nothing is lost by it, but ` +
      'each delays the other: give every gateway a relay key of its own (relayKey in secrets.json).';
    return { from: 'here', message };
  }

  function stuck(): Trouble | undefined {
    if (trouble !== undefined && performance.now() - trouble.since > LASTING) return trouble;
    const message = heartbeat.passedOver();
    return message === undefined ? undefined : { from: 'here', message };
  }

  const running = run();
  return {
    wake: () => sleeper.wake(),
    trouble: () => trouble ?? sharedKey(),
    halted: () => heartbeat.halted(),
    stuck,
    isSender: () => right !== undefined,
    async close() {
      closed = true;
      sleeper.wake();
      pause.wake();
      company.wake();
      await running;
    },
  };
}
