/** Whether a node has the ledger of the ledger file, and still the block up to which it was followed. */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { keccakHex } from '../../protocol/hashing.ts';
import type { BlockPosition } from '../custody/ports.ts';
import { ChainError } from './errors.ts';
import type { LedgerFile } from './ledger-file.ts';
import { quantity, type Rpc } from './rpc.ts';

interface Block {
  readonly number: Hex;
  readonly hash: Hex;
  readonly timestamp: Hex;
}

/** @throws ChainError NODE if the node has no such block (yet) */
export async function blockAt(rpc: Rpc, number: number): Promise<BlockPosition> {
  const block = await rpc.request<Block | null>('eth_getBlockByNumber', [quantity(number), false]);
  if (block === null) throw new ChainError('NODE', `The node has no block ${number} yet.`);
  return { number: Number(block.number), hash: block.hash, time: Number(block.timestamp) };
}

/** @throws ChainError WRONG_CHAIN */
export async function checkLedger(rpc: Rpc, ledger: LedgerFile): Promise<void> {
  const genesis = await blockAt(rpc, 0);
  if (genesis.hash !== ledger.genesisHash) {
    throw new ChainError(
      'WRONG_CHAIN',
      `The node is on the chain of genesis ${genesis.hash}, the ledger file names ${ledger.genesisHash}.`,
    );
  }
  for (const [name, { address, codeHash }] of Object.entries(ledger.contracts)) {
    const code = await rpc.request<Hex>('eth_getCode', [address, 'latest']);
    if (keccakHex(hexToBytes(code)) !== codeHash) {
      throw new ChainError(
        'WRONG_CHAIN',
        `The code of ${name} at ${address} is not the one that the ledger file names.`,
      );
    }
  }
}

/** @throws ChainError REORGANISED, or NODE if the node has no such block */
export async function checkPosition(rpc: Rpc, position: BlockPosition): Promise<void> {
  const { hash } = await blockAt(rpc, position.number);
  if (hash === position.hash) return;
  throw new ChainError(
    'REORGANISED',
    `Block ${position.number} was followed as ${position.hash}, and the node has ${hash} now: what counted as final was ` +
      'undone. Find out which of the two the consortium holds for right. If it is the node’s, `unbroken follow-anew` ' +
      'lets this gateway follow that and state again what is missing there; else give it another node.',
  );
}
