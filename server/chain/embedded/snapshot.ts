/**
 * A copy of the whole EVM, so that a start need not replay every block: making one takes anvil time that grows with the
 * state, however little is in the block. The journal stays the truth; a snapshot that doesn't fit it is not used.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { keccakHex } from '../../../protocol/hashing.ts';
import type { Rpc } from '../rpc.ts';

const fileIn = (folder: string): string => path.join(folder, 'snapshot.bin');

/** Writes the EVM as it is; it must not make a block meanwhile. After a crash the old snapshot or the new one is there. */
export async function saveSnapshot(folder: string, rpc: Rpc): Promise<void> {
  const state = await rpc.request<Hex>('anvil_dumpState');
  const temporary = `${fileIn(folder)}.new`;
  const descriptor = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(descriptor, Buffer.from(state.slice(2), 'hex'));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, fileIn(folder));
}

/**
 * Loads the snapshot into a fresh EVM.
 * @param hashOf the hash of a block by its number, as the journal has it
 * @returns number of its newest block; 0 if there is no snapshot; undefined if it can't be used: then the EVM must be
 * thrown away, and the snapshot is gone
 */
export async function loadSnapshot(
  folder: string,
  rpc: Rpc,
  hashOf: (number: number) => Hex | undefined,
): Promise<number | undefined> {
  const file = fileIn(folder);
  if (!existsSync(file)) return 0;
  try {
    await rpc.request('anvil_loadState', [`0x${readFileSync(file).toString('hex')}`]);
    const block = await rpc.request<{ number: Hex; hash: Hex; stateRoot: Hex }>('eth_getBlockByNumber', [
      'latest',
      false,
    ]);
    const number = Number(block.number);
    if (hashOf(number) === block.hash && (await stateRoot(rpc)) === block.stateRoot) return number;
  } catch {
    // cut short, or of another version: all the same
  }
  rmSync(file, { force: true });
  return undefined;
}

/** As the EVM computes it from the state that it has: the root node of any account's proof. */
async function stateRoot(rpc: Rpc): Promise<Hex> {
  const { accountProof } = await rpc.request<{ accountProof: readonly Hex[] }>('eth_getProof', [NOBODY, [], 'latest']);
  return keccakHex(hexToBytes(accountProof[0] ?? '0x'));
}

const NOBODY = `0x${'0'.repeat(40)}`;
