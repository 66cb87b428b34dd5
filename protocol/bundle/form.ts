/** The bundle: everything that a court needs to verify a trail offline, in one file. protocol.md section 13. */
import { isHex, type Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import type { Endorsement } from '../event.ts';
import { isUint, listIn, propertiesOf } from '../parsing.ts';
import { parseDisclosure, type Disclosure } from '../record.ts';
import { HEADER_BYTES_MAX } from '../proof/header.ts';
import { TOKEN_BYTES_MAX } from '../proof/timestamp.ts';
import { NODE_BYTES_MAX, NODES_MAX } from '../proof/trie.ts';
import { areBytesWithinBounds, BUNDLE_BYTES_MAX, isValueWithinBounds } from './bounds.ts';
import { ENDORSEMENTS_MAX, LIST_MAX, SHEET_MAX } from '../wire.ts';
import { parseLedgerFile, type LedgerFile } from './ledger-file.ts';

export { BUNDLE_BYTES_MAX };
export const INCLUSIONS_MAX = 100_000;
const HEADERS_MAX = 1_000;
const EARLIER_MAX = 16;
/** A tree of more leaves than there will ever be. */
const PATH_MAX = 48;
const TIMESTAMPS_MAX = 8;
/** WebAuthn's carries what the authenticator said. */
const SIGNATURE_BYTES_MAX = 4_096;
/** Of a sheet in the wire form: 256 statements, each with three words and a list of 255. */
const SHEET_BYTES_MAX = SHEET_MAX * (122 + 3 * 32 + 1 + LIST_MAX * 32);

/** A sheet as the ledger published it; positions that the bundle is not about may be digests only. */
export interface BundleSheet {
  readonly key: Hex;
  readonly signature: Hex;
  /** in the wire form */
  readonly statements: Hex;
  /** membership and keys: the further signatures */
  readonly endorsements?: readonly Endorsement[];
}

/** When the ledger included a statement of a sheet. */
export interface Inclusion {
  /** position of the sheet in the bundle, and of the statement in the sheet */
  readonly sheet: number;
  readonly position: number;
  /** time of the block */
  readonly time: number;
}

export interface BundleDisclosure {
  /** of the statement that commits to the record */
  readonly digest: Hex;
  readonly disclosure: Disclosure;
}

/** What the chain says at one block. */
export interface ChainProof {
  /** RLP of the block's header */
  readonly header: Hex;
  /** RLP of headers, oldest first, from which its validators follow */
  readonly validators: readonly Hex[];
  /** nodes of the tries of accounts and storage, each once */
  readonly nodes: readonly Hex[];
}

/** An authority's word (RFC 3161) that a hash existed. */
export interface Timestamp {
  /** the hash of the block that proves the bundle, or the newest digest of its subject */
  readonly over: 'block' | 'head';
  /** TimeStampToken, DER */
  readonly token: Hex;
}

/** A line, or a key, that a ledger left to the next one. */
export interface LeftBehind {
  /** of the leaf, as in `LEAF` */
  readonly kind: number;
  /** of the line; the id of the key */
  readonly subject: Hex;
  /** from its leaf to the root that the next founding names */
  readonly proof: readonly Hex[];
}

/** A retired ledger, on which lines of the bundle began. */
export interface EarlierLedger {
  readonly ledger: LedgerFile;
  /** time of the block in which it was founded */
  readonly foundedTime: number;
  /** how many of the bundle's inclusions are its own, after those of the ledgers before it */
  readonly inclusions: number;
  /** everything of it that is in the bundle */
  readonly left: readonly LeftBehind[];
}

export interface Bundle {
  readonly version: 1;
  /** the evidence that it is about */
  readonly subject: Hex;
  /** where the lines stand now */
  readonly ledger: LedgerFile;
  /** retired ledgers, oldest first; absent: `ledger` is the first */
  readonly earlier?: readonly EarlierLedger[];
  /** time of the block in which the ledger was founded */
  readonly foundedTime: number;
  readonly sheets: readonly BundleSheet[];
  /** of every statement that is here, in the order of the ledger */
  readonly inclusions: readonly Inclusion[];
  readonly disclosures: readonly BundleDisclosure[];
  readonly proof?: ChainProof;
  readonly timestamps?: readonly Timestamp[];
}

/**
 * A bundle from bytes that come from anybody. Says nothing about whether it is true.
 * @throws ProtocolError BUNDLE or LEDGER_FILE
 */
export function decodeBundle(bytes: Uint8Array): Bundle {
  if (!areBytesWithinBounds(bytes)) throw notWithinBounds();
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new ProtocolError('BUNDLE', 'not a bundle: its bytes are not JSON in UTF-8', { cause });
  }
  return readBundle(value);
}

/**
 * A bundle from a value of unknown form.
 * @throws ProtocolError BUNDLE or LEDGER_FILE
 */
export function parseBundle(value: unknown): Bundle {
  if (!isValueWithinBounds(value)) throw notWithinBounds();
  return readBundle(value);
}

function readBundle(value: unknown): Bundle {
  const found = propertiesOf(
    value,
    ['version', 'subject', 'ledger', 'foundedTime', 'sheets', 'inclusions', 'disclosures'],
    notBundle,
    ['earlier', 'proof', 'timestamps'],
  );
  const { version, subject, foundedTime, earlier, proof, timestamps } = found;
  if (version !== 1) throw notBundle('its version is not 1; use a verifier that knows its version');
  if (!isHex(subject, 32) || !isUint(foundedTime, 5)) throw notBundle('subject or foundedTime');
  const sheets = listIn(found.sheets, INCLUSIONS_MAX, notBundle, readSheet);
  const inclusions = listIn(found.inclusions, INCLUSIONS_MAX, notBundle, readInclusion);
  const disclosures = listIn(found.disclosures, INCLUSIONS_MAX, notBundle, readDisclosure);
  if (new Set(disclosures.map(({ digest }) => digest)).size < disclosures.length) {
    throw notBundle('a record is disclosed twice');
  }
  return {
    version,
    subject,
    ledger: parseLedgerFile(found.ledger),
    ...(earlier !== undefined && { earlier: listIn(earlier, EARLIER_MAX, notBundle, readEarlier) }),
    foundedTime,
    sheets,
    inclusions,
    disclosures,
    ...(proof !== undefined && { proof: readProof(proof) }),
    ...(timestamps !== undefined && { timestamps: listIn(timestamps, TIMESTAMPS_MAX, notBundle, readTimestamp) }),
  };
}

function readEarlier(value: unknown): EarlierLedger {
  const found = propertiesOf(value, ['ledger', 'foundedTime', 'inclusions', 'left'], notBundle);
  const { foundedTime, inclusions } = found;
  if (!isUint(foundedTime, 5) || !isUint(inclusions, 4)) throw notBundle('an earlier ledger');
  const left = listIn(found.left, INCLUSIONS_MAX, notBundle, readLeft);
  return { ledger: parseLedgerFile(found.ledger), foundedTime, inclusions, left };
}

function readLeft(value: unknown): LeftBehind {
  const { kind, subject, proof } = propertiesOf(value, ['kind', 'subject', 'proof'], notBundle);
  if (!isUint(kind, 1) || !isHex(subject, 32)) throw notBundle('what a ledger left');
  const path = listIn(proof, PATH_MAX, notBundle, (hash) => {
    if (!isHex(hash, 32)) throw notBundle('a hash');
    return hash;
  });
  return { kind, subject, proof: path };
}

function readSheet(value: unknown): BundleSheet {
  const found = propertiesOf(value, ['key', 'signature', 'statements'], notBundle, ['endorsements']);
  const { statements, endorsements } = found;
  return {
    ...readSignature({ key: found.key, signature: found.signature }),
    statements: readBytes(statements, SHEET_BYTES_MAX, 'statements'),
    ...(endorsements !== undefined && {
      endorsements: listIn(endorsements, ENDORSEMENTS_MAX, notBundle, readSignature),
    }),
  };
}

function readSignature(value: unknown): Endorsement {
  const { key, signature } = propertiesOf(value, ['key', 'signature'], notBundle);
  if (!isHex(key, 32)) throw notBundle('a key');
  return { key, signature: readBytes(signature, SIGNATURE_BYTES_MAX, 'a signature') };
}

function readInclusion(value: unknown): Inclusion {
  const { sheet, position, time } = propertiesOf(value, ['sheet', 'position', 'time'], notBundle);
  if (!isUint(sheet, 4) || !isUint(position, 2) || !isUint(time, 5)) throw notBundle('an inclusion');
  return { sheet, position, time };
}

function readDisclosure(value: unknown): BundleDisclosure {
  const { digest, disclosure } = propertiesOf(value, ['digest', 'disclosure'], notBundle);
  if (!isHex(digest, 32)) throw notBundle('a digest');
  try {
    return { digest, disclosure: parseDisclosure(disclosure) };
  } catch (cause) {
    throw new ProtocolError('BUNDLE', 'not a bundle: a disclosure is out of its bounds', { cause });
  }
}

function readProof(value: unknown): ChainProof {
  const { header, validators, nodes } = propertiesOf(value, ['header', 'validators', 'nodes'], notBundle);
  return {
    header: readHeader(header),
    validators: listIn(validators, HEADERS_MAX, notBundle, readHeader),
    nodes: listIn(nodes, NODES_MAX, notBundle, (node) => readBytes(node, NODE_BYTES_MAX, 'a node')),
  };
}

function readTimestamp(value: unknown): Timestamp {
  const { over, token } = propertiesOf(value, ['over', 'token'], notBundle);
  if (over !== 'block' && over !== 'head') throw notBundle('what a timestamp is over');
  return { over, token: readBytes(token, TOKEN_BYTES_MAX, 'a timestamp') };
}

function readHeader(value: unknown): Hex {
  return readBytes(value, HEADER_BYTES_MAX, 'a header');
}

/** Bytes in lower-case hexadecimal, at most so many. */
function readBytes(value: unknown, most: number, what: string): Hex {
  if (typeof value !== 'string' || value.length > 2 + 2 * most || !isHex(value)) throw notBundle(what);
  return value;
}

function notWithinBounds(): ProtocolError {
  return notBundle(`it is nested too deep, has too many values, or more than ${BUNDLE_BYTES_MAX} bytes`);
}

export function notBundle(what: string): ProtocolError {
  return new ProtocolError('BUNDLE', `not a bundle: ${what}`);
}
