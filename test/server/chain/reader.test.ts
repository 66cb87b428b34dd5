/** Ranges of blocks: as many as a node answers in time, whether or not it says that they were too many. */
import { expect } from 'chai';

import { ChainError } from '../../../server/chain/errors.ts';
import { openReader } from '../../../server/chain/reader.ts';
import type { Rpc } from '../../../server/chain/rpc.ts';
import { expectCode } from './support/chain.ts';

const CONTRACT = { address: `0x${'11'.repeat(20)}`, codeHash: `0x${'22'.repeat(32)}` } as const;
const LEDGER = { contracts: { consortium: CONTRACT, agreements: CONTRACT, custody: CONTRACT } };

describe('chain: reader', () => {
  it('asks for less after a range that a node did not answer', async () => {
    let bears = Infinity;
    const asked: number[] = [];
    const rpc: Rpc = {
      request<Result>(method: string, [parameter]: readonly unknown[] = []) {
        if (method === 'eth_getBlockByNumber') {
          const header = { number: parameter, hash: `0x${'33'.repeat(32)}`, timestamp: '0x1' };
          return Promise.resolve(header as Result);
        }
        const { fromBlock, toBlock } = parameter as { readonly fromBlock: string; readonly toBlock: string };
        const blocks = Number(toBlock) - Number(fromBlock) + 1;
        asked.push(blocks);
        if (blocks > bears) return Promise.reject(new ChainError('UNREACHABLE', 'The node does not answer in time.'));
        return Promise.resolve([] as Result);
      },
    };
    const reader = openReader(rpc, LEDGER);
    let at = 0;
    while (at < 5_000) at = (await reader.read(at + 1, 20_000)).to.number;
    expect(asked.at(-1)).to.be.greaterThan(1_000);
    bears = 50;
    for (let attempt = 0; attempt < 3; attempt++) await expectCode('UNREACHABLE', reader.read(at + 1, 20_000));
    expect((await reader.read(at + 1, 20_000)).to.number - at).to.be.within(1, 50);
  });
});
