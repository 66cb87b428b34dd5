/** Anchors: protocol.md section 7. One proof of a line's anchor fixes when every statement was included. */
import { writeHex, writeUint, ZERO, type Hex } from './bytes.ts';
import { keccakHex } from './hashing.ts';

/** The anchor of a line after a statement; that of a new line starts from zero. */
export function nextAnchor(anchor: Hex, digest: Hex, blockTime: number): Hex {
  const bytes = new Uint8Array(96);
  writeHex(bytes, 0, anchor, 32);
  writeHex(bytes, 32, digest, 32);
  writeUint(bytes, 90, blockTime, 6);
  return keccakHex(bytes);
}

/** The anchor of a line whose statements were included at these block times. */
export function anchorOf(inclusions: readonly { digest: Hex; blockTime: number }[]): Hex {
  return inclusions.reduce((anchor, at) => nextAnchor(anchor, at.digest, at.blockTime), ZERO);
}
