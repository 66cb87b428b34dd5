/** Why a statement was rejected: protocol.md section 9. Numbers are part of the protocol. */
import { ProtocolError } from './errors.ts';

export const REASONS = [
  { number: 1, name: 'UNSIGNED', meaning: 'no proven signature; sign the sheet with an enrolled key' },
  { number: 2, name: 'KEY_FOREIGN', meaning: 'the key belongs to another participant' },
  { number: 3, name: 'MALFORMED', meaning: 'a field is missing, superfluous or out of range for this act' },
  { number: 4, name: 'FUTURE', meaning: 'claimed more than 120 s ahead of the block; check the clock' },
  { number: 5, name: 'EXPIRY', meaning: 'expires must lie between time and time + 30 days' },
  { number: 6, name: 'EXPIRED', meaning: 'not included before it expired; state it anew' },
  { number: 7, name: 'KEY_REVOKED', meaning: 'the key is revoked; use another' },
  { number: 8, name: 'KEY_EXPIRED', meaning: 'the key was not valid at the claimed time' },
  { number: 9, name: 'KEY_POWER', meaning: 'the key lacks the power for this act' },
  { number: 10, name: 'KEY_ACT', meaning: "the key's mask lacks this act" },
  { number: 11, name: 'SUSPENDED', meaning: 'the participant is suspended; it may only confirm returns and recall' },
  {
    number: 12,
    name: 'FOREIGN_NUMBER',
    meaning: "the subject does not start with the participant's number, or is not its own line",
  },
  { number: 13, name: 'LINE_EXISTS', meaning: 'a line of this subject exists already' },
  { number: 14, name: 'LINE_UNKNOWN', meaning: 'there is no line of this subject' },
  { number: 15, name: 'REPLAYED', meaning: 'this very statement is the head already' },
  { number: 16, name: 'STALE', meaning: 'previous is not the head; read the trail and state it on the new head' },
  { number: 17, name: 'CLOSED', meaning: 'the line is closed, and this act may not follow' },
  { number: 18, name: 'IN_TRANSIT', meaning: 'the item is in transit; accept, refuse, recall or return comes first' },
  { number: 19, name: 'NOT_RELEASED', meaning: 'nothing was released to accept, refuse, recall or return' },
  { number: 20, name: 'NOT_LOST', meaning: 'only a lost item can be found' },
  { number: 21, name: 'NOT_HOLDER', meaning: 'only the holder may do this' },
  { number: 22, name: 'NOT_RECIPIENT', meaning: 'only the recipient, with the key that was named, may do this' },
  { number: 23, name: 'NOT_AUTHOR', meaning: 'only the participant it belongs to may do this' },
  { number: 24, name: 'SAME_KEY', meaning: 'a handoff takes two keys' },
  { number: 25, name: 'ON_HOLD', meaning: 'a hold is on this item' },
  {
    number: 26,
    name: 'RECIPIENT',
    meaning: 'the recipient does not exist, is not in the status needed, or the key is not its own',
  },
  { number: 27, name: 'RESTRICTION_DROPPED', meaning: 'a release may add restrictions, never drop one' },
  { number: 28, name: 'PARENTS', meaning: 'every parent must be held by the deriving participant, once' },
  { number: 29, name: 'TOO_MANY', meaning: 'more than 8 origins or bases, or 255 holds' },
  { number: 30, name: 'LATE_ALONE', meaning: 'a late release is taken only together with its acceptance' },
  {
    number: 31,
    name: 'NOT_ENTITLED',
    meaning: "only the holder, an origin or a court of the holder's jurisdiction may place this hold",
  },
  { number: 32, name: 'NO_BASIS', meaning: 'a border crossing names an agreement' },
  { number: 33, name: 'AGREEMENT_UNKNOWN', meaning: 'no such agreement was concluded by then' },
  { number: 34, name: 'AGREEMENT_EARLY', meaning: 'the agreement is not valid yet' },
  { number: 35, name: 'AGREEMENT_OVER', meaning: 'the agreement has ended or lapsed' },
  { number: 36, name: 'NOT_COVERED', meaning: 'the agreement does not cover both sides' },
  {
    number: 37,
    name: 'PURPOSE',
    meaning: 'no purpose, or one beyond the agreement or beyond what the item was received for',
  },
  { number: 38, name: 'RESTRICTION', meaning: 'the agreement does not permit this restriction' },
  {
    number: 39,
    name: 'ONWARD',
    meaning: 'an agreement under which the item was received forbids this onward transfer',
  },
  { number: 40, name: 'CONSENT', meaning: 'a listed consent is unknown, withdrawn or for something else' },
  { number: 41, name: 'CONSENT_USED', meaning: 'a listed consent was used before' },
  { number: 42, name: 'CONSENT_MISSING', meaning: 'an origin must consent first' },
  { number: 43, name: 'REQUEST', meaning: 'the named request is not an open one from this recipient to this holder' },
  { number: 44, name: 'TERMS', meaning: 'the terms are not well formed, or not those of the agreement' },
  { number: 45, name: 'NOT_PARTY', meaning: "only a party's signatory may do this" },
  { number: 46, name: 'SIGNED_ALREADY', meaning: 'this signatory has signed already' },
  { number: 47, name: 'KEY_EXISTS', meaning: 'a key of this id was enrolled before' },
  { number: 48, name: 'KEY_UNPROVEN', meaning: "the new key's own signature is missing" },
  { number: 49, name: 'NOT_APPROVED', meaning: 'more than two thirds of the active agencies must approve' },
] as const;

export type Reason = (typeof REASONS)[number]['name'];

/** Outcome bytes of the event Judged: 0 included, a reason's number, or this for a position that was only a digest. */
export const OUTCOME_INCLUDED = 0;
export const OUTCOME_DIGEST = 255;

const NUMBERS = new Map<string, number>(REASONS.map((reason) => [reason.name, reason.number]));

export function reasonNumber(name: Reason): number {
  const number = NUMBERS.get(name);
  if (number === undefined) throw new ProtocolError('UNKNOWN_NAME', `${name} is no reason`);
  return number;
}

export function reasonName(number: number): Reason {
  const reason = REASONS[number - 1];
  if (reason === undefined) throw new ProtocolError('RANGE', `${number} is no reason's number`);
  return reason.name;
}

/** What a reason means and what to do, in a sentence. */
export function reasonMeaning(name: Reason): string {
  return REASONS[reasonNumber(name) - 1]!.meaning;
}
