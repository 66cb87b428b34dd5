/** Which blocks count as final, by what the network's engine promises. */
import { ChainError } from './errors.ts';
import type { Rpc } from './rpc.ts';

/** "Unknown block": what engines without such tags answer instead of nothing. */
const UNKNOWN_BLOCK = -39001;

/** So many blocks after it; or what the nodes themselves call so, where their engine says it by a tag. */
export type Finality = number | 'safe' | 'finalized';

export const FINALITY_TAGS = ['safe', 'finalized'] as const satisfies readonly Finality[];

/**
 * The newest final block, given the newest block.
 * @throws ChainError NODE if the node knows no block by this tag
 */
export async function newestFinal(rpc: Rpc, finality: Finality, newest: number): Promise<number> {
  if (typeof finality === 'number') return Math.max(0, newest - finality);
  const block = await rpc
    .request<{ readonly number: string } | null>('eth_getBlockByNumber', [finality, false])
    .catch((error: unknown) => {
      if (error instanceof ChainError && error.answer?.code === UNKNOWN_BLOCK) return null;
      throw error;
    });
  if (block !== null) return Number(block.number);
  throw new ChainError(
    'NODE',
    `The node knows no ${finality} block. Wait until it does, or set CONFIRMATIONS to what its engine promises.`,
  );
}
