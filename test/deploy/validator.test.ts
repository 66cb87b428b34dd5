/** deploy/besu.toml, taken by a real Besu: a validator on its own key, with only its places and ports changed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';

import type { Hex } from '../../protocol/bytes.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { freePorts } from '../../scripts/free-ports.ts';
import { endProcess, removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { besu } from '../../scripts/network/besu.ts';
import { besuGenesis } from '../../scripts/network/genesis.ts';
import { newNodeKey } from '../../scripts/network/network.ts';
import { ROOT } from '../../scripts/processes.ts';
import { openRpc } from '../../server/chain/rpc.ts';

const SETTINGS = path.join(ROOT, 'deploy/besu.toml');
/** Milliseconds. */
const PATIENCE = 240_000;

describe('the settings of a validator', function () {
  this.timeout(300_000);

  const folder = throwawayFolder();
  const place = (name: string): string => path.join(folder, name);
  const key = newNodeKey();
  const node = key.publicKey.slice(2);
  let program: string;
  let ports: readonly number[];
  let validator: ChildProcess | undefined;
  let log = '';
  before(async function () {
    const found = await besu.find(() => undefined);
    if (found === undefined) {
      console.error('NOT TESTED: deploy/besu.toml. Put Besu on the PATH, or set BESU_HOME, to test it.');
      this.skip();
    }
    program = found;
    ports = await freePorts(3);
    mkdirSync(place('data'));
    writeFileSync(place('data/key'), key.privateKey.slice(2), { mode: 0o600 });
    writeFileSync(place('genesis.json'), JSON.stringify(besuGenesis({ chainId: 190_190, validators: [key.address] })));
  });
  after(async () => {
    if (validator !== undefined) await endProcess(validator, 'SIGKILL');
    removeFolder(folder);
  });

  /** @param other how another validator is named in both lists */
  function start(other: string): ChildProcess {
    writeFileSync(place('static-nodes.json'), JSON.stringify([other]));
    writeFileSync(place('permissions.toml'), `nodes-allowlist=["${other}"]\naccounts-allowlist=["${key.address}"]\n`);
    const lists = ['nodes', 'accounts'].map((list) => `--permissions-${list}-config-file=${place('permissions.toml')}`);
    const [rpcPort, peerPort, metricsPort] = ports;
    const child = spawn(
      program,
      [
        ...[`--config-file=${SETTINGS}`, ...lists, '--p2p-interface=127.0.0.1', `--p2p-port=${peerPort}`],
        ...[`--data-path=${place('data')}`, `--node-private-key-file=${place('data/key')}`],
        ...[`--genesis-file=${place('genesis.json')}`, `--static-nodes-file=${place('static-nodes.json')}`],
        ...[`--rpc-http-port=${rpcPort}`, `--metrics-port=${metricsPort}`],
      ],
      { env: { ...process.env, JAVA_OPTS: '-Xmx512m' }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
    validator = child;
    return child;
  }

  it('refuse a peer that is named by host', async () => {
    const [code] = (await once(start(`enode://${node}@localhost:${ports[1]}`), 'exit')) as [number | null];
    expect(log).to.include('Invalid enode URL');
    expect(code).to.not.equal(0);
  });

  it('make blocks, answer on loopback, and read the lists again without a restart', async () => {
    const other = `enode://${newNodeKey().publicKey.slice(2)}@127.0.0.1:1`;
    start(other);
    const rpc = openRpc(`http://127.0.0.1:${ports[0]}`, 5_000);
    const height = (): Promise<number> => rpc.request<Hex>('eth_blockNumber').then(Number, () => 0);
    await eventually(async () => (await height()) > 0, PATIENCE);
    expect(await rpc.request('qbft_getValidatorsByBlockNumber', ['latest'])).to.deep.equal([key.address]);
    expect(await rpc.request('perm_getNodesAllowlist')).to.deep.equal([other]);

    // A new gateway, and a new validator.
    const gateway: Hex = `0x${'12'.repeat(20)}`;
    const newcomer = `enode://${newNodeKey().publicKey.slice(2)}@127.0.0.1:2`;
    const text = readFileSync(place('permissions.toml'), 'utf8');
    writeFileSync(
      place('permissions.toml'),
      text.replace('accounts-allowlist=[', `$&"${gateway}",`).replace('nodes-allowlist=[', `$&"${newcomer}",`),
    );
    expect(await rpc.request('perm_reloadPermissionsFromFile')).to.equal('Success');
    expect(await rpc.request('perm_getAccountsAllowlist')).to.have.members([gateway, key.address]);
    expect(await rpc.request('perm_getNodesAllowlist')).to.have.members([newcomer, other]);
    expect(await rpc.request('admin_addPeer', [newcomer])).to.equal(true);
    expect(await rpc.request('admin_removePeer', [newcomer])).to.equal(true);
    expect(existsSync(place('data/database'))).to.equal(true);
    const metrics = await fetch(`http://127.0.0.1:${ports[2]}/metrics`);
    expect(await metrics.text())
      .to.include('ethereum_blockchain_height')
      .and.to.include('ethereum_best_known_block_number');
  });
});
