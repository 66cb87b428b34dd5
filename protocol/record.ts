/** What people wrote about a statement: protocol.md section 3. */
import { bytesToHex, concat, hexToBytes, isHex, utf8, writeUint, type Hex } from './bytes.ts';
import { ProtocolError, type ProtocolErrorCode } from './errors.ts';
import { keccak256, keccakHex } from './hashing.ts';

export const FIELDS_MAX = 256;
/** Most bytes of a schema or label, in UTF-8. */
export const LABEL_MAX = 128;
/** Most bytes of a value, in UTF-8. */
export const VALUE_MAX = 65_536;

export interface WrittenField {
  readonly label: string;
  readonly value: string;
}

export interface WrittenRecord {
  /** for example `unbroken/custody/1` */
  readonly schema: string;
  readonly fields: readonly WrittenField[];
  /** 32 random bytes; with seed and values gone, the record is erased */
  readonly seed: Hex;
}

/** A field that is shown, or of which only the salted hash is. */
export type DisclosedField =
  | { readonly label: string; readonly value: string; readonly salt: Hex }
  | { readonly label: string; readonly hash: Hex; readonly withheld: true };

/** A record with every label in order, so that nothing can be left out by silence. */
export interface Disclosure {
  readonly schema: string;
  readonly fields: readonly DisclosedField[];
}

const SALT_TAG = utf8('unbroken/salt/1');
const RECORD_TAG = utf8('unbroken/record/1');

/**
 * Checks that a record is within its bounds.
 * @throws ProtocolError RECORD
 */
export function validateRecord(record: WrittenRecord): void {
  if (!isHex(record.seed, 32)) throw new ProtocolError('RECORD', 'the seed is 32 bytes');
  validateLabels(record.schema, record.fields, 'RECORD');
  for (const field of record.fields) validateText(field.value, 0, VALUE_MAX, 'RECORD', 'a value');
}

/** The salt of the field at a position. */
export function saltOf(seed: Hex, position: number): Hex {
  return keccakHex(concat(SALT_TAG, hexToBytes(seed), u16(position)));
}

/**
 * The root that a statement carries.
 * @throws ProtocolError RECORD
 */
export function recordRoot(record: WrittenRecord): Hex {
  validateRecord(record);
  const fields = record.fields.map((field, i) => ({
    label: field.label,
    hash: saltedHashOf(saltOf(record.seed, i), field.value),
  }));
  return rootOf(record.schema, fields);
}

/**
 * Shows the fields with these labels and withholds the others.
 * @throws ProtocolError RECORD, also for a label that the record does not have
 */
export function discloseRecord(record: WrittenRecord, labels: readonly string[] | 'all'): Disclosure {
  validateRecord(record);
  const shown = new Set(labels === 'all' ? record.fields.map((field) => field.label) : labels);
  const fields = record.fields.map(({ label, value }, i): DisclosedField => {
    const salt = saltOf(record.seed, i);
    if (shown.delete(label)) return { label, value, salt };
    return { label, hash: bytesToHex(saltedHashOf(salt, value)), withheld: true };
  });
  if (shown.size > 0) throw new ProtocolError('RECORD', `the record has no field ${[...shown].join(', ')}`);
  return { schema: record.schema, fields };
}

/**
 * A disclosure from a value of unknown form, which comes from anybody.
 * @throws ProtocolError DISCLOSURE
 */
export function parseDisclosure(value: unknown): Disclosure {
  const { schema, fields } = propertiesOf(value, ['schema', 'fields']);
  if (typeof schema !== 'string' || !Array.isArray(fields)) throw notDisclosure('schema and fields are needed');
  if (fields.length > FIELDS_MAX) throw notDisclosure(`at most ${FIELDS_MAX} fields`);
  const disclosure = { schema, fields: fields.map(parseField) };
  validateLabels(schema, disclosure.fields, 'DISCLOSURE');
  return disclosure;
}

function parseField(field: unknown): DisclosedField {
  const properties = propertiesOf(field, ['label', 'value', 'salt', 'hash', 'withheld']);
  const { label, value, salt, hash, withheld } = properties;
  if (typeof label !== 'string') throw notDisclosure('a label is missing');
  if (withheld === true && isHex(hash, 32) && value === undefined && salt === undefined) {
    return { label, hash, withheld };
  }
  if (withheld === undefined && hash === undefined && typeof value === 'string' && isHex(salt, 32)) {
    validateText(value, 0, VALUE_MAX, 'DISCLOSURE', 'a value');
    return { label, value, salt };
  }
  throw notDisclosure('a field has either value and salt, or hash and withheld');
}

/** The own properties of a plain object, of these names and no others. */
function propertiesOf<Name extends string>(value: unknown, names: readonly Name[]): Partial<Record<Name, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notDisclosure('an object is needed');
  const known: readonly string[] = names;
  const found = Object.entries(value);
  if (found.some(([name]) => !known.includes(name))) throw notDisclosure('an unknown property');
  return Object.fromEntries(found) as Partial<Record<Name, unknown>>;
}

/**
 * The root that a disclosure adds up to: equal to the statement's `record` if nothing was changed or left out.
 * @throws ProtocolError DISCLOSURE
 */
export function rootOfDisclosure(disclosure: Disclosure): Hex {
  const { schema, fields } = parseDisclosure(disclosure);
  return rootOf(
    schema,
    fields.map((field) => ({
      label: field.label,
      hash: 'withheld' in field ? hexToBytes(field.hash) : saltedHashOf(field.salt, field.value),
    })),
  );
}

function rootOf(schema: string, fields: readonly { label: string; hash: Uint8Array }[]): Hex {
  const parts = [RECORD_TAG, sized(schema), u16(fields.length)];
  for (const field of fields) parts.push(sized(field.label), field.hash);
  return keccakHex(concat(...parts));
}

/** What the root commits to of one field. */
export function saltedHashOf(salt: Hex, value: string): Uint8Array {
  return keccak256(concat(hexToBytes(salt), utf8(value)));
}

function sized(text: string): Uint8Array {
  const bytes = utf8(text);
  return concat(u16(bytes.length), bytes);
}

function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  writeUint(bytes, 0, value, 2);
  return bytes;
}

function validateLabels(schema: string, fields: readonly { readonly label: string }[], code: ProtocolErrorCode): void {
  validateText(schema, 1, LABEL_MAX, code, 'the schema');
  if (fields.length === 0 || fields.length > FIELDS_MAX) {
    throw new ProtocolError(code, `a record has 1 to ${FIELDS_MAX} fields`);
  }
  for (const field of fields) validateText(field.label, 1, LABEL_MAX, code, 'a label');
  if (new Set(fields.map((field) => field.label)).size < fields.length) {
    throw new ProtocolError(code, 'a label stands twice');
  }
}

function validateText(text: string, least: number, most: number, code: ProtocolErrorCode, what: string): void {
  // A character has at least one byte, so that a huge text is not even looked at.
  const size = typeof text === 'string' && text.length <= most ? utf8(text).length : Infinity;
  if (size < least || size > most) throw new ProtocolError(code, `${what} has ${least} to ${most} bytes`);
  if (!text.isWellFormed() || text.normalize('NFC') !== text) {
    throw new ProtocolError(code, `${what} is Unicode in NFC: use normalize("NFC")`);
  }
}

function notDisclosure(what: string): ProtocolError {
  return new ProtocolError('DISCLOSURE', `not a disclosure: ${what}`);
}
