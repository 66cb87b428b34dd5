/** Deploys a ledger with Hardhat Ignition and describes it in a ledger file. */
import { rmSync } from 'node:fs';
import path from 'node:path';

import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { keccakHex } from '../../protocol/hashing.ts';
import type { LedgerFile } from './ledger-file.ts';
import { quantity, type Rpc } from './rpc.ts';

/**
 * @param url where `rpc` answers for others
 * @param relayKey pays for the deployment; needs no funds where gas is free
 * @param founding ABI-encoded
 */
export async function deployLedger(rpc: Rpc, url: string, relayKey: Hex, founding: Hex): Promise<LedgerFile> {
  // Only a deployment needs Hardhat, which takes a second to load.
  const { default: hardhat } = await import('hardhat');
  const { default: Ledger } = await import('../../scripts/deploy/modules/Ledger.ts');
  await hardhat.tasks.getTask('build').run({ quiet: true, noTests: true, defaultBuildProfile: 'default' });
  const connection = await hardhat.network.create({
    network: 'ledger',
    override: { url, accounts: [relayKey] },
  });
  const foundingHash = keccakHex(hexToBytes(founding));
  const before = Number(await rpc.request('eth_blockNumber'));
  // Ignition keeps a journal of its own, so that a deployment which was cut off goes on where it was.
  const deploymentId = `ledger-${foundingHash.slice(2)}`;
  const deployed = await connection.ignition.deploy(Ledger, {
    parameters: { Ledger: { founding } },
    deploymentId,
    config: { requiredConfirmations: 1, blockPollingInterval: 100 },
  });
  const describe = async (contract: { getAddress(): Promise<string> }) => {
    const address = (await contract.getAddress()).toLowerCase() as Hex;
    const code = await rpc.request<Hex>('eth_getCode', [address, 'latest']);
    return { address, codeHash: keccakHex(hexToBytes(code)) };
  };
  const consortium = await describe(deployed.consortium);
  const genesis = await rpc.request<{ hash: Hex }>('eth_getBlockByNumber', ['0x0', false]);
  await connection.close();
  rmSync(path.join(hardhat.config.paths.ignition, 'deployments', deploymentId), { recursive: true, force: true });
  return {
    version: 1,
    foundingHash,
    founding,
    chainId: Number(await rpc.request('eth_chainId')),
    genesisHash: genesis.hash,
    foundedAt: await firstBlockWith(rpc, consortium.address, before),
    contracts: {
      consortium,
      agreements: await describe(deployed.agreements),
      custody: await describe(deployed.custody),
    },
    validators: [],
  };
}

/** The block after `before` in which a contract came to be. */
async function firstBlockWith(rpc: Rpc, address: Hex, before: number): Promise<number> {
  for (let number = before + 1; ; number++) {
    if ((await rpc.request<Hex>('eth_getCode', [address, quantity(number)])) !== '0x') return number;
  }
}
