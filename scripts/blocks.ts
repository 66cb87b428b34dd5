/** What the blocks of a chain say. */
import type { Hex } from '../protocol/bytes.ts';
import type { Rpc } from '../server/chain/rpc.ts';

/** Number of the newest block. */
export async function heightOf(rpc: Rpc): Promise<number> {
  return Number(await rpc.request('eth_blockNumber'));
}

/** That blocks above this one used. */
export async function gasSince(rpc: Rpc, first: number): Promise<number> {
  let gas = 0;
  for (let number = await heightOf(rpc); number > first; number--) {
    const block = await rpc.request<{ gasUsed: Hex }>('eth_getBlockByNumber', [`0x${number.toString(16)}`, false]);
    gas += Number(block.gasUsed);
  }
  return gas;
}
