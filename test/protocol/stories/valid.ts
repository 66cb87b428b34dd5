/** Statements that may follow, act by act and code by code. */
import { wordOf, ZERO } from '../../../protocol/bytes.ts';
import { ACTS } from '../../../protocol/acts.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { termsWords } from '../../../protocol/lists.ts';
import { PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import { recordRoot } from '../../../protocol/record.ts';
import { digestOf } from '../../../protocol/statement.ts';
import { BKA, DC, FBI, KOELN, LABO, PJ, POLITIE, subjectOf } from '../support/actors.ts';
import { collected, concluded, handed, INVESTIGATE, released, terms, type Tale } from './scenes.ts';

const record = recordRoot({
  schema: 'unbroken/custody/1',
  fields: [{ label: 'note', value: 'Tamper seal 4711 intact' }],
  seed: keccakOfText('unbroken/vectors/seed'),
});

export const VALID: readonly Tale[] = [
  {
    file: 'valid/founding',
    about: 'A ledger as it begins: participants, keys and the lines that start with the founding hash',
    setting: { whole: true },
    tell: () => undefined,
  },
  {
    file: 'valid/collect',
    about: 'Evidence is collected, with each code, with and without restrictions and record',
    tell(story) {
      ACTS.collect.codes.forEach((code, i) => {
        const subject = subjectOf(BKA.participant, `item ${i}`);
        story.say(BKA, 'collect', code, { subject, restrictions: i, record: i === 0 ? ZERO : record });
      });
    },
  },
  {
    file: 'valid/derive',
    about: 'Derived evidence inherits restrictions from all its parents, with each code',
    tell(story) {
      const phone = collected(story, BKA, 'phone', { restrictions: RESTRICTIONS.H1 });
      const disk = collected(story, BKA, 'disk', { restrictions: RESTRICTIONS.H3 });
      ACTS.derive.codes.forEach((code, i) => {
        const subject = subjectOf(BKA.participant, `derived ${i}`);
        story.say(BKA, 'derive', code, { subject, list: i % 2 === 0 ? [phone] : [disk, phone], restrictions: i & 2 });
      });
    },
  },
  {
    file: 'valid/release-and-accept',
    about: 'Custody inside one jurisdiction moves by release and acceptance, clean or with reservation',
    tell(story) {
      const item = collected(story);
      released(story, item, BKA, KOELN, { recipientKey: KOELN.id });
      story.say(KOELN, 'accept', 'clean', { subject: item });
      released(story, item, KOELN, BKA, { restrictions: RESTRICTIONS.H2 });
      story.say(BKA, 'accept', 'with-reservation', { subject: item, record });
    },
  },
  {
    file: 'valid/refuse-and-return',
    about: 'The recipient refuses, for each reason, and the holder confirms that the item came back',
    tell(story) {
      const item = collected(story);
      for (const code of ACTS.refuse.codes) {
        released(story, item, BKA, KOELN);
        story.say(KOELN, 'refuse', code, { subject: item });
        story.say(BKA, 'return', 'confirmed', { subject: item });
      }
    },
  },
  {
    file: 'valid/recall',
    about: 'The holder recalls what was not accepted yet',
    tell(story) {
      const item = collected(story);
      released(story, item, BKA, KOELN);
      story.say(BKA, 'recall', 'recalled', { subject: item });
    },
  },
  {
    file: 'valid/record-and-correct',
    about: 'The holder records, with each code; holder and origin correct, the origin after it gave the item away',
    tell(story) {
      const item = collected(story);
      let last = ZERO;
      for (const code of ACTS.record.codes) last = story.say(BKA, 'record', code, { subject: item, record });
      story.say(BKA, 'correct', 'corrected', { subject: item, reference: last, record });
      handed(story, item, BKA, KOELN);
      story.say(BKA, 'correct', 'corrected', { subject: item, reference: last });
      story.say(KOELN, 'correct', 'corrected', { subject: item, reference: story.head('evidence', item) });
    },
  },
  {
    file: 'valid/dispose-and-found',
    about: 'Items are disposed of, with each code; a lost one is found, a wrong disposal corrected on the closed line',
    tell(story) {
      for (const code of ACTS.dispose.codes) {
        const item = collected(story, BKA, code);
        const digest = story.say(BKA, 'dispose', code, { subject: item });
        story.say(BKA, 'correct', 'corrected', { subject: item, reference: digest });
        if (code === 'lost') story.say(BKA, 'found', 'found', { subject: item });
      }
    },
  },
  {
    file: 'valid/lost-on-the-way',
    about: 'An item is lost in transit, and another while it returns; what the releases named is forgotten',
    tell(story) {
      const letter = collected(story, BKA, 'letter');
      released(story, letter, BKA, KOELN, { purpose: INVESTIGATE });
      story.say(BKA, 'dispose', 'lost', { subject: letter });
      const parcel = collected(story, BKA, 'parcel');
      released(story, parcel, BKA, KOELN);
      story.say(KOELN, 'refuse', 'other', { subject: parcel });
      story.say(BKA, 'dispose', 'lost', { subject: parcel });
      story.say(BKA, 'found', 'found', { subject: parcel });
    },
  },
  {
    file: 'valid/hold-and-lift',
    about: 'Holder, origin and a court of the holder place holds; counts grow and shrink; heads stay',
    tell(story) {
      const phone = collected(story, BKA, 'phone');
      const disk = collected(story, BKA, 'disk');
      const holds = [BKA, KOELN].map((by) => {
        const hold = subjectOf(by.participant, 'hold');
        story.say(by, 'hold', 'placed', { subject: hold, list: [phone, disk] });
        return hold;
      });
      story.say(BKA, 'record', 'stored', { subject: phone });
      story.say(BKA, 'lift', 'lifted', { subject: holds[0]!, list: [phone, disk] });
      story.say(KOELN, 'lift', 'lifted', { subject: holds[1]!, list: [phone, disk] });
      handed(story, phone, BKA, KOELN);
      story.say(BKA, 'hold', 'placed', { subject: subjectOf(BKA.participant, 'as origin'), list: [phone] });
      story.say(KOELN, 'dispose', 'lost', { subject: phone });
    },
  },
  {
    file: 'valid/consent-and-withdrawal',
    about: 'A consent is given, and withdrawn by who gave it',
    tell(story) {
      const item = collected(story);
      const subject = subjectOf(BKA.participant, 'consent');
      story.say(BKA, 'consent', 'given', {
        subject,
        recipient: FBI.participant,
        purpose: PURPOSES.court,
        reference: item,
      });
      story.say(BKA, 'end', 'consent-withdrawn', { subject });
    },
  },
  {
    file: 'valid/request-and-answer',
    about: 'Requests are made with each instrument, and granted, refused or withdrawn',
    tell(story) {
      ACTS.request.codes.forEach((code, i) => {
        const subject = subjectOf(PJ.participant, code);
        const list = [wordOf(story.now() + 1_000_000)];
        story.say(PJ, 'request', code, { subject, recipient: BKA.participant, list, purpose: i });
        const answer = ACTS.answer.codes[i];
        if (answer !== undefined) story.say(BKA, 'answer', answer, { subject });
        if (i !== 1) story.say(PJ, 'end', 'request-withdrawn', { subject });
      });
    },
  },
  {
    file: 'valid/conclude-and-end',
    about:
      'Agreements of jurisdictions and participants are signed by all, and ended by one; one party may sign for two',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'FR', 'NL']);
      story.say(POLITIE, 'end', 'agreement-ended', { subject: treaty });
      const team = subjectOf(FBI.participant, 'joint investigation team');
      const parties = [
        ...terms(['US', 'DE']).parties,
        { kind: 'participant', who: FBI.participant, signatory: FBI.participant },
        { kind: 'participant', who: LABO.participant, signatory: LABO.participant },
      ] as const;
      const list = termsWords(terms(['US', 'DE'], { parties, onward: 'consent', courtPermission: true }));
      const opening = story.state(FBI, 'conclude', 'signed', { subject: team, list });
      story.send({ by: FBI, items: [opening], expected: ['included'] });
      story.say(LABO, 'conclude', 'signed', { subject: team, reference: opening.statement.reference });
      story.say(BKA, 'conclude', 'signed', { subject: team, reference: opening.statement.reference });
      const open = subjectOf(BKA.participant, 'never concluded');
      story.say(BKA, 'conclude', 'signed', { subject: open, list: termsWords(terms()) });
      story.say(PJ, 'end', 'agreement-ended', { subject: open });
      const alone = subjectOf(BKA.participant, 'signed by one for two');
      const own = { kind: 'participant', who: BKA.participant, signatory: BKA.participant } as const;
      const both = termsWords(terms(['DE'], { parties: [...terms(['DE']).parties, own] }));
      story.say(BKA, 'conclude', 'signed', { subject: alone, list: both });
    },
  },
  {
    file: 'valid/case-under-one-signature',
    about: 'A whole case in a sheet of 256 statements; each sees the effect of those before it',
    tell(story) {
      const items = Array.from({ length: 128 }, (_, i) =>
        story.state(BKA, 'collect', 'seized', { subject: subjectOf(BKA.participant, `item ${i}`) }),
      );
      const records = items.map(({ statement }) =>
        story.state(BKA, 'record', 'sealed', { subject: statement.subject, previous: digestOf(statement) }),
      );
      story.send({
        by: BKA,
        items: [...items, ...records],
        expected: Array.from({ length: 256 }, () => 'included' as const),
      });
    },
  },
  {
    file: 'valid/sheet-in-parts',
    about: 'A sheet is sent in parts: each has all positions, as statement or as digest, and the same signature',
    tell(story) {
      const items = Array.from({ length: 4 }, (_, i) =>
        story.state(BKA, 'collect', 'seized', { subject: subjectOf(BKA.participant, `item ${i}`) }),
      );
      const digests = items.map(({ statement }) => digestOf(statement));
      const part = (here: readonly number[]) => items.map((item, i) => (here.includes(i) ? item : digests[i]!));
      story.send({ by: BKA, items: part([2]), expected: ['digest', 'digest', 'included', 'digest'] });
      story.send({ by: BKA, items: part([0, 3]), expected: ['included', 'digest', 'digest', 'included'] });
      // Sent again, with one that was not yet.
      story.send({ by: BKA, items: part([1, 2]), expected: ['digest', 'included', 'REPLAYED', 'digest'] });
    },
  },
  {
    file: 'valid/batch-of-sheets',
    about: 'Sheets of several signers in one transaction; one that is bad leaves its neighbours alone',
    tell(story) {
      const state = (by: typeof BKA, name: string) =>
        story.state(by, 'collect', 'seized', { subject: subjectOf(by.participant, name) });
      const good = state(BKA, 'good');
      story.send(
        { by: BKA, items: [good], expected: ['included'] },
        { by: PJ, items: [state(PJ, 'unsigned')], expected: 'silent', sign: (hash) => hash },
        { by: DC, items: [state(DC, 'unreadable')], expected: 'silent', bytes: Uint8Array.of(1, 0) },
        { by: BKA, items: [good, state(BKA, 'other')], expected: ['REPLAYED', 'included'] },
        { by: POLITIE, items: [state(POLITIE, 'last')], expected: ['included'] },
      );
    },
  },
];
