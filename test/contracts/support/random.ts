/** Statements as a careless consortium would make them: mostly plausible, now and then wrong in one field. */
import * as fc from 'fast-check';
import { ACTS, ruleOf, type Act } from '../../../protocol/acts.ts';
import { wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { participantSubject, type EvidenceState, type LineOf } from '../../../protocol/ledger.ts';
import { keyWords, memberWords, termsWords } from '../../../protocol/lists.ts';
import { ONWARD, POWER, type Onward } from '../../../protocol/names.ts';
import { listHash, type Stated, type Statement } from '../../../protocol/statement.ts';
import { participantOf } from '../../../protocol/world.ts';
import { terms } from '../../protocol/stories/scenes.ts';
import {
  actor,
  AGENCIES,
  BKA,
  EVERY_ACT,
  FBI,
  FOUNDERS,
  KOELN,
  LABO,
  member,
  PJ,
  POLITIE,
  subjectOf,
  type Actor,
} from '../../protocol/support/actors.ts';
import type { Departure, Fields, Story } from '../../protocol/support/story.ts';

/** Dice for one statement; which faces mean what, is below. */
export interface Roll {
  readonly topic: 'evidence' | 'hold' | 'consent' | 'request' | 'agreement' | 'key' | 'member';
  readonly dice: readonly number[];
  /** which field goes wrong; 0: none */
  readonly slip: number;
}

const topics: readonly (readonly [Roll['topic'], number])[] = [
  ['evidence', 14],
  ['hold', 2],
  ['consent', 3],
  ['request', 2],
  ['agreement', 2],
  ['key', 2],
  ['member', 1],
];

export const roll: fc.Arbitrary<Roll> = fc.record({
  topic: fc.oneof(...topics.map(([topic, weight]) => ({ arbitrary: fc.constant(topic), weight }))),
  dice: fc.array(fc.nat(0xffff), { minLength: 12, maxLength: 12 }),
  slip: fc.oneof({ arbitrary: fc.constant(0), weight: 9 }, { arbitrary: fc.integer({ min: 1, max: 40 }), weight: 1 }),
});

/** A statement, by whom, and how its sheet departs. */
export interface Thrown {
  readonly by: Actor;
  readonly item: Stated;
  readonly departure: Departure;
}

/** Items, and the lines that are opened about them. */
const ITEMS = [BKA, BKA, PJ, KOELN, POLITIE].map((by, i) => subjectOf(by.participant, `item ${i}`));
const WORD = keccakOfText('a word');

/** Keys that may be enrolled in the course of things, with various powers. */
const SPARE: readonly Actor[] = [BKA, BKA, PJ, KOELN, FBI].map(({ participant }, i) =>
  actor(participant, `spare ${i}`, {
    powers: [POWER.custody, POWER.service | POWER.authority, POWER.authority, POWER.custody, POWER.receipt][i]!,
    acts: i === 3 ? EVERY_ACT & ~(1 << 4) : EVERY_ACT,
  }),
);
const NEWCOMERS = [actor(9, 'ES-GC'), actor(10, 'IT-CC')];

/** Reads dice one after another. */
function reader(dice: readonly number[]) {
  let at = 0;
  const next = (faces: number): number => (dice[at++ % dice.length] ?? 0) % faces;
  return {
    next,
    pick: <T>(from: readonly T[]): T => from[next(from.length)]!,
    /** one time in so many */
    seldom: (faces: number): boolean => next(faces) === faces - 1,
  };
}

type Dice = ReturnType<typeof reader>;

/** The statement that a roll makes on the ledger as it is. */
export function throwDice(story: Story, { topic, dice, slip }: Roll): Thrown {
  const thrown = TOPICS[topic](story, reader(dice));
  return slip === 0 ? thrown : slipped(story, thrown, slip, reader(dice.toReversed()));
}

const TOPICS: Readonly<Record<Roll['topic'], (story: Story, dice: Dice) => Thrown>> = {
  evidence: onEvidence,
  hold: onHold,
  consent: onConsent,
  request: onRequest,
  agreement: onAgreement,
  key: onKey,
  member: onMember,
};

function said(story: Story, by: Actor, act: Act, code: string, fields: Fields, departure: Departure = {}): Thrown {
  return { by, item: story.state(by, act, code, fields), departure };
}

function code(dice: Dice, act: Act): string {
  return dice.pick(ACTS[act].codes);
}

/** A key of a participant, often its first. */
function keyOf(story: Story, dice: Dice, participant: number): Actor {
  const own = [...FOUNDERS, ...NEWCOMERS, ...SPARE].filter(
    (each) => each.participant === participant && story.world.key(each.id) !== undefined,
  );
  return dice.seldom(4) ? dice.pick(own) : (own[0] ?? BKA);
}

function onEvidence(story: Story, dice: Dice): Thrown {
  const subject = dice.pick(ITEMS);
  const state = story.world.line('evidence', subject)?.state;
  if (state === undefined) return onNewEvidence(story, dice, subject);
  const who = dice.seldom(10) ? dice.pick(FOUNDERS).participant : undefined;
  const by = (usual: number) => keyOf(story, dice, who ?? usual);
  const { holder } = state;
  switch (state.status) {
    case 'held': {
      const act = dice.pick(['release', 'release', 'release', 'release', 'record', 'correct', 'dispose'] as const);
      if (act === 'release') return onRelease(story, dice, by(holder), subject, state);
      if (act === 'correct')
        return said(story, by(dice.pick(state.origins)), act, 'corrected', { subject, reference: WORD });
      return said(story, by(holder), act, act === 'dispose' && !dice.seldom(6) ? 'lost' : code(dice, act), { subject });
    }
    case 'in-transit': {
      const act = dice.pick(['accept', 'accept', 'accept', 'accept', 'refuse', 'recall', 'dispose'] as const);
      const usual = act === 'accept' || act === 'refuse' ? state.recipient : holder;
      const named = FOUNDERS.concat(SPARE).find((each) => story.world.key(each.id)?.number === state.recipientKey);
      const signer = named !== undefined && usual === state.recipient && !dice.seldom(4) ? named : by(usual);
      return said(story, signer, act, act === 'dispose' ? 'lost' : code(dice, act), { subject });
    }
    case 'returning':
      return dice.seldom(6)
        ? said(story, by(holder), 'dispose', code(dice, 'dispose'), { subject })
        : said(story, by(holder), 'return', 'confirmed', { subject });
    case 'lost':
    case 'disposed':
      return dice.seldom(4)
        ? said(story, by(dice.pick(state.origins)), 'correct', 'corrected', { subject, reference: WORD })
        : said(story, by(holder), 'found', 'found', { subject });
  }
}

function onNewEvidence(story: Story, dice: Dice, subject: Hex): Thrown {
  const by = keyOf(story, dice, Number.parseInt(subject.slice(2, 10), 16));
  const restrictions = dice.seldom(3) ? dice.next(8) : 0;
  const parents = ITEMS.filter((item) => story.world.line('evidence', item)?.state.holder === by.participant);
  if (parents.length === 0 || dice.seldom(2))
    return said(story, by, 'collect', code(dice, 'collect'), { subject, restrictions });
  const list = dice.seldom(4) ? [...parents, dice.pick(ITEMS)] : parents;
  return said(story, by, 'derive', code(dice, 'derive'), { subject, list, restrictions });
}

function onRelease(story: Story, dice: Dice, by: Actor, subject: Hex, state: EvidenceState): Thrown {
  const recipient = dice.pick([BKA, PJ, KOELN, LABO, POLITIE, FBI, ...FOUNDERS]).participant;
  const inside = recipient === by.participant;
  const restrictions = dice.seldom(8) ? dice.next(8) : state.restrictions | (dice.seldom(6) ? dice.next(8) : 0);
  const purpose = dice.seldom(10) ? dice.next(4096) : dice.pick([4, 4, 4, 512]);
  const consents = linesOf(story, 'consent').filter(({ state: { evidence } }) => evidence === subject);
  const fitting = consents.filter(({ state: given }) => given.recipient === recipient && !given.used);
  const list = dice.seldom(3) ? [] : (dice.seldom(6) ? consents : fitting).slice(0, 8).map((line) => line.subject);
  const requests = linesOf(story, 'request').filter(({ state: { requester } }) => requester === recipient);
  return said(story, by, 'release', dice.seldom(12) ? 'late' : 'handoff', {
    subject,
    recipient,
    restrictions,
    purpose,
    list,
    agreement: dice.seldom(8) ? ZERO : (agreementFor(story, dice, by.participant, recipient) ?? ZERO),
    request: dice.seldom(4) && requests.length > 0 ? dice.pick(requests).subject : ZERO,
    recipientKey: inside || dice.seldom(4) ? keyOf(story, dice, recipient).id : ZERO,
  });
}

/** An agreement, mostly one of both jurisdictions. */
function agreementFor(story: Story, dice: Dice, holder: number, recipient: number): Hex | undefined {
  const all = linesOf(story, 'agreement');
  const letters = [holder, recipient].map((number) => participantOf(story.world, number)?.jurisdiction);
  const fitting = all.filter(({ state }) => {
    const parties = state.terms.parties.map((party) => String.fromCharCode(party.who >> 8, party.who & 255));
    return letters.every((each) => each !== undefined && parties.includes(each));
  });
  const from = dice.seldom(10) || fitting.length === 0 ? all : fitting;
  return from.length === 0 ? undefined : dice.pick(from).subject;
}

function onHold(story: Story, dice: Dice): Thrown {
  const placed = linesOf(story, 'hold').filter(({ state }) => state.status === 'on' || dice.seldom(8));
  if (placed.length > 0 && !dice.seldom(3)) {
    const { subject, state } = dice.pick(placed);
    const list = dice.seldom(8) ? [...state.items, WORD] : state.items;
    return said(story, keyOf(story, dice, state.participant), 'lift', 'lifted', { subject, list });
  }
  const item = dice.pick(ITEMS);
  const holder = story.world.line('evidence', item)?.state.holder ?? BKA.participant;
  const by = keyOf(story, dice, dice.seldom(3) ? dice.pick(FOUNDERS).participant : holder);
  const list = dice.seldom(3) ? [item, dice.pick(ITEMS)] : [item];
  return said(story, by, 'hold', 'placed', { subject: fresh(by, dice, 'hold'), list });
}

function onConsent(story: Story, dice: Dice): Thrown {
  const given = linesOf(story, 'consent');
  if (given.length > 0 && dice.seldom(5)) {
    const { subject, state } = dice.pick(given);
    return said(story, keyOf(story, dice, state.giver), 'end', 'consent-withdrawn', { subject });
  }
  const reference = dice.pick(ITEMS);
  const origins = story.world.line('evidence', reference)?.state.origins ?? [BKA.participant];
  const by = keyOf(story, dice, dice.pick(origins));
  const recipient = dice.seldom(12) ? 11 : dice.pick([PJ, FBI, KOELN, LABO, POLITIE]).participant;
  const fields = { subject: fresh(by, dice, 'consent'), recipient, purpose: dice.pick([4, 4, 512]), reference };
  return said(story, by, 'consent', 'given', fields);
}

function onRequest(story: Story, dice: Dice): Thrown {
  const made = linesOf(story, 'request');
  if (made.length > 0 && !dice.seldom(3)) {
    const { subject, state } = dice.pick(made);
    const answers = !dice.seldom(3);
    const by = keyOf(story, dice, answers === dice.seldom(8) ? state.requester : state.asked);
    return answers
      ? said(story, by, 'answer', code(dice, 'answer'), { subject })
      : said(story, by, 'end', 'request-withdrawn', { subject });
  }
  const by = dice.pick(FOUNDERS);
  const recipient = dice.pick(FOUNDERS).participant;
  const list = [wordOf(story.now() + (dice.seldom(6) ? 0 : 1_000))];
  const subject = fresh(by, dice, 'request');
  return said(story, by, 'request', code(dice, 'request'), { subject, recipient, list, purpose: dice.next(16) });
}

function onAgreement(story: Story, dice: Dice): Thrown {
  const open = linesOf(story, 'agreement').filter(({ state }) => state.status === 'open' || dice.seldom(12));
  if (open.length > 0 && !dice.seldom(3)) {
    const { subject, state } = dice.pick(open);
    const by = keyOf(story, dice, dice.pick(state.terms.parties).signatory);
    if (dice.seldom(8)) return said(story, by, 'end', 'agreement-ended', { subject });
    return said(story, by, 'conclude', 'signed', { subject, reference: dice.seldom(12) ? WORD : state.termsHash });
  }
  const by = dice.pick(AGENCIES);
  const jurisdictions = dice.pick([
    ['DE', 'FR'],
    ['FR', 'US'],
    ['DE', 'US'],
    ['DE', 'FR', 'NL', 'US'],
    ['NL', 'DE'],
  ] as const);
  const changes = {
    onward: dice.pick(Object.keys(ONWARD) as Onward[]),
    courtPermission: dice.seldom(3),
    restrictions: dice.seldom(3) ? dice.next(8) : 7,
    purposes: dice.seldom(4) ? dice.next(4096) : 4095,
    from: story.now() + dice.pick([-1_000, -1_000, -1_000, 50]),
    until: story.now() + dice.pick([1_000_000, 1_000_000, 200, 0]),
  };
  const list = termsWords(terms(jurisdictions, changes));
  return said(story, by, 'conclude', 'signed', { subject: fresh(by, dice, 'agreement'), list });
}

function onKey(story: Story, dice: Dice): Thrown {
  const spare = dice.pick(SPARE);
  const by = keyOf(story, dice, spare.participant);
  const subject = participantSubject(spare.participant);
  if (dice.seldom(6)) return said(story, by, 'erase', 'erased', { subject, list: [WORD] });
  if (story.world.key(spare.id) === undefined || dice.seldom(6)) {
    const endorsers = dice.seldom(6) ? [] : [spare];
    return said(story, by, 'enrol', 'enrolled', { subject, list: keyWords(spare.key) }, { endorsers });
  }
  return said(story, by, 'revoke', 'revoked', { subject, reference: spare.id });
}

function onMember(story: Story, dice: Dice): Thrown {
  const by = dice.pick(AGENCIES);
  const others = AGENCIES.filter((each) => each !== by && !dice.seldom(8));
  const participant = dice.pick(FOUNDERS).participant;
  const isSuspended = participantOf(story.world, participant)?.status === 'suspended';
  const endorsers = dice.seldom(10) ? others.toReversed() : others;
  const subject = ZERO;
  if (isSuspended || dice.seldom(12)) {
    return said(story, by, 'admit', 'reinstated', { subject, list: [wordOf(participant)] }, { endorsers });
  }
  if (dice.seldom(3)) {
    const newcomer = dice.pick(NEWCOMERS);
    const list = memberWords(member('ES-GC', 'ES', dice.pick(['agency', 'expert']), dice.pick([0, 1]), newcomer.key));
    return said(story, by, 'admit', 'new-member', { subject, list }, { endorsers: [...endorsers, newcomer] });
  }
  if (dice.seldom(3)) {
    const spare = dice.pick(SPARE);
    const list = [wordOf(spare.participant), ...keyWords(spare.key)];
    return said(story, by, 'enrol', 'enrolled', { subject, list }, { endorsers: [...endorsers, spare] });
  }
  return said(story, by, 'suspend', 'suspended', { subject, list: [wordOf(participant)] }, { endorsers });
}

function fresh(by: Actor, dice: Dice, name: string): Hex {
  return subjectOf(by.participant, `${name} ${dice.next(6)}`);
}

function linesOf<K extends 'hold' | 'consent' | 'request' | 'agreement'>(story: Story, kind: K): LineOf<K>[] {
  return story.world.lines().filter((line) => line.kind === kind) as LineOf<K>[];
}

/** The same statement, wrong in one field; its list still fits its reference. */
function slipped(story: Story, { by, item, departure }: Thrown, slip: number, dice: Dice): Thrown {
  const { statement, list } = item;
  const now = story.now();
  const changes: readonly (Partial<Statement> | { list: readonly Hex[] } | { departure: Departure })[] = [
    { time: now + 121 },
    { time: now + 120, expires: now + 120 + 2_592_000 },
    { time: now - 2_592_000, expires: now - 1 },
    { expires: statement.time - 1 },
    { expires: statement.time + 2_592_001 },
    { previous: WORD },
    { previous: ZERO },
    { participant: dice.next(12) },
    { subject: dice.pick(ITEMS) },
    { subject: participantSubject(dice.next(4)) },
    { subject: subjectOf(dice.next(12), 'elsewhere') },
    { act: 1 + dice.next(26) },
    { code: dice.next(8) },
    { recipient: dice.next(12) },
    { recipientKey: dice.pick([...FOUNDERS, ...SPARE]).id },
    { agreement: WORD },
    { request: WORD },
    { purpose: dice.next(65_536) },
    { restrictions: dice.next(65_536) },
    { reference: WORD },
    { record: WORD },
    { list: [] },
    { list: [...list, WORD] },
    { list: [...list, ...list] },
    { list: list.slice(1) },
    { list: list.map((word, i) => (i === dice.next(list.length) ? WORD : word)) },
    { list: list.map((word, i) => (i === dice.next(list.length) ? wordOf(dice.next(70_000)) : word)) },
    { departure: { ...departure, sign: (hash) => hash } },
    { departure: { ...departure, endorsers: [] } },
  ];
  const change = changes[slip % changes.length]!;
  if ('departure' in change) return { by, item, departure: change.departure };
  if (!('list' in change)) {
    // A reference of its own has no list beside it.
    const alone = 'reference' in change ? [] : list;
    return { by, item: { statement: { ...statement, ...change }, list: alone }, departure };
  }
  const longest = change.list.slice(0, 255);
  const reference = longest.length > 0 ? listHash(longest) : ZERO;
  return { by, item: { statement: { ...statement, reference }, list: longest }, departure };
}

/** The contract that keeps the line of a statement. */
export function keeperOf({ item }: Thrown) {
  return ruleOf(item.statement.act)?.keeper ?? 'custody';
}
