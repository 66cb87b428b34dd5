/** Steps 1 and 3 to 6 of judgement: who, time, key, participant, line. */
import { bytesToHex, concat, wordOf, ZERO } from '../../../protocol/bytes.ts';
import type { Act } from '../../../protocol/acts.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { keyWords, termsWords } from '../../../protocol/lists.ts';
import { POWER } from '../../../protocol/names.ts';
import { actor, AGENCIES, BKA, EVERY_ACT, KOELN, PJ, subjectOf } from '../support/actors.ts';
import type { Departure, Fields, Story } from '../support/story.ts';
import { collected, enrolled, released, suspended, terms, type Tale } from './scenes.ts';
import type { Outcome } from '../../../protocol/event.ts';

const PHONE = subjectOf(BKA.participant, 'phone');
const WORD = keccakOfText('a word');

/** One collection that fails. */
function collection(file: string, about: string, expected: Outcome, fields: (story: Story) => Fields): Tale {
  return {
    file: `invalid/${file}`,
    about,
    tell(story) {
      story.say(BKA, 'collect', 'seized', { subject: PHONE, ...fields(story) }, expected);
    },
  };
}

/** A collection by a key with these properties. */
function byKey(
  file: string,
  about: string,
  expected: Outcome,
  fields: (story: Story) => Parameters<typeof actor>[2],
): Tale {
  return {
    file: `invalid/${file}`,
    about,
    tell(story) {
      const by = actor(BKA.participant, 'officer', fields(story));
      enrolled(story, BKA, by);
      story.say(by, 'collect', 'seized', { subject: PHONE }, expected);
    },
  };
}

export const SIGNER: readonly Tale[] = [
  collection('key-foreign', 'One participant’s key, another one’s number', 'KEY_FOREIGN', () => ({
    participant: PJ.participant,
    subject: subjectOf(PJ.participant, 'phone'),
  })),
  collection('key-foreign-nobody', 'A statement by nobody', 'KEY_FOREIGN', () => ({ participant: 0 })),
  collection('future', 'Claimed 121 seconds ahead of the block', 'FUTURE', (story) => ({ time: story.now() + 121 })),
  collection('expiry-before-time', 'Expires before it happened', 'EXPIRY', (story) => ({ expires: story.now() - 1 })),
  collection('expiry-too-late', 'Waits longer than 30 days', 'EXPIRY', (story) => ({
    expires: story.now() + 2_592_001,
  })),
  collection('expired', 'Included a second after it expired', 'EXPIRED', (story) => ({
    time: story.now() - 100,
    expires: story.now() - 1,
  })),
  {
    file: 'invalid/key-revoked',
    about: 'The key was revoked before the block, though after the claimed time',
    tell(story) {
      const officer = actor(BKA.participant, 'officer');
      enrolled(story, BKA, officer);
      const time = story.now();
      const subject = participantSubject(BKA.participant);
      story.say(BKA, 'revoke', 'revoked', { subject, reference: officer.id });
      story.say(officer, 'collect', 'seized', { subject: PHONE, time }, 'KEY_REVOKED');
    },
  },
  byKey('key-expired', 'The key’s validity ended with the claimed time', 'KEY_EXPIRED', (story) => ({
    until: story.now() + 10,
  })),
  byKey('key-not-yet-valid', 'The key’s validity begins after the claimed time', 'KEY_EXPIRED', (story) => ({
    from: story.now() + 11,
  })),
  byKey('key-power-authority', 'An authority key does not act on evidence', 'KEY_POWER', () => ({
    powers: POWER.authority,
  })),
  byKey('key-power-receipt', 'A key for receipts does not act on evidence', 'KEY_POWER', () => ({
    powers: POWER.receipt | POWER.encryption,
  })),
  byKey('key-act', 'The key’s mask lacks this act', 'KEY_ACT', () => ({ acts: EVERY_ACT & ~(1 << 1) })),
  {
    file: 'invalid/key-power-custody',
    about: 'A custody key enrols no keys, signs and ends no agreements',
    tell(story) {
      const officer = actor(BKA.participant, 'officer', { powers: POWER.custody | POWER.service });
      enrolled(story, BKA, officer);
      const subject = participantSubject(BKA.participant);
      const list = keyWords(actor(BKA.participant, 'other').key);
      story.say(officer, 'enrol', 'enrolled', { subject, list }, 'KEY_POWER', { endorsers: [] });
      story.say(officer, 'revoke', 'revoked', { subject, reference: BKA.id }, 'KEY_POWER', { endorsers: [] });
      const treaty = subjectOf(BKA.participant, 'treaty');
      story.say(officer, 'conclude', 'signed', { subject: treaty, list: termsWords(terms()) }, 'KEY_POWER');
      story.say(BKA, 'conclude', 'signed', { subject: treaty, list: termsWords(terms()) });
      story.say(officer, 'end', 'agreement-ended', { subject: treaty }, 'KEY_POWER');
    },
  },
  {
    file: 'invalid/suspended',
    about: 'A suspended participant opens no lines, releases nothing and accepts nothing',
    tell(story) {
      const own = collected(story, KOELN, 'own');
      const coming = collected(story);
      released(story, coming, BKA, KOELN);
      suspended(story, KOELN.participant);
      story.say(KOELN, 'collect', 'seized', { subject: subjectOf(KOELN.participant, 'new') }, 'SUSPENDED');
      story.say(KOELN, 'release', 'handoff', { subject: own, recipient: BKA.participant }, 'SUSPENDED');
      story.say(KOELN, 'accept', 'clean', { subject: coming }, 'SUSPENDED');
      story.say(KOELN, 'hold', 'placed', { subject: subjectOf(KOELN.participant, 'hold'), list: [own] }, 'SUSPENDED');
      const subject = participantSubject(KOELN.participant);
      story.say(KOELN, 'erase', 'erased', { subject, list: [WORD] }, 'SUSPENDED', { endorsers: [] });
    },
  },
  collection('foreign-number', 'Evidence opened under another participant’s number', 'FOREIGN_NUMBER', () => ({
    subject: subjectOf(PJ.participant, 'phone'),
  })),
  collection(
    'foreign-number-no-random-part',
    'Evidence opened under a participant’s own line',
    'FOREIGN_NUMBER',
    () => ({
      subject: participantSubject(BKA.participant),
    }),
  ),
  collection('foreign-number-zero', 'Evidence opened under the consortium’s line', 'FOREIGN_NUMBER', () => ({
    subject: ZERO,
  })),
  {
    file: 'invalid/foreign-number-line-of-another',
    about: 'Keys are enrolled and revoked, and erasures stated, on one’s own line',
    tell(story) {
      const fresh = actor(BKA.participant, 'fresh');
      const subject = participantSubject(PJ.participant);
      const enrol = { subject, list: keyWords(fresh.key) };
      story.say(BKA, 'enrol', 'enrolled', enrol, 'FOREIGN_NUMBER', { endorsers: [fresh] });
      story.say(BKA, 'revoke', 'revoked', { subject, reference: PJ.id }, 'FOREIGN_NUMBER', { endorsers: [] });
      story.say(BKA, 'erase', 'erased', { subject, list: [WORD] }, 'FOREIGN_NUMBER', { endorsers: [] });
    },
  },
  {
    file: 'invalid/line-exists',
    about: 'A second opening of one line, for each kind',
    tell(story) {
      const item = collected(story);
      story.say(BKA, 'collect', 'produced', { subject: item }, 'LINE_EXISTS');
      story.say(BKA, 'derive', 'copy', { subject: item, list: [item] }, 'LINE_EXISTS');
      // Lines of other kinds may have the same subject.
      const recipient = PJ.participant;
      const lines = [
        ['hold', 'placed', { list: [item] }],
        ['consent', 'given', { recipient, purpose: 1, reference: item }],
        [
          'request',
          'police-cooperation',
          { recipient, list: [bytesToHex(concat(new Uint8Array(27), Uint8Array.of(255, 0, 0, 0, 0)))] },
        ],
        ['conclude', 'signed', { list: termsWords(terms()) }],
      ] as const;
      for (const [act, code, fields] of lines) {
        story.say(BKA, act, code, { subject: item, ...fields });
        story.say(BKA, act, code, { subject: item, ...fields }, 'LINE_EXISTS');
      }
    },
  },
  {
    file: 'invalid/line-unknown',
    about: 'Statements on lines that there are not, for each kind',
    tell(story) {
      const previous = WORD;
      const fields = { subject: PHONE, previous };
      story.say(BKA, 'record', 'stored', fields, 'LINE_UNKNOWN');
      story.say(BKA, 'accept', 'clean', { ...fields, previous: ZERO }, 'LINE_UNKNOWN');
      story.say(BKA, 'lift', 'lifted', { ...fields, list: [PHONE] }, 'LINE_UNKNOWN');
      story.say(BKA, 'answer', 'granted', fields, 'LINE_UNKNOWN');
      story.say(BKA, 'conclude', 'signed', { ...fields, reference: WORD }, 'LINE_UNKNOWN');
      for (const code of ['agreement-ended', 'request-withdrawn', 'consent-withdrawn']) {
        story.say(BKA, 'end', code, fields, 'LINE_UNKNOWN');
      }
      // Lines of participants and the consortium's are of two kinds.
      story.say(BKA, 'revoke', 'revoked', { subject: ZERO, previous, reference: BKA.id }, 'LINE_UNKNOWN', {
        endorsers: [],
      });
      const own = participantSubject(BKA.participant);
      story.say(BKA, 'retire', 'retired', { subject: own, previous, reference: WORD }, 'LINE_UNKNOWN', {
        endorsers: [],
      });
      const nobody = participantSubject(99);
      story.say(BKA, 'erase', 'erased', { subject: nobody, previous, list: [WORD] }, 'LINE_UNKNOWN', { endorsers: [] });
    },
  },
  {
    file: 'invalid/replayed',
    about: 'The very statement that is the head is sent again',
    tell(story) {
      const opening = story.state(BKA, 'collect', 'seized', { subject: PHONE });
      story.send({ by: BKA, items: [opening], expected: ['included'] });
      story.send({ by: BKA, items: [opening], expected: ['REPLAYED'] });
      const next = story.state(BKA, 'record', 'stored', { subject: PHONE });
      story.send({ by: BKA, items: [next], expected: ['included'] });
      story.send({ by: BKA, items: [next], expected: ['REPLAYED'] });
      // No longer the head, it is one line too many.
      story.send({ by: BKA, items: [opening], expected: ['LINE_EXISTS'] });
    },
  },
  {
    file: 'invalid/stale-fork',
    about: 'Two successors of one head: the second is rejected',
    tell(story) {
      const item = collected(story);
      const previous = story.head('evidence', item);
      story.say(BKA, 'record', 'stored', { subject: item });
      story.say(BKA, 'record', 'sealed', { subject: item, previous }, 'STALE');
    },
  },
  {
    file: 'invalid/stale-ahead',
    about: 'A successor of what is not on the line yet',
    tell(story) {
      const item = collected(story);
      story.say(BKA, 'record', 'stored', { subject: item, previous: WORD }, 'STALE');
      story.say(BKA, 'record', 'stored', { subject: item, previous: ZERO }, 'STALE');
    },
  },
  {
    file: 'invalid/stale-other-lines',
    about: 'Lines of every kind have one successor to each head',
    tell(story) {
      const item = collected(story);
      const twice = (act: Act, code: string, fields: Fields, departure: Departure = {}) => {
        story.say(BKA, act, code, { ...fields, previous: WORD }, 'STALE', departure);
        const right = story.state(BKA, act, code, fields);
        const told = { by: BKA, items: [right], ...departure };
        story.send({ ...told, expected: ['included'] });
        story.send({ ...told, expected: ['REPLAYED'] });
      };
      const subject = subjectOf(BKA.participant, 'line');
      const recipient = PJ.participant;
      story.say(BKA, 'hold', 'placed', { subject, list: [item] });
      twice('lift', 'lifted', { subject, list: [item] });
      story.say(BKA, 'consent', 'given', { subject, recipient, purpose: 1, reference: item });
      twice('end', 'consent-withdrawn', { subject });
      story.say(BKA, 'request', 'police-cooperation', { subject, recipient, list: [wordOf(story.now() + 1_000)] });
      twice('end', 'request-withdrawn', { subject });
      const demanded = subjectOf(PJ.participant, 'request');
      const demand = { subject: demanded, recipient: BKA.participant, list: [wordOf(story.now() + 1_000)] };
      story.say(PJ, 'request', 'police-cooperation', demand);
      twice('answer', 'granted', { subject: demanded });
      const treaty = subjectOf(PJ.participant, 'treaty');
      const opening = story.state(PJ, 'conclude', 'signed', { subject: treaty, list: termsWords(terms()) });
      story.send({ by: PJ, items: [opening], expected: ['included'] });
      twice('conclude', 'signed', { subject: treaty, reference: opening.statement.reference });
      twice('end', 'agreement-ended', { subject: treaty });
      const fresh = actor(BKA.participant, 'fresh');
      const own = participantSubject(BKA.participant);
      twice('enrol', 'enrolled', { subject: own, list: keyWords(fresh.key) }, { endorsers: [fresh] });
      twice('revoke', 'revoked', { subject: own, reference: fresh.id }, { endorsers: [] });
      twice('erase', 'erased', { subject: own, list: [WORD] }, { endorsers: [] });
      const endorsers = AGENCIES.slice(1);
      twice('suspend', 'suspended', { subject: ZERO, list: [wordOf(KOELN.participant)] }, { endorsers });
    },
  },
  {
    file: 'invalid/replayed-opening-other-lines',
    about: 'An opening that is the head is sent again, for each kind',
    tell(story) {
      const item = collected(story);
      const subject = subjectOf(BKA.participant, 'line');
      const recipient = PJ.participant;
      const openings = [
        story.state(BKA, 'hold', 'placed', { subject, list: [item] }),
        story.state(BKA, 'consent', 'given', { subject, recipient, purpose: 1, reference: item }),
        story.state(BKA, 'request', 'police-cooperation', { subject, recipient, list: [wordOf(story.now() + 1_000)] }),
        story.state(BKA, 'conclude', 'signed', { subject, list: termsWords(terms()) }),
        story.state(BKA, 'derive', 'copy', { subject, list: [item] }),
      ];
      for (const opening of openings) {
        story.send({ by: BKA, items: [opening], expected: ['included'] });
        story.send({ by: BKA, items: [opening], expected: ['REPLAYED'] });
      }
    },
  },
  {
    file: 'invalid/malformed-opening-with-previous-other-lines',
    about: 'Lines of every kind begin after nothing, and under their opener’s number',
    tell(story) {
      const item = collected(story);
      const recipient = PJ.participant;
      const openings = [
        ['hold', 'placed', { list: [item] }],
        ['consent', 'given', { recipient, purpose: 1, reference: item }],
        ['request', 'police-cooperation', { recipient, list: [wordOf(story.now() + 1_000_000)] }],
        ['conclude', 'signed', { list: termsWords(terms()) }],
        ['derive', 'copy', { list: [item] }],
      ] as const;
      for (const [act, code, fields] of openings) {
        const subject = subjectOf(BKA.participant, 'line');
        story.say(BKA, act, code, { ...fields, subject, previous: WORD }, 'MALFORMED');
        const foreign = subjectOf(PJ.participant, 'line');
        story.say(BKA, act, code, { ...fields, subject: foreign }, 'FOREIGN_NUMBER');
      }
    },
  },
];
