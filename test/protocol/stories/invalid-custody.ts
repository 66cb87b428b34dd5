/** Step 8 of judgement on lines of evidence and holds: each act’s own rules but the gate, and late declarations. */
import type { Act } from '../../../protocol/acts.ts';
import { ZERO, type Hex } from '../../../protocol/bytes.ts';
import type { Outcome } from '../../../protocol/event.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { memberWords } from '../../../protocol/lists.ts';
import { POWER, RESTRICTIONS } from '../../../protocol/names.ts';
import { digestOf } from '../../../protocol/statement.ts';
import { actor, BKA, DC, FBI, KOELN, KOERIER, LABO, member, PJ, POLITIE, subjectOf } from '../support/actors.ts';
import type { Fields, Story } from '../support/story.ts';
import { collected, concluded, enrolled, handed, INVESTIGATE, released, suspended, type Tale } from './scenes.ts';

const WORD = keccakOfText('a word');
const recipient = KOELN.participant;

type Attempt = readonly [act: Act, code: string, fields: Fields, expected: Outcome];

/** Brings an item into a state; then the holder attempts what must not follow. */
function inState(
  file: string,
  about: string,
  bring: (story: Story, item: Hex) => void,
  attempts: readonly Attempt[],
): Tale {
  return {
    file: `invalid/${file}`,
    about,
    tell(story) {
      const item = collected(story);
      bring(story, item);
      for (const [act, code, fields, expected] of attempts) {
        story.say(BKA, act, code, { subject: item, ...fields }, expected);
      }
    },
  };
}

function attempts(
  expected: Outcome,
  ...tried: readonly (readonly [act: Act, code: string, fields?: Fields])[]
): Attempt[] {
  return tried.map(([act, code, fields = {}]) => [act, code, fields, expected] as const);
}

/** A release by its holder that fails. */
function release(
  file: string,
  about: string,
  expected: Outcome,
  fields: Fields,
  before?: (story: Story, item: Hex) => void,
): Tale {
  return inState(file, about, before ?? (() => undefined), [
    ['release', 'handoff', { recipient, ...fields }, expected],
  ]);
}

export const CUSTODY: readonly Tale[] = [
  release('same-key', 'A handoff inside one participant names the releasing key', 'SAME_KEY', {
    recipient: BKA.participant,
    recipientKey: BKA.id,
  }),
  release('same-key-none-named', 'A handoff inside one participant names no key', 'SAME_KEY', {
    recipient: BKA.participant,
  }),
  release('on-hold-release', 'A release under a hold', 'ON_HOLD', {}, (story, item) => {
    story.say(KOELN, 'hold', 'placed', { subject: subjectOf(KOELN.participant, 'hold'), list: [item] });
  }),
  inState(
    'on-hold-dispose',
    'A disposal under a hold',
    (story, item) =>
      story.say(KOELN, 'hold', 'placed', { subject: subjectOf(KOELN.participant, 'hold'), list: [item] }),
    attempts('ON_HOLD', ['dispose', 'returned'], ['dispose', 'destroyed'], ['dispose', 'consumed']),
  ),
  release('recipient-unknown', 'The recipient does not exist', 'RECIPIENT', { recipient: 9 }),
  release('recipient-suspended', 'The recipient is suspended', 'RECIPIENT', {}, (story) => suspended(story, recipient)),
  release('recipient-key-foreign', 'The key that is named is another participant’s', 'RECIPIENT', {
    recipientKey: PJ.id,
  }),
  release('recipient-key-unknown', 'The key that is named is nobody’s', 'RECIPIENT', { recipientKey: WORD }),
  {
    file: 'invalid/restriction-dropped',
    about: 'A release drops a restriction of the line',
    tell(story) {
      const item = collected(story, BKA, 'phone', { restrictions: RESTRICTIONS.H1 | RESTRICTIONS.H3 });
      const fields = { subject: item, recipient, restrictions: RESTRICTIONS.H3 };
      story.say(BKA, 'release', 'handoff', fields, 'RESTRICTION_DROPPED');
    },
  },
  {
    file: 'invalid/parents',
    about: 'Parents that are unknown, stand twice, are another’s, or are not held',
    tell(story) {
      const [mine, another, gone] = [collected(story), collected(story, KOELN), collected(story, BKA, 'gone')];
      released(story, gone, BKA, KOELN);
      const subject = subjectOf(BKA.participant, 'image');
      const lists = [[mine, WORD], [mine, mine], [mine, another], [gone], [subject]];
      for (const list of lists) story.say(BKA, 'derive', 'image', { subject, list }, 'PARENTS');
      story.say(BKA, 'dispose', 'lost', { subject: gone });
      story.say(BKA, 'derive', 'image', { subject, list: [gone] }, 'PARENTS');
    },
  },
  {
    file: 'invalid/too-many-origins',
    about: 'What is derived would have nine origins',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'FR', 'NL', 'US']);
      const basis = { agreement: treaty, purpose: INVESTIGATE };
      const guest = actor(9, 'DE-ZOLL');
      const list = memberWords(member('DE-ZOLL', 'DE', 'agency', 0, guest.key));
      const endorsers = [PJ, POLITIE, FBI, guest];
      story.say(BKA, 'admit', 'new-member', { subject: ZERO, list }, 'included', { endorsers });
      const collectors = [BKA, PJ, POLITIE, FBI, KOELN, LABO, DC, KOERIER, guest];
      const items = collectors.map((by) => {
        const item = collected(story, by, 'part');
        if (by !== BKA) handed(story, item, by, BKA, by === KOELN || by === guest ? {} : basis);
        return item;
      });
      const two = subjectOf(BKA.participant, 'two');
      story.say(BKA, 'derive', 'report', { subject: two, list: items.slice(0, 2) });
      const nine = subjectOf(BKA.participant, 'nine');
      story.say(BKA, 'derive', 'report', { subject: nine, list: [two, ...items.slice(2)] }, 'TOO_MANY');
    },
  },
  {
    file: 'invalid/too-many-bases',
    about: 'A release, or what is derived, would have nine bases',
    tell(story) {
      const treaties = Array.from({ length: 9 }, (_, i) => concluded(story, `treaty ${i + 1}`));
      const [ninth] = treaties.slice(8);
      const cross = (item: Hex, from: typeof BKA, to: typeof BKA, agreement: Hex) =>
        handed(story, item, from, to, { agreement, purpose: INVESTIGATE });
      const item = collected(story);
      treaties.slice(0, 8).forEach((agreement, i) => {
        const [from, to] = i % 2 === 0 ? [BKA, PJ] : [PJ, BKA];
        cross(item, from, to, agreement);
      });
      const once = { subject: item, recipient: PJ.participant, agreement: ninth!, purpose: INVESTIGATE };
      story.say(BKA, 'release', 'handoff', once, 'TOO_MANY');
      const other = collected(story, PJ, 'other');
      cross(other, PJ, BKA, ninth!);
      const image = subjectOf(BKA.participant, 'image');
      story.say(BKA, 'derive', 'image', { subject: image, list: [item, other] }, 'TOO_MANY');
      // One that it has already is none more.
      cross(item, BKA, PJ, treaties[2]!);
    },
  },
  {
    file: 'invalid/too-many-holds',
    about: 'The 256th hold on one item',
    tell(story) {
      const item = collected(story);
      const hold = (i: number) =>
        story.state(BKA, 'hold', 'placed', { subject: subjectOf(BKA.participant, `hold ${i}`), list: [item] });
      const items = Array.from({ length: 256 }, (_, i) => hold(i));
      const expected = items.map((_, i) => (i < 255 ? 'included' : 'TOO_MANY'));
      story.send({ by: BKA, items, expected });
    },
  },
  {
    file: 'invalid/not-entitled',
    about:
      'Holds on what does not exist, stands twice or is disposed of, and by who is no holder, origin or court of it',
    tell(story) {
      const item = collected(story);
      const disposed = collected(story, BKA, 'disposed');
      story.say(BKA, 'dispose', 'returned', { subject: disposed });
      const place = (by: typeof BKA, list: readonly Hex[], expected: Outcome) =>
        story.say(by, 'hold', 'placed', { subject: subjectOf(by.participant, 'hold'), list }, expected);
      place(BKA, [WORD], 'NOT_ENTITLED');
      place(BKA, [item, item], 'NOT_ENTITLED');
      place(BKA, [item, disposed], 'NOT_ENTITLED');
      place(PJ, [item], 'NOT_ENTITLED');
      place(DC, [item], 'NOT_ENTITLED');
      // Of the holder's jurisdiction, but no court.
      place(KOERIER, [collected(story, POLITIE, 'theirs')], 'NOT_ENTITLED');
      const another = actor(KOELN.participant, 'another judge', { powers: POWER.authority });
      enrolled(story, KOELN, another);
      place(another, [item], 'included');
    },
  },
  {
    file: 'invalid/not-author-lift',
    about: 'A hold is lifted by who did not place it, and lifted twice',
    tell(story) {
      const item = collected(story);
      const subject = subjectOf(KOELN.participant, 'hold');
      story.say(KOELN, 'hold', 'placed', { subject, list: [item] });
      story.say(BKA, 'lift', 'lifted', { subject, list: [item] }, 'NOT_AUTHOR');
      story.say(KOELN, 'lift', 'lifted', { subject, list: [item] });
      story.say(KOELN, 'lift', 'lifted', { subject, list: [item] }, 'CLOSED');
    },
  },
  {
    file: 'invalid/late-alone',
    about: 'A late release without an acceptance, with one that fails, and with one that is not signed',
    tell(story) {
      const treaty = concluded(story, 'treaty');
      const item = collected(story);
      const basis = { subject: item, recipient: PJ.participant, agreement: treaty, purpose: INVESTIGATE };
      const late = story.state(BKA, 'release', 'late', basis);
      story.send({ by: BKA, items: [late], expected: ['LATE_ALONE'] });
      const previous = digestOf(late.statement);
      const by = (who: typeof BKA) => story.state(who, 'accept', 'clean', { subject: item, previous });
      story.late(
        { by: BKA, items: [late], expected: ['LATE_ALONE'] },
        { by: KOELN, items: [by(KOELN)], expected: ['NOT_RECIPIENT'] },
      );
      const unsigned = { by: PJ, items: [by(PJ)], expected: 'silent', sign: (hash: Hex) => hash } as const;
      story.late({ by: BKA, items: [late], expected: ['LATE_ALONE'] }, unsigned);
    },
  },
  {
    file: 'invalid/late-release-fails',
    about:
      'A late release fails by its own reason, or is not signed; its acceptance is judged on the line as it stands',
    tell(story) {
      const treaty = concluded(story, 'treaty');
      const item = collected(story);
      const basis = { subject: item, recipient: PJ.participant, agreement: treaty };
      const late = story.state(BKA, 'release', 'late', basis);
      const acceptance = (of: typeof late) =>
        story.state(PJ, 'accept', 'clean', { subject: item, previous: digestOf(of.statement) });
      const failing = { by: PJ, items: [acceptance(late)], expected: ['STALE'] } as const;
      story.late({ by: BKA, items: [late], expected: ['PURPOSE'] }, failing);
      story.late({ by: BKA, items: [late], expected: 'silent', sign: (hash) => hash }, failing);
      const early = story.state(BKA, 'release', 'late', { ...basis, purpose: INVESTIGATE, time: story.now() - 60 });
      story.late(
        { by: BKA, items: [early], expected: ['AGREEMENT_UNKNOWN'] },
        { by: PJ, items: [acceptance(early)], expected: ['STALE'] },
      );
      const none = subjectOf(BKA.participant, 'none');
      const unknown = story.state(BKA, 'release', 'late', { ...basis, subject: none });
      const previous = digestOf(unknown.statement);
      story.late(
        { by: BKA, items: [unknown], expected: ['LINE_UNKNOWN'] },
        {
          by: PJ,
          items: [story.state(PJ, 'accept', 'clean', { subject: none, previous })],
          expected: ['LINE_UNKNOWN'],
        },
      );
    },
  },
  {
    file: 'invalid/late-not-a-pair',
    about: 'What is not a late release with the acceptance that follows it reverts as a whole',
    tell(story) {
      const item = collected(story);
      const other = collected(story, BKA, 'other');
      const release = (code: string, subject = item) => story.state(BKA, 'release', code, { subject, recipient });
      const late = release('late');
      const previous = digestOf(late.statement);
      const accept = (fields: Fields) => story.state(KOELN, 'accept', 'clean', { subject: item, previous, ...fields });
      const told = (by: typeof BKA, ...items: ReturnType<typeof release>[]) => ({
        by,
        items,
        expected: 'silent' as const,
      });
      const acceptance = told(KOELN, accept({}));
      const handoff = release('handoff');
      const follows = accept({ previous: digestOf(handoff.statement) });
      story.reverts('submitLate', 'NotAPair', told(BKA, handoff), told(KOELN, follows));
      story.reverts('submitLate', 'NotAPair', told(BKA, late), told(KOELN, accept({ subject: other })));
      story.reverts('submitLate', 'NotAPair', told(BKA, late), told(KOELN, accept({ previous: WORD })));
      const refuse = story.state(KOELN, 'refuse', 'other', { subject: item, previous });
      story.reverts('submitLate', 'NotAPair', told(BKA, late), told(KOELN, refuse));
      story.reverts('submitLate', 'NotAPair', told(BKA, late, late), acceptance);
      story.reverts('submitLate', 'NotAPair', told(BKA, late), { ...acceptance, bytes: Uint8Array.of(4) });
      story.reverts('submitLate', 'NotAPair', acceptance, told(BKA, late));
    },
  },
];
