/**
 * A copy of the whole EVM, so that a start need not replay every block. The journal stays the truth; a snapshot that
 * doesn't fit it is not used. It goes between the EVM and the disk piece by piece: in one it could be longer than a
 * string can be.
 */
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

import { hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { keccakHex } from '../../../protocol/hashing.ts';
import { ChainError } from '../errors.ts';
import type { Rpc } from '../rpc.ts';
import type { Anvil } from './anvil.ts';

const fileIn = (folder: string): string => path.join(folder, 'snapshot.bin');

/** Writes the EVM as it is; it must not make a block meanwhile. After a crash the old snapshot or the new one is there. */
export async function saveSnapshot(folder: string, { url }: Anvil): Promise<void> {
  const temporary = `${fileIn(folder)}.new`;
  try {
    const answer = await post(url, '{"jsonrpc":"2.0","id":1,"method":"anvil_dumpState","params":[]}');
    await pipeline(bytesOfResult(answer), createWriteStream(temporary, { mode: 0o600, flush: true }));
    renameSync(temporary, fileIn(folder));
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Loads the snapshot into a fresh EVM.
 * @param hashOf the hash of a block by its number, as the journal has it
 * @returns number of its newest block; 0 if there is no snapshot; undefined if it can't be used: then the EVM must be
 * thrown away, and the snapshot is gone
 */
export async function loadSnapshot(
  folder: string,
  { url, rpc }: Anvil,
  hashOf: (number: number) => Hex | undefined,
): Promise<number | undefined> {
  const file = fileIn(folder);
  if (!existsSync(file)) return 0;
  try {
    await (await post(url, loading(file))).text();
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

function post(url: string, body: string | AsyncIterable<Uint8Array>): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' });
}

async function* loading(file: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{"jsonrpc":"2.0","id":1,"method":"anvil_loadState","params":["0x');
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) yield Buffer.from(piece.toString('hex'));
  yield Buffer.from('"]}');
}

/** The bytes of an answer's only string in hexadecimal. */
async function* bytesOfResult({ body }: Response): AsyncGenerator<Uint8Array> {
  let text = '';
  let begun = false;
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    text += Buffer.from(piece).toString('latin1');
    if (!begun) {
      const start = text.indexOf('"0x');
      if (start < 0) continue;
      text = text.slice(start + 3);
      begun = true;
    }
    const end = text.indexOf('"');
    const digits = end < 0 ? text.length - (text.length % 2) : end;
    yield Buffer.from(text.slice(0, digits), 'hex');
    if (end >= 0) return;
    text = text.slice(digits);
  }
  throw new ChainError('UNREACHABLE', 'The embedded chain did not give its whole state.');
}

/** As the EVM computes it from the state that it has: the root node of any account's proof. */
async function stateRoot(rpc: Rpc): Promise<Hex> {
  const { accountProof } = await rpc.request<{ accountProof: readonly Hex[] }>('eth_getProof', [NOBODY, [], 'latest']);
  return keccakHex(hexToBytes(accountProof[0] ?? '0x'));
}

const NOBODY = `0x${'0'.repeat(40)}`;
