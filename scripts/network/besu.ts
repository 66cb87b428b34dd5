/** Hyperledger Besu, the engine for a consortium. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Hex } from '../../protocol/bytes.ts';
import type { Rpc } from '../../server/chain/rpc.ts';
import type { Engine } from './engine.ts';
import { besuGenesis, BLOCK_GAS } from './genesis.ts';
import { isExecutable, programOnPath } from '../program.ts';
import { enodeUrl, nodeFolder } from './state.ts';

const APIS = 'ETH,NET,WEB3,QBFT,DEBUG,ADMIN,PERM';

export const besu: Engine = {
  name: 'besu',

  find(say) {
    const home = process.env['BESU_HOME'];
    const program = home ? path.join(home, 'bin/besu') : programOnPath('besu');
    if (program !== undefined && isExecutable(program)) return Promise.resolve(program);
    say('There is no Besu here: put `besu` on the PATH, or set BESU_HOME to the folder that has bin/besu.');
    return Promise.resolve(undefined);
  },
  genesis: besuGenesis,

  prepare(place, state, node) {
    this.permit(place, state, node);
    return Promise.resolve();
  },

  permit({ folder }, { nodes, relays }, node) {
    const own = nodeFolder(folder, node);
    const peers = nodes.map(enodeUrl);
    const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(',')}]`;
    writeFileSync(
      path.join(own, 'permissions.toml'),
      `nodes-allowlist=${list(peers)}\naccounts-allowlist=${list(relays.map(({ address }) => address))}\n`,
    );
    const others = nodes.filter(({ number }) => number !== node.number).map(enodeUrl);
    writeFileSync(path.join(own, 'static-nodes.json'), JSON.stringify(others, null, 2));
  },

  command({ folder, genesisFile }, { program }, node) {
    const own = nodeFolder(folder, node);
    const permissions = path.join(own, 'permissions.toml');
    const parameters = [
      ...[`--data-path=${own}`, `--genesis-file=${genesisFile}`, `--node-private-key-file=${path.join(own, 'key')}`],
      ...['--sync-mode=FULL', '--data-storage-format=BONSAI'],
      // The default of 5 peers keeps a stopped validator of a small network from catching up.
      '--sync-min-peers=1',
      ...['--min-gas-price=0', `--target-gas-limit=${BLOCK_GAS}`],
      ...['--rpc-http-enabled', '--rpc-http-host=127.0.0.1', `--rpc-http-port=${node.rpcPort}`],
      ...[`--rpc-http-api=${APIS}`, '--host-allowlist=localhost,127.0.0.1'],
      ...['--p2p-host=127.0.0.1', '--p2p-interface=127.0.0.1', `--p2p-port=${node.peerPort}`, '--nat-method=NONE'],
      ...['--discovery-enabled=false', `--static-nodes-file=${path.join(own, 'static-nodes.json')}`],
      ...['--permissions-nodes-config-file-enabled', `--permissions-nodes-config-file=${permissions}`],
      ...['--permissions-accounts-config-file-enabled', `--permissions-accounts-config-file=${permissions}`],
      '--logging=INFO',
    ];
    return { program, parameters, environment: { JAVA_OPTS: '-Xmx512m' } };
  },

  async introduce(rpc, peer) {
    const listed = await rpc.request<string[]>('perm_getNodesAllowlist');
    if (!listed.some((url) => url.includes(peer.publicKey.slice(2)))) {
      await rpc.request('perm_addNodesToAllowlist', [[enodeUrl(peer)]]);
    }
    await rpc.request('admin_addPeer', [enodeUrl(peer)]);
  },
  // It stays on the list, from which Besu takes no node that it was started with.
  async part(rpc, peer) {
    await rpc.request('admin_removePeer', [enodeUrl(peer)]);
  },
  validators: (rpc: Rpc) => rpc.request<Hex[]>('qbft_getValidatorsByBlockNumber', ['latest']),
  async vote(rpc, validator, stays) {
    await rpc.request('qbft_proposeValidatorVote', [validator, stays]);
  },
};
