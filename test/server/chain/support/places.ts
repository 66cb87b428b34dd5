/** Ledgers on embedded chains in throwaway folders. It is deployed once; every place is a copy of that. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { bytesToHex } from '../../../../protocol/bytes.ts';
import { encodeFounding } from '../../../../protocol/founding.ts';
import { keccakOfText } from '../../../../protocol/hashing.ts';
import { deployLedger } from '../../../../server/chain/deploy.ts';
import { openEndpoint } from '../../../../server/chain/embedded/endpoint.ts';
import { openEmbedded } from '../../../../server/chain/embedded/engine.ts';
import type { LedgerFile } from '../../../../server/chain/ledger-file.ts';
import { openStore, type OpenedStore } from '../../../../server/store/store.ts';
import { FOUNDED_AT, FOUNDING } from '../../../protocol/support/actors.ts';
import { MASTER_KEY_BYTE } from '../../../support/master-key.ts';

export const clock = (): number => Math.floor(Date.now() / 1000);

export const RELAY_KEY = keccakOfText('unbroken/test/relay');
const MASTER_KEY = new Uint8Array(32).fill(MASTER_KEY_BYTE);
export const FOUNDING_BYTES = bytesToHex(encodeFounding(FOUNDING));

export interface Place {
  readonly folder: string;
  readonly ledger: LedgerFile;
}

const folders: string[] = [];
let template: Promise<Place> | undefined;

export function emptyFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-chain-'));
  folders.push(folder);
  return folder;
}

/** A folder with the journal of a chain on which the ledger is deployed. */
export async function ledgerPlace(): Promise<Place> {
  const { folder: from, ledger } = await (template ??= deployed());
  const folder = emptyFolder();
  cpSync(path.join(from, 'journal.sqlite'), path.join(folder, 'journal.sqlite'));
  return { folder, ledger };
}

async function deployed(): Promise<Place> {
  const folder = emptyFolder();
  // At one moment, so that tests choose the times that follow.
  const engine = await openEmbedded(folder, () => FOUNDED_AT);
  const endpoint = await openEndpoint(engine, 0);
  try {
    return {
      folder,
      ledger: await deployLedger(engine, endpoint.url, keccakOfText('unbroken/test/deployer'), FOUNDING_BYTES),
    };
  } finally {
    await endpoint.close();
    await engine.close();
  }
}

/** The store of a gateway, in the same folder. */
export function openTestStore({ folder }: Place): Promise<OpenedStore> {
  return openStore({ database: path.join(folder, 'unbroken.sqlite'), masterKey: MASTER_KEY });
}

process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
