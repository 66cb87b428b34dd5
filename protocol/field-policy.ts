/** Which fields of records may travel under an agreement: protocol.md section 12. */
import { utf8, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { keccakHex } from './hashing.ts';

export interface FieldPolicy {
  readonly version: 1;
  readonly permit: readonly Permission[];
}

export interface Permission {
  /** schema of a record, or `*` for every one */
  readonly schema: string;
  /** labels, or beginnings of labels that end in `*` */
  readonly labels: readonly string[];
}

const PERMISSIONS_MAX = 64;
const LABELS_MAX = 256;
const TEXT_MAX = 200;

/**
 * A policy from JSON that anyone may have written.
 * @throws ProtocolError POLICY
 */
export function parsePolicy(value: unknown): FieldPolicy {
  const { version, permit } = propertiesOf(value, ['version', 'permit']);
  if (version !== 1) throw notPolicy('its version is 1');
  return { version, permit: listOf(permit, PERMISSIONS_MAX, 'permit').map(parsePermission) };
}

function parsePermission(value: unknown): Permission {
  const { schema, labels } = propertiesOf(value, ['schema', 'labels']);
  return { schema: textOf(schema), labels: listOf(labels, LABELS_MAX, 'labels').map(textOf) };
}

/** The canonical form of RFC 8785, which is what is hashed. */
export function policyText({ version, permit }: FieldPolicy): string {
  return JSON.stringify({ permit: permit.map(({ schema, labels }) => ({ labels, schema })), version });
}

/** As it stands in the terms of an agreement. */
export function policyHash(policy: FieldPolicy): Hex {
  return keccakHex(utf8(policyText(policy)));
}

/** Whether a field may travel. */
export function permits({ permit }: FieldPolicy, schema: string, label: string): boolean {
  return permit.some(
    (permission) =>
      (permission.schema === '*' || permission.schema === schema) &&
      permission.labels.some((known) => (known.endsWith('*') ? label.startsWith(known.slice(0, -1)) : label === known)),
  );
}

function propertiesOf<Name extends string>(value: unknown, names: readonly Name[]): Record<Name, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notPolicy('an object is needed');
  const found = Object.keys(value);
  if (found.length !== names.length || !names.every((name) => Object.hasOwn(value, name))) {
    throw notPolicy(`an object has exactly ${names.join(' and ')}`);
  }
  return value as Record<Name, unknown>;
}

function listOf(value: unknown, most: number, name: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > most) {
    throw notPolicy(`${name} is a list of 1 to ${most}`);
  }
  return value as readonly unknown[];
}

function textOf(value: unknown): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > TEXT_MAX || !value.isWellFormed()) {
    throw notPolicy(`a text has 1 to ${TEXT_MAX} characters`);
  }
  return value;
}

function notPolicy(detail: string): ProtocolError {
  return new ProtocolError('POLICY', `not a field policy: ${detail}`);
}
