/** Files under custody and files of our own. */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Hex } from '../protocol/bytes.ts';
import type { FileDigest } from '../protocol/file-digest.ts';
import { usage } from './failure.ts';
import type { Output } from './output/output.ts';

export interface HashedFile extends FileDigest {
  readonly file: string;
}

const CHUNK = 1 << 20;

/**
 * Digests a file of any size, chunk by chunk, with OpenSSL's functions: images of disks have terabytes.
 * @throws Failure usage if it can't be read
 */
export async function hashFile(file: string, output: Output): Promise<HashedFile> {
  const progress = output.progress(`Hashing ${path.basename(file)}`, sizeOf(file));
  const first = createHash('sha256');
  const second = createHash('sha3-256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK }) as AsyncIterable<Uint8Array>) {
      first.update(chunk);
      second.update(chunk);
      size += chunk.length;
      progress.advance(chunk.length);
    }
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    progress.end();
  }
  const [sha256, sha3_256] = [first, second].map((hash): Hex => `0x${hash.digest('hex')}`) as [Hex, Hex];
  return { file, size, sha256, sha3_256 };
}

/** @throws Failure usage */
export function readJsonFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`${file} is not JSON. Give the file as it was written.`);
  }
}

function sizeOf(file: string): number {
  try {
    const found = statSync(file);
    if (found.isDirectory()) throw usage(`${file} is a folder. Give the files in it one by one, or an archive of it.`);
    return found.size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.name !== 'Failure') throw unreadable(file, error);
    throw error;
  }
}

/** What a file that can't be read ends with. */
export function unreadable(file: string, error: unknown): Error {
  if (error instanceof Error && error.name === 'Failure') return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : code;
  return usage(`${file} can't be read: ${why}.`);
}
