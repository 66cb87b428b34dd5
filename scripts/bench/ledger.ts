/** A ledger of two agencies and a laboratory on a throwaway embedded chain, and keys that sign fast. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

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
import { openRelay, type Relay } from './relay.ts';

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
    relay: openRelay(engine, ledger.chainId, keccakOfText('relay')),
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
