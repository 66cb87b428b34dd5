/** The state of a ledger: participants, keys and lines, as the contracts keep them. */
import type { LineKind } from './acts.ts';
import { readUint, wordOf, writeUint, hexToBytes, readHex, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { NewKey, Terms } from './lists.ts';
import type { Kind, PARTICIPANT_STATUS } from './names.ts';
import type { EVIDENCE_STATUS } from './transitions.ts';

export const HOLD_STATUS = { on: 1, lifted: 2 } as const;
export const CONSENT_STATUS = { given: 1, withdrawn: 2 } as const;
export const REQUEST_STATUS = { open: 1, granted: 2, refused: 3, withdrawn: 4 } as const;
export const AGREEMENT_STATUS = { open: 1, concluded: 2, ended: 3 } as const;
export const CONSORTIUM_STATUS = { founded: 1, retired: 2 } as const;

/** Bit 0 of the marks of an evidence line: a late declaration stands on it, or on a parent's. */
export const MARK_LATE = 1;
/** Bit 0 of the marks of a key: the consortium enrolled it. */
export const MARK_BY_CONSORTIUM = 1;
/** The purposes of a line that was received under no agreement. */
export const EVERY_PURPOSE = 0xffff;
/** At most so many origins, or bases, on a line. */
export const NUMBERS_MAX = 8;

export interface ParticipantState {
  readonly number: number;
  readonly code: string;
  /** ISO 3166-1 alpha-2 */
  readonly jurisdiction: string;
  readonly kind: Kind;
  /** number of an agency; 0: none */
  readonly sponsor: number;
  readonly status: keyof typeof PARTICIPANT_STATUS;
}

export interface KeyState extends NewKey {
  readonly id: Hex;
  readonly number: number;
  readonly participant: number;
  /** block time of its revocation; 0: not revoked */
  readonly revokedAt: number;
  readonly marks: number;
}

export interface EvidenceState {
  readonly status: keyof typeof EVIDENCE_STATUS;
  readonly marks: number;
  /** how many holds are on */
  readonly holds: number;
  /** whether the release crosses a border; this and the last six only while in transit */
  readonly crossing: boolean;
  readonly holder: number;
  readonly restrictions: number;
  readonly purposes: number;
  readonly recipient: number;
  /** number of the key that must accept; 0: any of the recipient */
  readonly recipientKey: number;
  /** number of the key that released */
  readonly releaseKey: number;
  /** number of the agreement that the release rests on; 0: none */
  readonly agreement: number;
  /** purpose of the release */
  readonly purpose: number;
  readonly releaseRestrictions: number;
  /** numbers of participants, at least one */
  readonly origins: readonly number[];
  /** numbers of agreements */
  readonly bases: readonly number[];
}

export interface HoldState {
  readonly status: keyof typeof HOLD_STATUS;
  readonly participant: number;
  /** subjects of the evidence, as listed */
  readonly items: readonly Hex[];
  /** their `listHash` */
  readonly itemsHash: Hex;
}

export interface ConsentState {
  readonly status: keyof typeof CONSENT_STATUS;
  readonly purpose: number;
  readonly giver: number;
  readonly recipient: number;
  /** subject of the evidence */
  readonly evidence: Hex;
  /** whether a release has used it up */
  readonly used: boolean;
}

export interface RequestState {
  readonly status: keyof typeof REQUEST_STATUS;
  readonly code: number;
  readonly purpose: number;
  readonly requester: number;
  readonly asked: number;
  readonly deadline: number;
}

export interface AgreementState {
  readonly status: keyof typeof AGREEMENT_STATUS;
  readonly number: number;
  readonly terms: Terms;
  /** `listHash` of the terms */
  readonly termsHash: Hex;
  /** bit i: the party at position i has signed */
  readonly signed: number;
  /** block time; 0: not yet */
  readonly concludedAt: number;
  /** block time; 0: not ended */
  readonly endedAt: number;
}

export interface ConsortiumState {
  readonly status: keyof typeof CONSORTIUM_STATUS;
  /** of a ledger that has a predecessor: what subjects that are opened there have after their opener's number, 8 bytes */
  readonly tag?: Hex;
}

interface States {
  evidence: EvidenceState;
  hold: HoldState;
  consent: ConsentState;
  request: RequestState;
  agreement: AgreementState;
  participant: ParticipantState;
  consortium: ConsortiumState;
}

/** A line of one kind. */
export type LineOf<K extends LineKind> = {
  [Each in K]: {
    readonly kind: Each;
    readonly subject: Hex;
    /** newest digest; of the consortium and its founders at first the founding hash */
    readonly head: Hex;
    readonly anchor: Hex;
    /** how many digests the anchor has taken up since the line is on this ledger */
    readonly count: number;
    readonly state: States[Each];
  };
}[K];

export type LineState = LineOf<LineKind>;

/** The subject of a participant's line. */
export function participantSubject(number: number): Hex {
  return packNumbers([number]);
}

/** The participant in front of a subject. */
export function openerOf(subject: Hex): number {
  return Number.parseInt(subject.slice(2, 10), 16);
}

/**
 * The subject of a line that a participant opens.
 * @param chance 28 random bytes
 * @param tag of a ledger that has a predecessor
 */
export function openedSubject(participant: number, chance: Uint8Array, tag: Hex = '0x'): Hex {
  const tagged = `${tag.slice(2)}${readHex(chance, 0, chance.length).slice(tag.length)}`;
  return `${packNumbers([participant]).slice(0, 10)}${tagged}` as Hex;
}

/** What stands in a subject after the number in front of it. */
export function tagOf(subject: Hex): Hex {
  return `0x${subject.slice(10, 26)}`;
}

/** Whether a subject is of a line that is opened: its last 28 bytes are not all zero. */
export function isOpenedSubject(subject: Hex): boolean {
  return subject.slice(10) !== '0'.repeat(56);
}

/** Up to eight 4-byte numbers in a word, from the most significant end. */
export function packNumbers(numbers: readonly number[]): Hex {
  if (numbers.length > NUMBERS_MAX) throw new ProtocolError('STATE', 'more than eight numbers');
  const bytes = new Uint8Array(32);
  numbers.forEach((number, i) => writeUint(bytes, 4 * i, number, 4));
  return readHex(bytes, 0, 32);
}

export function unpackNumbers(word: Hex): number[] {
  const bytes = hexToBytes(word);
  const numbers: number[] = [];
  for (let at = 0; at < 32 && readUint(bytes, at, 4) !== 0; at += 4) numbers.push(readUint(bytes, at, 4));
  if (packNumbers(numbers) !== word) throw new ProtocolError('STATE', `${word} is no list of numbers`);
  return numbers;
}

/** The word of a line's origins: zero if the collector, which stands in the subject, is the only one. */
export function packOrigins(subject: Hex, origins: readonly number[]): Hex {
  return origins.length === 1 && origins[0] === openerOf(subject) ? wordOf(0) : packNumbers(origins);
}

export function unpackOrigins(subject: Hex, word: Hex): number[] {
  const origins = unpackNumbers(word);
  return origins.length === 0 ? [openerOf(subject)] : origins;
}
