/** Keys, membership and limits: what may follow. */
import { wordOf, ZERO } from '../../../protocol/bytes.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { keyWords, memberWords } from '../../../protocol/lists.ts';
import { POWER, SCHEME } from '../../../protocol/names.ts';
import { recordRoot } from '../../../protocol/record.ts';
import { actor, BKA, FBI, KOELN, LABO, member, PJ, POLITIE, subjectOf } from '../support/actors.ts';
import { collected, enrolled, released, suspended, type Tale } from './scenes.ts';

const RECORD_ROOT = recordRoot({
  schema: 'unbroken/custody/1',
  fields: [{ label: 'note', value: 'Tamper seal 4711 intact' }],
  seed: keccakOfText('unbroken/vectors/seed'),
});

export const VALID_CONSORTIUM: readonly Tale[] = [
  {
    file: 'valid/enrol-and-revoke',
    about: 'A participant enrols keys of every scheme and purpose, and revokes one',
    tell(story) {
      const officer = actor(BKA.participant, 'officer', { powers: POWER.custody });
      const card = actor(BKA.participant, 'card', { scheme: SCHEME.p256, powers: POWER.custody | POWER.authority });
      const token = actor(BKA.participant, 'token', { scheme: SCHEME.webauthn, powers: POWER.custody });
      const dossiers = actor(BKA.participant, 'dossiers', { scheme: SCHEME.p256, powers: POWER.encryption });
      for (const fresh of [officer, card, token, dossiers]) enrolled(story, BKA, fresh);
      [officer, card, token].forEach((by, i) => collected(story, by, `item ${i}`));
      const subject = participantSubject(BKA.participant);
      story.say(BKA, 'revoke', 'revoked', { subject, reference: officer.id });
      enrolled(story, card, actor(BKA.participant, 'enrolled by a P-256 key'));
    },
  },
  {
    file: 'valid/membership',
    about: 'More than two thirds of the agencies admit, suspend, reinstate, and enrol a key for one that lost its own',
    tell(story) {
      const endorsers = [PJ, POLITIE];
      const guardia = actor(9, 'ES-GC');
      const spain = memberWords(member('ES-GC', 'ES', 'agency', 0, guardia.key));
      story.say(BKA, 'admit', 'new-member', { subject: ZERO, list: spain }, 'included', {
        endorsers: [guardia, ...endorsers],
      });
      const lab = actor(10, 'ES-LAB', { scheme: SCHEME.p256, powers: POWER.authority });
      const madrid = memberWords(member('ES-LAB', 'ES', 'laboratory', 9, lab.key));
      // Five agencies: four are needed.
      story.say(guardia, 'admit', 'new-member', { subject: ZERO, list: madrid }, 'included', {
        endorsers: [BKA, ...endorsers, lab],
      });
      const expert = actor(11, 'DE-EXPERT');
      const bonn = memberWords(member('DE-EXPERT', 'DE', 'expert', 1, expert.key));
      story.say(BKA, 'admit', 'new-member', { subject: ZERO, list: bonn }, 'included', {
        endorsers: [...endorsers, guardia, expert],
      });
      suspended(story, FBI.participant, [BKA, PJ, POLITIE, guardia]);
      story.say(PJ, 'admit', 'reinstated', { subject: ZERO, list: [wordOf(FBI.participant)] }, 'included', {
        endorsers: [BKA, POLITIE],
      });
      const fresh = actor(LABO.participant, 'LABO again');
      const list = [wordOf(LABO.participant), ...keyWords(fresh.key)];
      story.say(FBI, 'enrol', 'enrolled', { subject: ZERO, list }, 'included', {
        endorsers: [BKA, PJ, fresh, POLITIE],
      });
      collected(story, fresh, 'sample');
    },
  },
  {
    file: 'valid/approval-counts-each-agency-once',
    about: 'Signatures of others, out of order, repeated or unproven do not count, and do not spoil those that do',
    tell(story) {
      const list = [wordOf(LABO.participant)];
      story.say(KOELN, 'suspend', 'suspended', { subject: ZERO, list }, 'included', {
        endorsers: [
          BKA,
          BKA,
          PJ,
          BKA,
          KOELN,
          (hash) => ({ key: POLITIE.id, signature: hash }),
          () => ({ key: keccakOfText('nobody'), signature: '0x' }),
          LABO,
          POLITIE,
          PJ,
          FBI,
        ],
      });
    },
  },
  {
    file: 'valid/suspended-participant',
    about: 'A suspended participant may confirm returns, recall, and revoke its keys',
    tell(story) {
      const returning = collected(story, KOELN, 'returning');
      released(story, returning, KOELN, BKA);
      story.say(BKA, 'refuse', 'other', { subject: returning });
      const recalled = collected(story, KOELN, 'recalled');
      released(story, recalled, KOELN, BKA);
      suspended(story, KOELN.participant);
      story.say(KOELN, 'return', 'confirmed', { subject: returning });
      story.say(KOELN, 'recall', 'recalled', { subject: recalled });
      const subject = participantSubject(KOELN.participant);
      story.say(KOELN, 'revoke', 'revoked', { subject, reference: KOELN.id });
    },
  },
  {
    file: 'valid/erase',
    about: 'A participant states that it erased records',
    tell(story) {
      const item = collected(story, BKA, 'phone', { record: RECORD_ROOT });
      const list = [story.head('evidence', item), item];
      story.say(BKA, 'erase', 'erased', { subject: participantSubject(BKA.participant), list });
    },
  },
  {
    file: 'valid/retire',
    about: 'The agencies retire the ledger; it takes nothing more',
    tell(story) {
      const item = collected(story);
      const root = keccakOfText('root of all lines');
      story.say(BKA, 'retire', 'retired', { subject: ZERO, reference: root }, 'included', {
        endorsers: [PJ, POLITIE, FBI],
      });
      const late = story.state(BKA, 'record', 'stored', { subject: item });
      story.reverts('submit', 'LedgerRetired', { by: BKA, items: [late], expected: 'silent' });
      const subject = subjectOf(BKA.participant, 'consent');
      const consent = { subject, recipient: PJ.participant, purpose: 1, reference: item };
      const given = story.state(BKA, 'consent', 'given', consent);
      story.reverts('submit', 'LedgerRetired', { by: BKA, items: [given], expected: 'silent' });
      const erase = { subject: participantSubject(BKA.participant), list: [item] };
      const erased = story.state(BKA, 'erase', 'erased', erase);
      story.reverts('submit', 'LedgerRetired', { by: BKA, items: [erased], expected: 'silent', endorsers: [] });
    },
  },
  {
    file: 'valid/limits-of-time',
    about: 'Two minutes ahead, thirty days to wait, the last second: all still good',
    tell(story) {
      const [first, second, third] = ['first', 'second', 'third'].map((name) => subjectOf(BKA.participant, name));
      const ahead = story.now() + 120;
      story.say(BKA, 'collect', 'seized', { subject: first!, time: ahead, expires: ahead + 2_592_000 });
      story.say(BKA, 'collect', 'seized', { subject: second!, expires: story.now() });
      const brief = actor(BKA.participant, 'brief', { from: story.now() - 10, until: story.now() + 100 });
      enrolled(story, BKA, brief);
      story.wait(1_000);
      // Signed while the key was valid, included after.
      story.say(brief, 'collect', 'seized', { subject: third!, time: brief.key.until - 1 });
    },
  },
  {
    file: 'valid/limits-of-keys',
    about: 'A key with every power, valid from the second of the block, and one until the next block',
    tell(story) {
      const every = actor(BKA.participant, 'every power', { powers: 31, acts: 2 ** 25 - 1, from: story.now() + 20 });
      const last = actor(PJ.participant, 'last second', { until: story.now() + 30 });
      enrolled(story, BKA, every);
      enrolled(story, PJ, last);
      const suspension = { subject: ZERO, list: [wordOf(LABO.participant)] };
      story.say(every, 'suspend', 'suspended', suspension, 'included', { endorsers: [last, POLITIE] });
      // In the next block, at the end of its validity, one of them counts no more.
      const again = { subject: ZERO, list: [wordOf(KOELN.participant)], time: story.now() - 10 };
      story.say(every, 'suspend', 'suspended', again, 'NOT_APPROVED', { endorsers: [last, POLITIE] });
    },
  },
];
