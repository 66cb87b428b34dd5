/** How much is under way at once, and whether the network lives. */
import { expect } from 'chai';

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

  it('takes a slow network for what it is', () => {
    const pace = openPace();
    const first = pace.budget(BLOCK);
    for (let i = 0; i < 10; i++) pace.settled(15_000 + 1_000 * i);
    expect(pace.budget(BLOCK)).to.be.above(first);
  });
});

describe('chain: heartbeat', () => {
  it('misses blocks only while something waits for one', () => {
    let now = 0;
    const heartbeat = openHeartbeat(() => now);
    const felt = (seconds: number, block: number, waiting: boolean): boolean => {
      now = 1000 * seconds;
      heartbeat.felt(block, waiting);
      return heartbeat.halted() !== undefined;
    };
    expect(felt(0, 7, false)).to.equal(false);
    expect(felt(1_000, 7, false)).to.equal(false);
    expect(felt(2_000, 7, true)).to.equal(false);
    expect(felt(2_015, 8, true)).to.equal(false);
    expect(felt(2_030, 8, true)).to.equal(false);
    expect(felt(2_036, 8, true)).to.equal(true);
    expect(felt(2_037, 9, true)).to.equal(false);
    expect(felt(3_000, 9, false)).to.equal(false);
  });
});
