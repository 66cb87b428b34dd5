/** Calls of the ledger's contracts, as bytes. */
import { Interface } from 'ethers';

import { bytesToHex, concat, hexToBytes, wordOf, type Hex } from '../../protocol/bytes.ts';
import type { ProvenLeaf } from '../../protocol/heritage.ts';

/** What the gateway calls; a test holds it against the compiled contracts. */
export const FUNCTIONS = [
  'function submit((bytes32 key, bytes signature, bytes statements)[] sheets)',
  'function submitLate((bytes32 key, bytes signature, bytes statements) release, (bytes32 key, bytes signature, bytes statements) acceptance)',
  'function submit(bytes statement, (bytes32 key, bytes signature)[] signatures)',
  'function inherit((bytes32[] words, bytes32[] proof)[] leaves)',
  'function evidence(bytes32 subject) view returns ((bytes32 head, bytes32 anchor, uint256 state) line, uint256 origins, uint256 bases)',
] as const;

const ledger = new Interface(FUNCTIONS);
const SUBMIT_SHEETS = hexToBytes(ledger.getFunction('submit((bytes32,bytes,bytes)[])')!.selector as Hex);
const SUBMIT_ENDORSED = 'submit(bytes,(bytes32,bytes)[])';

export interface EncodedSheet {
  readonly key: Hex;
  readonly signature: Hex;
  /** In the wire form. */
  readonly statements: Uint8Array;
}

/**
 * Of Custody and Agreements: `submit(Sheet[])`, ABI-encoded as ethers does it, but without a detour through
 * hexadecimal: this is the hot path.
 */
export function submitCall(sheets: readonly EncodedSheet[]): Uint8Array {
  const tuples = sheets.map(({ key, signature, statements }) => {
    const signed = padded(hexToBytes(signature));
    return concat(hexToBytes(key), uint(96), uint(96 + signed.length), signed, padded(statements));
  });
  let offset = 32 * tuples.length;
  const offsets = tuples.map((tuple) => {
    const at = uint(offset);
    offset += tuple.length;
    return at;
  });
  return concat(SUBMIT_SHEETS, uint(32), uint(tuples.length), ...offsets, ...tuples);
}

/** ABI `bytes`: length, then the bytes up to a whole word. */
function padded(bytes: Uint8Array): Uint8Array {
  return concat(uint(bytes.length), bytes, new Uint8Array((32 - (bytes.length % 32)) % 32));
}

function uint(value: number): Uint8Array {
  return hexToBytes(wordOf(value));
}

/** Of Custody. */
export function submitLateCall(release: EncodedSheet, acceptance: EncodedSheet): Uint8Array {
  const [first, second] = [release, acceptance].map(({ key, signature, statements }) => [key, signature, statements]);
  return hexToBytes(ledger.encodeFunctionData('submitLate', [first, second]) as Hex);
}

/** Of the Consortium: a sheet of one, with all signatures over it. */
export function submitEndorsedCall(
  { key, signature, statements }: EncodedSheet,
  endorsements: readonly Pick<EncodedSheet, 'key' | 'signature'>[],
): Uint8Array {
  const signatures = [{ key, signature }, ...endorsements];
  return hexToBytes(ledger.encodeFunctionData(SUBMIT_ENDORSED, [bytesToHex(statements), signatures]) as Hex);
}

/** Of any of the three: takes over what the ledger before left. */
export function inheritCall(leaves: readonly ProvenLeaf[]): Hex {
  return ledger.encodeFunctionData('inherit', [leaves]) as Hex;
}

/** Of Custody: reads a line of evidence. */
export function evidenceCall(subject: Hex): Hex {
  return ledger.encodeFunctionData('evidence', [subject]) as Hex;
}
