/** The acts, their codes, and what a statement of each may carry: protocol.md section 4, as data. */
import { ZERO } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { POWER } from './names.ts';
import type { Statement } from './statement.ts';

export type LineKind = 'evidence' | 'hold' | 'consent' | 'request' | 'agreement' | 'participant' | 'consortium';

/** The contract that keeps a kind of line. */
export type Keeper = 'custody' | 'agreements' | 'consortium';

/** The contract that keeps the lines of a kind. */
export const KEEPERS = {
  evidence: 'custody',
  hold: 'custody',
  consent: 'agreements',
  request: 'agreements',
  agreement: 'agreements',
  participant: 'consortium',
  consortium: 'consortium',
} as const satisfies Record<LineKind, Keeper>;

/** What a statement may lack. */
export type Field =
  'recipient' | 'recipientKey' | 'agreement' | 'request' | 'reference' | 'list' | 'purpose' | 'restrictions';

export interface ActRule {
  readonly number: number;
  readonly keeper: Keeper;
  /** the kinds of line it stands on; where there are several, code or subject says which (`kindOf`) */
  readonly kinds: readonly LineKind[];
  /** whether it opens its line: always, never, or if it has a list */
  readonly opens: 'always' | 'never' | 'with list';
  /** its codes, counted from 1 */
  readonly codes: readonly string[];
  /** powers of which the key needs one; `end` of an agreement needs authority (`powersOf`) */
  readonly powers: number;
  readonly must: readonly Field[];
  readonly may: readonly Field[];
  /** how many words its list has, if it has one */
  readonly words: readonly [least: number, most: number];
}

const C = POWER.custody | POWER.service;
const A = POWER.authority;
const CA = C | A;

const NO_LIST = [0, 0] as const;

export const ACTS = {
  collect: evidence(1, 'always', ['seized', 'produced', 'surrendered', 'captured'], [], ['restrictions']),
  derive: evidence(
    2,
    'always',
    ['image', 'extraction', 'sample', 'report', 'part', 'copy'],
    ['list'],
    ['restrictions'],
    [1, 8],
  ),
  release: evidence(
    3,
    'never',
    ['handoff', 'late'],
    ['recipient'],
    ['recipientKey', 'agreement', 'request', 'list', 'purpose', 'restrictions'],
    [1, 8],
  ),
  accept: evidence(4, 'never', ['clean', 'with-reservation']),
  refuse: evidence(5, 'never', ['wrong-item', 'seal-broken', 'not-expected', 'other']),
  return: evidence(6, 'never', ['confirmed']),
  recall: evidence(7, 'never', ['recalled']),
  record: evidence(8, 'never', ['examined', 'stored', 'sealed', 'moved', 'accessed']),
  correct: evidence(9, 'never', ['corrected'], ['reference']),
  dispose: evidence(10, 'never', ['returned', 'destroyed', 'consumed', 'lost']),
  found: evidence(11, 'never', ['found']),
  hold: rule(12, 'custody', ['hold'], 'always', ['placed'], CA, ['list'], [], [1, 64]),
  lift: rule(13, 'custody', ['hold'], 'never', ['lifted'], CA, ['list'], [], [1, 64]),
  consent: rule(14, 'agreements', ['consent'], 'always', ['given'], CA, ['recipient', 'purpose', 'reference']),
  request: rule(
    15,
    'agreements',
    ['request'],
    'always',
    [
      'mutual-legal-assistance',
      'european-investigation-order',
      'e-evidence-production',
      'e-evidence-preservation',
      'extradition-annex',
      'police-cooperation',
    ],
    CA,
    ['recipient', 'list'],
    ['purpose'],
    [1, 1],
  ),
  answer: rule(
    16,
    'agreements',
    ['request'],
    'never',
    ['granted', 'refused-inadmissible', 'refused-not-available', 'refused-other-ground'],
    CA,
  ),
  conclude: rule(17, 'agreements', ['agreement'], 'with list', ['signed'], A, [], ['list', 'reference'], [10, 40]),
  end: rule(
    18,
    'agreements',
    ['agreement', 'request', 'consent'],
    'never',
    ['agreement-ended', 'request-withdrawn', 'consent-withdrawn'],
    CA,
  ),
  enrol: rule(19, 'consortium', ['participant', 'consortium'], 'never', ['enrolled'], A, ['list'], [], [7, 8]),
  revoke: rule(20, 'consortium', ['participant'], 'never', ['revoked'], A, ['reference']),
  admit: rule(21, 'consortium', ['consortium'], 'never', ['new-member', 'reinstated'], A, ['list'], [], [1, 11]),
  suspend: rule(22, 'consortium', ['consortium'], 'never', ['suspended'], A, ['list'], [], [1, 1]),
  retire: rule(23, 'consortium', ['consortium'], 'never', ['retired'], A, ['reference']),
  erase: rule(24, 'consortium', ['participant'], 'never', ['erased'], CA, ['list'], [], [1, 64]),
} as const satisfies Record<string, ActRule>;

export type Act = keyof typeof ACTS;

/** The numbers of the acts, to compare with `statement.act`. */
export const ACT = Object.fromEntries(Object.entries(ACTS).map(([name, act]) => [name, act.number])) as Readonly<
  Record<Act, number>
>;

/** Codes that change what a statement means to the ledger. */
export const CODE = {
  releaseLate: 2,
  disposeLost: 4,
  answerGranted: 1,
  endAgreement: 1,
  endRequest: 2,
  endConsent: 3,
  admitNew: 1,
  admitReinstated: 2,
} as const;

const BY_NUMBER = new Map<number, Act>((Object.keys(ACTS) as Act[]).map((name) => [ACTS[name].number, name]));

/** The act of a number; undefined if there is none. */
export function findAct(number: number): Act | undefined {
  return BY_NUMBER.get(number);
}

/**
 * The act of a number.
 * @throws ProtocolError UNKNOWN_NAME
 */
export function actOf(number: number): Act {
  const act = BY_NUMBER.get(number);
  if (act === undefined) throw new ProtocolError('UNKNOWN_NAME', `no act has the number ${number}`);
  return act;
}

/** The rule of an act, by its number; undefined if there is none. */
export function ruleOf(number: number): ActRule | undefined {
  const act = BY_NUMBER.get(number);
  return act === undefined ? undefined : ACTS[act];
}

/**
 * The name of an act's code.
 * @throws ProtocolError UNKNOWN_NAME
 */
export function codeName(act: Act, code: number): string {
  const name = ACTS[act].codes[code - 1];
  if (name === undefined) throw new ProtocolError('UNKNOWN_NAME', `${act} has no code ${code}`);
  return name;
}

/**
 * The number of an act's code.
 * @throws ProtocolError UNKNOWN_NAME
 */
export function codeNumber(act: Act, name: string): number {
  const codes: readonly string[] = ACTS[act].codes;
  const at = codes.indexOf(name);
  if (at < 0) throw new ProtocolError('UNKNOWN_NAME', `${act} has no code ${name}: ${codes.join(', ')}`);
  return at + 1;
}

/** Powers of which the key of a statement needs one. */
export function powersOf(rule: ActRule, code: number): number {
  return rule.number === ACT.end && code === CODE.endAgreement ? A : rule.powers;
}

/** The kind of line that a statement stands on. */
export function kindOf(rule: ActRule, statement: Statement): LineKind {
  if (rule.number === ACT.end) return rule.kinds[statement.code - 1]!;
  if (rule.number === ACT.enrol) return statement.subject === ZERO ? 'consortium' : 'participant';
  return rule.kinds[0]!;
}

function rule(
  number: number,
  keeper: Keeper,
  kinds: readonly LineKind[],
  opens: ActRule['opens'],
  codes: readonly string[],
  powers: number,
  must: readonly Field[] = [],
  may: readonly Field[] = [],
  words: readonly [number, number] = NO_LIST,
): ActRule {
  return { number, keeper, kinds, opens, codes, powers, must, may, words };
}

function evidence(
  number: number,
  opens: ActRule['opens'],
  codes: readonly string[],
  must: readonly Field[] = [],
  may: readonly Field[] = [],
  words: readonly [number, number] = NO_LIST,
): ActRule {
  return rule(number, 'custody', ['evidence'], opens, codes, C, must, may, words);
}
