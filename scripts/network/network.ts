/** A permissioned network of several validators on this machine: each with its own folder, key and ports. */
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Hex } from '../../protocol/bytes.ts';
import { addressOf, publicKeyOf } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import { openRpc, type Rpc } from '../../server/chain/rpc.ts';
import { randomSecret } from '../../server/keyring/secrets.ts';
import { heightOf } from '../blocks.ts';
import { freePorts } from '../free-ports.ts';
import { besu } from './besu.ts';
import type { Engine, Place } from './engine.ts';
import { goquorum } from './goquorum.ts';
import { isRunning, startDetached, stopProcess } from './node-process.ts';
import { nodeFolder, readState, rpcUrl, writeState, type EngineName, type NetworkState, type Node } from './state.ts';

/** In the order in which they are preferred. */
const ENGINES: readonly Engine[] = [besu, goquorum];
/** Accounts that may send: one for the deployment, the others for gateways. */
const RELAYS = 5;

// Milliseconds.
const LOOK = 200;
const READY = 360_000;
/** Between two votes of everybody. */
const VOTE = 10_000;

export type Say = (step: string) => void;

/** The engine of this name and its program; without a name, the first that this machine can have. */
export async function findEngine(
  name: EngineName | undefined,
  say: Say,
): Promise<{ readonly engine: Engine; readonly program: string } | undefined> {
  for (const engine of ENGINES) {
    if (name !== undefined && engine.name !== name) continue;
    const program = await engine.find(say);
    if (program !== undefined) return { engine, program };
  }
  return undefined;
}

/**
 * Makes a network in a folder if there is none yet, starts those of its nodes that don't run, and waits until all of
 * them have a block that was sealed.
 * @throws Error if no engine can be had, or a node does not start
 */
export async function up(
  folder: string,
  wanted: { readonly engine?: EngineName; readonly validators: number },
  say: Say,
): Promise<NetworkState> {
  const state = readState(folder) ?? (await make(folder, wanted, say));
  say(`Starting ${state.nodes.length} nodes of ${state.engine} ...`);
  for (const node of state.nodes) start(folder, node.number);
  await Promise.all(state.nodes.map((node) => waitFor(folder, node, async (rpc) => (await heightOf(rpc)) > 0)));
  return stateOf(folder);
}

async function make(
  folder: string,
  { engine: name, validators }: { readonly engine?: EngineName; readonly validators: number },
  say: Say,
): Promise<NetworkState> {
  const found = await findEngine(name, say);
  if (found === undefined) throw new Error('No engine can be had on this machine; docs/network.md says which ones.');
  const { engine, program } = found;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ports = await freePorts(2 * validators);
  const nodes = Array.from({ length: validators }, (_, index) => makeNode(folder, index + 1, ports.slice(2 * index)));
  const state: NetworkState = {
    ...{ version: 1, engine: engine.name, program, nodes },
    // Its own number, so that a transaction of one network is none of another.
    chainId: randomInt(2 ** 20, 2 ** 31),
    relays: Array.from({ length: RELAYS }, () => {
      const privateKey = randomSecret();
      return { privateKey, address: addressOf(publicKeyOf(SCHEME.secp256k1, privateKey)) };
    }),
  };
  const plan = { chainId: state.chainId, validators: nodes.map(({ address }) => address) };
  const place = placeOf(folder);
  writeFileSync(place.genesisFile, JSON.stringify(engine.genesis(plan), null, 2));
  for (const node of nodes) await engine.prepare(place, state, node);
  // Written last: a network that was cut off while it was made is made anew.
  writeState(folder, state);
  return state;
}

function makeNode(folder: string, number: number, [rpcPort, peerPort]: readonly number[]): Node {
  const own = nodeFolder(folder, { number });
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const { privateKey, address, publicKey } = newNodeKey();
  writeFileSync(path.join(own, 'key'), privateKey.slice(2), { mode: 0o600 });
  return { number, address, publicKey, rpcPort: rpcPort!, peerPort: peerPort! };
}

/** Validators seal with the key that peers know them by. */
export function newNodeKey(): { readonly privateKey: Hex; readonly address: Hex; readonly publicKey: Hex } {
  const privateKey = randomSecret();
  const key = publicKeyOf(SCHEME.secp256k1, privateKey);
  return { privateKey, address: addressOf(key), publicKey: `0x${key.x.slice(2)}${key.y.slice(2)}` };
}

/** Stops all nodes; what they have stays for the next start. */
export async function down(folder: string): Promise<void> {
  const { nodes } = stateOf(folder);
  await Promise.all(nodes.map((node) => stopProcess(node.pid, nodeFolder(folder, node), 'SIGTERM')));
}

/** As a crash or a power failure ends it. */
export async function kill(folder: string, number: number): Promise<void> {
  await stopProcess(nodeOf(stateOf(folder), number).pid, nodeFolder(folder, { number }), 'SIGKILL');
}

/** At once, as whoever started them ends: its nodes would outlive it. */
export function killAll(folder: string): void {
  for (const node of readState(folder)?.nodes ?? []) {
    if (isRunning(node.pid, nodeFolder(folder, node))) process.kill(node.pid, 'SIGKILL');
  }
}

/** Stops a node if it runs, starts it, and waits until it answers. */
export async function restart(folder: string, number: number): Promise<void> {
  await stopProcess(nodeOf(stateOf(folder), number).pid, nodeFolder(folder, { number }), 'SIGTERM');
  start(folder, number);
  await waitFor(folder, nodeOf(stateOf(folder), number), async (rpc) => (await heightOf(rpc)) >= 0);
}

/** Stops a node where it is, as a machine that hangs; it keeps its connections. Until it is resumed. */
export function pause(folder: string, number: number): void {
  signal(folder, number, 'SIGSTOP');
}

export function resume(folder: string, number: number): void {
  signal(folder, number, 'SIGCONT');
}

function signal(folder: string, number: number, name: NodeJS.Signals): void {
  const { pid } = nodeOf(stateOf(folder), number);
  if (isRunning(pid, nodeFolder(folder, { number }))) process.kill(pid, name);
}

/** Cuts the network in two: these nodes, and all others. Until they are joined. */
export async function cut(folder: string, numbers: readonly number[]): Promise<void> {
  await acrossCut(folder, numbers, (engine, rpc, peer) => engine.part(rpc, peer));
}

export async function join(folder: string, numbers: readonly number[]): Promise<void> {
  await acrossCut(folder, numbers, (engine, rpc, peer) => engine.introduce(rpc, peer));
}

async function acrossCut(
  folder: string,
  numbers: readonly number[],
  tell: (engine: Engine, rpc: Rpc, peer: Node) => Promise<void>,
): Promise<void> {
  const state = stateOf(folder);
  const running = state.nodes.filter((node) => isRunning(node.pid, nodeFolder(folder, node)));
  for (const node of running) {
    const others = running.filter((peer) => numbers.includes(peer.number) !== numbers.includes(node.number));
    for (const peer of others) await tell(engineOf(state), rpcOf(node), peer);
  }
}

/** A node more, and the votes of all others that it is a validator. */
export async function add(folder: string, say: Say): Promise<Node> {
  const before = stateOf(folder);
  const engine = engineOf(before);
  const number = Math.max(...before.nodes.map((node) => node.number)) + 1;
  const node = makeNode(folder, number, await freePorts(2));
  const state = { ...before, nodes: [...before.nodes, node] };
  const place = placeOf(folder);
  await engine.prepare(place, state, node);
  writeState(folder, state);
  for (const each of before.nodes) {
    engine.permit(place, state, each);
    if (isRunning(each.pid, nodeFolder(folder, each))) await engine.introduce(rpcOf(each), node);
  }
  say(`Starting node ${number}, which catches up ...`);
  start(folder, number);
  await waitFor(folder, node, async (rpc) => (await heightOf(rpc)) > 0);
  await vote(folder, node, true);
  return node;
}

/** The votes of all others that a node is no validator any more. It goes on as a node. */
export async function remove(folder: string, number: number): Promise<void> {
  await vote(folder, nodeOf(stateOf(folder), number), false);
}

async function vote(folder: string, about: Node, stays: boolean): Promise<void> {
  const state = stateOf(folder);
  const engine = engineOf(state);
  const voters = state.nodes.filter(
    (node) => node.number !== about.number && isRunning(node.pid, nodeFolder(folder, node)),
  );
  let votedAt = -Infinity;
  await waitFor(folder, voters[0]!, async (rpc) => {
    const validators = await engine.validators(rpc);
    if (validators.some((address) => address.toLowerCase() === about.address) === stays) return true;
    // Again and again: a validator that restarts, or was not reached, has forgotten its vote.
    if (Date.now() - votedAt > VOTE) {
      votedAt = Date.now();
      await Promise.all(voters.map((voter) => engine.vote(rpcOf(voter), about.address, stays).catch(() => undefined)));
    }
    return false;
  });
}

export interface NodeStatus {
  readonly node: Node;
  readonly running: boolean;
  /** Absent if it doesn't answer. */
  readonly block?: number;
  readonly peers?: number;
  readonly validator?: boolean;
}

export async function status(folder: string): Promise<readonly NodeStatus[]> {
  const state = stateOf(folder);
  const engine = engineOf(state);
  return Promise.all(
    state.nodes.map(async (node): Promise<NodeStatus> => {
      const running = isRunning(node.pid, nodeFolder(folder, node));
      if (!running) return { node, running };
      try {
        const rpc = rpcOf(node);
        const [block, peers, validators] = await Promise.all([
          heightOf(rpc),
          rpc.request<Hex>('net_peerCount'),
          engine.validators(rpc),
        ]);
        const validator = validators.some((address) => address.toLowerCase() === node.address);
        return { node, running, block, peers: Number(peers), validator };
      } catch {
        return { node, running }; // it is starting, or hangs: `running` without a block says so
      }
    }),
  );
}

function start(folder: string, number: number): void {
  const state = stateOf(folder);
  const node = nodeOf(state, number);
  const own = nodeFolder(folder, node);
  if (isRunning(node.pid, own)) return;
  const pid = startDetached(engineOf(state).command(placeOf(folder), state, node), logFile(folder, node));
  writeState(folder, { ...state, nodes: state.nodes.map((each) => (each === node ? { ...node, pid } : each)) });
}

/** Asks until it holds; a node that is not there yet does not answer. */
async function waitFor(folder: string, { number }: Node, holds: (rpc: Rpc) => Promise<boolean>): Promise<void> {
  const node = nodeOf(stateOf(folder), number);
  const rpc = rpcOf(node);
  const deadline = Date.now() + READY;
  for (;;) {
    await sleep(LOOK);
    try {
      if (await holds(rpc)) return;
    } catch {
      // not yet
    }
    const ended = !isRunning(node.pid, nodeFolder(folder, node));
    if (!ended && Date.now() < deadline) continue;
    const said = readFileSync(logFile(folder, node), 'utf8').slice(-4_000);
    throw new Error(`Node ${number} ${ended ? 'ended' : 'is not ready'}. The end of its log:\n${said}`);
  }
}

function rpcOf(node: Node): Rpc {
  return openRpc(rpcUrl(node), 5_000);
}

function logFile(folder: string, node: Node): string {
  return path.join(folder, `node-${node.number}.log`);
}

function placeOf(folder: string): Place {
  return { folder, genesisFile: path.join(folder, 'genesis.json') };
}

function stateOf(folder: string): NetworkState {
  const state = readState(folder);
  if (state === undefined) throw new Error(`There is no network in ${folder}; \`npm run network -- up\` makes one.`);
  return state;
}

function nodeOf({ nodes }: NetworkState, number: number): Node {
  const node = nodes.find((each) => each.number === number);
  if (node === undefined) throw new Error(`There is no node ${number}; there are ${nodes.length}.`);
  return node;
}

function engineOf({ engine }: NetworkState): Engine {
  return ENGINES.find(({ name }) => name === engine)!;
}
