/** Reads the ledger's events off a node, a range of blocks at a time, as large as node and memory bear. */
import { ENDORSED_TOPIC, INHERITED_TOPIC, JUDGED_TOPIC } from '../../protocol/event.ts';
import type { BlockPosition } from '../custody/ports.ts';
import { ChainError } from './errors.ts';
import { readLogs, type Log, type ReadLogs } from './judged-logs.ts';
import { blockAt } from './ledger-check.ts';
import type { LedgerFile } from './ledger-file.ts';
import { quantity, type Rpc } from './rpc.ts';

/** A block with what it judged. */
export interface ReadBlock extends ReadLogs {
  readonly at: BlockPosition;
}

export interface Reader {
  /**
   * The blocks with events from `from` on, in order, as far as one reading goes, at most to `last`.
   * @returns to: the last block that was read
   */
  read(from: number, last: number): Promise<{ readonly blocks: readonly ReadBlock[]; readonly to: BlockPosition }>;
}

interface Logs {
  readonly logs: readonly Log[];
  /** The last block that was read. */
  readonly to: BlockPosition;
}

/** Blocks in one reading. */
const FIRST_RANGE = 32;
const MOST = 2_000;
/** Hex digits of events in one reading, about: some two thousand statements. */
const AIM = 2_000_000;
/** Headers that are asked for at once. */
const AT_ONCE = 16;

export function openReader(rpc: Rpc, ledger: Pick<LedgerFile, 'contracts'>): Reader {
  const address = Object.values(ledger.contracts).map((contract) => contract.address);
  let range = FIRST_RANGE;

  async function logsOf(from: number, last: number): Promise<Logs> {
    for (;;) {
      const to = Math.min(last, from + range - 1);
      const ask = (node: Rpc): Promise<Logs> => logsUpTo(node, from, to);
      try {
        const read = await (rpc.ofOneNode ? rpc.ofOneNode(ask) : ask(rpc));
        const size = read.logs.reduce((sum, { data }) => sum + data.length, 0);
        if (size > AIM) range = Math.max(1, Math.floor(range / 2));
        else if (size < AIM / 4) range = Math.min(MOST, range * 2);
        return read;
      } catch (error) {
        // What is more than a node answers in time, or than we can read, does not always say so.
        const smallest = range === 1;
        range = Math.max(1, Math.floor(range / 4));
        if (!(error instanceof ChainError) || error.code !== 'TOO_MUCH' || smallest) throw error;
      }
    }
  }

  /** A node gives what it has of a range, and may lag: it has to have the last block before it is asked. */
  async function logsUpTo(node: Rpc, from: number, last: number): Promise<Logs> {
    const to = await blockAt(node, last);
    const filter = {
      fromBlock: quantity(from),
      toBlock: quantity(last),
      address,
      topics: [[JUDGED_TOPIC, ENDORSED_TOPIC, INHERITED_TOPIC]],
    };
    return { logs: await node.request<readonly Log[]>('eth_getLogs', [filter]), to };
  }

  return {
    async read(from, last) {
      const { logs, to } = await logsOf(from, last);
      const perBlock = Map.groupBy(logs, ({ blockNumber }) => Number(blockNumber));
      const headers = await headersOf(rpc, [...perBlock.keys()]);
      const blocks = [...perBlock].map(([number, own]): ReadBlock => {
        const at = headers.get(number)!;
        if (own.some(({ blockHash }) => blockHash !== at.hash)) {
          throw new ChainError('NODE', `Block ${number} changed while it was read; reading it again.`);
        }
        return { at, ...readLogs(own, ledger) };
      });
      return { blocks: blocks.sort((a, b) => a.at.number - b.at.number), to };
    },
  };
}

async function headersOf(rpc: Rpc, numbers: readonly number[]): Promise<ReadonlyMap<number, BlockPosition>> {
  const headers = new Map<number, BlockPosition>();
  const wanted = [...numbers];
  while (wanted.length > 0) {
    const part = await Promise.all(wanted.splice(0, AT_ONCE).map((number) => blockAt(rpc, number)));
    for (const header of part) headers.set(header.number, header);
  }
  return headers;
}
