/** A ledger that was retired, and one that goes on where it ended. */
import { bytesToHex, wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { foundingHash, type Founding } from '../../../protocol/founding.ts';
import { heritageHash, encodeHeritage, leave, type Estate } from '../../../protocol/heritage.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { termsWords } from '../../../protocol/lists.ts';
import { actor, BKA, FBI, KOELN, PJ, POLITIE, subjectOf } from '../support/actors.ts';
import { newStory, type Story } from '../support/story.ts';
import { collected, concluded, enrolled, handed, INVESTIGATE, released, terms } from './scenes.ts';

export const PHONE = subjectOf(BKA.participant, 'phone');
export const CONSENT = subjectOf(BKA.participant, 'consent');
export const HOLD = subjectOf(BKA.participant, 'hold');
export const officer = actor(BKA.participant, 'officer');

/** Lines of every kind; the phone is in transit at the end. */
export function livelyLedger(story: Story): void {
  const treaty = concluded(story, 'treaty', ['DE', 'FR', 'US'], { onward: 'consent' });
  enrolled(story, BKA, officer);
  collected(story, BKA, 'phone');
  const request = subjectOf(PJ.participant, 'order');
  const demand = { subject: request, recipient: BKA.participant, list: [wordOf(story.now() + 1_000_000)] };
  story.say(PJ, 'request', 'european-investigation-order', demand);
  handed(story, PHONE, BKA, PJ, { agreement: treaty, purpose: INVESTIGATE, request });
  story.say(BKA, 'hold', 'placed', { subject: HOLD, list: [collected(story, BKA, 'another')] });
  const consent = { subject: CONSENT, recipient: FBI.participant, purpose: INVESTIGATE, reference: PHONE };
  story.say(BKA, 'consent', 'given', consent);
  const release = { subject: PHONE, recipient: FBI.participant, agreement: treaty, purpose: INVESTIGATE };
  story.say(PJ, 'release', 'handoff', { ...release, list: [CONSENT] });
}

/** Everybody signs what the ledger leaves. */
export function retired(story: Story): Estate {
  const estate = leave(story.world.lines(), story.world.keys());
  const departure = { endorsers: [PJ, POLITIE, FBI] };
  story.say(
    BKA,
    'retire',
    'retired',
    { subject: ZERO, reference: heritageHash(estate.heritage) },
    'included',
    departure,
  );
  return estate;
}

export function successorOf({ heritage }: Pick<Estate, 'heritage'>): Founding {
  return { nonce: keccakOfText('unbroken/vectors/successor'), predecessor: heritageHash(heritage), members: [] };
}

export function heritageBytes({ heritage }: Pick<Estate, 'heritage'>): Hex {
  return bytesToHex(encodeHeritage(heritage));
}

/** A subject as the successor takes it. */
export function taggedSubject(founding: Founding, participant: number, name: string): Hex {
  const plain = subjectOf(participant, name);
  return `0x${plain.slice(2, 10)}${foundingHash(founding).slice(2, 18)}${plain.slice(26)}`;
}

export function newSuccessor(estate: Estate, foundedAt: number): Story {
  return newStory('a successor', { founding: successorOf(estate), foundedAt, inherits: estate, whole: true });
}

/** The phone arrives, and everything else goes on too. */
export function afterwards(story: Story, founding: Founding): void {
  story.say(FBI, 'accept', 'clean', { subject: PHONE });
  story.say(BKA, 'collect', 'seized', { subject: subjectOf(BKA.participant, 'knife') }, 'FOREIGN_NUMBER');
  story.say(BKA, 'collect', 'seized', { subject: PHONE }, 'FOREIGN_NUMBER');
  const knife = taggedSubject(founding, BKA.participant, 'knife');
  story.say(officer, 'collect', 'seized', { subject: knife });
  released(story, knife, BKA, KOELN);
  const memorandum = taggedSubject(founding, BKA.participant, 'memorandum');
  story.say(BKA, 'conclude', 'signed', { subject: memorandum, list: termsWords(terms(['DE', 'US'])) });
  story.say(BKA, 'lift', 'lifted', { subject: HOLD, list: [subjectOf(BKA.participant, 'another')] });
  const release = { subject: PHONE, recipient: PJ.participant, purpose: INVESTIGATE };
  story.say(
    FBI,
    'release',
    'handoff',
    { ...release, agreement: subjectOf(BKA.participant, 'treaty'), list: [CONSENT] },
    'CONSENT',
  );
  enrolled(story, PJ, actor(PJ.participant, 'fresh'));
  story.say(BKA, 'revoke', 'revoked', { subject: participantSubject(BKA.participant), reference: officer.id });
}
