/** Deploys a ledger with Hardhat Ignition and describes it in a ledger file. */
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { keccakHex } from '../../protocol/hashing.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { Rpc } from './rpc.ts';

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
    override: { type: 'http', url, accounts: [relayKey] },
  });
  const deployedAt = Number(await rpc.request('eth_blockNumber')) + 1;
  const deployed = await connection.ignition.deploy(Ledger, {
    parameters: { Ledger: { founding } },
    config: { requiredConfirmations: 1, blockPollingInterval: 100 },
  });
  const describe = async (contract: { getAddress(): Promise<string> }) => {
    const address = (await contract.getAddress()).toLowerCase() as Hex;
    const code = await rpc.request<Hex>('eth_getCode', [address, 'latest']);
    return { address, codeHash: keccakHex(hexToBytes(code)) };
  };
  const genesis = await rpc.request<{ hash: Hex }>('eth_getBlockByNumber', ['0x0', false]);
  await connection.close();
  return {
    version: 1,
    foundingHash: keccakHex(hexToBytes(founding)),
    founding,
    chainId: Number(await rpc.request('eth_chainId')),
    genesisHash: genesis.hash,
    deployedAt,
    contracts: {
      consortium: await describe(deployed.consortium),
      agreements: await describe(deployed.agreements),
      custody: await describe(deployed.custody),
    },
    validators: [],
  };
}
