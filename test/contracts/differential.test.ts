/**
 * Random sequences of mostly plausible statements come to the same through the protocol's judge and through the real
 * contracts: outcome by outcome, and word by word at the end. A failure prints its seed; UNBROKEN_SEED runs it again,
 * UNBROKEN_RUNS runs more.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Outcome } from '../../protocol/event.ts';
import { ACT, CODE } from '../../protocol/acts.ts';
import { digestOf } from '../../protocol/statement.ts';
import { concluded } from '../protocol/stories/scenes.ts';
import { FOUNDERS, FOUNDED_AT } from '../protocol/support/actors.ts';
import { seeded } from '../protocol/support/arbitraries.ts';
import { newStory, type Story, type Told } from '../protocol/support/story.ts';
import type { VectorSubmission } from '../protocol/support/vector.ts';
import { deployLedger, startChain, type Chain, type Deployed } from './support/chain.ts';
import { keeperOf, roll, throwDice, type Roll, type Thrown } from './support/random.ts';

const RUNS = Number(process.env['UNBROKEN_RUNS'] ?? 12);
/** Transactions of a sequence, and sheets in one at most. */
const LENGTH = 40;
const TOGETHER = 4;

describe('judge and contracts', () => {
  let chain: Chain;
  before(async () => {
    chain = await startChain(FOUNDED_AT - 1_000);
  });
  after(() => chain.close());

  const outcomes = new Map<Outcome | 'silent', number>();
  const { numRuns, seed } = seeded(RUNS);

  it(`agree on every outcome and every word (seed ${seed})`, async () => {
    const batches = fc.array(fc.array(roll, { minLength: 1, maxLength: TOGETHER }), {
      minLength: LENGTH,
      maxLength: LENGTH,
    });
    const property = fc.asyncProperty(batches, async (thrown) => {
      const clean = await chain.snapshot();
      try {
        await compare(thrown);
      } finally {
        await chain.revert(clean);
      }
    });
    await fc.assert(property, { numRuns, seed, endOnFailure: true });
    const included = outcomes.get('included') ?? 0;
    const all = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
    // Neither a run in which nothing may follow nor one without a rejection would say much.
    expect(included / all, JSON.stringify([...outcomes])).to.be.within(0.2, 0.9);
    expect(outcomes.size).to.be.greaterThan(20);
    if (process.env['UNBROKEN_RUNS'] !== undefined) console.log(Object.fromEntries(outcomes));
  }).timeout(120_000 + RUNS * 20_000);

  async function compare(batches: readonly (readonly Roll[])[]): Promise<void> {
    const story = newStory('a random sequence');
    begin(story);
    for (const batch of batches)
      step(
        story,
        batch.map((each) => throwDice(story, each)),
      );
    const { founding, foundedAt, schemes, submissions, end } = story.vector();
    const ledger = await deployLedger(chain, founding, foundedAt, schemes);
    for (const submission of submissions) await replay(ledger, submission);
    for (const line of end.lines) expect(await ledger.line(line.kind, line.subject)).to.deep.equal(line);
    for (const key of end.keys) expect(await ledger.key(key.id)).to.deep.equal(key);
    const { participants, activeAgencies, agreements } = end;
    expect(await ledger.tally()).to.deep.equal({ participants, activeAgencies, agreements });
  }

  async function replay(ledger: Deployed, submission: VectorSubmission): Promise<void> {
    const { contract, call, blockTime, sheets } = submission;
    for (const { outcomes: told } of sheets) {
      for (const outcome of told === 'silent' ? ['silent' as const] : told) {
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    const told = await ledger.send(contract, call, blockTime, sheets);
    const heard = sheets.filter((sheet) => sheet.outcomes !== 'silent').map((sheet) => sheet.outcomes);
    const got = typeof told === 'string' ? told : told.map((each) => each.outcomes);
    expect(got, sheets.map((sheet) => sheet.about).join('; ')).to.deep.equal(heard);
  }
});

/** Treaties to begin with, so that borders can be crossed. */
function begin(story: Story): void {
  concluded(story, 'treaty', ['DE', 'FR', 'NL', 'US']);
  concluded(story, 'with consent', ['DE', 'FR', 'US', 'NL'], { onward: 'consent', courtPermission: true });
  concluded(story, 'no further', ['DE', 'FR'], { onward: 'none' });
}

/**
 * Sends what was thrown, to each contract together. A late release goes with an acceptance by itself, and to the
 * Consortium goes one sheet a call.
 */
function step(story: Story, thrown: readonly Thrown[]): void {
  const told = (each: Thrown): Told => ({ by: each.by, items: [each.item], ...each.departure, to: keeperOf(each) });
  const [late, others] = [thrown.filter(isLateRelease), thrown.filter((each) => !isLateRelease(each))];
  for (const each of late) {
    const { by, item } = each;
    const { statement } = item;
    const recipient = FOUNDERS[statement.recipient - 1] ?? by;
    const fields = { subject: statement.subject, previous: digestOf(statement) };
    const acceptance = story.state(recipient, 'accept', 'clean', fields);
    story.transact('submitLate', [told(each), { by: recipient, items: [acceptance] }]);
  }
  for (const [keeper, those] of Map.groupBy(others, keeperOf)) {
    const calls = keeper === 'consortium' ? those.map((each) => [each]) : [those];
    for (const call of calls) story.transact('submit', call.map(told));
  }
}

function isLateRelease({ item: { statement } }: Thrown): boolean {
  return statement.act === ACT.release && statement.code === CODE.releaseLate;
}
