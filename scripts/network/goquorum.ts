/**
 * GoQuorum 22.7.4: dormant, so for tests, never for a consortium. It is here because its validators can be built
 * wherever Go is, and seal blocks exactly as Besu's do. It has no list of accounts that may send.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Hex } from '../../protocol/bytes.ts';
import type { Rpc } from '../../server/chain/rpc.ts';
import { findOrBuild } from '../go-program.ts';
import { runProgram } from '../program.ts';
import type { Engine, Place } from './engine.ts';
import { BLOCK_GAS, goquorumGenesis } from './genesis.ts';
import { enodeUrl, nodeFolder, type NetworkState, type Node } from './state.ts';

const GETH = {
  name: 'GoQuorum',
  module: path.join(import.meta.dirname, 'goquorum'),
  package: 'github.com/ethereum/go-ethereum/cmd/geth',
  flags: ['-ldflags=-checklinkname=0 -s -w'],
  needs: 'Go 1.21 or newer',
  takes: 'one to four minutes',
};
const APIS = 'eth,net,web3,debug,admin,istanbul';

export const goquorum: Engine = {
  name: 'goquorum',
  find: (say) => findOrBuild(GETH, say),
  genesis: goquorumGenesis,

  async prepare(place, state, node) {
    this.permit(place, state, node);
    await runProgram(state.program, ['--datadir', nodeFolder(place.folder, node), 'init', place.genesisFile]);
  },

  permit({ folder }, { nodes }, node) {
    const peers = JSON.stringify(nodes.map(address), null, 2);
    for (const name of ['static-nodes.json', 'permissioned-nodes.json']) {
      writeFileSync(path.join(nodeFolder(folder, node), name), peers);
    }
  },

  command({ folder }: Place, { program, chainId }: NetworkState, node: Node) {
    const own = nodeFolder(folder, node);
    const parameters = [
      ...['--datadir', own, '--nodekey', path.join(own, 'key'), '--networkid', String(chainId), '--ipcdisable'],
      // Every block's state is kept and written at once, so that a node killed with -9 has lost nothing.
      ...['--syncmode', 'full', '--gcmode', 'archive', '--cache', '64'],
      ...['--mine', '--miner.threads', '1', '--miner.gasprice', '0'],
      ...['--miner.gastarget', String(BLOCK_GAS), '--miner.gaslimit', String(BLOCK_GAS)],
      ...['--http', '--http.addr', '127.0.0.1', '--http.port', String(node.rpcPort), '--http.api', APIS],
      // It listens for peers on every interface, but speaks to those on loopback only.
      ...['--port', String(node.peerPort), '--nodiscover', '--nat', 'none', '--netrestrict', '127.0.0.0/8'],
      ...['--permissioned', '--verbosity', '3'],
    ];
    return { program, parameters, environment: { PRIVATE_CONFIG: 'ignore' } };
  },

  async introduce(rpc, peer) {
    await rpc.request('admin_addPeer', [address(peer)]);
  },
  async part(rpc, peer) {
    await rpc.request('admin_removePeer', [address(peer)]);
  },
  validators: (rpc: Rpc) => rpc.request<Hex[]>('istanbul_getValidators', ['latest']),
  async vote(rpc, validator, stays) {
    await rpc.request('istanbul_propose', [validator, stays]);
  },
};

function address(node: Node): string {
  return `${enodeUrl(node)}?discport=0`;
}
