/** A ledger is retired, and the contracts of its successor go on where it ended: protocol.md section 8.1. */
import { expect } from 'chai';
import { SCHEMES_P256 } from '../../protocol/submission.ts';
import type { Keeper } from '../../protocol/acts.ts';
import { bytesToHex, wordOf, ZERO, type Hex } from '../../protocol/bytes.ts';
import { encodeFounding } from '../../protocol/founding.ts';
import { keeperOfLeaf, LEAF, type ProvenLeaf } from '../../protocol/heritage.ts';
import { FBI, FOUNDED_AT, PJ, POLITIE } from '../protocol/support/actors.ts';
import { newStory } from '../protocol/support/story.ts';
import type { Vector } from '../protocol/support/vector.ts';
import { collected } from '../protocol/stories/scenes.ts';
import {
  afterwards,
  CONSENT,
  heritageBytes,
  livelyLedger,
  newSuccessor,
  PHONE,
  retired,
  successorOf,
} from '../protocol/stories/succession.ts';
import { deployLedger, startChain, type Chain, type Deployed } from './support/chain.ts';

const keeperOf = ({ words }: ProvenLeaf): Keeper => keeperOfLeaf(words);

describe('a successor', function () {
  this.timeout(120_000);
  let chain: Chain;
  let clean: Hex;

  before(async () => {
    chain = await startChain(FOUNDED_AT - 100);
  });
  beforeEach(async () => {
    clean = await chain.snapshot();
  });
  afterEach(() => chain.revert(clean));
  after(() => chain.close());

  const old = newStory('a ledger that is retired', { schemes: SCHEMES_P256, whole: true });
  livelyLedger(old);
  const estate = retired(old);
  const founding = successorOf(estate);
  const leaves = [...estate.leaves()];
  const START = old.now() + 1_000;

  async function deploySuccessor(): Promise<Deployed> {
    return deployLedger(chain, bytesToHex(encodeFounding(founding)), START, SCHEMES_P256, heritageBytes(estate));
  }

  async function inheritAll(ledger: Deployed, at: number, own: readonly ProvenLeaf[] = leaves): Promise<number> {
    let fresh = 0;
    for (const [index, keeper] of (['consortium', 'agreements', 'custody'] as const).entries()) {
      const got = await ledger.inherit(
        keeper,
        at + index,
        own.filter((leaf) => keeperOf(leaf) === keeper),
      );
      expect(got).to.be.an('array');
      fresh += got.length;
    }
    return fresh;
  }

  async function send({ submissions }: Vector, ledger: Deployed): Promise<void> {
    for (const { contract, call, blockTime, sheets } of submissions) {
      const got = await ledger.send(contract, call, blockTime, sheets);
      const outcomes = typeof got === 'string' ? got : got.map((each) => each.outcomes);
      expect(outcomes, sheets[0]!.about).to.deep.equal(sheets.map((sheet) => sheet.outcomes));
    }
  }

  async function compare({ end }: Vector, ledger: Deployed): Promise<void> {
    for (const line of end.lines) expect(await ledger.line(line.kind, line.subject)).to.deep.equal(line);
    for (const key of end.keys) expect(await ledger.key(key.id)).to.deep.equal(key);
    const { participants, activeAgencies, agreements } = end;
    expect(await ledger.tally()).to.deep.equal({ participants, activeAgencies, agreements });
  }

  it('has every line and key as the retired ledger left it, and goes on from there, word for word', async () => {
    const { founding: bytes, foundedAt, submissions } = old.vector();
    const first = await deployLedger(chain, bytes, foundedAt, SCHEMES_P256);
    await send({ ...old.vector(), submissions }, first);
    await compare(old.vector(), first);

    const ledger = await deploySuccessor();
    expect(await inheritAll(ledger, START + 10)).to.equal(leaves.length);
    expect(await inheritAll(ledger, START + 20), 'a second time').to.equal(0);
    const story = newSuccessor(estate, START);
    await compare(story.vector(), ledger);
    afterwards(story, founding);
    await send(story.vector(), ledger);
    await compare(story.vector(), ledger);
    // A retired ledger inherits nothing more.
    retired(story);
    const retirement = story.vector().submissions.at(-1)!;
    await ledger.send('consortium', 'submit', retirement.blockTime, retirement.sheets);
    expect(await ledger.inherit('custody', retirement.blockTime + 1, leaves.slice(-1))).to.equal('LedgerRetired');
  });

  it('refuses what was not left so, and what another contract keeps', async () => {
    const ledger = await deploySuccessor();
    const phone = leaves.find(({ words }) => words[1] === PHONE && Number(words[0]) === LEAF.evidence)!;
    let time = START + 10;
    const refused = async (leaf: ProvenLeaf, keeper: Keeper = 'custody') =>
      expect(await ledger.inherit(keeper, (time += 1), [leaf])).to.equal('NotInherited');
    for (let i = 1; i < phone.words.length; i++) {
      await refused({ ...phone, words: phone.words.map((word, at) => (at === i ? wordOf(7) : word)) });
    }
    await refused({ ...phone, proof: phone.proof.slice(1) });
    await refused({ ...phone, proof: [...phone.proof, ZERO] });
    await refused({ ...phone, proof: leaves[0]!.proof });
    await refused(phone, 'agreements');
    await refused(phone, 'consortium');
    expect(await ledger.inherit('custody', time + 1, [phone])).to.deep.equal([phone.words]);
  });

  it('takes nothing that is numbered after what is still to be inherited', async () => {
    const ledger = await deploySuccessor();
    const story = newSuccessor(estate, START);
    const participants = leaves.filter(({ words }) => Number(words[0]) === LEAF.participant);
    const keys = leaves.filter(({ words }) => Number(words[0]) === LEAF.key);
    await ledger.inherit('consortium', START + 10, [...participants, ...keys.slice(1)]);
    afterwards(story, founding);
    const { submissions } = story.vector();
    const enrolment = submissions.find(({ contract }) => contract === 'consortium')!;
    const conclusion = submissions.find(({ sheets }) => sheets[0]!.about.includes('conclude'))!;
    expect(await ledger.send('consortium', 'submit', START + 1_000, enrolment.sheets)).to.equal('HeritageIncomplete');
    await ledger.inherit('consortium', START + 1_001, keys);
    expect(await ledger.send('agreements', 'submit', START + 1_002, conclusion.sheets)).to.equal('HeritageIncomplete');
  });

  it('counts a consent that was used as closed', () => {
    expect(old.world.line('consent', CONSENT)!.state).to.include({ status: 'given', used: true });
    expect(newSuccessor(estate, START).world.line('consent', CONSENT)!.state.status).to.equal('withdrawn');
  });

  it('may be preceded by another retirement, which names what was overtaken', () => {
    const story = newStory('overtaken', { whole: true });
    livelyLedger(story);
    retired(story);
    expect(() => collected(story, POLITIE, 'late')).to.throw('retired');
    retired(story);
    expect(story.world.line('consortium', ZERO)!.state.status).to.equal('retired');
    story.say(FBI, 'retire', 'retired', { subject: ZERO, reference: PHONE }, 'NOT_APPROVED', { endorsers: [PJ] });
  });
});
