/** A ledger of two agencies and a laboratory on a throwaway embedded chain, and keys that sign fast. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Wallet } from 'ethers';

import { hexToBytes, ZERO, type Hex } from '../../protocol/bytes.ts';
import { encodeFounding } from '../../protocol/founding.ts';
import { bytesToHex } from '../../protocol/bytes.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { keyId, publicKeyOf } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import { deployLedger } from '../../server/chain/deploy.ts';
import { openEndpoint } from '../../server/chain/embedded/endpoint.ts';
import { openEmbedded, type EmbeddedEngine } from '../../server/chain/embedded/engine.ts';
import type { LedgerFile } from '../../server/chain/ledger-file.ts';
import { signSecp256k1 } from '../../server/keyring/keyring.ts';

export interface Signer {
  readonly participant: number;
  readonly key: Hex;
  sign(hash: Hex): Hex;
}

export interface BenchLedger {
  readonly engine: EmbeddedEngine;
  readonly ledger: LedgerFile;
  /** Holder and recipient of one jurisdiction. */
  readonly holder: Signer;
  readonly recipient: Signer;
  readonly relay: Relay;
  close(): Promise<void>;
}

/** Sends transactions from one account, free of charge. */
export interface Relay {
  readonly address: Hex;
  sign(to: Hex | null, data: Hex, gas?: number): Promise<Hex>;
  /** Sends all at once and waits until they are mined; the gas that each used. */
  send(
    signed: readonly Hex[],
  ): Promise<{ readonly gas: readonly number[]; readonly seconds: number; readonly created: readonly Hex[] }>;
}

const FOR_EVER = 2 ** 40 - 1;

export async function openBenchLedger(): Promise<BenchLedger> {
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-bench-'));
  const engine = await openEmbedded(folder, () => Math.floor(Date.now() / 1000));
  const endpoint = await openEndpoint(engine, 0);
  const members = ['AA-ONE', 'AA-TWO'].map((code, index) => ({ code, signer: signerOf(index + 1, code) }));
  const founding = encodeFounding({
    nonce: keccakOfText('benchmark'),
    predecessor: ZERO,
    members: members.map(({ code, signer }) => ({
      code,
      jurisdiction: 'DE',
      kind: 'agency',
      sponsor: 0,
      key: { ...signer.publicKey, powers: 15, acts: 2 ** 25 - 2, from: 0, until: FOR_EVER },
    })),
  });
  const ledger = await deployLedger(engine, endpoint.url, keccakOfText('deployer'), bytesToHex(founding));
  await endpoint.close();
  return {
    engine,
    ledger,
    holder: members[0]!.signer,
    recipient: members[1]!.signer,
    relay: openRelay(engine, ledger.chainId),
    async close() {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function signerOf(participant: number, seed: string) {
  const privateKey = keccakOfText(seed);
  const publicKey = publicKeyOf(SCHEME.secp256k1, privateKey);
  const bytes = hexToBytes(privateKey);
  return { participant, publicKey, key: keyId(publicKey), sign: (hash: Hex) => signSecp256k1(bytes, hash) };
}

function openRelay(engine: EmbeddedEngine, chainId: number): Relay {
  const wallet = new Wallet(keccakOfText('relay'));
  let nonce = 0;
  return {
    address: wallet.address.toLowerCase() as Hex,
    async sign(to, data, gas = 16_700_000) {
      return (await wallet.signTransaction({
        type: 0,
        chainId,
        nonce: nonce++,
        to,
        data,
        gasLimit: gas,
        gasPrice: 0,
      })) as Hex;
    },
    async send(signed) {
      const started = performance.now();
      const hashes = await Promise.all(signed.map((raw) => engine.request<Hex>('eth_sendRawTransaction', [raw])));
      const seconds = (performance.now() - started) / 1000;
      const receipts = await Promise.all(
        hashes.map((hash) =>
          engine.request<{ gasUsed: Hex; status: Hex; contractAddress: Hex }>('eth_getTransactionReceipt', [hash]),
        ),
      );
      if (receipts.some(({ status }) => status !== '0x1')) throw new Error('a transaction of the benchmark reverted');
      return {
        gas: receipts.map(({ gasUsed }) => Number(gasUsed)),
        seconds,
        created: receipts.map(({ contractAddress }) => contractAddress),
      };
    },
  };
}
