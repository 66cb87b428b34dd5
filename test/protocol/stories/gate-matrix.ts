/** Each reason of the gate: a release that is rejected for it alone, and a twin that differs in that and is included. */
import { wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { termsWords, type Terms } from '../../../protocol/lists.ts';
import { PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import type { Reason } from '../../../protocol/reasons.ts';
import { BKA, FBI, PJ, POLITIE, subjectOf, type Actor } from '../support/actors.ts';
import type { Fields, Story } from '../support/story.ts';
import { collected, concluded, handed, INVESTIGATE, suspended, terms, type Tale } from './scenes.ts';

/** Tries the releases one after the other; fields of both are `shared`. */
function twins(story: Story, by: Actor, reason: Reason, shared: Fields, failing: Fields, passing: Fields): void {
  story.say(by, 'release', 'handoff', { ...shared, ...failing }, reason);
  story.say(by, 'release', 'handoff', { ...shared, ...passing });
}

/** The agreement that a release across the border names. */
function bases(story: Story, treaty: Hex): void {
  const cases: Partial<Record<Reason, Hex>> = {
    NO_BASIS: ZERO,
    AGREEMENT_UNKNOWN: subjectOf(BKA.participant, 'proposed'),
    AGREEMENT_EARLY: concluded(story, 'early', ['DE', 'FR'], { from: story.now() + 100_000 }),
    AGREEMENT_OVER: concluded(story, 'ended'),
    NOT_COVERED: concluded(story, 'of others', ['DE', 'US']),
  };
  const proposal = { subject: cases.AGREEMENT_UNKNOWN!, list: termsWords(terms()) };
  story.say(BKA, 'conclude', 'signed', proposal);
  story.say(PJ, 'end', 'agreement-ended', { subject: cases.AGREEMENT_OVER! });
  for (const [reason, agreement] of Object.entries(cases)) {
    const shared = { subject: collected(story, BKA, reason), recipient: PJ.participant, purpose: INVESTIGATE };
    twins(story, BKA, reason as Reason, shared, { agreement }, { agreement: treaty });
  }
}

/** What the release says of the item. */
function conditions(story: Story, treaty: Hex): void {
  const { H1, H2 } = RESTRICTIONS;
  const basis = { recipient: PJ.participant, agreement: treaty };
  const purpose = INVESTIGATE;
  const free = { ...basis, subject: collected(story, BKA, 'purpose') };
  twins(story, BKA, 'PURPOSE', free, { purpose: PURPOSES.prosecute }, { purpose });
  const restricted = { ...basis, purpose, subject: collected(story, BKA, 'restriction') };
  twins(story, BKA, 'RESTRICTION', restricted, { restrictions: H2 }, { restrictions: H1 });
  const bound = { ...basis, purpose, subject: collected(story, BKA, 'dropped', { restrictions: H1 }) };
  twins(story, BKA, 'RESTRICTION_DROPPED', bound, { restrictions: 0 }, { restrictions: H1 });
  const answer = { ...basis, purpose, subject: collected(story, BKA, 'request') };
  const request = subjectOf(PJ.participant, 'request');
  const list = [wordOf(story.now() + 1_000)];
  story.say(PJ, 'request', 'police-cooperation', { subject: request, recipient: BKA.participant, list });
  twins(story, BKA, 'REQUEST', answer, { request: keccakOfText('no request') }, { request });
}

/** An item that PJ received from BKA under an agreement of its own. */
function received(story: Story, name: string, onward: Terms['onward']): Hex {
  const item = collected(story, BKA, name);
  const agreement = concluded(story, `inward of ${name}`, ['DE', 'FR', 'NL'], { onward });
  handed(story, item, BKA, PJ, { agreement, purpose: INVESTIGATE });
  return item;
}

/** Under what the item came, and under what its parent came. */
function onwards(story: Story, outward: Hex): void {
  const shared = { recipient: POLITIE.participant, agreement: outward, purpose: INVESTIGATE };
  const image = (of: string, item: Hex): Hex => {
    const subject = subjectOf(PJ.participant, `image of ${of}`);
    story.say(PJ, 'derive', 'image', { subject, list: [item] });
    return subject;
  };
  const [bound, free] = [received(story, 'bound', 'none'), received(story, 'free', 'parties')];
  const images = [image('bound', bound), image('free', free)] as const;
  twins(story, PJ, 'ONWARD', shared, { subject: images[0] }, { subject: images[1] });
  twins(story, PJ, 'ONWARD', shared, { subject: bound }, { subject: free });
}

/** Which consents the release lists. */
function consents(story: Story, outward: Hex): void {
  const basis = { recipient: FBI.participant, agreement: outward, purpose: INVESTIGATE };
  const given = (name: string, item: Hex, recipient = FBI): Hex => {
    const subject = subjectOf(BKA.participant, name);
    const fields = { subject, recipient: recipient.participant, purpose: INVESTIGATE, reference: item };
    story.say(BKA, 'consent', 'given', fields);
    return subject;
  };
  const subject = received(story, 'conditional', 'consent');
  const [first, second, third] = ['first', 'second', 'third'].map((name) => given(name, subject));
  const recalled = (): Hex => story.say(PJ, 'recall', 'recalled', { subject });
  const shared = { ...basis, subject };
  twins(story, PJ, 'CONSENT_MISSING', shared, { list: [] }, { list: [first!] });
  recalled();
  twins(story, PJ, 'CONSENT_USED', shared, { list: [first!] }, { list: [second!] });
  recalled();
  twins(story, PJ, 'CONSENT', shared, { list: [given('to another', subject, POLITIE)] }, { list: [third!] });
}

/** Who takes part, before and after it is reinstated. */
function parties(story: Story, treaty: Hex): void {
  const basis = { agreement: treaty, purpose: INVESTIGATE };
  const out = { ...basis, subject: collected(story, BKA, 'out'), recipient: PJ.participant };
  const back = { ...basis, subject: collected(story, PJ, 'back'), recipient: BKA.participant };
  suspended(story, PJ.participant);
  story.say(BKA, 'release', 'handoff', out, 'RECIPIENT');
  story.say(PJ, 'release', 'handoff', back, 'SUSPENDED');
  const list = [wordOf(PJ.participant)];
  const endorsers = [POLITIE, FBI];
  story.say(BKA, 'admit', 'reinstated', { subject: ZERO, list }, 'included', { endorsers });
  story.say(BKA, 'release', 'handoff', out);
  story.say(PJ, 'release', 'handoff', back);
}

export const GATE_MATRIX: readonly Tale[] = [
  {
    file: 'stories/gate-matrix',
    about: 'Each reason of the gate: a release that is rejected for it alone, and its twin that is included',
    tell(story) {
      const changes = { purposes: INVESTIGATE, restrictions: RESTRICTIONS.H1 };
      const treaty = concluded(story, 'treaty', ['DE', 'FR'], changes);
      const outward = concluded(story, 'outward', ['FR', 'US', 'NL']);
      bases(story, treaty);
      conditions(story, treaty);
      onwards(story, outward);
      consents(story, outward);
      parties(story, treaty);
    },
  },
];
