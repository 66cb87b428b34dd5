/** Which blocks count as final, by what the network's engine promises. */
import { ChainError } from './errors.ts';
import type { Rpc } from './rpc.ts';

/** So many blocks after it; or what the nodes themselves call so, where their engine says it by a tag. */
export type Finality = number | 'safe' | 'finalized';

export const FINALITY_TAGS = ['safe', 'finalized'] as const satisfies readonly Finality[];

/**
 * The newest final block, given the newest block.
 * @throws ChainError NODE if the node knows no block by this tag
 */
export async function newestFinal(rpc: Rpc, finality: Finality, newest: number): Promise<number> {
  if (typeof finality === 'number') return Math.max(0, newest - finality);
  const block = await rpc.request<{ readonly number: string } | null>('eth_getBlockByNumber', [finality, false]);
  if (block !== null) return Number(block.number);
  throw new ChainError(
    'NODE',
    `The node knows no ${finality} block. Wait until it does, or set CONFIRMATIONS to what its engine promises.`,
  );
}
