/** Closed lists of names and numbers: protocol.md section 1. */
import { ProtocolError } from './errors.ts';

export const KIND = { agency: 1, court: 2, laboratory: 3, carrier: 4, expert: 5 } as const;
export const PARTICIPANT_STATUS = { active: 1, suspended: 2 } as const;

/** Powers of a key, bits. */
export const POWER = { authority: 1, custody: 2, service: 4, receipt: 8, encryption: 16 } as const;

export const SCHEME = { secp256k1: 1, p256: 2, webauthn: 3 } as const;

/** Purposes, bits; the first eight after INTERPOL's Rules on the Processing of Data, article 10. */
export const PURPOSES = {
  arrest: 1 << 0,
  locate: 1 << 1,
  investigate: 1 << 2,
  warn: 1 << 3,
  identify: 1 << 4,
  forensics: 1 << 5,
  'security-checks': 1 << 6,
  trends: 1 << 7,
  prosecute: 1 << 8,
  court: 1 << 9,
  extradite: 1 << 10,
  'asset-recovery': 1 << 11,
} as const;

/** Restrictions, bits, after Europol SIENA's handling codes. */
export const RESTRICTIONS = {
  /** court use only with permission */
  H1: 1 << 0,
  /** dissemination only with permission */
  H2: 1 << 1,
  /** other, spelt out in the record */
  H3: 1 << 2,
} as const;

export const ONWARD = { none: 0, consent: 1, parties: 2 } as const;

/** Which words stand for a party of an agreement. */
export const PARTY = { participant: 1, jurisdiction: 2 } as const;

export type Kind = keyof typeof KIND;
export type Scheme = keyof typeof SCHEME;
export type Purpose = keyof typeof PURPOSES;
export type Restriction = keyof typeof RESTRICTIONS;
export type Onward = keyof typeof ONWARD;

export const ALL_PURPOSES = 0x0fff;
export const ALL_RESTRICTIONS = 0x0007;
export const ALL_POWERS = 31;

/** The names of the bits that are set, lowest first. */
export function namesOf<Name extends string>(table: Readonly<Record<Name, number>>, bits: number): Name[] {
  return (Object.keys(table) as Name[]).filter((name) => (bits & table[name]) !== 0);
}

/**
 * The bit set of some names.
 * @throws ProtocolError UNKNOWN_NAME
 */
export function bitsOf<Name extends string>(table: Readonly<Record<Name, number>>, names: readonly string[]): number {
  return names.reduce((bits, name) => bits | numberOf(table, name), 0);
}

/**
 * The number that a name stands for.
 * @throws ProtocolError UNKNOWN_NAME
 */
export function numberOf<Name extends string>(table: Readonly<Record<Name, number>>, name: string): number {
  if (!Object.hasOwn(table, name)) {
    throw new ProtocolError('UNKNOWN_NAME', `${name} is none of ${Object.keys(table).join(', ')}`);
  }
  return table[name as Name];
}

/**
 * The name of a number.
 * @throws ProtocolError UNKNOWN_NAME
 */
export function nameOf<Name extends string>(table: Readonly<Record<Name, number>>, number: number): Name {
  for (const name of Object.keys(table) as Name[]) if (table[name] === number) return name;
  throw new ProtocolError('UNKNOWN_NAME', `${number} is none of ${Object.values(table).join(', ')}`);
}

/** The number of a jurisdiction: its two letters in ASCII. */
export function jurisdictionNumber(code: string): number {
  if (!/^[A-Z]{2}$/.test(code)) {
    throw new ProtocolError('UNKNOWN_NAME', `${code} is no ISO 3166-1 alpha-2 code`);
  }
  return code.charCodeAt(0) * 256 + code.charCodeAt(1);
}

export function jurisdictionCode(number: number): string {
  const code = String.fromCharCode(number >> 8, number & 255);
  if (jurisdictionNumber(code) !== number) throw new ProtocolError('RANGE', `${number} is no jurisdiction`);
  return code;
}
