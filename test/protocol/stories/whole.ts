/** Whole stories, as they happen. */
import { wordOf, ZERO } from '../../../protocol/bytes.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { memberWords } from '../../../protocol/lists.ts';
import { POWER, PURPOSES, RESTRICTIONS, SCHEME } from '../../../protocol/names.ts';
import { digestOf } from '../../../protocol/statement.ts';
import { actor, BKA, DC, FBI, KOELN, KOERIER, LABO, member, PJ, POLITIE, subjectOf } from '../support/actors.ts';
import { collected, concluded, enrolled, handed, INVESTIGATE, released, type Tale } from './scenes.ts';

export const WHOLE: readonly Tale[] = [
  {
    file: 'stories/phone-across-the-border',
    about: 'A phone is requested, handed over under a treaty by courier, examined, derived from, and both come back',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'FR', 'NL']);
      const request = subjectOf(PJ.participant, 'order');
      const demand = { recipient: BKA.participant, list: [wordOf(story.now() + 1_000_000)], purpose: INVESTIGATE };
      story.say(PJ, 'request', 'european-investigation-order', { subject: request, ...demand });
      story.say(BKA, 'answer', 'granted', { subject: request });
      const phone = collected(story);
      story.say(BKA, 'record', 'sealed', { subject: phone });
      const basis = { agreement: treaty, purpose: INVESTIGATE };
      handed(story, phone, BKA, KOERIER, basis);
      // The courier holds under the treaty, and may go on to a party of it.
      handed(story, phone, KOERIER, PJ, { ...basis, restrictions: RESTRICTIONS.H3 });
      handed(story, phone, PJ, LABO, { restrictions: RESTRICTIONS.H3 });
      const image = subjectOf(LABO.participant, 'image');
      story.say(LABO, 'record', 'examined', { subject: phone });
      story.say(LABO, 'derive', 'image', { subject: image, list: [phone] });
      for (const item of [phone, image]) {
        handed(story, item, LABO, PJ, { restrictions: RESTRICTIONS.H3 });
        const back = { ...basis, request: ZERO, restrictions: RESTRICTIONS.H3 };
        handed(story, item, PJ, BKA, back);
      }
      story.say(BKA, 'dispose', 'returned', { subject: phone });
    },
  },
  {
    file: 'stories/answer-to-a-request',
    about: 'A release across the border answers the request of its recipient',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'US']);
      const request = subjectOf(FBI.participant, 'mutual legal assistance');
      const list = [wordOf(story.now() + 1_000_000)];
      const demand = { subject: request, recipient: BKA.participant, list };
      story.say(FBI, 'request', 'mutual-legal-assistance', demand);
      const phone = collected(story);
      released(story, phone, BKA, FBI, { agreement: treaty, purpose: PURPOSES.prosecute, request });
      story.say(FBI, 'accept', 'clean', { subject: phone });
    },
  },
  {
    file: 'stories/onward-with-consent',
    about:
      'What was received goes on to a third country with the consent of its origin, which is used up even if refused',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'FR'], { onward: 'consent' });
      const other = concluded(story, 'other treaty', ['FR', 'US']);
      const phone = collected(story);
      handed(story, phone, BKA, PJ, { agreement: treaty, purpose: INVESTIGATE });
      const consents = ['first', 'second'].map((name) => {
        const subject = subjectOf(BKA.participant, name);
        const given = { subject, recipient: FBI.participant, purpose: INVESTIGATE, reference: phone };
        story.say(BKA, 'consent', 'given', given);
        return subject;
      });
      const basis = { agreement: other, purpose: INVESTIGATE };
      released(story, phone, PJ, FBI, { ...basis, list: [consents[0]!] });
      story.say(FBI, 'refuse', 'seal-broken', { subject: phone });
      story.say(PJ, 'return', 'confirmed', { subject: phone });
      const again = { subject: phone, recipient: FBI.participant, ...basis, list: [consents[0]!] };
      story.say(PJ, 'release', 'handoff', again, 'CONSENT_USED');
      released(story, phone, PJ, FBI, { ...basis, list: [consents[1]!] });
      story.say(FBI, 'accept', 'clean', { subject: phone });
      // Back to its origin it goes under either, with no consent.
      const home = concluded(story, 'a third treaty', ['US', 'DE']);
      handed(story, phone, FBI, BKA, { agreement: home, purpose: INVESTIGATE });
    },
  },
  {
    file: 'stories/court-use-with-permission',
    about: 'Court use of what bears H1, or came under an agreement that asks for it, takes the consent of every origin',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'US'], { courtPermission: true });
      const phone = collected(story);
      const disk = collected(story, KOELN, 'disk', { restrictions: RESTRICTIONS.H1 });
      handed(story, disk, KOELN, BKA, { restrictions: RESTRICTIONS.H1 });
      const image = subjectOf(BKA.participant, 'image');
      story.say(BKA, 'derive', 'copy', { subject: image, list: [phone, disk] });
      const restrictions = RESTRICTIONS.H1;
      const basis = { agreement: treaty, purpose: PURPOSES.court, restrictions };
      const release = { subject: image, recipient: FBI.participant, ...basis };
      story.say(BKA, 'release', 'handoff', release, 'CONSENT_MISSING');
      const consent = (by: typeof BKA, recipient: typeof FBI, name: string) => {
        const subject = subjectOf(by.participant, name);
        const given = { subject, recipient: recipient.participant, purpose: PURPOSES.court, reference: image };
        story.say(by, 'consent', 'given', given);
        return subject;
      };
      handed(story, image, BKA, FBI, { ...basis, list: [consent(KOELN, FBI, 'to the FBI')] });
      const list = [consent(BKA, DC, 'of BKA'), consent(KOELN, DC, 'of KOELN')];
      handed(story, image, FBI, DC, { purpose: PURPOSES.court, restrictions, list });
    },
  },
  {
    file: 'stories/late-declaration',
    about:
      'A handover took place in time and reached the ledger after the agreement had ended; copies inherit the mark',
    tell(story) {
      const treaty = concluded(story, 'treaty');
      const phone = collected(story);
      const time = story.now();
      story.wait(50_000);
      story.say(PJ, 'end', 'agreement-ended', { subject: treaty });
      const basis = { subject: phone, recipient: PJ.participant, agreement: treaty, purpose: INVESTIGATE };
      story.say(BKA, 'release', 'handoff', basis, 'AGREEMENT_OVER');
      const release = story.state(BKA, 'release', 'late', { ...basis, time });
      const previous = digestOf(release.statement);
      const acceptance = story.state(PJ, 'accept', 'clean', { subject: phone, previous, time: time + 60 });
      story.late(
        { by: BKA, items: [release], expected: ['included'] },
        { by: PJ, items: [acceptance], expected: ['included'] },
      );
      const image = subjectOf(PJ.participant, 'image');
      story.say(PJ, 'derive', 'image', { subject: image, list: [phone] });
      handed(story, image, PJ, LABO);
    },
  },
  {
    file: 'stories/officer-to-officer',
    about: 'Inside one participant a handoff takes two keys, of any scheme',
    tell(story) {
      const officer = actor(BKA.participant, 'officer', { powers: POWER.custody, scheme: SCHEME.p256 });
      const room = actor(BKA.participant, 'evidence room', { powers: POWER.service });
      const token = actor(BKA.participant, 'token', { powers: POWER.custody, scheme: SCHEME.webauthn });
      for (const fresh of [officer, room, token]) enrolled(story, BKA, fresh);
      const item = collected(story, officer, 'knife');
      released(story, item, officer, room, { recipientKey: room.id });
      story.say(token, 'accept', 'clean', { subject: item }, 'NOT_RECIPIENT');
      story.say(room, 'accept', 'clean', { subject: item });
      released(story, item, room, token, { recipientKey: token.id });
      story.say(token, 'accept', 'with-reservation', { subject: item });
      released(story, item, token, KOELN);
      story.say(KOELN, 'accept', 'clean', { subject: item });
    },
  },
  {
    file: 'stories/race-for-one-head',
    about: 'Recall and acceptance race for one head: the first included wins, the other is rejected',
    tell(story) {
      const item = collected(story);
      released(story, item, BKA, KOELN);
      const recall = story.state(BKA, 'recall', 'recalled', { subject: item });
      const accept = story.state(KOELN, 'accept', 'clean', { subject: item });
      story.send(
        { by: KOELN, items: [accept], expected: ['included'] },
        { by: BKA, items: [recall], expected: ['STALE'] },
      );
    },
  },
  {
    file: 'stories/eight-origins',
    about: 'What is derived from items of eight collectors has eight origins',
    tell(story) {
      const treaty = concluded(story, 'treaty', ['DE', 'FR', 'NL', 'US']);
      const basis = { agreement: treaty, purpose: INVESTIGATE };
      const items = [BKA, PJ, POLITIE, FBI, KOELN, LABO, DC, KOERIER].map((by) => {
        const item = collected(story, by, 'part');
        if (by !== BKA) handed(story, item, by, BKA, by === KOELN ? {} : basis);
        return item;
      });
      const whole = subjectOf(BKA.participant, 'whole');
      story.say(BKA, 'derive', 'report', { subject: whole, list: items.toReversed() });
      const guardia = actor(9, 'ES-GC');
      const list = memberWords(member('ES-GC', 'ES', 'agency', 0, guardia.key));
      story.say(BKA, 'admit', 'new-member', { subject: ZERO, list }, 'included', {
        endorsers: [PJ, POLITIE, FBI, guardia],
      });
      // Still one origin: a participant's subject is not confused with another's.
      story.say(guardia, 'collect', 'produced', { subject: subjectOf(guardia.participant, 'part') });
      story.say(BKA, 'erase', 'erased', { subject: participantSubject(BKA.participant), list: [whole] });
    },
  },
];
