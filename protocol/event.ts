/** The ledger's two events, plainly ABI-decoded: protocol.md 7.1. They come from a node, or out of a bundle. */
import { readHex, readUint, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { keccakOfText } from './hashing.ts';
import type { ProvenLeaf } from './heritage.ts';
import { OUTCOME_DIGEST, OUTCOME_INCLUDED, reasonName, REASONS, type Reason } from './reasons.ts';
import type { Sheet } from './sheet.ts';
import { decodeStatements } from './wire.ts';

export const JUDGED_TOPIC = keccakOfText('Judged(bytes32,bytes,bytes,bytes)');
export const ENDORSED_TOPIC = keccakOfText('Endorsed(bytes32,(bytes32,bytes)[])');
export const INHERITED_TOPIC = keccakOfText('Inherited(bytes32[],bytes32[])');

/** What became of a position of a sheet; `digest`: only a digest was sent. */
export type Outcome = 'included' | 'digest' | Reason;

/** A sheet that was judged, with one outcome per position. */
export interface Judged {
  readonly sheet: Sheet;
  readonly outcomes: readonly Outcome[];
}

/** A signature over the sheet of one that holds a statement, as sent; it need not be proven. */
export interface Endorsement {
  readonly key: Hex;
  readonly signature: Hex;
}

export interface Endorsed {
  readonly digest: Hex;
  readonly endorsements: readonly Endorsement[];
}

/** More than fits in any transaction; a bound on what is decoded. */
const ENDORSEMENTS_MAX = 4096;

/**
 * @param topics of the log
 * @param data of the log
 * @throws ProtocolError EVENT, or UNREADABLE if the statements in it are
 */
export function decodeJudged(topics: readonly Hex[], data: Uint8Array): Judged {
  if (topics.length !== 2 || topics[0] !== JUDGED_TOPIC) throw notEvent('these are not the topics of Judged');
  const key = topics[1]!;
  const signature = bytesAt(data, indexAt(data, 0));
  const items = decodeStatements(bytesAt(data, indexAt(data, 32)), key);
  const outcomes = Array.from(bytesAt(data, indexAt(data, 64)), outcomeOf);
  if (outcomes.length !== items.length) throw notEvent('there is not one outcome per position');
  if (items.some((item, i) => (typeof item === 'string') !== (outcomes[i] === 'digest'))) {
    throw notEvent("outcomes and positions don't fit");
  }
  return { sheet: { key, signature: readHex(signature, 0, signature.length), items }, outcomes };
}

/** What an outcome byte says. */
export function outcomeOf(byte: number): Outcome {
  if (byte === OUTCOME_INCLUDED) return 'included';
  if (byte === OUTCOME_DIGEST) return 'digest';
  if (byte > REASONS.length) throw notEvent(`${byte} is no outcome`);
  return reasonName(byte);
}

/**
 * @param topics of the log
 * @param data of the log
 * @throws ProtocolError EVENT
 */
export function decodeEndorsed(topics: readonly Hex[], data: Uint8Array): Endorsed {
  if (topics.length !== 2 || topics[0] !== ENDORSED_TOPIC) throw notEvent('these are not the topics of Endorsed');
  const start = indexAt(data, 0);
  const count = indexAt(data, start);
  if (count > ENDORSEMENTS_MAX) throw notEvent('too many signatures');
  const base = start + 32;
  const endorsements: Endorsement[] = [];
  let size = 0;
  for (let i = 0; i < count; i++) {
    const at = base + indexAt(data, base + 32 * i);
    need(data, at, 32);
    const signature = bytesAt(data, at + indexAt(data, at + 32));
    // Offsets may point to the same bytes again and again.
    size += signature.length;
    if (size > data.length) throw notEvent('more signatures than bytes');
    endorsements.push({ key: readHex(data, at, 32), signature: readHex(signature, 0, signature.length) });
  }
  return { digest: topics[1]!, endorsements };
}

/**
 * @param topics of the log
 * @param data of the log
 * @throws ProtocolError EVENT
 */
export function decodeInherited(topics: readonly Hex[], data: Uint8Array): ProvenLeaf {
  if (topics.length !== 1 || topics[0] !== INHERITED_TOPIC) throw notEvent('these are not the topics of Inherited');
  return { words: wordsAt(data, indexAt(data, 0)), proof: wordsAt(data, indexAt(data, 32)) };
}

function wordsAt(data: Uint8Array, offset: number): Hex[] {
  const length = indexAt(data, offset);
  need(data, offset + 32, 32 * length);
  return Array.from({ length }, (_, i) => readHex(data, offset + 32 + 32 * i, 32));
}

/** A word that is an offset or a length. */
function indexAt(data: Uint8Array, offset: number): number {
  need(data, offset, 32);
  for (let i = offset; i < offset + 28; i++) if (data[i] !== 0) throw notEvent('an offset beyond the data');
  return readUint(data, offset + 28, 4);
}

function bytesAt(data: Uint8Array, offset: number): Uint8Array {
  const length = indexAt(data, offset);
  need(data, offset + 32, length);
  return data.subarray(offset + 32, offset + 32 + length);
}

function need(data: Uint8Array, offset: number, size: number): void {
  if (offset + size > data.length) throw notEvent('bytes missing');
}

function notEvent(what: string): ProtocolError {
  return new ProtocolError('EVENT', `not an event of the ledger: ${what}`);
}
