/** The words of the lists that travel beside statements: protocol.md 4.1. They come from anybody. */
import { bigintOf, hexToBytes, readHex, wordOf, writeUint, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { PublicKey } from './key.ts';
import {
  ALL_POWERS,
  ALL_PURPOSES,
  ALL_RESTRICTIONS,
  jurisdictionCode,
  jurisdictionNumber,
  KIND,
  nameOf,
  ONWARD,
  PARTY,
  POWER,
  SCHEME,
  type Kind,
  type Onward,
} from './names.ts';

/** A key as it is enrolled. */
export interface NewKey extends PublicKey {
  /** bit set */
  readonly powers: number;
  /** bit n: may sign act n */
  readonly acts: number;
  /** first second of validity */
  readonly from: number;
  /** first second after it */
  readonly until: number;
}

/** A participant as it is founded or admitted. */
export interface NewMember {
  /** 1 to 16 characters of `A-Z 0-9 -` */
  readonly code: string;
  /** ISO 3166-1 alpha-2 */
  readonly jurisdiction: string;
  readonly kind: Kind;
  /** number of an agency; 0 for agencies */
  readonly sponsor: number;
  readonly key: NewKey;
}

/** One side of an agreement. */
export interface Party {
  readonly kind: keyof typeof PARTY;
  /** number of the participant, or of the jurisdiction (`jurisdictionNumber`) */
  readonly who: number;
  /** number of the participant that signs; a participant signs itself */
  readonly signatory: number;
}

export interface Terms {
  /** digest of the text */
  readonly text: Hex;
  /** digest of the field policy; zero: none */
  readonly fieldPolicy: Hex;
  /** bit set */
  readonly purposes: number;
  /** bit set of those that a release may add */
  readonly restrictions: number;
  readonly onward: Onward;
  /** whether court use needs the consent of every origin */
  readonly courtPermission: boolean;
  readonly from: number;
  /** first second after it */
  readonly until: number;
  readonly parties: readonly Party[];
}

const U8 = 2 ** 8;
const U16 = 2 ** 16;
const U32 = 2 ** 32;
const TIME_END = 2 ** 40;

export function keyWords(key: NewKey): Hex[] {
  return [...[key.scheme, key.powers, key.acts, key.from, key.until].map(wordOf), key.x, key.y];
}

/** The key in seven words; undefined if it is not well formed. */
export function readKey(words: readonly Hex[]): NewKey | undefined {
  const scheme = numberIn(words[0], U8);
  const powers = numberIn(words[1], U8);
  const acts = numberIn(words[2], 2 ** 25);
  const from = numberIn(words[3], TIME_END);
  const until = numberIn(words[4], TIME_END);
  const [x, y] = [words[5], words[6]];
  if (scheme === undefined || powers === undefined || acts === undefined) return undefined;
  if (from === undefined || until === undefined || x === undefined || y === undefined) return undefined;
  const key = { scheme, powers, acts, from, until, x, y };
  return isWellFormedKey(key) ? key : undefined;
}

export function isWellFormedKey(key: NewKey): boolean {
  const { scheme, powers, acts, from, until } = key;
  if (scheme < SCHEME.secp256k1 || scheme > SCHEME.webauthn) return false;
  return powers >= 1 && powers <= ALL_POWERS && acts < 2 ** 25 && from < until && until < TIME_END;
}

/** A participant's code, right-padded with zero bytes. */
export function codeWord(code: string): Hex {
  if (!/^[A-Z0-9-]{1,16}$/.test(code)) {
    throw new ProtocolError('UNKNOWN_NAME', "a participant's code has 1 to 16 characters of A-Z 0-9 -");
  }
  const bytes = new Uint8Array(32);
  for (let i = 0; i < code.length; i++) writeUint(bytes, i, code.charCodeAt(i), 1);
  return readHex(bytes, 0, 32);
}

/** The code in a word; undefined if it is not well formed. */
export function readCode(word: Hex): string | undefined {
  const code = String.fromCharCode(...hexToBytes(word)).replace(/\0+$/, '');
  return /^[A-Z0-9-]{1,16}$/.test(code) ? code : undefined;
}

export function memberWords(member: NewMember): Hex[] {
  return [
    codeWord(member.code),
    wordOf(jurisdictionNumber(member.jurisdiction)),
    wordOf(KIND[member.kind]),
    wordOf(member.sponsor),
    ...keyWords(member.key),
  ];
}

/** The member in eleven words; undefined if it or its key is not well formed. Whether its sponsor is one, others judge. */
export function readMember(words: readonly Hex[]): NewMember | undefined {
  const code = words[0] === undefined ? undefined : readCode(words[0]);
  const letters = numberIn(words[1], U16);
  const kind = numberIn(words[2], U8);
  const sponsor = numberIn(words[3], U32);
  const key = readKey(words.slice(4));
  if (code === undefined || letters === undefined || !isJurisdiction(letters)) return undefined;
  if (kind === undefined || kind < KIND.agency || kind > KIND.expert) return undefined;
  if (sponsor === undefined || key === undefined || (key.powers & POWER.authority) === 0) return undefined;
  return { code, jurisdiction: jurisdictionCode(letters), kind: nameOf(KIND, kind), sponsor, key };
}

export function termsWords(terms: Terms): Hex[] {
  const { purposes, restrictions, courtPermission, from, until } = terms;
  const numbers = [purposes, restrictions, ONWARD[terms.onward], courtPermission ? 1 : 0, from, until];
  return [terms.text, terms.fieldPolicy, ...numbers.map(wordOf), ...terms.parties.map(partyWord)];
}

function partyWord(party: Party): Hex {
  const { kind, who, signatory } = party;
  if (![who, signatory].every((number) => Number.isInteger(number) && number >= 0 && number < U32)) {
    throw new ProtocolError('RANGE', "a party's number does not fit in 4 bytes");
  }
  return wordOf((BigInt(PARTY[kind]) << 64n) | (BigInt(who) << 32n) | BigInt(signatory));
}

/** The terms in a list; undefined if they are not well formed. Who the signatories are, others judge. */
export function readTerms(words: readonly Hex[]): Terms | undefined {
  const [text, fieldPolicy] = words;
  const purposes = numberIn(words[2], ALL_PURPOSES + 1);
  const restrictions = numberIn(words[3], ALL_RESTRICTIONS + 1);
  const onward = numberIn(words[4], ONWARD.parties + 1);
  const court = numberIn(words[5], 2);
  const from = numberIn(words[6], TIME_END);
  const until = numberIn(words[7], TIME_END);
  const parties = words.slice(8).map(readParty);
  if (text === undefined || fieldPolicy === undefined || purposes === undefined || purposes === 0) return undefined;
  if (restrictions === undefined || onward === undefined || court === undefined) return undefined;
  if (from === undefined || until === undefined || from >= until) return undefined;
  if (!parties.every((party) => party !== undefined)) return undefined;
  if (new Set(parties.map((party) => `${party.kind} ${party.who}`)).size < parties.length) return undefined;
  return {
    text,
    fieldPolicy,
    purposes,
    restrictions,
    onward: nameOf(ONWARD, onward),
    courtPermission: court === 1,
    from,
    until,
    parties,
  };
}

function readParty(word: Hex): Party | undefined {
  const value = bigintOf(word);
  const kind = Number(value >> 64n);
  if (kind !== PARTY.participant && kind !== PARTY.jurisdiction) return undefined;
  const who = Number((value >> 32n) & 0xffffffffn);
  return { kind: nameOf(PARTY, kind), who, signatory: Number(value & 0xffffffffn) };
}

/** The number of a participant in a word; 0, that is nobody, if it does not fit. */
export function readParticipant(word: Hex | undefined): number {
  return numberIn(word, U32) ?? 0;
}

/** The time in a word; undefined if it does not fit. */
export function readTime(word: Hex | undefined): number | undefined {
  return numberIn(word, TIME_END);
}

function numberIn(word: Hex | undefined, end: number): number | undefined {
  if (word === undefined) return undefined;
  const value = bigintOf(word);
  return value < BigInt(end) ? Number(value) : undefined;
}

function isJurisdiction(letters: number): boolean {
  return /^[A-Z]{2}$/.test(String.fromCharCode(letters >> 8, letters & 255));
}
