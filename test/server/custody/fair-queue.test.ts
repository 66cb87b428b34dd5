import { expect } from 'chai';

import { openFairQueue } from '../../../server/custody/fair-queue.ts';

describe('a fair queue', () => {
  it('gives everybody a turn, and each what came first', () => {
    const queue = openFairQueue<string>(100, () => 1);
    for (let n = 1; n <= 20; n++) queue.push(1, `a${n}`);
    for (let n = 1; n <= 2; n++) queue.push(2, `b${n}`);
    expect(queue.take(6)).to.deep.equal(['a1', 'a2', 'a3', 'b1', 'b2', 'a4']);
    queue.push(3, 'c1');
    expect(queue.take(4)).to.have.members(['a5', 'a6', 'a7', 'c1']);
    expect(queue.size).to.equal(13);
    expect(queue.take(100)).to.deep.equal(Array.from({ length: 13 }, (_, index) => `a${index + 8}`));
    expect(queue.take(100)).to.deep.equal([]);
  });

  it('counts what is large as more', () => {
    const queue = openFairQueue<number>(100, (size) => size);
    for (const size of [30, 30, 30]) queue.push(1, size);
    for (const size of [1, 2]) queue.push(2, size);
    expect(queue.size).to.equal(63);
    expect(queue.take(20)).to.deep.equal([30]);
    expect(queue.take(20)).to.deep.equal([1, 2, 30]);
    expect(queue.size).to.equal(0);
  });

  it('keeps places free for others', () => {
    const queue = openFairQueue<number>(8, () => 1);
    const placesOf = (owner: number): number => {
      let count = 0;
      while (queue.push(owner, count)) count += 1;
      return count;
    };
    expect([placesOf(1), placesOf(2), placesOf(3)]).to.deep.equal([4, 2, 1]);
  });
});
