/** Whether nodes heed the lists that they are given: of peers, and where the engine has one, of accounts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';

import { hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { freePorts } from '../../../scripts/free-ports.ts';
import { eventually } from '../../../scripts/federation/federation.ts';
import { findEngine, newNodeKey } from '../../../scripts/network/network.ts';
import { startDetached, stopProcess } from '../../../scripts/network/node-process.ts';
import { nodeFolder, rpcUrl, type NetworkState, type Node } from '../../../scripts/network/state.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import { openRpc, quantity, type Rpc } from '../../../server/chain/rpc.ts';
import { signTransaction } from '../../../server/chain/transaction.ts';
import { randomSecret } from '../../../server/keyring/secrets.ts';

/** Milliseconds; a node that may come has peers after one or two seconds. */
const LONG_ENOUGH = 12_000;
const PATIENCE = 240_000;
const NOT_PERMITTED = -32007;

const peersOf = async (rpc: Rpc): Promise<number> => Number(await rpc.request<Hex>('net_peerCount'));

/**
 * A node that knows all others and that none of them lists has no peer; once one lists it, it has.
 * @param folder a new one, for the node
 * @param network the network's
 */
export async function expectNoStranger(folder: string, network: string, state: NetworkState): Promise<void> {
  const { engine } = (await findEngine(state.engine, () => undefined))!;
  const genesisFile = path.join(network, 'genesis.json');
  const place = { folder, genesisFile };
  const [rpcPort, peerPort] = (await freePorts(2)) as [number, number];
  const { privateKey, ...key } = newNodeKey();
  const stranger: Node = { number: state.nodes.length + 1, ...key, rpcPort, peerPort };
  const withStranger = { ...state, nodes: [...state.nodes, stranger] };
  const own = nodeFolder(folder, stranger);
  mkdirSync(own, { recursive: true });
  writeFileSync(path.join(own, 'key'), privateKey.slice(2), { mode: 0o600 });
  await engine.prepare(place, withStranger, stranger);
  const pid = startDetached(engine.command(place, withStranger, stranger), path.join(folder, 'log'));
  try {
    const rpc = openRpc(rpcUrl(stranger), 5_000);
    const answers = (): Promise<boolean> =>
      peersOf(rpc).then(
        () => true,
        () => false,
      );
    await eventually(answers, PATIENCE);
    const end = Date.now() + LONG_ENOUGH;
    while (Date.now() < end) {
      expect(await peersOf(rpc)).to.equal(0);
      await sleep(500);
    }
    const host = state.nodes[0]!;
    const hosting = openRpc(rpcUrl(host), 5_000);
    engine.permit({ folder: network, genesisFile }, withStranger, host);
    await engine.introduce(hosting, stranger);
    await eventually(async () => (await peersOf(rpc)) > 0, PATIENCE);
    await engine.part(hosting, stranger);
    engine.permit({ folder: network, genesisFile }, state, host);
  } finally {
    await stopProcess(pid, own, 'SIGKILL');
  }
}

/** Of Besu: who is on no list is refused, and who is on one validator's is in that one's blocks alone. */
export async function expectOwnLists(network: string, state: NetworkState): Promise<void> {
  const { engine } = (await findEngine(state.engine, () => undefined))!;
  const rpcs = state.nodes.map((node) => openRpc(rpcUrl(node), 10_000));
  const [first, ...others] = rpcs as [Rpc, ...Rpc[]];
  const refused = await send(first, state.chainId, randomSecret(), 0).catch((error: unknown) => error);
  expect(refused).to.be.instanceOf(ChainError);
  expect((refused as ChainError).answer?.code).to.equal(NOT_PERMITTED);

  const { privateKey } = state.relays.at(-1)!;
  const listed = async (relays: NetworkState['relays']): Promise<void> => {
    for (const [index, rpc] of others.entries()) {
      const place = { folder: network, genesisFile: path.join(network, 'genesis.json') };
      engine.permit(place, { ...state, relays }, state.nodes[index + 1]!);
      await rpc.request('perm_reloadPermissionsFromFile');
    }
  };
  await listed(state.relays.slice(0, -1));
  for (let nonce = 0; nonce < 3; nonce++) {
    const hash = await send(first, state.chainId, privateKey, nonce);
    expect(await proposerOf(first, hash)).to.equal(state.nodes[0]!.address);
  }
  const elsewhere = await send(others[0]!, state.chainId, privateKey, 3).catch((error: unknown) => error);
  expect((elsewhere as ChainError).answer?.code).to.equal(NOT_PERMITTED);

  await listed(state.relays);
  await proposerOf(first, await send(others[0]!, state.chainId, privateKey, 3));
}

/** @returns the hash of a transaction that does nothing */
function send(rpc: Rpc, chainId: number, privateKey: Hex, nonce: number): Promise<Hex> {
  const nobody: Hex = `0x${'11'.repeat(20)}`;
  const transaction = { chainId, nonce, to: nobody, data: new Uint8Array(), gas: 21_000 };
  return rpc.request<Hex>('eth_sendRawTransaction', [signTransaction(transaction, hexToBytes(privateKey)).raw]);
}

/** Who proposed the block that has it, once there is one. */
async function proposerOf(rpc: Rpc, hash: Hex): Promise<string> {
  let block: number | undefined;
  await eventually(async () => {
    const receipt = await rpc.request<{ blockNumber: Hex } | null>('eth_getTransactionReceipt', [hash]);
    block = receipt ? Number(receipt.blockNumber) : undefined;
    return block !== undefined;
  });
  const { miner } = await rpc.request<{ miner: string }>('eth_getBlockByNumber', [quantity(block!), false]);
  return miner.toLowerCase();
}
