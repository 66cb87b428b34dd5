/** Statements and their digests: protocol.md section 2, EIP-712 `hashStruct`. */
import { writeHex, writeUint, ZERO, type Hex } from './bytes.ts';
import { keccakHex, keccakOfText } from './hashing.ts';

/** One signed event on a line. Zero (number or word) where a field does not apply. */
export interface Statement {
  /** the line (protocol.md section 1) */
  readonly subject: Hex;
  /** digest of the statement before it on the line; zero opens a line */
  readonly previous: Hex;
  /** number of the act */
  readonly act: number;
  /** number of the code, by act */
  readonly code: number;
  /** number of the participant that states it */
  readonly participant: number;
  /** id of the key that signs it */
  readonly key: Hex;
  /** number of the participant that is to receive */
  readonly recipient: number;
  /** id of the key that must accept; zero: any of the recipient */
  readonly recipientKey: Hex;
  /** subject of the agreement that a release rests on */
  readonly agreement: Hex;
  /** subject of the request that a release answers */
  readonly request: Hex;
  /** one digest, or `listHash` of the list beside the statement */
  readonly reference: Hex;
  /** bit set */
  readonly purpose: number;
  /** bit set */
  readonly restrictions: number;
  /** root of what was written */
  readonly record: Hex;
  /** when it happened, as claimed; seconds */
  readonly time: number;
  /** after this it is not included; seconds */
  readonly expires: number;
}

/** A statement with the list that travels beside it (empty: none). */
export interface Stated {
  readonly statement: Statement;
  readonly list: readonly Hex[];
}

/** Name and Solidity type of every field, in the order that is hashed. */
export const STATEMENT_FIELDS = [
  { name: 'subject', type: 'bytes32' },
  { name: 'previous', type: 'bytes32' },
  { name: 'act', type: 'uint8' },
  { name: 'code', type: 'uint16' },
  { name: 'participant', type: 'uint32' },
  { name: 'key', type: 'bytes32' },
  { name: 'recipient', type: 'uint32' },
  { name: 'recipientKey', type: 'bytes32' },
  { name: 'agreement', type: 'bytes32' },
  { name: 'request', type: 'bytes32' },
  { name: 'reference', type: 'bytes32' },
  { name: 'purpose', type: 'uint16' },
  { name: 'restrictions', type: 'uint16' },
  { name: 'record', type: 'bytes32' },
  { name: 'time', type: 'uint40' },
  { name: 'expires', type: 'uint40' },
] as const;

export const STATEMENT_TYPE = `Statement(${STATEMENT_FIELDS.map((field) => `${field.type} ${field.name}`).join(',')})`;

const TYPE_HASH = keccakOfText(STATEMENT_TYPE);

/** A statement from the fields that are given; the others are zero. */
export function newStatement(fields: Partial<Statement>): Statement {
  return {
    subject: ZERO,
    previous: ZERO,
    act: 0,
    code: 0,
    participant: 0,
    key: ZERO,
    recipient: 0,
    recipientKey: ZERO,
    agreement: ZERO,
    request: ZERO,
    reference: ZERO,
    purpose: 0,
    restrictions: 0,
    record: ZERO,
    time: 0,
    expires: 0,
    ...fields,
  };
}

/** A statement with its list, whose reference is the list's hash. */
export function stated(fields: Partial<Statement>, list: readonly Hex[] = []): Stated {
  const reference = list.length > 0 ? { reference: listHash(list) } : {};
  return { statement: newStatement({ ...fields, ...reference }), list };
}

// Reused by every call: the function is synchronous and keccak keeps no reference.
const WORDS = new Uint8Array(17 * 32);
writeHex(WORDS, 0, TYPE_HASH, 32);

/**
 * The digest of a statement.
 * @throws ProtocolError HEX or RANGE if a field is not of its type
 */
export function digestOf(statement: Statement): Hex {
  const s = statement;
  writeHex(WORDS, 32, s.subject, 32);
  writeHex(WORDS, 64, s.previous, 32);
  writeUint(WORDS, 127, s.act, 1);
  writeUint(WORDS, 158, s.code, 2);
  writeUint(WORDS, 188, s.participant, 4);
  writeHex(WORDS, 192, s.key, 32);
  writeUint(WORDS, 252, s.recipient, 4);
  writeHex(WORDS, 256, s.recipientKey, 32);
  writeHex(WORDS, 288, s.agreement, 32);
  writeHex(WORDS, 320, s.request, 32);
  writeHex(WORDS, 352, s.reference, 32);
  writeUint(WORDS, 414, s.purpose, 2);
  writeUint(WORDS, 446, s.restrictions, 2);
  writeHex(WORDS, 448, s.record, 32);
  writeUint(WORDS, 507, s.time, 5);
  writeUint(WORDS, 539, s.expires, 5);
  return keccakHex(WORDS);
}

/** The reference of an ordered list of words. */
export function listHash(words: readonly Hex[]): Hex {
  const bytes = new Uint8Array(32 * words.length);
  words.forEach((word, i) => writeHex(bytes, 32 * i, word, 32));
  return keccakHex(bytes);
}
