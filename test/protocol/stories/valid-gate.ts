/** What the gate just lets through. */
import { PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import type { Outcome } from '../../../protocol/event.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { digestOf } from '../../../protocol/statement.ts';
import { actor, BKA, DC, FBI, KOELN, PJ, POLITIE, subjectOf } from '../support/actors.ts';
import type { Story } from '../support/story.ts';
import { collected, concluded, enrolled, handed, INVESTIGATE, type Tale } from './scenes.ts';

/** A handover from BKA to PJ at a time, declared late. */
function declared(story: Story, name: string, agreement: Hex, time: number, expected: Outcome): void {
  const subject = collected(story, BKA, name);
  const basis = { subject, recipient: PJ.participant, agreement, purpose: INVESTIGATE };
  const release = story.state(BKA, 'release', 'late', { ...basis, time });
  const accept = story.state(PJ, 'accept', 'clean', { subject, previous: digestOf(release.statement) });
  const outcome = expected === 'included' ? 'included' : 'STALE';
  story.late({ by: BKA, items: [release], expected: [expected] }, { by: PJ, items: [accept], expected: [outcome] });
}

export const VALID_GATE: readonly Tale[] = [
  {
    file: 'valid/limits-of-agreements',
    about: 'An agreement holds from the second of its conclusion and its beginning until the second before its end',
    tell(story) {
      // Opened, signed, collected: the release comes 30 seconds from here.
      const from = story.now() + 30;
      const treaty = concluded(story, 'treaty', ['DE', 'FR'], { from, until: from + 1_000 });
      const item = collected(story);
      handed(story, item, BKA, PJ, { agreement: treaty, purpose: INVESTIGATE });
      const other = concluded(story, 'other');
      const concludedAt = story.now() - 10;
      declared(story, 'before', other, concludedAt - 1, 'AGREEMENT_UNKNOWN');
      declared(story, 'at conclusion', other, concludedAt, 'included');
      story.say(PJ, 'end', 'agreement-ended', { subject: other });
      const endedAt = story.now() - 10;
      declared(story, 'at its end', other, endedAt, 'AGREEMENT_OVER');
      declared(story, 'just in time', other, endedAt - 1, 'included');
      story.wait(2_000);
      declared(story, 'lapsed', treaty, from + 1_000, 'AGREEMENT_OVER');
      declared(story, 'just valid', treaty, from + 999, 'included');
    },
  },
  {
    file: 'valid/consent-not-needed',
    about: 'Court use without H1, H1 without court use, H2 back to the origin or inside one participant',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'US']);
      const free = collected(story, KOELN, 'free');
      handed(story, free, KOELN, BKA);
      handed(story, free, BKA, DC, { agreement: treaty, purpose: PURPOSES.court });

      // Permission for court use is asked for by the agreement that something came under, and for court use.
      const strict = concluded(story, 'strict', ['DE', 'US', 'NL'], { courtPermission: true });
      const plain = collected(story, FBI, 'plain');
      handed(story, plain, FBI, BKA, { agreement: treaty, purpose: INVESTIGATE });
      handed(story, plain, BKA, KOELN);
      const bound = collected(story, FBI, 'bound');
      handed(story, bound, FBI, BKA, { agreement: strict, purpose: INVESTIGATE });
      handed(story, bound, BKA, POLITIE, { agreement: strict, purpose: INVESTIGATE });

      const H1 = RESTRICTIONS.H1;
      const investigated = collected(story, KOELN, 'investigated', { restrictions: H1 });
      handed(story, investigated, KOELN, BKA, { restrictions: H1 });
      handed(story, investigated, BKA, FBI, { agreement: treaty, purpose: INVESTIGATE, restrictions: H1 });

      const H2 = RESTRICTIONS.H2;
      const room = actor(BKA.participant, 'evidence room');
      enrolled(story, BKA, room);
      const shared = collected(story, KOELN, 'shared', { restrictions: H2 });
      handed(story, shared, KOELN, BKA, { restrictions: H2 });
      handed(story, shared, BKA, room, { restrictions: H2, recipientKey: room.id });
      handed(story, shared, room, KOELN, { restrictions: H2 });
    },
  },
  {
    file: 'valid/restrictions-already-there',
    about: 'A restriction that the line had already passes under an agreement that does not permit it',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'FR'], { restrictions: RESTRICTIONS.H1 });
      const restrictions = RESTRICTIONS.H3;
      const item = collected(story, BKA, 'phone', { restrictions });
      const both = { agreement: treaty, purpose: INVESTIGATE, restrictions: restrictions | RESTRICTIONS.H1 };
      handed(story, item, BKA, PJ, both);
    },
  },
  {
    file: 'valid/eight-bases',
    about: 'What was received under eight agreements, and what is derived from it, has eight bases',
    tell(story) {
      const treaties = Array.from({ length: 8 }, (_, i) => concluded(story, `treaty ${i + 1}`, ['DE', 'NL']));
      const item = collected(story);
      treaties.forEach((agreement, i) => {
        const [from, to] = i % 2 === 0 ? [BKA, POLITIE] : [POLITIE, BKA];
        handed(story, item, from, to, { agreement, purpose: INVESTIGATE });
      });
      const image = subjectOf(BKA.participant, 'image');
      story.say(BKA, 'derive', 'image', { subject: image, list: [item] });
      handed(story, image, BKA, POLITIE, { agreement: treaties[0]!, purpose: INVESTIGATE });
    },
  },
];
