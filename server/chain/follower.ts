/**
 * Follows the ledger: reads its events in order, judges every statement once more by the same function that the
 * contracts are written after, and applies blocks and cursor in one commit.
 *
 * Its state comes from the chain alone. If ledger and judgement ever disagree, or the chain is not the one that was
 * followed, it stops with an alarm instead of guessing.
 */
import { ProtocolError } from '../../protocol/errors.ts';
import { AHEAD_MAX } from '../../protocol/judge.ts';
import { apply, memoryWorld, overlayWorld, type Change, type MutableWorld } from '../../protocol/world.ts';
import type { BlockPosition, Clock, JudgedBlock, Store } from '../custody/ports.ts';
import { unique } from '../custody/projection.ts';
import { referencesOf } from '../custody/references.ts';
import { ChainError } from './errors.ts';
import { judgeLogs } from './judged-logs.ts';
import { newestFinal, type Finality } from './finality.ts';
import { checkLedger, checkPosition } from './ledger-check.ts';
import type { LedgerFile } from './ledger-file.ts';
import { openReader, type ReadBlock } from './reader.ts';
import { troubleOf, type Trouble } from './trouble.ts';
import { fromBase, takeUpLedger, type LedgerParts } from './succession.ts';
import type { Rpc } from './rpc.ts';
import { backoff, openSleeper } from './waiting.ts';

/** Statements that are applied in one commit, about. */
const STATEMENTS = 2_000;
/** A node of the same network may lag behind the one that was asked before, by so many blocks. */
const LAG = 10;

// Milliseconds.
/** How often it looks for blocks when nobody wakes it. */
const POLL = 200;
const RETRY = { first: 200, most: 10_000 };

export interface Follower {
  /** There may be a new block. */
  wake(): void;
  /** What the store adds to the numbers of blocks. */
  readonly base: number;
  /** The newest final block that was followed. */
  position(): BlockPosition;
  /** The last thing that went wrong, until something goes right. */
  trouble(): Trouble | undefined;
  /** Resolves with the alarm that stopped it. */
  readonly failed: Promise<ChainError>;
  close(): Promise<void>;
}

export interface FollowerParts {
  readonly rpc: Rpc;
  readonly ledger: LedgerFile;
  readonly store: LedgerParts['store'] & Pick<Store, 'loadConsortium' | 'loadLines' | 'applyBlocks'>;
  readonly finality: Finality;
  /** Is compared with the time of new blocks; undefined where that comes from the same clock. */
  readonly clock: Clock | undefined;
  /** After each commit. */
  readonly applied: () => void;
  readonly report: (error: unknown) => void;
}

/**
 * Checks that the node has this ledger, and catches up. If the node doesn't answer now, it goes on from what was
 * followed earlier as soon as it does.
 * @throws ChainError WRONG_CHAIN, REORGANISED, or, where nothing was followed yet, UNREACHABLE
 */
export async function openFollower(parts: FollowerParts): Promise<Follower> {
  const { rpc, ledger } = parts;
  const base = await takeUpLedger(parts);
  const store = fromBase(parts.store, base);
  const reader = openReader(rpc, ledger);
  const sleeper = openSleeper();
  let position = (await store.cursor())!;
  let consortium = await loadedConsortium(store);
  let checked = false;
  let closed = false;
  let trouble: Trouble | undefined;
  /** Seconds by which the clock was ahead of a block that had just been made. */
  let ahead = 0;
  let fail: (error: ChainError) => void = () => undefined;
  const failed = new Promise<ChainError>((resolve) => {
    fail = resolve;
  });

  /** @returns whether there was anything new */
  async function catchUp(): Promise<boolean> {
    if (!checked) await checkLedger(rpc, ledger);
    checked = true;
    for (let news = false; ; news = true) {
      await takeUp();
      const head = Number(await rpc.request('eth_blockNumber'));
      if (head + LAG < position.number) {
        throw new ChainError(
          'NODE',
          `The node is at block ${head}, the ledger was followed to ${position.number}: it lost blocks or is still catching up.`,
        );
      }
      const final = await newestFinal(rpc, parts.finality, head);
      if (final <= position.number || closed) return news;
      await checkPosition(rpc, position);
      await follow(final);
      // On a busy chain there is always more.
      trouble = undefined;
    }
  }

  /** Another process on the same store may have followed further. */
  async function takeUp(): Promise<boolean> {
    const now = await store.cursor();
    if (now?.hash === position.hash) return false;
    if (now === undefined)
      throw new ChainError('WRONG_CHAIN', 'What was followed was forgotten meanwhile; start again.');
    consortium = await loadedConsortium(store);
    position = now;
    parts.applied();
    return true;
  }

  async function follow(final: number): Promise<void> {
    const { blocks, to } = await reader.read(position.number + 1, final);
    let waiting: ReadBlock[] = [];
    let statements = 0;
    for (const block of blocks) {
      waiting.push(block);
      statements += block.sheets.reduce((sum, { sheet }) => sum + sheet.items.length, 0);
      if (statements < STATEMENTS) continue;
      if (!(await applyRead(waiting, block.at))) return;
      waiting = [];
      statements = 0;
    }
    if (position.number < to.number) await applyRead(waiting, to);
  }

  /** @returns false if another process was faster */
  async function applyRead(blocks: readonly ReadBlock[], to: BlockPosition): Promise<boolean> {
    const world = overlayWorld(consortium);
    const references = blocks.flatMap(({ sheets }) =>
      sheets.flatMap(({ sheet }) =>
        sheet.items.flatMap((item) => (typeof item === 'string' ? [] : referencesOf(item))),
      ),
    );
    for (const line of await store.loadLines(unique(references))) world.putLine(line);
    // The lines must be those of the cursor that is judged on.
    if (await takeUp()) return false;
    const judged = blocks.map(({ at, ...read }): JudgedBlock => ({
      ...at,
      ...judgeLogs(world, read, at.time, ledger),
    }));
    await store.applyBlocks(judged, to);
    position = to;
    keep(consortium, judged);
    parts.applied();
    return true;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!closed) {
      try {
        const news = await catchUp();
        // After a failure it may be a block of before.
        if (news && failures === 0 && parts.clock) ahead = parts.clock() - position.time;
        trouble = undefined;
        failures = 0;
        await sleeper.sleep(POLL);
      } catch (error) {
        const alarm = noteFailure(error);
        if (alarm) {
          fail(alarm);
          return;
        }
        await sleeper.sleep(backoff(failures++, RETRY.first, RETRY.most));
      }
    }
  }

  function noteFailure(error: unknown): ChainError | undefined {
    const alarm = alarmOf(error);
    trouble = troubleOf(alarm ?? error);
    if (!closed) parts.report(alarm ?? error);
    return alarm;
  }

  try {
    await catchUp();
  } catch (error) {
    const alarm = noteFailure(error);
    if (alarm) throw alarm;
  }
  const running = run();
  return {
    base,
    failed,
    wake: () => sleeper.wake(),
    position: () => position,
    trouble: () => trouble ?? wrongClock(ahead),
    async close() {
      closed = true;
      sleeper.wake();
      await running;
    },
  };
}

/** A ledger takes nothing that claims to be of the future, and a receipt of another day is worth little. */
function wrongClock(ahead: number): Trouble | undefined {
  if (Math.abs(ahead) <= AHEAD_MAX) return undefined;
  const where = ahead > 0 ? 'ahead of' : 'behind';
  const message =
    `The clock of this gateway is ${Math.abs(Math.round(ahead))} s ${where} the network’s blocks. Set it right, as by NTP; ` +
    'what was accepted meanwhile is safe, and included when the ledger’s time has come to it.';
  return { from: 'here', message };
}

/** What no second attempt makes better: an operator must look. Undefined for everything else. */
function alarmOf(error: unknown): ChainError | undefined {
  if (error instanceof ChainError)
    return error.code === 'WRONG_CHAIN' || error.code === 'REORGANISED' ? error : undefined;
  if (error instanceof ProtocolError) {
    return new ChainError('WRONG_CHAIN', `The ledger's events can't be: ${error.message}`, { cause: error });
  }
  if (error instanceof Error && 'code' in error && error.code === 'CONFLICT') {
    return new ChainError('REORGANISED', `The store has followed another chain: ${error.message}`, { cause: error });
  }
  return undefined;
}

async function loadedConsortium(store: FollowerParts['store']): Promise<MutableWorld> {
  const world = memoryWorld();
  await store.loadConsortium(world);
  return world;
}

/** Keeps what is few and needed always. */
function keep(consortium: MutableWorld, blocks: readonly JudgedBlock[]): void {
  const changes = blocks.flatMap(({ inherited = [], sheets }) => [
    ...inherited.map(({ change }) => change),
    ...sheets.flatMap((sheet) => sheet.statements.flatMap((each) => each.changes)),
  ]);
  apply(consortium, changes.filter(isLasting));
}

function isLasting(change: Change): boolean {
  if (change.change === 'enrolled' || change.change === 'revoked') return true;
  return change.line.kind === 'participant' || change.line.kind === 'agreement' || change.line.kind === 'consortium';
}
