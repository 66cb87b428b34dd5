/**
 * Several nodes of one network as if they were one: whoever answers is asked until it doesn't, or has only an error where
 * another has an answer, or falls behind the others, as a node does that lost its peers. A node of another chain is never
 * asked twice.
 */
import type { Hex } from '../../protocol/bytes.ts';
import { ChainError, type ChainErrorCode } from './errors.ts';
import { openRpc, type Rpc } from './rpc.ts';

// Milliseconds.
/** Of one request, where another node can be asked instead. */
const TIMEOUT = 10_000;
/** After so long at one block, the others are asked whether they have more. */
const STILL = 5_000;
/** A node that is so many blocks behind another has lost its peers: as many pass while two are asked. */
const BEHIND = 3;

/** What one node may say and another not; everything else that they say is about what was asked. */
const OF_THE_NODE: ReadonlySet<unknown> = new Set<ChainErrorCode>(['UNREACHABLE', 'WRONG_CHAIN', 'NODE', 'REFUSED']);

interface Endpoint {
  readonly url: string;
  readonly rpc: Rpc;
  /** Undefined: not asked yet. */
  genesis?: Hex;
}

/**
 * @param genesisHash of the network
 * @param report is told why another node is asked from now on
 */
export function openEndpoints(
  urls: readonly [string, ...string[]],
  genesisHash: Hex,
  report: (error: unknown) => void,
): Rpc {
  const endpoints = urls.map((url): Endpoint => ({ url, rpc: openRpc(url, TIMEOUT) }));
  let current = 0;
  let height = -1;
  /** When the height was seen first, or the others were asked last. */
  let still = performance.now();

  async function ask<Result>(endpoint: Endpoint, method: string, parameters: readonly unknown[]): Promise<Result> {
    endpoint.genesis ??= (await endpoint.rpc.request<{ hash: Hex }>('eth_getBlockByNumber', ['0x0', false])).hash;
    if (endpoint.genesis !== genesisHash) {
      throw new ChainError(
        'WRONG_CHAIN',
        `${endpoint.url} is on the chain of genesis ${endpoint.genesis}, the ledger file names ${genesisHash}.`,
      );
    }
    return endpoint.rpc.request<Result>(method, parameters);
  }

  /** The others in the order in which they follow. */
  function others(): number[] {
    return endpoints.slice(1).map((_, index) => (current + 1 + index) % endpoints.length);
  }

  async function compare(): Promise<void> {
    const heights = await Promise.all(
      others().map(async (index) => {
        const answer = await ask<Hex>(endpoints[index]!, 'eth_blockNumber', []).catch(() => '-1');
        return { index, height: Number(answer) };
      }),
    );
    const best = heights.reduce((a, b) => (b.height > a.height ? b : a));
    if (best.height < height + BEHIND) return;
    const [slow, ahead] = [endpoints[current]!.url, endpoints[best.index]!.url];
    report(
      new ChainError('NODE', `${slow} is at block ${height}, ${ahead} at ${best.height}: asking that from now on.`),
    );
    current = best.index;
  }

  function felt(now: number): void {
    if (now > height) {
      height = now;
      still = performance.now();
    } else if (performance.now() - still > STILL) {
      still = performance.now();
      void compare();
    }
  }

  async function ofOneNode<Result>(work: (node: Rpc) => Promise<Result>): Promise<Result> {
    let failure: ChainError | undefined;
    for (const index of [current, ...others()]) {
      const node: Rpc = { request: (method, parameters = []) => ask(endpoints[index]!, method, parameters) };
      try {
        const result = await work(node);
        if (index !== current && failure !== undefined) report(failure);
        current = index;
        return result;
      } catch (error) {
        if (!(error instanceof ChainError) || !OF_THE_NODE.has(error.code)) throw error;
        // Unless all of them are, what is of another chain says nothing of the ledger.
        if (failure === undefined || failure.code === 'WRONG_CHAIN') failure = error;
      }
    }
    throw failure!;
  }

  return {
    ofOneNode,
    async request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
      const answer = await ofOneNode((node) => node.request<Result>(method, parameters));
      if (method === 'eth_blockNumber' && endpoints.length > 1) felt(Number(answer));
      return answer;
    },
  };
}
