/** Deploys a ledger with Hardhat Ignition and describes it in a ledger file. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { bytesToHex, hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { encodeHeritage, type Heritage } from '../../protocol/heritage.ts';
import { keccakHex } from '../../protocol/hashing.ts';
import { ChainError } from './errors.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { Rpc } from './rpc.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/**
 * Compiles what has changed and deploys. When it was cut off, the next call begins anew: Ignition does not go on by
 * itself after a transaction of which it doesn't know whether it was sent. What is left over belongs to no ledger file.
 * @param url where `rpc` answers for others
 * @param relayKey pays for the deployment; needs no funds where gas is free
 * @param founding ABI-encoded
 * @param heritage of the ledger that it succeeds
 * @throws ChainError DEPLOYMENT
 */
export async function deployLedger(
  rpc: Rpc,
  url: string,
  relayKey: Hex,
  founding: Hex,
  heritage?: Heritage,
): Promise<LedgerFile> {
  const notes = mkdtempSync(path.join(tmpdir(), 'unbroken-deployment-'));
  try {
    await deploy(
      url,
      relayKey,
      { founding, ...(heritage && { heritage: bytesToHex(encodeHeritage(heritage)) }) },
      notes,
    );
    return await describeLedger(rpc, founding, path.join(notes, 'deployments/ledger'), heritage);
  } catch (error) {
    if (error instanceof ChainError) throw error;
    throw new ChainError('DEPLOYMENT', `The ledger can't be deployed: ${String(error)}`, { cause: error });
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}

async function deploy(
  url: string,
  relayKey: Hex,
  parameters: { readonly founding: Hex; readonly heritage?: Hex },
  notes: string,
): Promise<void> {
  const hardhat = await openHardhat(notes);
  const { default: Ledger } = await import('../../scripts/deploy/modules/Ledger.ts');
  await hardhat.tasks.getTask('build').run({ quiet: true, noTests: true, defaultBuildProfile: 'default' });
  const connection = await hardhat.network.create({ network: 'ledger', override: { url, accounts: [relayKey] } });
  try {
    await connection.ignition.deploy(Ledger, {
      parameters: { Ledger: parameters },
      deploymentId: 'ledger',
      config: { requiredConfirmations: 1, blockPollingInterval: 100 },
    });
  } finally {
    await connection.close();
  }
}

/** Only a deployment needs Hardhat, which takes a second to load, and looks for a project where the process was started. */
async function openHardhat(ignitionFolder: string) {
  const { createHardhatRuntimeEnvironment } = await import('hardhat/hre');
  const { default: config } = await import('../../hardhat.config.ts');
  return createHardhatRuntimeEnvironment(
    { ...config, paths: { ...config.paths, ignition: ignitionFolder } },
    { config: path.join(ROOT, 'hardhat.config.ts') },
    ROOT,
  );
}

/**
 * The ledger file of a finished deployment, from Ignition's notes of it and from what the node says.
 * @param notes Ignition's folder of the deployment
 * @throws ChainError DEPLOYMENT if the notes or the node don't have all of it
 */
export async function describeLedger(rpc: Rpc, founding: Hex, notes: string, heritage?: Heritage): Promise<LedgerFile> {
  const addresses = JSON.parse(readFileSync(path.join(notes, 'deployed_addresses.json'), 'utf8')) as Record<
    string,
    string
  >;
  const describe = async (name: string) => {
    const address = (addresses[`Ledger#${name}`] ?? '').toLowerCase() as Hex;
    const code = await rpc.request<Hex>('eth_getCode', [address, 'latest']);
    if (code === '0x') throw new ChainError('DEPLOYMENT', `The node has no contract ${name} at ${address}.`);
    return { address, codeHash: keccakHex(hexToBytes(code)) };
  };
  const genesis = await rpc.request<{ hash: Hex }>('eth_getBlockByNumber', ['0x0', false]);
  return {
    version: 1,
    foundingHash: keccakHex(hexToBytes(founding)),
    founding,
    ...(heritage && { heritage }),
    chainId: Number(await rpc.request('eth_chainId')),
    genesisHash: genesis.hash,
    foundedAt: blockOfConsortium(notes),
    contracts: {
      consortium: await describe('Consortium'),
      agreements: await describe('Agreements'),
      custody: await describe('Custody'),
    },
    validators: await validatorsOf(rpc),
  };
}

/** From the notes, since a node that keeps little of the past can't say since when a contract is there. */
function blockOfConsortium(notes: string): number {
  const lines = readFileSync(path.join(notes, 'journal.jsonl'), 'utf8').trim().split('\n');
  for (const line of lines) {
    const note = JSON.parse(line) as { type: string; futureId?: string; receipt?: { blockNumber: number } };
    if (note.type === 'TRANSACTION_CONFIRM' && note.futureId === 'Ledger#Consortium' && note.receipt) {
      return note.receipt.blockNumber;
    }
  }
  throw new ChainError('DEPLOYMENT', `${notes} does not say in which block the Consortium was deployed.`);
}

/** Those of Besu or of GoQuorum; none where no consortium vouches for the chain. */
async function validatorsOf(rpc: Rpc): Promise<Hex[]> {
  for (const method of ['qbft_getValidatorsByBlockNumber', 'istanbul_getValidators']) {
    try {
      const validators = await rpc.request<Hex[]>(method, ['latest']);
      return validators.map((address) => address.toLowerCase() as Hex).sort();
    } catch (error) {
      if (!(error instanceof ChainError) || error.answer === undefined) throw error;
    }
  }
  return [];
}
