/** What Besu and GoQuorum are told before they start; whether they heed it, network.test.ts sees. */
import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { decodeRlp, listOf } from '../../protocol/proof/rlp.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { besu } from '../../scripts/network/besu.ts';
import { genesisExtraData } from '../../scripts/network/genesis.ts';
import { goquorum } from '../../scripts/network/goquorum.ts';
import { isRunning } from '../../scripts/network/node-process.ts';
import { nodeFolder, type NetworkState } from '../../scripts/network/state.ts';

const address = (digit: string): Hex => `0x${digit.repeat(40)}`;

const state: NetworkState = {
  ...{ version: 1, engine: 'besu', program: '/opt/besu/bin/besu', chainId: 1_234_567 },
  nodes: [1, 2].map((number) => ({
    ...{ number, address: address(String(number)), publicKey: `0x${String(number).repeat(128)}` },
    ...{ rpcPort: 8_000 + number, peerPort: 9_000 + number },
  })),
  relays: [{ address: address('a'), privateKey: `0x${'b'.repeat(64)}` }],
};
const [node, other] = state.nodes;

describe('a network’s first block', () => {
  const plan = { chainId: state.chainId, validators: [address('c'), address('a'), address('b')] };

  it('names the validators in order, no vote, round 0 and no seals', () => {
    const extra = hexToBytes(genesisExtraData(plan.validators));
    const [vanity, validators, vote, round, seals] = listOf(decodeRlp(extra, extra.length), 5);
    expect(vanity).to.deep.equal(new Uint8Array(32));
    expect(validators).to.deep.equal(['a', 'b', 'c'].map((digit) => hexToBytes(address(digit))));
    expect([vote, round, seals]).to.deep.equal([[], new Uint8Array(), []]);
  });

  for (const engine of [besu, goquorum]) {
    it(`costs nothing, and lasts a second, with ${engine.name}`, () => {
      const genesis = engine.genesis(plan) as {
        config: { chainId: number; qbft: object; zeroBaseFee?: boolean; londonBlock?: number };
        gasLimit: string;
        baseFeePerGas?: string;
      };
      expect(genesis.config).to.include({ chainId: plan.chainId });
      expect(genesis.config.qbft).to.include({ blockperiodseconds: 1 });
      expect(Number(genesis.gasLimit)).to.be.within(20_000_000, 30_000_000);
      if (genesis.config.londonBlock === undefined) return;
      expect(genesis.config.zeroBaseFee).to.equal(true);
      expect(genesis.baseFeePerGas).to.equal('0x0');
    });
  }
});

describe('a node', () => {
  const folder = throwawayFolder();
  const place = { folder, genesisFile: path.join(folder, 'genesis.json') };
  const own = nodeFolder(folder, node!);
  before(() => mkdirSync(own));
  after(() => removeFolder(folder));

  it('of Besu listens on loopback only, and takes its permissions from a file', () => {
    const { program, parameters } = besu.command(place, state, node!);
    expect(program).to.equal(state.program);
    expect(parameters).to.include.members([
      ...['--rpc-http-host=127.0.0.1', '--rpc-http-port=8001', '--p2p-interface=127.0.0.1', '--p2p-port=9001'],
      ...['--min-gas-price=0', '--sync-min-peers=1', '--discovery-enabled=false'],
      ...['--permissions-nodes-config-file-enabled', '--permissions-accounts-config-file-enabled'],
    ]);
    besu.permit(place, state, node!);
    const permissions = readFileSync(path.join(own, 'permissions.toml'), 'utf8');
    expect(permissions).to.include(`enode://${other!.publicKey.slice(2)}@127.0.0.1:9002`);
    expect(permissions).to.include(`accounts-allowlist=["${address('a')}"]`);
    expect(JSON.parse(readFileSync(path.join(own, 'static-nodes.json'), 'utf8'))).to.have.length(1);
  });

  it('of GoQuorum speaks to listed nodes on loopback only', () => {
    const { parameters } = goquorum.command(place, state, node!);
    expect(parameters.join(' ')).to.include('--http.addr 127.0.0.1').and.include('--netrestrict 127.0.0.0/8');
    expect(parameters).to.include.members(['--permissioned', '--nodiscover']);
    goquorum.permit(place, state, node!);
    const permitted = JSON.parse(readFileSync(path.join(own, 'permissioned-nodes.json'), 'utf8')) as string[];
    expect(permitted).to.have.length(2);
  });

  it('is no process that only got its id', () => {
    expect(isRunning(process.pid, own)).to.equal(false);
    expect(isRunning(process.pid, 'mocha')).to.equal(true);
    expect(isRunning(undefined, own)).to.equal(false);
  });

  it('of Besu is looked for where BESU_HOME says', async () => {
    const before = process.env['BESU_HOME'];
    const said: string[] = [];
    process.env['BESU_HOME'] = own;
    try {
      expect(await besu.find((step) => said.push(step))).to.equal(undefined);
      expect(said.join()).to.include('BESU_HOME');
      mkdirSync(path.join(own, 'bin'));
      writeFileSync(path.join(own, 'bin/besu'), '', { mode: 0o700 });
      expect(await besu.find(() => undefined)).to.equal(path.join(own, 'bin/besu'));
    } finally {
      if (before === undefined) delete process.env['BESU_HOME'];
      else process.env['BESU_HOME'] = before;
    }
  });
});
