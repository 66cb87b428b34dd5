/** Sends transactions from one account, free of charge. */
import { setTimeout as sleep } from 'node:timers/promises';

import { Wallet } from 'ethers';

import type { Hex } from '../../protocol/bytes.ts';
import type { Rpc } from '../../server/chain/rpc.ts';

export interface Relay {
  readonly address: Hex;
  sign(to: Hex | null, data: Hex, gas?: number): Promise<Hex>;
  /** Sends them as fast as a node takes them, and waits until they are mined; the gas that each used. */
  send(signed: readonly Hex[]): Promise<Mined>;
}

export interface Mined {
  readonly gas: readonly number[];
  readonly seconds: number;
  readonly created: readonly Hex[];
}

interface Receipt {
  readonly gasUsed: Hex;
  readonly status: Hex;
  readonly contractAddress: Hex;
}

/** How often a receipt is asked for, in milliseconds. */
const LOOK = 50;
/** Transactions that are sent at once. Besu takes no nonce that is more than 200 ahead, so the next go when these are in. */
const TOGETHER = 100;

export function openRelay(rpc: Rpc, chainId: number, privateKey: Hex): Relay {
  const wallet = new Wallet(privateKey);
  let nonce = 0;
  let sent = 0;

  async function receiptOf(hash: Hex): Promise<Receipt> {
    for (;;) {
      const receipt = await rpc.request<Receipt | null>('eth_getTransactionReceipt', [hash]);
      if (receipt !== null) return receipt;
      await sleep(LOOK);
    }
  }

  /** Until so many of the account are mined. */
  async function mined(count: number): Promise<void> {
    while (Number(await rpc.request('eth_getTransactionCount', [wallet.address, 'latest'])) < count) await sleep(LOOK);
  }

  return {
    address: wallet.address.toLowerCase() as Hex,
    async sign(to, data, gas = 16_700_000) {
      const transaction = { type: 0, chainId, nonce: nonce++, to, data, gasLimit: gas, gasPrice: 0 };
      return (await wallet.signTransaction(transaction)) as Hex;
    },
    async send(signed) {
      const started = performance.now();
      const hashes: Hex[] = [];
      for (let first = 0; first < signed.length; first += TOGETHER) {
        await mined(sent - TOGETHER);
        const some = signed.slice(first, first + TOGETHER);
        hashes.push(...(await Promise.all(some.map((raw) => rpc.request<Hex>('eth_sendRawTransaction', [raw])))));
        sent += some.length;
      }
      await receiptOf(hashes.at(-1)!);
      const seconds = (performance.now() - started) / 1000;
      const receipts = await Promise.all(hashes.map(receiptOf));
      if (receipts.some(({ status }) => status !== '0x1')) throw new Error('a transaction of the benchmark reverted');
      return {
        gas: receipts.map(({ gasUsed }) => Number(gasUsed)),
        seconds,
        created: receipts.map(({ contractAddress }) => contractAddress),
      };
    },
  };
}
