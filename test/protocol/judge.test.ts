/** What vectors can't say of judgement: worlds, and statements that have no wire form. */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { ZERO } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { foundedWorld } from '../../protocol/founding.ts';
import { judge, judgeLate } from '../../protocol/judge.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { REASONS } from '../../protocol/reasons.ts';
import { digestOf } from '../../protocol/statement.ts';
import { apply, isRetired, memoryWorld, overlayWorld, participantOf, type MutableWorld } from '../../protocol/world.ts';
import { concluded, collected } from './stories/scenes.ts';
import { AGENCIES, BKA, FOUNDED_AT, FOUNDERS, FOUNDING, KOELN, subjectOf } from './support/actors.ts';
import { anyStated, seeded } from './support/arbitraries.ts';
import { newStory } from './support/story.ts';

describe('judgement', () => {
  it('calls what no enrolled key signed unsigned', () => {
    const story = newStory('unsigned');
    const item = story.state(BKA, 'collect', 'seized', { subject: subjectOf(1, 'phone'), key: keccakOfText('nobody') });
    expect(judge(story.world, item, { blockTime: story.now() })).to.deep.equal({ reason: 'UNSIGNED' });
  });

  it('rejects a list that is not its reference’s', () => {
    const story = newStory('list');
    const right = story.state(BKA, 'derive', 'image', { subject: subjectOf(1, 'image'), list: [ZERO] });
    const at = { blockTime: story.now() };
    expect(judge(story.world, { ...right, list: [BKA.id] }, at)).to.deep.equal({ reason: 'MALFORMED' });
    expect(judge(story.world, { ...right, list: [] }, at)).to.deep.equal({ reason: 'MALFORMED' });
  });

  it('says of any statement that it may follow, or by which reason not', () => {
    const story = newStory('anything');
    const subject = collected(story);
    const names = REASONS.map(({ name }) => name);
    const signer = fc.constantFrom(...FOUNDERS);
    const act = fc.integer({ min: 0, max: 26 });
    fc.assert(
      fc.property(anyStated, signer, act, fc.boolean(), fc.boolean(), (given, by, number, own, timely) => {
        const statement = {
          ...given.statement,
          key: by.id,
          participant: own ? by.participant : given.statement.participant,
          act: number,
          code: given.statement.code % 7,
          subject: own ? subject : given.statement.subject,
          ...(timely ? { time: story.now(), expires: story.now() } : {}),
        };
        const judged = judge(story.world, { ...given, statement }, { blockTime: story.now() });
        if ('reason' in judged) expect(names).to.include(judged.reason);
        else expect(judged.changes).to.not.have.length(0);
      }),
      seeded(2_000),
    );
  });

  it('changes nothing by itself', () => {
    const story = newStory('pure');
    const item = story.state(BKA, 'collect', 'seized', { subject: subjectOf(1, 'phone') });
    const before = story.world.tally();
    const at = { blockTime: story.now() };
    const first = judge(story.world, item, at);
    expect(judge(story.world, item, { ...at, digest: digestOf(item.statement) })).to.deep.equal(first);
    expect(story.world.line('evidence', item.statement.subject)).to.equal(undefined);
    expect(story.world.tally()).to.deep.equal(before);
  });

  it('refuses a late release and an acceptance that are no pair, and a ledger that is retired', () => {
    const story = newStory('retired');
    const subject = collected(story);
    const at = { blockTime: story.now() };
    const late = story.state(BKA, 'release', 'late', { subject, recipient: KOELN.participant });
    const accept = story.state(KOELN, 'accept', 'clean', { subject });
    const code = (run: () => unknown) => expect(run).to.throw(ProtocolError).with.property('code');
    code(() => judgeLate(story.world, late, accept, at)).that.equals('PAIR');
    const [first, ...endorsers] = AGENCIES;
    const departure = { endorsers };
    story.say(first!, 'retire', 'retired', { subject: ZERO, reference: BKA.id }, 'included', departure);
    expect(isRetired(story.world)).to.equal(true);
    code(() => judge(story.world, late, at)).that.equals('RETIRED');
    const pair = { ...accept, statement: { ...accept.statement, previous: digestOf(late.statement) } };
    code(() => judgeLate(story.world, late, pair, at)).that.equals('RETIRED');
  });
});

describe('a world over another', () => {
  it('reads through, keeps what is put to itself, and counts both', () => {
    const story = newStory('overlay');
    const below = story.world;
    const treaty = concluded(story, 'treaty');
    const over = overlayWorld(below);
    const tallyBelow = below.tally();
    expect(over.agreement(1)?.subject).to.equal(treaty);
    expect(participantOf(over, 5)?.code).to.equal('DE-LG-KOELN');
    expect([participantOf(over, 0), participantOf(over, 99), over.agreement(2)]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);

    const line = below.line('agreement', treaty)!;
    over.putLine({ ...line, state: { ...line.state, status: 'ended', endedAt: 1 } });
    over.putLine({ ...line, subject: subjectOf(1, 'second'), state: { ...line.state, number: 2 } });
    const key = below.key(BKA.id)!;
    over.putKey({ ...key, revokedAt: 1 });
    over.putKey({ ...key, id: keccakOfText('another'), number: 9 });
    const court = below.line('participant', `0x00000005${'0'.repeat(56)}`)!;
    const agency = below.line('participant', `0x00000001${'0'.repeat(56)}`)!;
    over.putLine({ ...court, state: { ...court.state, status: 'suspended' } });
    over.putLine({ ...agency, state: { ...agency.state, status: 'suspended' } });

    expect(over.tally()).to.deep.equal({ participants: 8, activeAgencies: 3, keys: 9, agreements: 2 });
    expect([over.agreement(1)?.state.status, over.agreement(2)?.state.number]).to.deep.equal(['ended', 2]);
    expect(over.key(BKA.id)?.revokedAt).to.equal(1);
    expect(below.tally()).to.deep.equal(tallyBelow);
    expect([below.agreement(1)?.state.status, below.key(BKA.id)?.revokedAt]).to.deep.equal(['concluded', 0]);
  });

  it('comes to the same as one in memory', () => {
    const direct = foundedWorld(FOUNDING, FOUNDED_AT);
    const story = newStory('the same', { whole: true });
    collected(story);
    concluded(story, 'treaty');
    const copy: MutableWorld = memoryWorld();
    for (const line of story.world.lines()) copy.putLine(line);
    for (const key of story.world.keys()) copy.putKey(key);
    expect(copy.tally()).to.deep.equal(story.world.tally());
    const counts = story.world.lines().map(({ kind, count }) => `${kind} ${count}`);
    expect(counts.slice(-2)).to.deep.equal(['evidence 1', 'agreement 2']);
    const item = story.state(BKA, 'collect', 'seized', { subject: subjectOf(1, 'other') });
    const judged = judge(direct, item, { blockTime: story.now() });
    expect(judge(copy, item, { blockTime: story.now() })).to.deep.equal(judged);
    if ('changes' in judged) apply(direct, judged.changes);
    expect(direct.line('evidence', item.statement.subject)?.head).to.equal(digestOf(item.statement));
  });
});
