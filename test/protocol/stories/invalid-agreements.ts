/** Consents, requests and agreements that are rejected. */
import { wordOf, type Hex } from '../../../protocol/bytes.ts';
import type { Outcome } from '../../../protocol/event.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { termsWords, type Terms } from '../../../protocol/lists.ts';
import { BKA, FBI, KOELN, PJ, POLITIE, subjectOf } from '../support/actors.ts';
import { concluded, suspended, terms, type Tale } from './scenes.ts';

const WORD = keccakOfText('a word');
const TREATY = subjectOf(BKA.participant, 'treaty');

/** Terms that are not well formed. */
function badTerms(
  file: string,
  about: string,
  list: (now: number) => readonly Hex[],
  expected: Outcome = 'TERMS',
): Tale {
  return {
    file: `invalid/${file}`,
    about,
    tell(story) {
      story.say(BKA, 'conclude', 'signed', { subject: TREATY, list: list(story.now()) }, expected);
    },
  };
}

function changed(changes: Partial<Terms>): () => Hex[] {
  return () => termsWords(terms(['DE', 'FR'], changes));
}

function replaced(position: number, word: Hex): () => Hex[] {
  return () => termsWords(terms()).map((each, i) => (i === position ? word : each));
}

const [GERMANY, FRANCE] = terms().parties;

export const AGREEMENTS: readonly Tale[] = [
  {
    file: 'invalid/recipient-of-consent-and-request',
    about: 'A consent for nobody; requests to nobody and to who is suspended',
    tell(story) {
      const subject = subjectOf(BKA.participant, 'line');
      const consent = { subject, purpose: 1, reference: WORD };
      story.say(BKA, 'consent', 'given', { ...consent, recipient: 9 }, 'RECIPIENT');
      const request = { subject, list: [wordOf(story.now() + 1_000)] };
      story.say(BKA, 'request', 'police-cooperation', { ...request, recipient: 9 }, 'RECIPIENT');
      suspended(story, PJ.participant);
      story.say(BKA, 'request', 'police-cooperation', { ...request, recipient: PJ.participant }, 'RECIPIENT');
      // A consent may name who is suspended: it takes effect when it is used.
      story.say(BKA, 'consent', 'given', { ...consent, recipient: PJ.participant });
    },
  },
  {
    file: 'invalid/consent-withdrawal',
    about: 'A consent is withdrawn by who did not give it, and twice',
    tell(story) {
      const subject = subjectOf(BKA.participant, 'consent');
      const given = { subject, recipient: FBI.participant, purpose: 1, reference: WORD };
      story.say(BKA, 'consent', 'given', given);
      story.say(FBI, 'end', 'consent-withdrawn', { subject }, 'NOT_AUTHOR');
      story.say(BKA, 'end', 'consent-withdrawn', { subject });
      story.say(BKA, 'end', 'consent-withdrawn', { subject }, 'CLOSED');
    },
  },
  {
    file: 'invalid/request-answers',
    about:
      'A request is answered by who was not asked, twice, and after withdrawal; withdrawn by who did not make it, twice',
    tell(story) {
      const subject = subjectOf(PJ.participant, 'request');
      const list = [wordOf(story.now() + 1_000)];
      const demand = { subject, recipient: BKA.participant, list };
      story.say(PJ, 'request', 'police-cooperation', demand);
      story.say(PJ, 'answer', 'granted', { subject }, 'NOT_RECIPIENT');
      story.say(BKA, 'end', 'request-withdrawn', { subject }, 'NOT_AUTHOR');
      story.say(BKA, 'answer', 'refused-inadmissible', { subject });
      story.say(BKA, 'answer', 'granted', { subject }, 'CLOSED');
      story.say(PJ, 'end', 'request-withdrawn', { subject });
      story.say(BKA, 'answer', 'granted', { subject }, 'CLOSED');
      story.say(PJ, 'end', 'request-withdrawn', { subject }, 'CLOSED');
    },
  },
  badTerms('terms-no-purpose', 'Terms without a purpose', changed({ purposes: 0 })),
  badTerms('terms-purpose-unknown', 'Terms with a purpose that there is not', changed({ purposes: 1 << 12 })),
  badTerms('terms-restriction-unknown', 'Terms with a restriction that there is not', changed({ restrictions: 8 })),
  badTerms('terms-onward', 'Terms with an onward rule that there is not', replaced(4, wordOf(3))),
  badTerms('terms-court', 'Terms whose permission for court use is neither 0 nor 1', replaced(5, wordOf(2))),
  badTerms(
    'terms-never-valid',
    'Terms that end when they begin',
    changed({ from: 1_900_000_000, until: 1_900_000_000 }),
  ),
  badTerms('terms-until-too-large', 'Terms whose end has more than five bytes', replaced(7, wordOf(2 ** 40))),
  badTerms('terms-lapsed', 'Terms that end with this block', (now) => termsWords(terms(['DE', 'FR'], { until: now }))),
  badTerms('terms-party-twice', 'A party stands twice', changed({ parties: [GERMANY!, FRANCE!, GERMANY!] })),
  badTerms(
    'terms-party-twice-other-signatory',
    'A party stands twice, with two signatories',
    changed({ parties: [GERMANY!, FRANCE!, { ...GERMANY!, signatory: KOELN.participant }] }),
  ),
  badTerms('terms-party-of-no-kind', 'A party of no kind', replaced(9, wordOf((3n << 64n) | (2n << 32n) | 2n))),
  badTerms(
    'terms-party-too-large',
    'A party with a bit too many',
    replaced(9, wordOf((1n << 128n) | (1n << 64n) | (2n << 32n) | 2n)),
  ),
  badTerms(
    'terms-signatory-for-another',
    'A participant signs for another one',
    changed({ parties: [GERMANY!, { kind: 'participant', who: PJ.participant, signatory: POLITIE.participant }] }),
  ),
  badTerms(
    'terms-signatory-unknown',
    'A signatory that does not exist',
    changed({ parties: [GERMANY!, { ...FRANCE!, signatory: 9 }] }),
  ),
  badTerms(
    'terms-signatory-of-another-jurisdiction',
    'A jurisdiction signs through a participant of another one',
    changed({ parties: [GERMANY!, { ...FRANCE!, signatory: FBI.participant }] }),
  ),
  {
    file: 'invalid/terms-signatory-suspended',
    about: 'A signatory that is suspended',
    tell(story) {
      suspended(story, PJ.participant);
      story.say(BKA, 'conclude', 'signed', { subject: TREATY, list: termsWords(terms()) }, 'TERMS');
    },
  },
  {
    file: 'invalid/terms-of-another-agreement',
    about: 'A signature under other terms',
    tell(story) {
      story.say(BKA, 'conclude', 'signed', { subject: TREATY, list: termsWords(terms()) });
      story.say(PJ, 'conclude', 'signed', { subject: TREATY, reference: WORD }, 'TERMS');
    },
  },
  {
    file: 'invalid/not-party',
    about: 'Who is no signatory opens, signs and ends no agreement',
    tell(story) {
      const subject = subjectOf(FBI.participant, 'treaty');
      story.say(FBI, 'conclude', 'signed', { subject, list: termsWords(terms()) }, 'NOT_PARTY');
      const opening = story.state(BKA, 'conclude', 'signed', { subject: TREATY, list: termsWords(terms()) });
      story.send({ by: BKA, items: [opening], expected: ['included'] });
      const { reference } = opening.statement;
      story.say(FBI, 'conclude', 'signed', { subject: TREATY, reference }, 'NOT_PARTY');
      story.say(FBI, 'end', 'agreement-ended', { subject: TREATY }, 'NOT_PARTY');
      // Its jurisdiction is a party, it is not who signs for it.
      story.say(KOELN, 'conclude', 'signed', { subject: TREATY, reference }, 'NOT_PARTY');
    },
  },
  {
    file: 'invalid/signed-already',
    about: 'A signatory signs twice, before and after the conclusion',
    tell(story) {
      const opening = story.state(BKA, 'conclude', 'signed', { subject: TREATY, list: termsWords(terms()) });
      story.send({ by: BKA, items: [opening], expected: ['included'] });
      const { reference } = opening.statement;
      story.say(BKA, 'conclude', 'signed', { subject: TREATY, reference }, 'SIGNED_ALREADY');
      story.say(PJ, 'conclude', 'signed', { subject: TREATY, reference });
      story.say(PJ, 'conclude', 'signed', { subject: TREATY, reference }, 'SIGNED_ALREADY');
    },
  },
  {
    file: 'invalid/closed-agreement',
    about: 'An agreement that was ended is neither signed nor ended again',
    tell(story) {
      const subject = concluded(story, 'treaty', ['DE', 'FR', 'US']);
      story.say(PJ, 'end', 'agreement-ended', { subject });
      story.say(BKA, 'end', 'agreement-ended', { subject }, 'CLOSED');
      story.say(BKA, 'conclude', 'signed', { subject, reference: WORD }, 'CLOSED');
    },
  },
];
