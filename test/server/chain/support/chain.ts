/** What tests ask a chain, and of errors. */
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import type { Hex } from '../../../../protocol/bytes.ts';
import { ChainError, type ChainErrorCode } from '../../../../server/chain/errors.ts';
import { quantity, type Rpc } from '../../../../server/chain/rpc.ts';

export { sleep };

export interface SeenBlock {
  readonly hash: Hex;
  readonly time: number;
  readonly transactions: readonly Hex[];
}

/** All blocks from genesis on. */
export async function blocksOf(rpc: Rpc): Promise<readonly SeenBlock[]> {
  const newest = Number(await rpc.request('eth_blockNumber'));
  const blocks: SeenBlock[] = [];
  for (let number = 0; number <= newest; number++) {
    const block = await rpc.request<{ hash: Hex; timestamp: Hex; transactions: Hex[] }>('eth_getBlockByNumber', [
      quantity(number),
      false,
    ]);
    blocks.push({ hash: block.hash, time: Number(block.timestamp), transactions: block.transactions });
  }
  return blocks;
}

export async function expectCode(code: ChainErrorCode, attempt: Promise<unknown>): Promise<void> {
  const error: unknown = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ChainError)) throw new Error(`a ChainError ${code} was expected`, { cause: error });
  expect(error.code).to.equal(code);
}

/** Resolves when it holds. */
export async function until(holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const deadline = Date.now() + 1000 * seconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s`);
    await sleep(20);
  }
}
