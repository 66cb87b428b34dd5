/** The ledger's own word on a line, from the node that this gateway uses. */
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { LedgerNode } from '../custody/ports.ts';
import { evidenceCall } from './calldata.ts';
import { newestFinal, type Finality } from './finality.ts';
import type { LedgerFile } from './ledger-file.ts';
import { quantity, type Rpc } from './rpc.ts';

export function openNode(rpc: Rpc, ledger: Pick<LedgerFile, 'contracts'>, finality: Finality): LedgerNode {
  return {
    async evidence(subject) {
      const newest = Number(await rpc.request('eth_blockNumber'));
      const number = quantity(await newestFinal(rpc, finality, newest));
      const to = ledger.contracts.custody.address;
      const [words, block] = await Promise.all([
        rpc.request<Hex>('eth_call', [{ to, data: evidenceCall(subject) }, number]),
        rpc.request<{ hash: Hex; timestamp: Hex }>('eth_getBlockByNumber', [number, false]),
      ]);
      const word = (index: number): Hex => `0x${words.slice(2 + 64 * index, 66 + 64 * index)}`;
      if (word(0) === ZERO) return undefined;
      const at = { number: Number(number), hash: block.hash, time: Number(block.timestamp) };
      return { head: word(0), anchor: word(1), state: word(2), block: at };
    },
  };
}
