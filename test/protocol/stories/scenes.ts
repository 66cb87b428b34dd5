/** What many stories begin with. */
import { wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { keyWords, termsWords, type Terms } from '../../../protocol/lists.ts';
import { ALL_PURPOSES, ALL_RESTRICTIONS, jurisdictionNumber } from '../../../protocol/names.ts';
import { BKA, FBI, FOUNDED_AT, PJ, POLITIE, subjectOf, type Actor } from '../support/actors.ts';
import type { Departure, Fields, Setting, Story } from '../support/story.ts';

/** A story with the name of its file, in `test/vectors`. */
export interface Tale {
  readonly file: string;
  readonly about: string;
  readonly setting?: Setting;
  readonly tell: (story: Story) => void;
}

const YEAR = 31_536_000;

/** Whom each jurisdiction signs through. */
const SIGNATORIES = { DE: BKA, FR: PJ, NL: POLITIE, US: FBI } as const;

type Jurisdiction = keyof typeof SIGNATORIES;

export function terms(jurisdictions: readonly Jurisdiction[] = ['DE', 'FR'], changes: Partial<Terms> = {}): Terms {
  return {
    text: keccakOfText('the text of a treaty'),
    fieldPolicy: ZERO,
    purposes: ALL_PURPOSES,
    restrictions: ALL_RESTRICTIONS,
    onward: 'parties',
    courtPermission: false,
    from: FOUNDED_AT,
    until: FOUNDED_AT + 5 * YEAR,
    parties: jurisdictions.map((jurisdiction) => ({
      kind: 'jurisdiction',
      who: jurisdictionNumber(jurisdiction),
      signatory: SIGNATORIES[jurisdiction].participant,
    })),
    ...changes,
  };
}

/** An agreement that every party has signed. */
export function concluded(
  story: Story,
  name: string,
  jurisdictions: readonly Jurisdiction[] = ['DE', 'FR'],
  changes: Partial<Terms> = {},
): Hex {
  const [opener, ...others] = jurisdictions.map((jurisdiction) => SIGNATORIES[jurisdiction]);
  const subject = subjectOf(opener!.participant, name);
  const list = termsWords(terms(jurisdictions, changes));
  const item = story.state(opener!, 'conclude', 'signed', { subject, list });
  story.send({ by: opener!, items: [item], expected: ['included'] });
  for (const other of others) {
    story.say(other, 'conclude', 'signed', { subject, reference: item.statement.reference });
  }
  return subject;
}

export function collected(story: Story, by: Actor = BKA, name = 'phone', fields: Fields = {}): Hex {
  const subject = subjectOf(by.participant, name);
  story.say(by, 'collect', 'seized', { subject, ...fields });
  return subject;
}

/** Releases an item; `fields` say to what it rests on. */
export function released(story: Story, subject: Hex, from: Actor, to: Actor, fields: Fields = {}): void {
  story.say(from, 'release', 'handoff', { subject, recipient: to.participant, ...fields });
}

/** Releases and accepts an item. */
export function handed(story: Story, subject: Hex, from: Actor, to: Actor, fields: Fields = {}): void {
  released(story, subject, from, to, fields);
  story.say(to, 'accept', 'clean', { subject });
}

/** Enrols a key on its participant's own line. */
export function enrolled(story: Story, by: Actor, fresh: Actor, departure: Departure = { endorsers: [fresh] }): void {
  const subject = participantSubject(by.participant);
  story.say(by, 'enrol', 'enrolled', { subject, list: keyWords(fresh.key) }, 'included', departure);
}

/** Suspends a participant, with everybody's approval. */
export function suspended(story: Story, participant: number, by: readonly Actor[] = [BKA, PJ, POLITIE, FBI]): void {
  const [first, ...endorsers] = by;
  story.say(first!, 'suspend', 'suspended', { subject: ZERO, list: [wordOf(participant)] }, 'included', { endorsers });
}

/** The purpose of most crossings here. */
export const INVESTIGATE = 1 << 2;
