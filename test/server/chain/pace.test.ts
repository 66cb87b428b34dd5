/** How much is under way at once, and whether the network lives. */
import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { openHeartbeat } from '../../../server/chain/heartbeat.ts';
import { openPace } from '../../../server/chain/pace.ts';

/** Gas that a block may use. */
const BLOCK = 100_000_000;

describe('chain: pace', () => {
  it('grows while transactions come back in time, and halves when one is late', () => {
    const pace = openPace();
    const first = pace.budget(BLOCK);
    pace.settled(1_000);
    expect(pace.budget(BLOCK)).to.be.above(first);
    for (let i = 0; i < 100; i++) pace.settled(1_500);
    const most = pace.budget(BLOCK);
    expect(most).to.be.below(40_000_000);
    pace.settled(30_000);
    expect(pace.budget(BLOCK)).to.equal(most / 2);
    for (let i = 0; i < 100; i++) pace.settled(30_000);
    expect(pace.budget(BLOCK)).to.be.above(0);
  });

  it('fills two blocks where the network keeps them small, with transactions that use half of what they may', () => {
    const pace = openPace();
    for (let i = 0; i < 100; i++) {
      pace.budget(20_000_000);
      pace.settled(1_000);
    }
    expect(pace.budget(20_000_000)).to.equal(80_000_000);
  });

  it('begins with what a network that has just started bears, and gives way until it is warm', () => {
    const pace = openPace();
    const first = pace.budget(BLOCK);
    expect(first).to.be.at.most(10_000_000);
    for (let i = 0; i < 3; i++) pace.settled(1_000);
    const grown = pace.budget(BLOCK);
    pace.settled(7_000);
    expect(pace.budget(BLOCK)).to.be.within(grown * 0.8, grown - 1);
    for (let i = 0; i < 10; i++) pace.settled(7_000);
    expect(pace.budget(BLOCK)).to.equal(first);
    pace.settled(2_000);
    expect(pace.budget(BLOCK)).to.be.above(first);
  });

  it('takes a slow network for what it is', () => {
    const pace = openPace();
    const first = pace.budget(BLOCK);
    for (let i = 0; i < 10; i++) pace.settled(15_000 + 1_000 * i);
    expect(pace.budget(BLOCK)).to.be.above(first);
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
