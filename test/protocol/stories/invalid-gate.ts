/** What the gate rejects. */
import { wordOf, type Hex } from '../../../protocol/bytes.ts';
import type { Outcome } from '../../../protocol/event.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { termsWords, type Terms } from '../../../protocol/lists.ts';
import { ALL_PURPOSES, PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import { BKA, DC, FBI, KOELN, PJ, POLITIE, subjectOf, type Actor } from '../support/actors.ts';
import type { Fields, Story } from '../support/story.ts';
import { collected, concluded, handed, INVESTIGATE, terms, type Tale } from './scenes.ts';

const WORD = keccakOfText('a word');

/** A release across the border from BKA to PJ that fails; `prepare` gives what it rests on. */
function crossing(file: string, about: string, expected: Outcome, prepare: (story: Story, item: Hex) => Fields): Tale {
  return {
    file: `invalid/${file}`,
    about,
    tell(story) {
      const item = collected(story);
      const fields = prepare(story, item);
      story.say(BKA, 'release', 'handoff', { subject: item, recipient: PJ.participant, ...fields }, expected);
    },
  };
}

/** Under a treaty with these terms; fails for the release's own fields. */
function under(file: string, about: string, expected: Outcome, changes: Partial<Terms>, fields: Fields): Tale {
  return crossing(file, about, expected, (story) => ({
    agreement: concluded(story, 'treaty', ['DE', 'FR'], changes),
    purpose: INVESTIGATE,
    ...fields,
  }));
}

/** An onward release from PJ of what it received from BKA under a treaty with these terms. */
function onward(
  file: string,
  about: string,
  expected: Outcome,
  changes: Partial<Terms>,
  to: Actor,
  fields: Fields = {},
  inbound: Fields = {},
): Tale {
  return {
    file: `invalid/${file}`,
    about,
    tell(story) {
      const inward = concluded(story, 'inward', ['DE', 'FR'], changes);
      const outward = concluded(story, 'outward', ['FR', 'US', 'NL']);
      const item = collected(story);
      handed(story, item, BKA, PJ, { agreement: inward, purpose: INVESTIGATE, ...inbound });
      const basis = { agreement: outward, purpose: INVESTIGATE };
      story.say(PJ, 'release', 'handoff', { subject: item, recipient: to.participant, ...basis, ...fields }, expected);
    },
  };
}

/** A consent of BKA's to court use by the FBI of an item, with these fields. */
function consented(story: Story, item: Hex, name: string, fields: Fields = {}): Hex {
  const subject = subjectOf(BKA.participant, name);
  const given = { subject, recipient: FBI.participant, purpose: INVESTIGATE, reference: item, ...fields };
  story.say(BKA, 'consent', 'given', given);
  return subject;
}

/** A release by PJ to the FBI that needs BKA's consent and lists these. */
function withConsents(
  file: string,
  about: string,
  expected: Outcome,
  list: (story: Story, item: Hex) => readonly Hex[],
): Tale {
  return {
    file: `invalid/${file}`,
    about,
    tell(story) {
      const inward = concluded(story, 'inward', ['DE', 'FR'], { onward: 'consent' });
      const outward = concluded(story, 'outward', ['FR', 'US']);
      const item = collected(story);
      handed(story, item, BKA, PJ, { agreement: inward, purpose: INVESTIGATE });
      const basis = { agreement: outward, purpose: INVESTIGATE, list: list(story, item) };
      story.say(PJ, 'release', 'handoff', { subject: item, recipient: FBI.participant, ...basis }, expected);
    },
  };
}

/** A request that the release from BKA to PJ names in vain. */
function answering(file: string, about: string, prepare: (story: Story) => Hex): Tale {
  return crossing(file, about, 'REQUEST', (story) => ({
    agreement: concluded(story, 'treaty'),
    purpose: INVESTIGATE,
    request: prepare(story),
  }));
}

function demanded(story: Story, by: Actor, of: Actor): Hex {
  const subject = subjectOf(by.participant, 'request');
  const list = [wordOf(story.now() + 1_000)];
  story.say(by, 'request', 'police-cooperation', { subject, recipient: of.participant, list });
  return subject;
}

export const GATE: readonly Tale[] = [
  crossing('no-basis', 'A crossing without an agreement', 'NO_BASIS', () => ({ purpose: INVESTIGATE })),
  crossing('agreement-unknown', 'An agreement that there is not', 'AGREEMENT_UNKNOWN', () => ({
    agreement: WORD,
    purpose: INVESTIGATE,
  })),
  crossing('agreement-not-concluded', 'An agreement that not every party has signed', 'AGREEMENT_UNKNOWN', (story) => {
    const subject = subjectOf(BKA.participant, 'treaty');
    story.say(BKA, 'conclude', 'signed', { subject, list: termsWords(terms()) });
    return { agreement: subject, purpose: INVESTIGATE };
  }),
  crossing('agreement-early', 'An agreement that is not valid yet', 'AGREEMENT_EARLY', (story) => ({
    agreement: concluded(story, 'treaty', ['DE', 'FR'], { from: story.now() + 1_000 }),
    purpose: INVESTIGATE,
  })),
  crossing('agreement-lapsed', 'An agreement at the end of its validity', 'AGREEMENT_OVER', (story) => ({
    agreement: concluded(story, 'treaty', ['DE', 'FR'], { until: story.now() + 20 }),
    purpose: INVESTIGATE,
  })),
  crossing('agreement-ended', 'An agreement that a party has ended', 'AGREEMENT_OVER', (story) => {
    const agreement = concluded(story, 'treaty');
    story.say(PJ, 'end', 'agreement-ended', { subject: agreement });
    return { agreement, purpose: INVESTIGATE };
  }),
  crossing('not-covered-recipient', 'An agreement that does not cover the recipient', 'NOT_COVERED', (story) => ({
    agreement: concluded(story, 'treaty', ['DE', 'US']),
    purpose: INVESTIGATE,
  })),
  crossing('not-covered-holder', 'An agreement that does not cover the holder', 'NOT_COVERED', (story) => ({
    agreement: concluded(story, 'treaty', ['FR', 'US']),
    purpose: INVESTIGATE,
  })),
  crossing(
    'not-covered-another-participant',
    'An agreement of participants covers nobody else',
    'NOT_COVERED',
    (story) => {
      const parties = [BKA, POLITIE].map(({ participant }) => ({
        kind: 'participant' as const,
        who: participant,
        signatory: participant,
      }));
      return { agreement: concluded(story, 'team', ['DE', 'NL'], { parties }), purpose: INVESTIGATE };
    },
  ),
  {
    file: 'invalid/not-covered-inside',
    about: 'An agreement that is named without need must cover both sides as well',
    tell(story) {
      const agreement = concluded(story, 'treaty', ['FR', 'US']);
      const item = collected(story);
      story.say(BKA, 'release', 'handoff', { subject: item, recipient: KOELN.participant, agreement }, 'NOT_COVERED');
    },
  },
  under('purpose-none', 'A crossing without a purpose', 'PURPOSE', {}, { purpose: 0 }),
  under(
    'purpose-beyond-agreement',
    'A purpose that the agreement does not have',
    'PURPOSE',
    { purposes: PURPOSES.court },
    {},
  ),
  under(
    'purpose-half-beyond-agreement',
    'Two purposes, of which the agreement has one',
    'PURPOSE',
    { purposes: ALL_PURPOSES & ~PURPOSES.court },
    { purpose: INVESTIGATE | PURPOSES.court },
  ),
  onward('purpose-beyond-line', 'A purpose beyond what the item was received for', 'PURPOSE', {}, POLITIE, {
    purpose: PURPOSES.prosecute,
  }),
  {
    file: 'invalid/purpose-beyond-line-inside',
    about: 'A purpose beyond what the item was received for, named without need',
    tell(story) {
      const item = collected(story);
      handed(story, item, BKA, PJ, { agreement: concluded(story, 'treaty'), purpose: INVESTIGATE });
      const release = { subject: item, recipient: 6, purpose: PURPOSES.trends };
      story.say(PJ, 'release', 'handoff', release, 'PURPOSE');
    },
  },
  under(
    'restriction',
    'A restriction that the agreement does not permit',
    'RESTRICTION',
    { restrictions: RESTRICTIONS.H1 },
    {
      restrictions: RESTRICTIONS.H1 | RESTRICTIONS.H2,
    },
  ),
  onward(
    'onward-none',
    'The item was received under an agreement that forbids onward transfer',
    'ONWARD',
    { onward: 'none' },
    POLITIE,
  ),
  {
    file: 'invalid/onward-derived',
    about: 'What was derived from an item is bound as the item is; an item of one’s own is not',
    tell(story) {
      const inward = concluded(story, 'inward', ['DE', 'FR'], { onward: 'none' });
      const outward = concluded(story, 'outward', ['FR', 'US', 'NL']);
      const item = collected(story);
      handed(story, item, BKA, PJ, { agreement: inward, purpose: INVESTIGATE });
      const image = subjectOf(PJ.participant, 'image');
      const part = subjectOf(PJ.participant, 'part');
      story.say(PJ, 'derive', 'image', { subject: image, list: [item] });
      story.say(PJ, 'derive', 'part', { subject: part, list: [image] });
      const own = subjectOf(PJ.participant, 'own');
      story.say(PJ, 'collect', 'seized', { subject: own });
      const basis = { recipient: POLITIE.participant, agreement: outward, purpose: INVESTIGATE };
      story.say(PJ, 'release', 'handoff', { subject: image, ...basis }, 'ONWARD');
      story.say(PJ, 'release', 'handoff', { subject: part, ...basis }, 'ONWARD');
      story.say(PJ, 'release', 'handoff', { subject: own, ...basis });
    },
  },
  onward('onward-parties', 'The item goes to who is no party of the agreement it came under', 'ONWARD', {}, FBI),
  onward(
    'consent-missing-onward',
    'The agreement it came under asks for the consent of the origin',
    'CONSENT_MISSING',
    {
      onward: 'consent',
    },
    FBI,
  ),
  onward(
    'consent-missing-court',
    'Court use of what came under an agreement that asks for permission',
    'CONSENT_MISSING',
    { courtPermission: true, onward: 'consent' },
    DC,
  ),
  {
    file: 'invalid/consent-missing-court-inside',
    about: 'Court use inside one jurisdiction of what came under an agreement that asks for permission',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'US'], { courtPermission: true });
      const item = collected(story, FBI, 'disk');
      handed(story, item, FBI, BKA, { agreement: treaty, purpose: INVESTIGATE });
      story.say(BKA, 'release', 'handoff', { subject: item, recipient: KOELN.participant }, 'CONSENT_MISSING');
    },
  },
  {
    file: 'invalid/consent-missing-h1',
    about: 'Court use of what bears H1, by a court or for that purpose',
    tell(story) {
      const restrictions = RESTRICTIONS.H1;
      const item = collected(story, KOELN, 'phone', { restrictions });
      handed(story, item, KOELN, BKA, { restrictions });
      const treaty = concluded(story, 'treaty', ['DE', 'US']);
      const basis = { subject: item, restrictions, agreement: treaty };
      const court = { ...basis, recipient: DC.participant, purpose: INVESTIGATE };
      story.say(BKA, 'release', 'handoff', court, 'CONSENT_MISSING');
      const use = { ...basis, recipient: FBI.participant, purpose: INVESTIGATE | PURPOSES.court };
      story.say(BKA, 'release', 'handoff', use, 'CONSENT_MISSING');
      // Back to its origin, which is a court: it must still have said so.
      story.say(BKA, 'release', 'handoff', { ...basis, recipient: KOELN.participant }, 'CONSENT_MISSING');
    },
  },
  {
    file: 'invalid/consent-missing-h2',
    about: 'What bears H2 goes on inside one jurisdiction without the consent of its origin',
    tell(story) {
      const restrictions = RESTRICTIONS.H2;
      const item = collected(story, BKA, 'phone', { restrictions });
      const treaty = concluded(story, 'treaty');
      handed(story, item, BKA, PJ, { agreement: treaty, purpose: INVESTIGATE, restrictions });
      story.say(PJ, 'release', 'handoff', { subject: item, recipient: 6, restrictions }, 'CONSENT_MISSING');
    },
  },
  withConsents('consent-missing-of-another', 'The consent is not the origin’s', 'CONSENT_MISSING', (story, item) => {
    const subject = subjectOf(POLITIE.participant, 'consent');
    const given = { subject, recipient: FBI.participant, purpose: INVESTIGATE, reference: item };
    story.say(POLITIE, 'consent', 'given', given);
    return [subject];
  }),
  withConsents('consent-unknown', 'A consent that there is not', 'CONSENT', () => [WORD]),
  withConsents('consent-withdrawn', 'A consent that was withdrawn', 'CONSENT', (story, item) => {
    const subject = consented(story, item, 'consent');
    story.say(BKA, 'end', 'consent-withdrawn', { subject });
    return [subject];
  }),
  withConsents('consent-for-other-evidence', 'A consent that names other evidence', 'CONSENT', (story) => [
    consented(story, WORD, 'consent'),
  ]),
  withConsents('consent-for-another-recipient', 'A consent that names another recipient', 'CONSENT', (story, item) => [
    consented(story, item, 'consent', { recipient: DC.participant }),
  ]),
  withConsents('consent-for-another-purpose', 'A consent to another purpose', 'CONSENT', (story, item) => [
    consented(story, item, 'consent', { purpose: PURPOSES.court }),
  ]),
  withConsents('consent-twice', 'A consent that stands twice', 'CONSENT', (story, item) => {
    const subject = consented(story, item, 'consent');
    return [subject, subject];
  }),
  withConsents('consent-one-of-two', 'Of two consents one is good', 'CONSENT', (story, item) => [
    consented(story, item, 'consent'),
    WORD,
  ]),
  {
    file: 'invalid/consent-without-need',
    about: 'A consent that is listed must be good even where none is needed',
    tell(story) {
      const item = collected(story);
      const release = { subject: item, recipient: KOELN.participant, list: [WORD] };
      story.say(BKA, 'release', 'handoff', release, 'CONSENT');
    },
  },
  {
    file: 'invalid/consent-used',
    about: 'A consent that another release has used up',
    tell(story) {
      const item = collected(story);
      const subject = consented(story, item, 'consent', { recipient: KOELN.participant });
      const release = { subject: item, recipient: KOELN.participant, purpose: INVESTIGATE, list: [subject] };
      story.say(BKA, 'release', 'handoff', release);
      story.say(BKA, 'recall', 'recalled', { subject: item });
      story.say(BKA, 'release', 'handoff', release, 'CONSENT_USED');
    },
  },
  answering('request-unknown', 'A request that there is not', () => WORD),
  answering('request-of-another', 'A request that another made', (story) => demanded(story, POLITIE, BKA)),
  answering('request-to-another', 'A request that was made to another', (story) => demanded(story, PJ, POLITIE)),
  answering('request-refused', 'A request that was refused', (story) => {
    const subject = demanded(story, PJ, BKA);
    story.say(BKA, 'answer', 'refused-other-ground', { subject });
    return subject;
  }),
  answering('request-withdrawn', 'A request that was withdrawn', (story) => {
    const subject = demanded(story, PJ, BKA);
    story.say(PJ, 'end', 'request-withdrawn', { subject });
    return subject;
  }),
];
