/**
 * A bundle to verify: a trail of 1,000 statements, each under a signature of its own, by ten keys of eight participants,
 * proven in a ledger that stores far more than the trail.
 */
import type { Bundle } from '../../protocol/bundle/form.ts';
import type { LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { utf8, wordOf } from '../../protocol/bytes.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { actor, BKA, KOELN, type Actor } from '../../test/protocol/support/actors.ts';
import { ledgerOf, proven, unprovenBundle } from '../../test/protocol/support/bundles.ts';
import { newStory } from '../../test/protocol/support/story.ts';
import { collected, enrolled, handed } from '../../test/protocol/stories/scenes.ts';

export const STATEMENTS = 1_000;
/** Words of other people's lines in the contract that keeps evidence. */
const OTHER_WORDS = 100_000;

export interface BenchBundle {
  readonly bundle: Bundle;
  readonly bytes: Uint8Array;
  readonly ledger: LedgerFile;
}

export function makeBenchBundle(): BenchBundle {
  const story = newStory('A long trail');
  const officers = [actor(BKA.participant, 'officer'), actor(KOELN.participant, 'clerk')] as const;
  enrolled(story, BKA, officers[0]);
  enrolled(story, KOELN, officers[1]);
  const subject = collected(story, BKA, 'phone');
  let [holder, recipient]: readonly [Actor, Actor] = officers;
  for (let told = 3; told < STATEMENTS;) {
    if (told % 8 === 3) {
      handed(story, subject, holder, recipient);
      [holder, recipient] = [recipient, holder];
      told += 2;
    } else {
      story.say(holder, 'record', 'examined', { subject, record: keccakOfText(`record ${told}`) });
      told += 1;
    }
  }
  const vector = story.vector();
  const bundle = proven(unprovenBundle(vector, subject), {
    stored(contract, slots) {
      if (contract !== 'custody') return;
      for (let i = 0; i < OTHER_WORDS; i++) slots.set(wordOf(2 ** 40 + i), wordOf(2 ** 40 + i));
    },
  });
  if (bundle.inclusions.length !== STATEMENTS) throw new Error(`${bundle.inclusions.length} statements were told`);
  return { bundle, bytes: utf8(JSON.stringify(bundle)), ledger: ledgerOf(vector) };
}
