/** Statements that have not the form of their act. */
import type { Act, Keeper } from '../../../protocol/acts.ts';
import { wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { keyWords, memberWords, termsWords, type NewKey } from '../../../protocol/lists.ts';
import { POWER } from '../../../protocol/names.ts';
import type { Statement } from '../../../protocol/statement.ts';
import { actor, AGENCIES, BKA, FBI, KOELN, member, PJ, POLITIE, subjectOf, type Actor } from '../support/actors.ts';
import type { Fields } from '../support/story.ts';
import { collected, terms, type Tale } from './scenes.ts';

const WORD = keccakOfText('a word');

function words(count: number): Hex[] {
  return Array.from({ length: count }, (_, i) => keccakOfText(`word ${i}`));
}

/** One statement that is malformed, whatever line it is on. */
function malformed(
  file: string,
  about: string,
  act: Act,
  code: string,
  fields: Fields,
  changes: Partial<Statement> = {},
  to?: Keeper,
): Tale {
  return {
    file: `invalid/malformed-${file}`,
    about,
    tell(story) {
      const subject = fields.subject ?? subjectOf(BKA.participant, 'phone');
      const item = story.state(BKA, act, code, { ...fields, subject });
      const changed = { ...item, statement: { ...item.statement, ...changes } };
      story.send({
        by: BKA,
        items: [changed],
        expected: ['MALFORMED'],
        endorsers: AGENCIES.slice(1),
        ...(to === undefined ? {} : { to }),
      });
    },
  };
}

/** A key that is not well formed, enrolled on its participant's own line. */
function key(
  file: string,
  about: string,
  fields: Partial<NewKey>,
  change: (list: Hex[]) => Hex[] = (list) => list,
): Tale {
  return {
    file: `invalid/malformed-key-${file}`,
    about,
    tell(story) {
      const fresh = actor(BKA.participant, 'fresh');
      const list = change(keyWords({ ...fresh.key, ...fields }));
      const subject = participantSubject(BKA.participant);
      story.say(BKA, 'enrol', 'enrolled', { subject, list }, 'MALFORMED', { endorsers: [fresh] });
    },
  };
}

/** A new member that is not well formed. */
function admission(file: string, about: string, change: (list: Hex[], fresh: Actor) => Hex[]): Tale {
  return {
    file: `invalid/malformed-member-${file}`,
    about,
    tell(story) {
      const fresh = actor(9, 'ES-GC');
      const list = change(memberWords(member('ES-GC', 'ES', 'agency', 0, fresh.key)), fresh);
      const endorsers = [PJ, POLITIE, FBI, fresh];
      story.say(BKA, 'admit', 'new-member', { subject: ZERO, list }, 'MALFORMED', { endorsers });
    },
  };
}

function replaced(list: readonly Hex[], position: number, word: Hex): Hex[] {
  return list.map((each, i) => (i === position ? word : each));
}

function textWord(text: string): Hex {
  return `0x${Buffer.from(text, 'latin1').toString('hex').padEnd(64, '0')}`;
}

const recipient = PJ.participant;

export const FORM: readonly Tale[] = [
  malformed('act-25', 'There is no act 25', 'collect', 'seized', {}, { act: 25 }),
  malformed('act-255', 'There is no act 255', 'collect', 'seized', {}, { act: 255 }),
  malformed('code-0', 'No code', 'collect', 'seized', {}, { code: 0 }),
  malformed('code-unknown', 'A code that the act does not have', 'collect', 'seized', {}, { code: 5 }),
  malformed('code-large', 'A code beyond one byte', 'collect', 'seized', {}, { code: 257 }),
  malformed('recipient-missing', 'A release to nobody', 'release', 'handoff', {}),
  malformed('recipient-superfluous', 'A collection with a recipient', 'collect', 'seized', { recipient }),
  malformed('recipient-key-superfluous', 'A consent that names a key', 'consent', 'given', {
    recipient,
    purpose: 1,
    reference: WORD,
    recipientKey: PJ.id,
  }),
  malformed('agreement-superfluous', 'An acceptance with an agreement', 'accept', 'clean', { agreement: WORD }),
  malformed('request-superfluous', 'An answer that names a request', 'answer', 'granted', { request: WORD }),
  malformed('reference-missing', 'A correction of nothing', 'correct', 'corrected', {}),
  malformed('reference-superfluous', 'A record with a reference', 'record', 'stored', { reference: WORD }),
  malformed('reference-for-list', 'A derivation with a reference instead of a list', 'derive', 'image', {
    reference: WORD,
  }),
  malformed('list-for-reference', 'A correction with a list instead of a reference', 'correct', 'corrected', {
    list: [WORD],
  }),
  malformed('list-missing', 'A derivation without parents', 'derive', 'image', {}),
  malformed('list-superfluous', 'A collection with a list', 'collect', 'seized', { list: [WORD] }),
  malformed('purpose-missing', 'A consent to no purpose', 'consent', 'given', { recipient, reference: WORD }),
  malformed('purpose-superfluous', 'A derivation with a purpose', 'derive', 'image', { list: [WORD], purpose: 1 }),
  malformed('purpose-unknown-bit', 'A purpose that there is not', 'release', 'handoff', {
    recipient,
    purpose: 1 << 12,
  }),
  malformed('restrictions-superfluous', 'An acceptance with restrictions', 'accept', 'clean', { restrictions: 1 }),
  malformed('restrictions-unknown-bit', 'A restriction that there is not', 'collect', 'seized', {
    restrictions: 1 << 3,
  }),
  malformed('nine-parents', 'A derivation from nine', 'derive', 'image', { list: words(9) }),
  malformed('nine-consents', 'A release with nine consents', 'release', 'handoff', { recipient, list: words(9) }),
  malformed('hold-of-65', 'A hold on 65 items', 'hold', 'placed', { list: words(65) }),
  malformed('lift-of-65', 'A lifting of 65 items', 'lift', 'lifted', { list: words(65) }),
  malformed('consent-to-two-purposes', 'A consent to two purposes', 'consent', 'given', {
    recipient,
    reference: WORD,
    purpose: 3,
  }),
  malformed('request-without-deadline', 'A request without a deadline', 'request', 'police-cooperation', { recipient }),
  malformed('request-with-two-deadlines', 'A request with two deadlines', 'request', 'police-cooperation', {
    recipient,
    list: words(2),
  }),
  malformed(
    'request-deadline-past',
    'A request whose deadline is the time it was made',
    'request',
    'police-cooperation',
    {
      recipient,
      time: 1_767_225_600,
      list: [wordOf(1_767_225_600)],
    },
  ),
  malformed('request-deadline-large', 'A deadline beyond five bytes', 'request', 'police-cooperation', {
    recipient,
    list: [wordOf(2 ** 40)],
  }),
  malformed('conclude-nothing', 'A signature under no terms', 'conclude', 'signed', {}),
  malformed('conclude-one-party', 'Terms with one party', 'conclude', 'signed', { list: termsWords(terms(['DE'])) }),
  malformed('conclude-33-parties', 'Terms with 33 parties', 'conclude', 'signed', {
    list: [...termsWords(terms([])), ...words(33)],
  }),
  malformed('enrol-eight-words', 'A key with eight words on a participant’s line', 'enrol', 'enrolled', {
    subject: participantSubject(BKA.participant),
    list: words(8),
  }),
  malformed('enrol-seven-words', 'A key with seven words on the consortium’s line', 'enrol', 'enrolled', {
    subject: ZERO,
    list: words(7),
  }),
  malformed('admit-one-word', 'A new member of one word', 'admit', 'new-member', { subject: ZERO, list: words(1) }),
  malformed('reinstate-eleven-words', 'A reinstatement of eleven words', 'admit', 'reinstated', {
    subject: ZERO,
    list: words(11),
  }),
  malformed('suspend-two-words', 'A suspension of two', 'suspend', 'suspended', { subject: ZERO, list: words(2) }),
  malformed('erase-65', 'An erasure of 65', 'erase', 'erased', {
    subject: participantSubject(BKA.participant),
    list: words(65),
  }),
  malformed('collect-at-agreements', 'Agreements keeps no evidence', 'collect', 'seized', {}, {}, 'agreements'),
  malformed('collect-at-consortium', 'Consortium keeps no evidence', 'collect', 'seized', {}, {}, 'consortium'),
  malformed(
    'consent-at-custody',
    'Custody keeps no consents',
    'consent',
    'given',
    { recipient, purpose: 1, reference: WORD },
    {},
    'custody',
  ),
  malformed(
    'enrol-at-custody',
    'Custody keeps no keys',
    'enrol',
    'enrolled',
    { subject: participantSubject(BKA.participant), list: words(7) },
    {},
    'custody',
  ),
  malformed('opening-with-previous', 'A line begins after nothing', 'collect', 'seized', { previous: WORD }),
  {
    file: 'invalid/malformed-lift-of-another-list',
    about: 'A hold is lifted with the same items in another order',
    tell(story) {
      const items = [collected(story, BKA, 'phone'), collected(story, BKA, 'disk')];
      const subject = subjectOf(BKA.participant, 'hold');
      story.say(BKA, 'hold', 'placed', { subject, list: items });
      story.say(BKA, 'lift', 'lifted', { subject, list: items.toReversed() }, 'MALFORMED');
    },
  },
  key('scheme-0', 'No scheme', { scheme: 0 }),
  key('scheme-4', 'A scheme that there is not', { scheme: 4 }),
  key('powers-none', 'A key without powers', { powers: 0 }),
  key('powers-unknown', 'A power that there is not', { powers: 32 }),
  key('acts-unknown', 'An act that there is not', { acts: 2 ** 25 }),
  key('never-valid', 'A key that ends when it begins', { until: 1_767_225_600, from: 1_767_225_600 }),
  key('word-too-large', 'A time beyond five bytes', {}, (list) => replaced(list, 4, wordOf(2 ** 40))),
  key('scheme-too-large', 'A scheme beyond one byte', {}, (list) => replaced(list, 0, wordOf(257))),
  admission('code-empty', 'No code', (list) => replaced(list, 0, ZERO)),
  admission('code-lower-case', 'A code with a letter that is not allowed', (list) =>
    replaced(list, 0, textWord('es-gc')),
  ),
  admission('code-gap', 'A code that goes on after a zero byte', (list) => replaced(list, 0, textWord('ES\0GC'))),
  admission('code-too-long', 'A code of 17 characters', (list) => replaced(list, 0, textWord('A'.repeat(17)))),
  admission('jurisdiction', 'No jurisdiction', (list) => replaced(list, 1, wordOf(0x4573))),
  admission('jurisdiction-too-large', 'A jurisdiction of three letters', (list) => replaced(list, 1, wordOf(0x455350))),
  admission('kind-0', 'No kind', (list) => replaced(list, 2, wordOf(0))),
  admission('kind', 'A kind that there is not', (list) => replaced(list, 2, wordOf(6))),
  admission('agency-sponsored', 'An agency with a sponsor', (list) => replaced(list, 3, wordOf(1))),
  admission('sponsor-missing', 'A laboratory without sponsor', (list) => replaced(list, 2, wordOf(3))),
  admission('sponsor-no-agency', 'A laboratory whose sponsor is a court', (list) =>
    replaced(replaced(list, 2, wordOf(3)), 3, wordOf(KOELN.participant)),
  ),
  admission('without-authority', 'A first key without the power authority', (list) =>
    replaced(list, 5, wordOf(POWER.custody)),
  ),
  admission('key-malformed', 'A first key of no scheme', (list) => replaced(list, 4, wordOf(0))),
];
