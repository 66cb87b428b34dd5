/** Which ledger a store follows: the first one from its founding, or the successor of one that was retired. */
import { hexToBytes, ZERO } from '../../protocol/bytes.ts';
import { decodeFounding, foundedWorld } from '../../protocol/founding.ts';
import { heritageHash, leave } from '../../protocol/heritage.ts';
import { keyId } from '../../protocol/key.ts';
import { participantSubject } from '../../protocol/ledger.ts';
import type { BlockPosition, Store, WholeLedger } from '../custody/ports.ts';
import { ChainError } from './errors.ts';
import { blockAt, checkLedger } from './ledger-check.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { Rpc } from './rpc.ts';

export interface LedgerParts {
  readonly rpc: Rpc;
  readonly ledger: LedgerFile;
  readonly store: Pick<Store, 'found' | 'succeed' | 'ledgers' | 'wholeLedger' | 'cursor'>;
}

/**
 * Makes the store follow this ledger, if it does not yet.
 * @returns its base, which the store adds to the numbers of its blocks
 * @throws ChainError WRONG_CHAIN, or, where something is to begin, UNREACHABLE
 */
export async function takeUpLedger({ rpc, ledger, store }: LedgerParts): Promise<number> {
  const known = await store.ledgers();
  const last = known.at(-1);
  if (last?.file.foundingHash === ledger.foundingHash) return last.base;
  if (known.some(({ file }) => file.foundingHash === ledger.foundingHash)) {
    throw new ChainError(
      'WRONG_CHAIN',
      `The ledger file names ledger ${ledger.foundingHash}, which this gateway has left for its successor ${last!.file.foundingHash}. Put the successor's ledger file in its place.`,
    );
  }
  await checkLedger(rpc, ledger);
  const at = await blockAt(rpc, ledger.foundedAt);
  const beginning = beginningOf(ledger, at.time);
  if (last === undefined) {
    await store.found(beginning, at, { file: ledger, foundedTime: at.time, base: 0 });
    return 0;
  }
  checkSuccession(ledger, await store.wholeLedger());
  const base = (await store.cursor())!.number;
  await store.succeed(beginning, { ...at, number: base + at.number }, { file: ledger, foundedTime: at.time, base });
  // Another process may have been faster.
  return (await store.ledgers()).at(-1)!.base;
}

/** The ledger as its founding made it. */
function beginningOf({ founding: bytes }: LedgerFile, blockTime: number): WholeLedger {
  const founding = decodeFounding(hexToBytes(bytes));
  const world = foundedWorld(founding, blockTime);
  const lines = founding.members.map((_, index) => world.line('participant', participantSubject(index + 1))!);
  const keys = founding.members.map(({ key }) => world.key(keyId(key))!);
  return { lines: [world.line('consortium', ZERO)!, ...lines], keys };
}

function checkSuccession({ foundingHash, heritage }: LedgerFile, followed: WholeLedger): void {
  const wrong = (why: string): ChainError =>
    new ChainError('WRONG_CHAIN', `Ledger ${foundingHash} does not succeed the one that this gateway follows: ${why}`);
  const retired = followed.lines.some(({ kind, state }) => kind === 'consortium' && state.status === 'retired');
  if (!retired) throw wrong('that one is not retired, as far as it was followed. Start once more with its own file.');
  const left = leave(followed.lines, followed.keys).heritage;
  if (heritage === undefined || heritageHash(heritage) !== heritageHash(left)) {
    const named = heritage === undefined ? 'none' : heritageHash(heritage);
    throw wrong(`it names the heritage ${named}, and what was followed leaves ${heritageHash(left)}.`);
  }
}

type Numbered = Pick<Store, 'cursor' | 'applyBlocks'>;

/** The store as those see it who speak to a node: blocks have the numbers of their own chain. */
export function fromBase<Whole extends Numbered>(store: Whole, base: number): Whole {
  const raised = <Position extends BlockPosition>(position: Position): Position => ({
    ...position,
    number: position.number + base,
  });
  return {
    ...store,
    async cursor() {
      const at = await store.cursor();
      return at && { ...at, number: at.number - base };
    },
    applyBlocks: (blocks, to) => store.applyBlocks(blocks.map(raised), raised(to)),
  };
}
