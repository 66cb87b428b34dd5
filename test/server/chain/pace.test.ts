/** How much is under way at once, and whether the network lives. */
import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { openHeartbeat } from '../../../server/chain/heartbeat.ts';
import { openPace } from '../../../server/chain/pace.ts';

/** Gas that a block may use. */
const BLOCK = 100_000_000;

describe('chain: pace', () => {
  /** Blocks come so many seconds after the one before, each with transactions that are settled soon. */
  function onNetwork(each = 4) {
    const pace = openPace();
    let block = { number: 7, time: 1_000 };
    pace.felt(block, true);
    return {
      blocks(count: number, seconds: readonly number[], underWay = true): void {
        for (let at = 0; at < count; at++) {
          block = { number: block.number + 1, time: block.time + seconds[at % seconds.length]! };
          pace.felt(block, underWay);
          for (let settled = 0; settled < each; settled++) pace.settled(1_500);
        }
      },
      settled: (milliseconds: number): void => pace.settled(milliseconds),
      budget: (gas = BLOCK): number => pace.budget(gas),
    };
  }

  it('grows while blocks come at their period, and halves when a transaction is late', () => {
    const { blocks, settled, budget } = onNetwork();
    const first = budget();
    blocks(1, [1]);
    expect(budget()).to.be.above(first);
    blocks(100, [1]);
    const most = budget();
    expect(most).to.be.below(40_000_000);
    settled(30_000);
    expect(budget()).to.equal(most / 2);
    for (let i = 0; i < 100; i++) settled(30_000);
    expect(budget()).to.be.above(0);
  });

  it('fills two blocks where the network keeps them small, with transactions that use half of what they may', () => {
    const { blocks, budget } = onNetwork();
    budget(20_000_000);
    blocks(100, [1]);
    expect(budget(20_000_000)).to.equal(80_000_000);
  });

  it('begins with what a network that has just started bears, and gives way while blocks come late', () => {
    const { blocks, budget } = onNetwork();
    const first = budget();
    expect(first).to.be.at.most(10_000_000);
    blocks(3, [1]);
    const grown = budget();
    blocks(1, [2]);
    expect(budget()).to.be.below(grown);
    blocks(10, [3]);
    expect(budget()).to.equal(first);
    blocks(1, [1]);
    expect(budget()).to.be.above(first);
  });

  it('is not held down by blocks that come late for want of a validator, or because nothing was under way', () => {
    const { blocks, budget } = onNetwork();
    const first = budget();
    blocks(40, [1, 1, 1, 4]);
    expect(budget()).to.be.at.least(2 * first);
    const before = budget();
    blocks(1, [1], false);
    blocks(1, [600]);
    expect(budget()).to.be.at.least(before);
  });

  it('gives way where every other block comes late', () => {
    const { blocks, budget } = onNetwork();
    const first = budget();
    blocks(20, [1]);
    blocks(40, [1, 2]);
    expect(budget()).to.be.below(2.5 * first);
  });

  it('takes a slow network for what it is', () => {
    const { blocks, settled, budget } = onNetwork(0);
    const first = budget();
    blocks(3, [12]);
    for (let i = 0; i < 10; i++) settled(15_000 + 1_000 * i);
    expect(budget()).to.be.above(first);
  });
});

describe('chain: heartbeat', () => {
  const OLD = `0x${'11'.repeat(32)}` as const;
  const NEW = `0x${'22'.repeat(32)}` as const;

  /** What it says after so many seconds in which it looks each second. */
  function openWatch() {
    let now = 0;
    const heartbeat = openHeartbeat(() => now);
    const look = (seconds: number, block: number, oldest?: Hex): string => {
      for (let second = 0; second < seconds; second++) {
        now += 1_000;
        heartbeat.felt(block + (blocks ? second : 0), oldest);
      }
      if (heartbeat.halted() !== undefined) return 'halted';
      return heartbeat.passedOver() === undefined ? 'well' : 'passed over';
    };
    let blocks = false;
    return {
      look,
      lookWhileBlocksCome(seconds: number, block: number, oldest?: Hex): string {
        blocks = true;
        const said = look(seconds, block, oldest);
        blocks = false;
        return said;
      },
      away: (seconds: number): void => void (now += 1_000 * seconds),
      said: () => heartbeat.halted() ?? heartbeat.passedOver(),
    };
  }

  it('misses blocks only while something waits for one', () => {
    const { look } = openWatch();
    expect(look(1_000, 7)).to.equal('well');
    expect(look(15, 7, OLD)).to.equal('well');
    expect(look(15, 8, OLD)).to.equal('well');
    expect(look(10, 8, NEW)).to.equal('halted');
    expect(look(1, 9, NEW)).to.equal('well');
    expect(look(1_000, 9)).to.equal('well');
  });

  it('says so when blocks come and what waits longest is in none', () => {
    const { lookWhileBlocksCome: look } = openWatch();
    expect(look(50, 0, OLD)).to.equal('well');
    expect(look(50, 50, NEW)).to.equal('well');
    expect(look(20, 100, NEW)).to.equal('passed over');
    expect(look(1, 120)).to.equal('well');
  });

  it('takes no time for silence in which the store did not answer, and forgets what it felt before', () => {
    const { look, away, said } = openWatch();
    look(10, 7, OLD);
    away(60);
    expect(look(1, 7, OLD)).to.equal('well');
    expect(look(10, 7, OLD)).to.equal('halted');
    away(21);
    expect(said()).to.equal(undefined);
  });
});
