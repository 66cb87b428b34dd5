/** What a network on this machine is: written when it is made, and whenever one of its processes changes. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Hex } from '../../protocol/bytes.ts';
import { writeFileDurably } from '../../server/keyring/durable-file.ts';
import { ROOT } from '../processes.ts';

/** Git ignores it. */
export const DEFAULT_FOLDER = path.join(ROOT, 'data/network');

export type EngineName = 'besu' | 'goquorum';

export interface Node {
  /** From 1. */
  readonly number: number;
  readonly address: Hex;
  /** 64 bytes: what peers know it by. */
  readonly publicKey: Hex;
  readonly rpcPort: number;
  readonly peerPort: number;
  /** Of the process that was started last. */
  readonly pid?: number;
}

/** An account that may send transactions: one for who deploys the ledger, one for each gateway. */
export interface Relay {
  readonly address: Hex;
  readonly privateKey: Hex;
}

export interface NetworkState {
  readonly version: 1;
  readonly engine: EngineName;
  readonly program: string;
  readonly chainId: number;
  readonly nodes: readonly Node[];
  readonly relays: readonly Relay[];
}

export function readState(folder: string): NetworkState | undefined {
  const file = stateFile(folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as NetworkState) : undefined;
}

/** For its owner only: it has keys. */
export function writeState(folder: string, state: NetworkState): void {
  writeFileDurably(stateFile(folder), `${JSON.stringify(state, null, 2)}\n`, 0o600);
}

function stateFile(folder: string): string {
  return path.join(folder, 'network.json');
}

export function nodeFolder(folder: string, { number }: Pick<Node, 'number'>): string {
  return path.join(folder, `node-${number}`);
}

export function rpcUrl({ rpcPort }: Pick<Node, 'rpcPort'>): string {
  return `http://127.0.0.1:${rpcPort}`;
}

export function enodeUrl({ publicKey, peerPort }: Pick<Node, 'publicKey' | 'peerPort'>): string {
  return `enode://${publicKey.slice(2)}@127.0.0.1:${peerPort}`;
}
