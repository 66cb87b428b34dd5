/**
 * Follows the ledger: reads its events in order, judges every statement once more by the same function that the
 * contracts are written after, and applies blocks and cursor in one commit.
 *
 * Its state comes from the chain alone. If ledger and judgement ever disagree, or the chain is not the one that was
 * followed, it stops with an alarm instead of guessing.
 */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { ENDORSED_TOPIC, JUDGED_TOPIC } from '../../protocol/event.ts';
import { decodeFounding, foundedWorld } from '../../protocol/founding.ts';
import { keccakHex } from '../../protocol/hashing.ts';
import { participantSubject } from '../../protocol/ledger.ts';
import { keyId } from '../../protocol/key.ts';
import { ZERO } from '../../protocol/bytes.ts';
import { apply, memoryWorld, overlayWorld, type Change, type MutableWorld } from '../../protocol/world.ts';
import type { BlockPosition, JudgedBlock, Store } from '../custody/ports.ts';
import { unique } from '../custody/projection.ts';
import { referencesOf } from '../custody/references.ts';
import { ChainError } from './errors.ts';
import type { LedgerFile } from './ledger-file.ts';
import { judgeLogs, readLogs, type Log, type ReadSheet } from './judged-logs.ts';
import { quantity, type Rpc } from './rpc.ts';

/** Blocks that are asked for at once, and statements that are applied in one commit, at most. */
const RANGE = 500;
const STATEMENTS = 4_000;
/** How often it looks for blocks when nobody wakes it, in milliseconds. */
const POLL = 500;
const RETRY = { first: 200, most: 10_000 };

export interface Follower {
  /** There may be a new block. */
  wake(): void;
  /** The newest final block that was followed. */
  position(): BlockPosition;
  /** The last thing that went wrong, until something goes right. */
  trouble(): string | undefined;
  /** Resolves with the alarm that stopped it. */
  readonly failed: Promise<ChainError>;
  close(): Promise<void>;
}

export interface FollowerParts {
  readonly rpc: Rpc;
  readonly ledger: LedgerFile;
  readonly store: Pick<Store, 'found' | 'loadConsortium' | 'loadLines' | 'cursor' | 'applyBlocks'>;
  /** Blocks after which one counts as final. */
  readonly confirmations: number;
  /** After each commit; `consortium` if participants, keys or agreements changed. */
  readonly applied: (what: { readonly consortium: boolean }) => void;
  readonly report: (error: unknown) => void;
}

interface Block {
  readonly number: Hex;
  readonly hash: Hex;
  readonly timestamp: Hex;
}

/**
 * Checks that the node has this ledger, and catches up.
 * @throws ChainError WRONG_CHAIN, UNREACHABLE
 */
export async function openFollower(parts: FollowerParts): Promise<Follower> {
  const { rpc, ledger, store } = parts;
  await checkLedger(rpc, ledger);
  let position = (await store.cursor()) ?? (await begin(parts));
  await checkBlock(rpc, position);
  const consortium = memoryWorld();
  await store.loadConsortium(consortium);

  let closed = false;
  let wakeUp: () => void = () => undefined;
  let woken = false;
  let trouble: string | undefined;
  let fail: (error: ChainError) => void = () => undefined;
  const failed = new Promise<ChainError>((resolve) => {
    fail = resolve;
  });

  async function catchUp(): Promise<void> {
    while (!closed) {
      const final = Number(await rpc.request('eth_blockNumber')) - parts.confirmations;
      if (final <= position.number) return;
      await follow(Math.min(final, position.number + RANGE));
    }
  }

  async function follow(to: number): Promise<void> {
    const logs = await rpc.request<Log[]>('eth_getLogs', [
      {
        fromBlock: quantity(position.number + 1),
        toBlock: quantity(to),
        address: Object.values(ledger.contracts).map(({ address }) => address),
        topics: [[JUDGED_TOPIC, ENDORSED_TOPIC]],
      },
    ]);
    const perBlock = Map.groupBy(logs, ({ blockNumber }) => Number(blockNumber));
    const numbers = [...perBlock.keys()].sort((a, b) => a - b);
    let waiting: { at: BlockPosition; sheets: readonly ReadSheet[] }[] = [];
    let statements = 0;
    for (const number of numbers) {
      const at = await blockAt(rpc, number);
      const own = perBlock.get(number) ?? [];
      if (own.some(({ blockHash }) => blockHash !== at.hash)) {
        throw new ChainError('NODE', `Block ${number} changed while it was read; reading it again.`);
      }
      const sheets = readLogs(own, ledger);
      waiting.push({ at, sheets });
      statements += sheets.reduce((sum, { sheet }) => sum + sheet.items.length, 0);
      if (statements < STATEMENTS) continue;
      await applyRead(waiting, at);
      waiting = [];
      statements = 0;
    }
    await applyRead(waiting, await blockAt(rpc, to));
  }

  async function applyRead(
    blocks: readonly { readonly at: BlockPosition; readonly sheets: readonly ReadSheet[] }[],
    to: BlockPosition,
  ): Promise<void> {
    const world = overlayWorld(consortium);
    const references = blocks.flatMap(({ sheets }) =>
      sheets.flatMap(({ sheet }) => sheet.items.flatMap((item) => (typeof item === 'string' ? [] : referencesOf(item)))),
    );
    for (const line of await store.loadLines(unique(references))) world.putLine(line);
    const judged = blocks.map(
      ({ at, sheets }): JudgedBlock => ({ ...at, sheets: judgeLogs(world, sheets, at.time, ledger.foundingHash) }),
    );
    await store.applyBlocks(judged, to);
    position = to;
    const lasting = keep(consortium, judged);
    parts.applied({ consortium: lasting });
  }

  async function run(): Promise<void> {
    let delay = RETRY.first;
    while (!closed) {
      try {
        await catchUp();
        trouble = undefined;
        delay = RETRY.first;
        await sleep(POLL);
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
        parts.report(error);
        if (error instanceof ChainError && error.code === 'WRONG_CHAIN') {
          fail(error);
          return;
        }
        await sleep(delay);
        delay = Math.min(2 * delay, RETRY.most);
      }
    }
  }

  function sleep(milliseconds: number): Promise<void> {
    if (woken || closed) {
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

  await catchUp();
  const running = run();
  return {
    failed,
    wake() {
      woken = true;
      wakeUp();
    },
    position: () => position,
    trouble: () => trouble,
    async close() {
      closed = true;
      wakeUp();
      await running;
    },
  };
}

async function blockAt(rpc: Rpc, number: number): Promise<BlockPosition> {
  const block = await rpc.request<Block | null>('eth_getBlockByNumber', [quantity(number), false]);
  if (block === null) throw new ChainError('NODE', `The node has no block ${number} yet.`);
  return { number: Number(block.number), hash: block.hash, time: Number(block.timestamp) };
}

/** The ledger as its founding made it. */
async function begin({ rpc, ledger, store }: FollowerParts): Promise<BlockPosition> {
  const at = await blockAt(rpc, ledger.foundedAt);
  const founding = decodeFounding(hexToBytes(ledger.founding));
  const world = foundedWorld(founding, at.time);
  const lines = founding.members.map((_, index) => world.line('participant', participantSubject(index + 1))!);
  const keys = founding.members.map(({ key }) => world.key(keyId(key))!);
  await store.found({ lines: [world.line('consortium', ZERO)!, ...lines], keys }, at);
  return at;
}

/** Keeps what is few and needed always; says whether there was any. */
function keep(consortium: MutableWorld, blocks: readonly JudgedBlock[]): boolean {
  const changes = blocks.flatMap(({ sheets }) => sheets.flatMap((sheet) => sheet.statements.flatMap((each) => each.changes)));
  const lasting = changes.filter(isLasting);
  apply(consortium, lasting);
  return lasting.length > 0;
}

function isLasting(change: Change): boolean {
  return !('line' in change) || ['participant', 'consortium', 'agreement'].includes(change.line.kind);
}

async function checkLedger(rpc: Rpc, ledger: LedgerFile): Promise<void> {
  const genesis = await rpc.request<Block | null>('eth_getBlockByNumber', ['0x0', false]);
  if (genesis?.hash !== ledger.genesisHash) {
    throw new ChainError('WRONG_CHAIN', `The node's genesis block is ${genesis?.hash ?? 'missing'}, the ledger file says ${ledger.genesisHash}.`);
  }
  for (const [name, { address, codeHash }] of Object.entries(ledger.contracts)) {
    const code = await rpc.request<Hex>('eth_getCode', [address, 'latest']);
    if (keccakHex(hexToBytes(code)) !== codeHash) {
      throw new ChainError('WRONG_CHAIN', `The code of ${name} at ${address} is not the one that the ledger file names.`);
    }
  }
}

async function checkBlock(rpc: Rpc, position: BlockPosition): Promise<void> {
  const block = await rpc.request<Block | null>('eth_getBlockByNumber', [quantity(position.number), false]);
  if (block?.hash !== position.hash) {
    throw new ChainError(
      'WRONG_CHAIN',
      `Block ${position.number} was followed as ${position.hash}; the node has ${block?.hash ?? 'none'}. The chain lost blocks or is another one.`,
    );
  }
}
