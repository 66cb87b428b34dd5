/** The digests of a file: SHA-256, and SHA3-256 besides (protocol.md section 3). */
import { sha256 } from '@noble/hashes/sha2.js';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, type Hex } from './bytes.ts';

export interface FileDigest {
  /** bytes */
  readonly size: number;
  readonly sha256: Hex;
  readonly sha3_256: Hex;
}

/** Digests a file of any size, chunk by chunk. */
export async function digestFile(chunks: AsyncIterable<Uint8Array>): Promise<FileDigest> {
  const first = sha256.create();
  const second = sha3_256.create();
  let size = 0;
  for await (const chunk of chunks) {
    first.update(chunk);
    second.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: bytesToHex(first.digest()), sha3_256: bytesToHex(second.digest()) };
}
