/** Results never read stronger than they are: what is not known is said. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { CheckName } from '../../protocol/bundle/check.ts';
import { parseBundle, type Bundle } from '../../protocol/bundle/form.ts';
import { verifyBundle, type BundleVerification, type VerifyOptions } from '../../protocol/bundle/verify.ts';
import { hexToBytes } from '../../protocol/bytes.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { participantSubject } from '../../protocol/ledger.ts';
import { RESTRICTIONS } from '../../protocol/names.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import { BKA, KOELN, PJ, subjectOf } from './support/actors.ts';
import { proven, reread, unprovenBundle } from './support/bundles.ts';
import { vectorPath } from './support/files.ts';
import { newStory, type Story } from './support/story.ts';
import type { BundleVector } from './stories/bundles.ts';
import { collected, concluded, handed, INVESTIGATE } from './stories/scenes.ts';

const PHONE = subjectOf(BKA.participant, 'phone');

function vector(name: string): BundleVector {
  return JSON.parse(readFileSync(vectorPath(`bundles/${name}`), 'utf8')) as BundleVector;
}

function resultOf(name: string, options: VerifyOptions = {}): BundleVerification {
  const { bundle, ledger } = vector(name);
  return verifyBundle(parseBundle(bundle), { ...(ledger && { ledger }), ...options });
}

function sentenceOf({ checks }: BundleVerification, name: CheckName): string {
  return checks.find((check) => check.name === name)!.sentence;
}

function told(tell: (story: Story) => void): Bundle {
  const story = newStory('A bundle');
  tell(story);
  return reread(proven(unprovenBundle(story.vector(), PHONE)));
}

const says = (result: BundleVerification, words: string): boolean =>
  result.stands.some((sentence) => sentence.includes(words));

describe('results of verifying', () => {
  it('say that keys are unknown without a ledger file', () => {
    expect(says(resultOf('valid/no-ledger-file'), 'Whose keys signed is not known')).to.equal(true);
    expect(says(resultOf('valid/handover'), 'is not known')).to.equal(false);
  });

  it('say that completeness is unknown where nobody vouches for the block', () => {
    for (const name of ['valid/no-ledger-file', 'valid/signatures-alone', 'valid/unproven', 'invalid/sealed']) {
      const result = resultOf(name);
      expect(result, name).to.not.have.property('completeAsOf');
      expect(says(result, 'Whether the trail is complete is not known'), name).to.equal(true);
      expect(JSON.stringify(result.checks), name).to.not.include('complete as of');
    }
    expect(sentenceOf(resultOf('valid/handover'), 'anchors')).to.include('complete as of block 1000');
  });

  it('say that seals prove nothing if validators’ keys leak, and whose choice validators are', () => {
    const result = resultOf('valid/handover');
    expect(says(result, 'more than a third of the validators')).to.equal(true);
    expect(says(result, 'outside the rule of two thirds')).to.equal(true);
  });

  it('show the longest delay between an event and its anchoring', () => {
    const bundle = told((story) => {
      collected(story, BKA, 'phone', { time: story.now() - 4_000 });
      handed(story, PHONE, BKA, KOELN);
    });
    const { checks } = verifyBundle(bundle);
    const times = checks.find(({ name }) => name === 'times')!;
    expect(Number(/(\d+) seconds?\.$/.exec(times.sentence)?.[1])).to.be.at.least(4_000);
    expect(times.meaning).to.include('anchoring proves nothing about the time before it');
  });

  it('fail for a block of the future, or one that is older than what it proves', () => {
    const { bundle } = vector('valid/handover');
    const { time } = parseHeader(hexToBytes(bundle.proof!.header));
    const times = (result: BundleVerification): string | undefined =>
      result.checks.find(({ name }) => name === 'times')?.result;
    expect(times(resultOf('valid/handover', { now: time }))).to.equal('passed');
    expect(times(resultOf('valid/handover', { now: time - 121 }))).to.equal('failed');
    const late = bundle.inclusions.map((each, i, all) => (i === all.length - 1 ? { ...each, time: time + 1 } : each));
    expect(times(verifyBundle(parseBundle({ ...bundle, inclusions: late })))).to.equal('failed');
  });

  it('name the records that are not here, and those that were erased on record', () => {
    const bundle = told((story) => {
      collected(story, BKA, 'phone', { record: keccakOfText('one') });
      const first = story.head('evidence', PHONE);
      story.say(BKA, 'record', 'examined', { subject: PHONE, record: keccakOfText('two') });
      const subject = participantSubject(BKA.participant);
      story.say(BKA, 'erase', 'erased', { subject, list: [first] }, 'included', { endorsers: [] });
      handed(story, PHONE, BKA, KOELN);
    });
    expect(sentenceOf(verifyBundle(bundle), 'records')).to.include('Of 2 other statements');
    expect(sentenceOf(verifyBundle(bundle), 'records')).to.include('1 of them erased');
  });

  it('say that use in court needs consent, by a restriction or by an agreement', () => {
    const restricted = (restrictions: number, courtPermission: boolean): Bundle =>
      told((story) => {
        const agreement = concluded(story, 'treaty', ['DE', 'FR'], { courtPermission });
        collected(story, BKA, 'phone');
        handed(story, PHONE, BKA, PJ, { agreement, purpose: INVESTIGATE, restrictions });
      });
    const borders = (bundle: Bundle): string => sentenceOf(verifyBundle(bundle), 'borders');
    expect(borders(restricted(RESTRICTIONS.H1, false))).to.include('in court needs the consent');
    expect(borders(restricted(0, true))).to.include('in court needs the consent');
    expect(borders(restricted(0, false))).to.not.include('in court');
  });
});
