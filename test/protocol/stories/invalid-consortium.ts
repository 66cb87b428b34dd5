/** Keys and membership that are rejected. */
import { wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import type { Outcome } from '../../../protocol/event.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { keyWords, memberWords } from '../../../protocol/lists.ts';
import { POWER, SCHEME } from '../../../protocol/names.ts';
import { actor, BKA, EVERY_ACT, FBI, KOELN, LABO, member, PJ, POLITIE, type Actor } from '../support/actors.ts';
import type { Departure } from '../support/story.ts';
import { enrolled, suspended, type Tale } from './scenes.ts';

const WORD = keccakOfText('a word');

/** A suspension of LABO's that is not approved by enough. */
function unapproved(file: string, about: string, by: Actor, endorsers: Departure['endorsers']): Tale {
  return {
    file: `invalid/not-approved-${file}`,
    about,
    tell(story) {
      const list = [wordOf(LABO.participant)];
      story.say(by, 'suspend', 'suspended', { subject: ZERO, list }, 'NOT_APPROVED', { endorsers: endorsers! });
    },
  };
}

const EVERYBODY = [PJ, POLITIE, FBI];

export const CONSORTIUM: readonly Tale[] = [
  {
    file: 'invalid/key-exists',
    about: 'A key that was enrolled before, by itself, by another, or revoked since',
    tell(story) {
      const fresh = actor(BKA.participant, 'fresh');
      enrolled(story, BKA, fresh);
      const own = participantSubject(BKA.participant);
      story.say(BKA, 'revoke', 'revoked', { subject: own, reference: fresh.id });
      for (const by of [BKA, PJ]) {
        const subject = participantSubject(by.participant);
        story.say(by, 'enrol', 'enrolled', { subject, list: keyWords(fresh.key) }, 'KEY_EXISTS', {
          endorsers: [fresh],
        });
      }
      const list = memberWords(member('ES-GC', 'ES', 'agency', 0, PJ.key));
      story.say(BKA, 'admit', 'new-member', { subject: ZERO, list }, 'KEY_EXISTS', { endorsers: EVERYBODY });
    },
  },
  {
    file: 'invalid/key-unproven',
    about: 'The new key’s own signature is missing, another’s, or over something else',
    tell(story) {
      const fresh = actor(BKA.participant, 'fresh');
      const subject = participantSubject(BKA.participant);
      const attempt = (...endorsers: NonNullable<Departure['endorsers']>) =>
        story.say(BKA, 'enrol', 'enrolled', { subject, list: keyWords(fresh.key) }, 'KEY_UNPROVEN', { endorsers });
      attempt();
      attempt(PJ);
      attempt((hash) => ({ key: fresh.id, signature: hash }));
      attempt({ ...PJ, id: fresh.id });
      attempt({ ...fresh, id: PJ.id });
      const list = [wordOf(LABO.participant), ...keyWords(fresh.key)];
      story.say(BKA, 'enrol', 'enrolled', { subject: ZERO, list }, 'KEY_UNPROVEN', { endorsers: EVERYBODY });
      const spain = memberWords(member('ES-GC', 'ES', 'agency', 0, fresh.key));
      story.say(BKA, 'admit', 'new-member', { subject: ZERO, list: spain }, 'KEY_UNPROVEN', { endorsers: EVERYBODY });
    },
  },
  {
    file: 'invalid/key-unproven-off-the-curve',
    about: 'A public key that is no point of its curve has no signature',
    tell(story) {
      const fresh = actor(BKA.participant, 'fresh', { scheme: SCHEME.p256, y: WORD });
      const subject = participantSubject(BKA.participant);
      const list = keyWords(fresh.key);
      story.say(BKA, 'enrol', 'enrolled', { subject, list }, 'KEY_UNPROVEN', { endorsers: [fresh] });
    },
  },
  {
    file: 'invalid/revoke-twice-and-foreign',
    about: 'A participant revokes its own keys, once',
    tell(story) {
      const fresh = actor(BKA.participant, 'fresh');
      enrolled(story, BKA, fresh);
      const subject = participantSubject(BKA.participant);
      story.say(BKA, 'revoke', 'revoked', { subject, reference: fresh.id });
      story.say(BKA, 'revoke', 'revoked', { subject, reference: fresh.id }, 'KEY_REVOKED');
      story.say(BKA, 'revoke', 'revoked', { subject, reference: PJ.id }, 'KEY_FOREIGN');
      story.say(BKA, 'revoke', 'revoked', { subject, reference: WORD }, 'KEY_FOREIGN');
    },
  },
  unapproved('alone', 'One agency of four', BKA, []),
  unapproved('half', 'Two agencies of four', BKA, [PJ]),
  unapproved('one-twice', 'An agency that signs twice', BKA, [PJ, PJ]),
  unapproved('first-twice', 'The first signer signs again', BKA, [BKA, PJ]),
  unapproved('out-of-order', 'Approvals out of order', BKA, [FBI, POLITIE, PJ]),
  unapproved('by-others', 'Courts and laboratories do not vote', KOELN, [BKA, PJ, LABO]),
  unapproved('unproven', 'An approval that does not prove', BKA, [
    PJ,
    (hash) => ({ key: POLITIE.id, signature: hash }),
  ]),
  unapproved('unknown-key', 'An approval by nobody’s key', BKA, [PJ, actor(POLITIE.participant, 'stranger')]),
  {
    file: 'invalid/not-approved-by-key',
    about: 'Approvals by keys without authority, without the act, not valid at the block, or revoked',
    tell(story) {
      const keys = [
        actor(POLITIE.participant, 'officer', { powers: POWER.custody }),
        actor(POLITIE.participant, 'masked', { acts: EVERY_ACT & ~(1 << 22) }),
        actor(POLITIE.participant, 'expired', { until: story.now() + 10 }),
        actor(POLITIE.participant, 'revoked'),
      ];
      for (const key of keys) enrolled(story, POLITIE, key);
      const subject = participantSubject(POLITIE.participant);
      story.say(POLITIE, 'revoke', 'revoked', { subject, reference: keys[3]!.id });
      const list = [wordOf(LABO.participant)];
      for (const key of keys) {
        const endorsers = [PJ, key];
        story.say(BKA, 'suspend', 'suspended', { subject: ZERO, list }, 'NOT_APPROVED', { endorsers });
      }
      const suspension = { subject: ZERO, list, time: story.now() };
      // The first key was valid at the claimed time, so that it may state; it is not at the block's, so that it doesn't count.
      const brief = actor(BKA.participant, 'brief', { until: story.now() + 20 });
      enrolled(story, BKA, brief);
      story.wait(100);
      story.say(brief, 'suspend', 'suspended', suspension, 'NOT_APPROVED', { endorsers: [PJ, POLITIE] });
    },
  },
  {
    file: 'invalid/not-approved-suspended-agency',
    about: 'A suspended agency does not vote, nor does it count',
    tell(story) {
      suspended(story, FBI.participant);
      const attempt = (participant: number, endorsers: readonly Actor[], expected: Outcome) =>
        story.say(BKA, 'suspend', 'suspended', { subject: ZERO, list: [wordOf(participant)] }, expected, { endorsers });
      attempt(LABO.participant, [PJ, FBI], 'NOT_APPROVED');
      attempt(LABO.participant, [PJ, POLITIE], 'included');
    },
  },
  {
    file: 'invalid/not-approved-other-acts',
    about: 'Admission, reinstatement, foreign enrolment and retirement need approval as well',
    tell(story) {
      const fresh = actor(9, 'ES-GC');
      const endorsers = [PJ, fresh];
      const lists = [
        ['admit', 'new-member', { list: memberWords(member('ES-GC', 'ES', 'agency', 0, fresh.key)) }],
        ['admit', 'reinstated', { list: [wordOf(FBI.participant)] }],
        ['enrol', 'enrolled', { list: [wordOf(LABO.participant), ...keyWords(fresh.key)] }],
        ['retire', 'retired', { reference: WORD }],
      ] as const;
      for (const [act, code, fields] of lists) {
        story.say(BKA, act, code, { subject: ZERO, ...fields }, 'NOT_APPROVED', { endorsers });
      }
    },
  },
  {
    file: 'invalid/recipient-of-membership',
    about: 'Who does not exist or is not in the status needed is not suspended, reinstated or given a key',
    tell(story) {
      const fresh = actor(LABO.participant, 'fresh');
      const attempt = (act: 'suspend' | 'admit' | 'enrol', code: string, list: readonly Hex[], expected: Outcome) =>
        story.say(BKA, act, code, { subject: ZERO, list }, expected, { endorsers: [...EVERYBODY, fresh] });
      const large = wordOf(2n ** 32n + 1n);
      for (const nobody of [wordOf(0), wordOf(9), large, WORD]) {
        attempt('suspend', 'suspended', [nobody], 'RECIPIENT');
        attempt('admit', 'reinstated', [nobody], 'RECIPIENT');
        attempt('enrol', 'enrolled', [nobody, ...keyWords(fresh.key)], 'RECIPIENT');
      }
      attempt('admit', 'reinstated', [wordOf(LABO.participant)], 'RECIPIENT');
      attempt('suspend', 'suspended', [wordOf(LABO.participant)], 'included');
      attempt('suspend', 'suspended', [wordOf(LABO.participant)], 'RECIPIENT');
      attempt('enrol', 'enrolled', [wordOf(LABO.participant), ...keyWords(fresh.key)], 'included');
    },
  },
];
