import type { Act } from '../../../protocol/acts.ts';
import { type Hex } from '../../../protocol/bytes.ts';
import type { Outcome } from '../../../protocol/event.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { POWER } from '../../../protocol/names.ts';
import { actor, BKA, KOELN, PJ } from '../support/actors.ts';
import type { Fields, Story } from '../support/story.ts';
import { collected, enrolled, handed, released, type Tale } from './scenes.ts';

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

export const STATES: readonly Tale[] = [
  inState(
    'closed-disposed',
    'Nothing but a correction follows a disposal',
    (story, item) => story.say(BKA, 'dispose', 'destroyed', { subject: item }),
    attempts(
      'CLOSED',
      ['release', 'handoff', { recipient }],
      ['accept', 'clean'],
      ['refuse', 'other'],
      ['return', 'confirmed'],
      ['recall', 'recalled'],
      ['record', 'stored'],
      ['dispose', 'returned'],
      ['dispose', 'lost'],
      ['found', 'found'],
    ),
  ),
  inState(
    'closed-lost',
    'Nothing but a correction or finding it follows a loss',
    (story, item) => story.say(BKA, 'dispose', 'lost', { subject: item }),
    attempts(
      'CLOSED',
      ['release', 'handoff', { recipient }],
      ['accept', 'clean'],
      ['refuse', 'other'],
      ['return', 'confirmed'],
      ['recall', 'recalled'],
      ['record', 'stored'],
      ['dispose', 'returned'],
      ['dispose', 'lost'],
    ),
  ),
  inState(
    'in-transit',
    'What is in transit is not released, recorded, corrected or disposed of',
    (story, item) => released(story, item, BKA, KOELN),
    attempts(
      'IN_TRANSIT',
      ['release', 'handoff', { recipient }],
      ['record', 'stored'],
      ['correct', 'corrected', { reference: WORD }],
      ['dispose', 'consumed'],
    ),
  ),
  inState(
    'in-transit-returning',
    'Nor is what returns',
    (story, item) => {
      released(story, item, BKA, KOELN);
      story.say(KOELN, 'refuse', 'other', { subject: item });
    },
    attempts(
      'IN_TRANSIT',
      ['release', 'handoff', { recipient }],
      ['record', 'stored'],
      ['correct', 'corrected', { reference: WORD }],
      ['dispose', 'consumed'],
    ),
  ),
  inState(
    'not-released',
    'Acceptance, refusal, recall and return follow a release',
    () => undefined,
    attempts('NOT_RELEASED', ['accept', 'clean'], ['refuse', 'other'], ['recall', 'recalled'], ['return', 'confirmed']),
  ),
  inState(
    'not-released-returning',
    'What was refused is neither accepted nor recalled; what was not refused does not return',
    (story, item) => {
      released(story, item, BKA, KOELN);
      story.say(BKA, 'return', 'confirmed', { subject: item }, 'NOT_RELEASED');
      story.say(KOELN, 'refuse', 'other', { subject: item });
      story.say(KOELN, 'accept', 'clean', { subject: item }, 'NOT_RELEASED');
    },
    attempts('NOT_RELEASED', ['refuse', 'other'], ['recall', 'recalled']),
  ),
  inState(
    'not-lost',
    'Only what is lost is found',
    (story, item) => {
      story.say(BKA, 'found', 'found', { subject: item }, 'NOT_LOST');
      released(story, item, BKA, KOELN);
    },
    attempts('NOT_LOST', ['found', 'found']),
  ),
  {
    file: 'invalid/not-holder',
    about: 'Only the holder releases, records, disposes, recalls, confirms a return and finds',
    tell(story) {
      const item = collected(story);
      const say = (act: Act, code: string, fields: Fields = {}) =>
        story.say(KOELN, act, code, { subject: item, ...fields }, 'NOT_HOLDER');
      say('release', 'handoff', { recipient });
      say('record', 'stored');
      say('dispose', 'returned');
      say('dispose', 'lost');
      released(story, item, BKA, KOELN);
      say('recall', 'recalled');
      say('dispose', 'lost');
      story.say(KOELN, 'refuse', 'other', { subject: item });
      say('return', 'confirmed');
      story.say(BKA, 'dispose', 'lost', { subject: item });
      say('found', 'found');
    },
  },
  {
    file: 'invalid/not-holder-any-more',
    about: 'Who gave an item away no longer speaks as its holder',
    tell(story) {
      const item = collected(story);
      handed(story, item, BKA, KOELN);
      story.say(BKA, 'record', 'stored', { subject: item }, 'NOT_HOLDER');
    },
  },
  {
    file: 'invalid/not-recipient',
    about: 'Only the participant that the release names accepts or refuses',
    tell(story) {
      const item = collected(story);
      released(story, item, BKA, KOELN);
      for (const by of [BKA, PJ]) {
        story.say(by, 'accept', 'clean', { subject: item }, 'NOT_RECIPIENT');
        story.say(by, 'refuse', 'other', { subject: item }, 'NOT_RECIPIENT');
      }
    },
  },
  {
    file: 'invalid/not-recipient-another-key',
    about: 'Only the key that the release names accepts or refuses',
    tell(story) {
      const judge = actor(KOELN.participant, 'judge', { powers: POWER.custody });
      enrolled(story, KOELN, judge);
      const item = collected(story);
      released(story, item, BKA, KOELN, { recipientKey: judge.id });
      story.say(KOELN, 'accept', 'clean', { subject: item }, 'NOT_RECIPIENT');
      story.say(KOELN, 'refuse', 'other', { subject: item }, 'NOT_RECIPIENT');
    },
  },
  {
    file: 'invalid/not-recipient-the-releasing-key',
    about: 'Inside one participant the releasing key does not accept what it released',
    tell(story) {
      const room = actor(BKA.participant, 'evidence room');
      enrolled(story, BKA, room);
      const item = collected(story);
      released(story, item, BKA, BKA, { recipientKey: room.id });
      story.say(BKA, 'accept', 'clean', { subject: item }, 'NOT_RECIPIENT');
    },
  },
  {
    file: 'invalid/not-author-correct',
    about: 'Only the holder or an origin corrects',
    tell(story) {
      const item = collected(story);
      story.say(KOELN, 'correct', 'corrected', { subject: item, reference: WORD }, 'NOT_AUTHOR');
      handed(story, item, BKA, KOELN);
      handed(story, item, KOELN, BKA);
      story.say(BKA, 'dispose', 'consumed', { subject: item });
      story.say(KOELN, 'correct', 'corrected', { subject: item, reference: WORD }, 'NOT_AUTHOR');
    },
  },
];
