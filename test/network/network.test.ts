/**
 * A gateway on a network of real validators, some of which are killed: what was accepted waits, goes on, and reaches
 * the ledger once; and a court that verifies it from the seals of the validators. Besu where it is installed, else
 * GoQuorum, which Go builds.
 */
import { expect } from 'chai';
import path from 'node:path';

import type { Bundle } from '../../protocol/bundle/form.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { cut, join, killAll } from '../../scripts/network/network.ts';
import { isRunning } from '../../scripts/network/node-process.ts';
import { nodeFolder, readState, rpcUrl, type NetworkState } from '../../scripts/network/state.ts';
import { placeOn, startConsortium, type Consortium, type Gateway } from '../../scripts/trial/consortium.ts';
import { openRpc } from '../../server/chain/rpc.ts';
import { needEngine } from './support/engine.ts';
import { expectNoStranger, expectOwnLists } from './support/lists.ts';
import { expectSuccession } from './support/succession.ts';
import { bundleOf, consensusOf, expectProven, inLaterRound, verified, withForgedSeal } from './support/court.ts';
import { typed } from './support/typed.ts';

/** Milliseconds. Each round that is lost doubles the time of the next: after a halt of a minute, two more may pass. */
const RECOVERY = 240_000;

describe('a gateway on a network of validators', function () {
  this.timeout(420_000);

  const folder = throwawayFolder();
  const network = path.join(folder, 'network');
  const closers: (() => Promise<void>)[] = [];
  let state: NetworkState;
  let consortium: Consortium;
  let gateway: Gateway;
  /** What was handed over while all were well. */
  let subject: string;
  before(async function () {
    // Building the engine for the first time takes a minute or more.
    this.timeout(600_000);
    await needEngine(this, 'a network of validators');
    closers.push(async () => {
      if (readState(network)) await typed(network, 'down');
    });
    const said = await typed(network, 'up');
    state = readState(network)!;
    expect(said.trim().split('\n').at(-1)).to.equal(`CHAIN_URL=${state.nodes.map(rpcUrl).join(',')}`);
    consortium = await startConsortium(path.join(folder, 'gateway'), placeOn(state));
    gateway = consortium.gateways[0]!;
    closers.push(() => consortium.close());
  });
  after(async () => {
    for (const closer of closers.reverse()) await closer();
    removeFolder(folder);
  });
  // Its nodes outlive their starter: they must not outlive a run that was cut off.
  process.once('exit', () => killAll(network));

  const ready = (): Promise<number | undefined> => gateway.readiness();
  const collect = (exhibit: string) => ({
    act: 'collect',
    code: 'seized',
    record: { fields: [{ label: 'exhibit', value: exhibit }] },
  });

  it('takes a trail across a border to final', async () => {
    const { digests, ...handed } = await handover(consortium);
    subject = handed.subject;
    const { items } = await consortium
      .at('FR-PN')
      .get<{ items: readonly { digest: string; progress: string }[] }>(`/v1/evidence/${subject}/trail`);
    expect(items.map(({ digest }) => digest)).to.deep.equal(digests);
    expect(items.every(({ progress }) => progress === 'final')).to.equal(true);
    expect(await ready()).to.equal(200);
  });

  it('stands on four validators, as `npm run network -- status` says', async () => {
    const said = await typed(network, 'status');
    for (const { number, address } of state.nodes) {
      expect(said).to.match(new RegExp(`^node ${number}  ${address}  block \\d+, 3 peers$`, 'm'));
    }
  });

  it('has no peer that is not listed', async () => {
    await expectNoStranger(path.join(folder, 'stranger'), network, state);
  });

  it('stands on nodes that put into blocks what their own lists of accounts permit', async function () {
    if (state.engine !== 'besu') {
      console.error(`NOT TESTED: who may send. ${state.engine} has no list of accounts; install Besu to test it.`);
      this.skip();
    }
    await expectOwnLists(network, state);
  });

  it('ends in a bundle that a court verifies from the validators of the ledger file alone', async () => {
    const bundle = await bundleOf(consortium, subject);
    expectProven(consortium, bundle);
    expect(consensusOf(bundle).validators).to.have.members(consortium.ledger.validators);
  });

  it('ends in no bundle with a forged seal', async () => {
    const { verdict, checks } = verified(consortium, withForgedSeal(await bundleOf(consortium, subject)));
    expect(verdict).to.equal('not verified');
    expect(checks.filter(({ result }) => result === 'failed').map(({ name }) => name)).to.deep.equal(['sealed']);
  });

  it('takes over a ledger that was retired on another engine, whose trails go on and are proven across both', async () => {
    await expectSuccession(path.join(folder, 'succession'), state);
  });

  it('stands while it is cut in two halves, says so, and goes on when it is whole', async () => {
    const halves = state.nodes.slice(0, 2).map(({ number }) => number);
    await cut(network, halves);
    const { digest } = await consortium
      .at('DE-BKA')
      .post<{ digest: string }>('/v1/statements', collect('while nobody has a quorum'));
    await eventually(async () => (await ready()) === 503);
    await join(network, halves);
    await consortium.at('DE-BKA').final(digest);
    await eventually(async () => (await ready()) === 200);
  });

  it('goes on when the validator that it speaks to is killed', async () => {
    expect(await typed(network, 'kill', '1')).to.match(/^node 1 .* stopped$/m);
    await consortium.at('DE-BKA').state(collect('one validator less'));
    expect(await ready()).to.equal(200);
  });

  it('is proven in a round after the first, too', async () => {
    const made = await bundleOf(consortium, subject);
    // Whenever it is the turn of the one that was killed, the next proposes in another round.
    let later: Bundle | undefined;
    await eventually(async () => {
      later = await inLaterRound(consortium, openRpc(rpcUrl(state.nodes[1]!)), made);
      return later !== undefined;
    });
    expect(consensusOf(later!).round).to.be.above(0);
    expectProven(consortium, later!);
  });

  it('is proven after a validator was added, and after another was removed', async () => {
    expect(await typed(network, 'restart', '1')).to.not.include('stopped');
    await typed(network, 'add');
    const added = readState(network)!.nodes.at(-1)!;
    expectValidators(await grown(5), [added.address]);
    await typed(network, 'remove', '1');
    const bundle = await grown(4);
    expectValidators(bundle, [added.address]);
    expect(bundle.proof!.validators).to.have.length.above(0);
  });

  it('says so when too few validators are left, keeps what it accepts, and goes on when one is back', async () => {
    // Of four, since one was added and the first removed. Last, because a network that stood is slow for a while.
    await typed(network, 'kill', '2');
    await typed(network, 'kill', '3');
    const officer = consortium.at('DE-BKA');
    const accepted: string[] = [];
    const accept = async (exhibit: string): Promise<void> => {
      accepted.push((await officer.post<{ digest: string }>('/v1/statements', collect(exhibit))).digest);
    };
    const progressOf = async (digest: string): Promise<string> =>
      (await officer.get<{ progress: string }>(`/v1/statements/${digest}`)).progress;

    await accept('while nobody seals');
    await eventually(async () => (await ready()) === 503);
    const told = { ready: 0, store_well: 1, chain_well: 0, pending_statements: 1 };
    expect(Object.fromEntries(await gateway.metrics())).to.deep.include(told);
    expect((await gateway.health()).chain).to.match(/no block for \d+ s/);
    // By which a proxy knows that it takes requests.
    expect((await fetch(`${gateway.url}/healthz`)).status).to.equal(200);
    await accept('before a crash');
    await gateway.kill('SIGKILL');
    await gateway.start();
    await accept('after a crash');
    for (const digest of accepted) expect(await progressOf(digest)).to.be.oneOf(['accepted', 'sent']);

    await typed(network, 'restart', '2');
    await typed(network, 'restart', '3');
    for (const digest of accepted) await eventually(async () => (await progressOf(digest)) === 'final', RECOVERY);
    await eventually(async () => (await ready()) === 200);
    const { items } = await officer.get<{ items: readonly { exhibit?: string }[] }>('/v1/evidence?limit=100');
    expect(items).to.have.length(3 + accepted.length);
  });

  it('loses all of them by `npm run network -- down`', async () => {
    await typed(network, 'down');
    const { nodes } = readState(network)!;
    expect(nodes.filter((node) => isRunning(node.pid, nodeFolder(network, node)))).to.deep.equal([]);
  });

  /** The first bundle at a block that so many validators may seal. */
  async function grown(validators: number): Promise<Bundle> {
    let bundle = await bundleOf(consortium, subject);
    await eventually(async () => {
      bundle = await bundleOf(consortium, subject);
      return consensusOf(bundle).validators.length === validators;
    });
    return bundle;
  }

  function expectValidators(bundle: Bundle, some: readonly string[]): void {
    expectProven(consortium, bundle);
    expect(consensusOf(bundle).validators).to.include.members(some);
  }
});

/** Collected by one agency, released under the agreement, accepted by the other. */
async function handover({ at, agreement }: Consortium): Promise<{ subject: string; digests: readonly string[] }> {
  const record = { fields: [{ label: 'exhibit', value: 'EX-1' }] };
  const [collected] = await at('DE-BKA').state({ act: 'collect', code: 'seized', record });
  const { subject } = collected!;
  const release = { act: 'release', subject, recipient: 'FR-PN', agreement, purpose: ['investigate'] };
  const [released] = await at('DE-BKA').state(release);
  const [accepted] = await at('FR-PN').state({ act: 'accept', subject });
  return { subject, digests: [collected, released, accepted].map((stated) => stated!.digest) };
}
