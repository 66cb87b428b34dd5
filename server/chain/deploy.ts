/** Deploys a ledger with Hardhat Ignition and describes it in a ledger file. */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { keccakHex } from '../../protocol/hashing.ts';
import { ChainError } from './errors.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { Rpc } from './rpc.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Where `hardhat ignition deploy` keeps its deployments too. */
const DEPLOYMENTS = path.join(ROOT, 'scripts/deploy');

/**
 * Compiles what has changed and deploys. When it was cut off, the same call goes on where it was.
 * @param url where `rpc` answers for others
 * @param relayKey pays for the deployment; needs no funds where gas is free
 * @param founding ABI-encoded
 * @param folder where Ignition notes what it has deployed, until all is; it belongs to one chain
 * @throws ChainError DEPLOYMENT
 */
export async function deployLedger(
  rpc: Rpc,
  url: string,
  relayKey: Hex,
  founding: Hex,
  folder: string = DEPLOYMENTS,
): Promise<LedgerFile> {
  const deploymentId = `ledger-${keccakHex(hexToBytes(founding)).slice(2)}`;
  const notes = path.join(folder, 'deployments', deploymentId);
  const hardhat = await openHardhat(folder);
  const { default: Ledger } = await import('../../scripts/deploy/modules/Ledger.ts');
  await hardhat.tasks.getTask('build').run({ quiet: true, noTests: true, defaultBuildProfile: 'default' });
  const connection = await hardhat.network.create({ network: 'ledger', override: { url, accounts: [relayKey] } });
  try {
    const deployed = await connection.ignition.deploy(Ledger, {
      parameters: { Ledger: { founding } },
      deploymentId,
      config: { requiredConfirmations: 1, blockPollingInterval: 100 },
    });
    const address = async (contract: { getAddress(): Promise<string> }): Promise<Hex> =>
      (await contract.getAddress()).toLowerCase() as Hex;
    const ledger = await describeLedger(rpc, founding, {
      consortium: await address(deployed.consortium),
      agreements: await address(deployed.agreements),
      custody: await address(deployed.custody),
      foundedAt: blockOfConsortium(notes),
    });
    rmSync(notes, { recursive: true, force: true });
    return ledger;
  } catch (error) {
    if (error instanceof ChainError) throw error;
    throw new ChainError(
      'DEPLOYMENT',
      `The ledger can't be deployed; what was done is noted in ${notes}: ${String(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    await connection.close();
  }
}

export interface DeployedContracts {
  readonly consortium: Hex;
  readonly agreements: Hex;
  readonly custody: Hex;
  /** Number of the block in which the Consortium was deployed. */
  readonly foundedAt: number;
}

/** The ledger file of contracts that are deployed, from what their node says. */
export async function describeLedger(rpc: Rpc, founding: Hex, deployed: DeployedContracts): Promise<LedgerFile> {
  const describe = async (address: Hex) => {
    const code = await rpc.request<Hex>('eth_getCode', [address, 'latest']);
    if (code === '0x') throw new ChainError('DEPLOYMENT', `There is no contract at ${address}.`);
    return { address, codeHash: keccakHex(hexToBytes(code)) };
  };
  const genesis = await rpc.request<{ hash: Hex }>('eth_getBlockByNumber', ['0x0', false]);
  return {
    version: 1,
    foundingHash: keccakHex(hexToBytes(founding)),
    founding,
    chainId: Number(await rpc.request('eth_chainId')),
    genesisHash: genesis.hash,
    foundedAt: deployed.foundedAt,
    contracts: {
      consortium: await describe(deployed.consortium),
      agreements: await describe(deployed.agreements),
      custody: await describe(deployed.custody),
    },
    validators: [],
  };
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

/** From Ignition's notes: a node that keeps little of the past can't say since when a contract is there. */
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
