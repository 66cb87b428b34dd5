/** What a participant passes to the one it released evidence to: protocol.md section 11. */
import { bytesToHex, concat, hexToBytes, isHex, utf8, wordOf, writeUint, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { keccakHex, keccakOfText } from './hashing.ts';
import {
  discloseRecord,
  parseDisclosure,
  rootOfDisclosure,
  saltedHashOf,
  type DisclosedField,
  type Disclosure,
  type WrittenRecord,
} from './record.ts';
import { hashWords, typedHash } from './sheet.ts';

/** Most records in one part, and most parts of one dossier. */
export const DOSSIER_RECORDS_MAX = 4_096;
export const DOSSIER_PARTS_MAX = 256;

/** What a participant has of a record: what it wrote itself, or what was disclosed to it. */
export type HeldRecord = WrittenRecord | Disclosure;

export interface DossierRecord {
  /** of the statement that commits to it */
  readonly digest: Hex;
  readonly disclosure: Disclosure;
}

export interface Dossier {
  /** founding hash of the ledger */
  readonly ledger: Hex;
  /** digest of the release that it belongs to */
  readonly release: Hex;
  /** participants: who released, and whom the release names */
  readonly sender: number;
  readonly recipient: number;
  /** when it was made; seconds */
  readonly time: number;
  /** position of this part, from 0, and how many there are */
  readonly part: number;
  readonly parts: number;
  readonly records: readonly DossierRecord[];
}

export interface SignedDossier {
  readonly dossier: Dossier;
  /** id of a service key of the sender */
  readonly key: Hex;
  readonly signature: Hex;
}

const DOSSIER_TYPE_HASH = keccakOfText(
  'Dossier(bytes32 release,uint32 sender,uint32 recipient,uint40 time,uint16 part,uint16 parts,bytes32 records)',
);
const RECORDS_TAG = utf8('unbroken/dossier/1');
const SHOWN = 1;
const WITHHELD = 0;

export function isDisclosure(record: HeldRecord): record is Disclosure {
  return !('seed' in record);
}

/**
 * A record with only those fields shown that are permitted, and never more than its holder has.
 * @throws ProtocolError RECORD, DISCLOSURE
 */
export function limitRecord(record: HeldRecord, permitted: (label: string) => boolean): Disclosure {
  if (!isDisclosure(record)) {
    const labels = record.fields.map(({ label }) => label).filter(permitted);
    return discloseRecord(record, labels);
  }
  const { schema, fields } = parseDisclosure(record);
  return { schema, fields: fields.map((field) => (permitted(field.label) ? field : withheld(field))) };
}

function withheld(field: DisclosedField): DisclosedField {
  if ('withheld' in field) return field;
  return { label: field.label, hash: bytesToHex(saltedHashOf(field.salt, field.value)), withheld: true };
}

/**
 * What two disclosures of one record show together.
 * @throws ProtocolError DISCLOSURE if they are not of one record
 */
export function joinDisclosures(one: Disclosure, other: Disclosure): Disclosure {
  if (rootOfDisclosure(one) !== rootOfDisclosure(other)) {
    throw new ProtocolError('DISCLOSURE', 'not two disclosures of one record');
  }
  return { schema: one.schema, fields: one.fields.map((field, i) => ('withheld' in field ? other.fields[i]! : field)) };
}

/** What the sender's key signs: it covers every byte that is shown, and what is withheld. */
export function dossierHash(dossier: Dossier): Hex {
  const { release, sender, recipient, time, part, parts, records } = dossier;
  const numbers = [sender, recipient, time, part, parts].map((number) => wordOf(number));
  return typedHash(hashWords([DOSSIER_TYPE_HASH, release, ...numbers, recordsHash(records)]), dossier.ledger);
}

function recordsHash(records: readonly DossierRecord[]): Hex {
  return keccakHex(
    concat(
      RECORDS_TAG,
      ...records.flatMap(({ digest, disclosure }) => [hexToBytes(digest), hexToBytes(disclosureHash(disclosure))]),
    ),
  );
}

function disclosureHash({ schema, fields }: Disclosure): Hex {
  const parts = [sized(schema), uint(fields.length, 2)];
  for (const field of fields) {
    parts.push(sized(field.label));
    if ('withheld' in field) parts.push(Uint8Array.of(WITHHELD), hexToBytes(field.hash));
    else parts.push(Uint8Array.of(SHOWN), hexToBytes(field.salt), sized(field.value));
  }
  return keccakHex(concat(...parts));
}

/** The bytes that are encrypted: JSON in UTF-8. */
export function encodeDossier({ dossier, key, signature }: SignedDossier): Uint8Array {
  return utf8(JSON.stringify({ version: 1, dossier, key, signature }));
}

/**
 * A dossier from bytes that may come from anybody. Says nothing about who signed it, nor whether its fields are true.
 * @throws ProtocolError DOSSIER
 */
export function decodeDossier(bytes: Uint8Array): SignedDossier {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new ProtocolError('DOSSIER', 'not a dossier: its bytes are not JSON in UTF-8', { cause });
  }
  const { version, dossier, key, signature } = properties(value, ['version', 'dossier', 'key', 'signature']);
  if (version !== 1) throw notDossier('its version is not 1');
  if (!isHex(key, 32) || !isHex(signature) || signature.length > 2 + 2 * 65) throw notDossier('key or signature');
  return { dossier: parseDossier(dossier), key, signature };
}

function parseDossier(value: unknown): Dossier {
  const { ledger, release, sender, recipient, time, part, parts, records } = properties(value, [
    'ledger',
    'release',
    'sender',
    'recipient',
    'time',
    'part',
    'parts',
    'records',
  ]);
  if (!isHex(ledger, 32) || !isHex(release, 32)) throw notDossier('ledger or release');
  if (!isNumber(sender, 4) || !isNumber(recipient, 4) || !isNumber(time, 5)) throw notDossier('a number');
  if (!isNumber(part, 2) || !isNumber(parts, 2) || parts > DOSSIER_PARTS_MAX || part >= parts) {
    throw notDossier('part and parts');
  }
  if (!Array.isArray(records) || records.length > DOSSIER_RECORDS_MAX) throw notDossier('records');
  const parsed = records.map(parseRecord);
  if (new Set(parsed.map(({ digest }) => digest)).size < parsed.length) throw notDossier('a record stands twice');
  return { ledger, release, sender, recipient, time, part, parts, records: parsed };
}

function parseRecord(value: unknown): DossierRecord {
  const { digest, disclosure } = properties(value, ['digest', 'disclosure']);
  if (!isHex(digest, 32)) throw notDossier('a digest');
  try {
    return { digest, disclosure: parseDisclosure(disclosure) };
  } catch (cause) {
    throw new ProtocolError('DOSSIER', 'not a dossier: a disclosure is out of its bounds', { cause });
  }
}

/** The own properties of a plain object: exactly these. */
function properties<Name extends string>(value: unknown, names: readonly Name[]): Record<Name, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notDossier('an object is needed');
  const known: readonly string[] = names;
  const found = Object.entries(value);
  if (found.length !== names.length || found.some(([name]) => !known.includes(name))) {
    throw notDossier(`its properties are ${names.join(', ')}`);
  }
  return Object.fromEntries(found) as Record<Name, unknown>;
}

function isNumber(value: unknown, size: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** (8 * size);
}

function sized(text: string): Uint8Array {
  const bytes = utf8(text);
  return concat(uint(bytes.length, 4), bytes);
}

function uint(value: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  writeUint(bytes, 0, value, size);
  return bytes;
}

function notDossier(what: string): ProtocolError {
  return new ProtocolError('DOSSIER', `not a dossier: ${what}`);
}
