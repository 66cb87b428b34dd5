/** Carries what a retired ledger left to its successor, in as many transactions as it takes. Anybody may. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Keeper } from '../../protocol/acts.ts';
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { keeperOfLeaf, type ProvenLeaf } from '../../protocol/heritage.ts';
import { addressOf, publicKeyOf } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import { inheritCall } from './calldata.ts';
import { ChainError } from './errors.ts';
import type { LedgerFile } from './ledger-file.ts';
import { quantity, type Rpc } from './rpc.ts';
import { signTransaction } from './transaction.ts';

/** Below the cap that Osaka puts on one transaction. */
const GAS_MOST = 15_000_000;
/** Of a block, what one transaction may take: others want to go on. */
const SHARE = 0.5;
const TOGETHER = 100;
// Milliseconds.
const POLL = 200;
const PATIENCE = 120_000;

export interface InheritingParts {
  readonly rpc: Rpc;
  readonly ledger: LedgerFile;
  readonly relayKey: Hex;
  readonly leaves: Iterable<ProvenLeaf>;
  /** how many are there by now */
  readonly progress: (count: number) => void;
}

/**
 * May be repeated: what is there already is skipped by the ledger.
 * @throws ChainError
 */
export async function inheritAll({ rpc, ledger, relayKey, leaves, progress }: InheritingParts): Promise<void> {
  const from = addressOf(publicKeyOf(SCHEME.secp256k1, relayKey));
  const { gasLimit } = await rpc.request<{ gasLimit: Hex }>('eth_getBlockByNumber', ['latest', false]);
  const most = Math.min(GAS_MOST, Math.floor(Number(gasLimit) * SHARE));
  let nonce = Number(await rpc.request<Hex>('eth_getTransactionCount', [from, 'latest']));
  let count = 0;

  async function carry(keeper: Keeper, part: readonly ProvenLeaf[]): Promise<void> {
    if (part.length === 0) return;
    const to = ledger.contracts[keeper].address;
    const data = inheritCall(part);
    const gas = Math.ceil(
      1.2 * Number(await rpc.request<Hex>('eth_estimateGas', [{ from, to, data, gasPrice: '0x0' }])),
    );
    if (gas > most && part.length > 1) {
      const half = Math.ceil(part.length / 2);
      await carry(keeper, part.slice(0, half));
      await carry(keeper, part.slice(half));
      return;
    }
    const { chainId } = ledger;
    const { raw, hash } = signTransaction({ chainId, nonce, to, data: hexToBytes(data), gas }, hexToBytes(relayKey));
    await rpc.request('eth_sendRawTransaction', [raw]);
    await settled(rpc, hash);
    nonce += 1;
    count += part.length;
    progress(count);
  }

  const waiting: Record<Keeper, ProvenLeaf[]> = { consortium: [], agreements: [], custody: [] };
  for (const leaf of leaves) {
    const keeper = keeperOfLeaf(leaf.words);
    waiting[keeper].push(leaf);
    if (waiting[keeper].length >= TOGETHER) await carry(keeper, waiting[keeper].splice(0));
  }
  for (const keeper of ['consortium', 'agreements', 'custody'] as const) await carry(keeper, waiting[keeper]);
}

async function settled(rpc: Rpc, hash: Hex): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    const receipt = await rpc.request<{ status: Hex } | null>('eth_getTransactionReceipt', [hash]);
    if (receipt?.status === quantity(1)) return;
    if (receipt !== null)
      throw new ChainError('NODE', `Transaction ${hash} was reverted: is the ledger retired by now?`);
    await sleep(POLL);
  }
  throw new ChainError(
    'NODE',
    `Transaction ${hash} was not mined in ${PATIENCE / 1000} s. See to the chain and start once more.`,
  );
}
