/** What a network asks of the program that its validators run. */
import type { Hex } from '../../protocol/bytes.ts';
import type { Rpc } from '../../server/chain/rpc.ts';
import type { GenesisPlan } from './genesis.ts';
import type { NodeCommand } from './node-process.ts';
import type { EngineName, NetworkState, Node } from './state.ts';

/** Where a network keeps its files. */
export interface Place {
  readonly folder: string;
  readonly genesisFile: string;
}

export interface Engine {
  readonly name: EngineName;
  /** The program, built if need be; undefined, with the reason said, if this machine can't have it. */
  find(say: (step: string) => void): Promise<string | undefined>;
  genesis(plan: GenesisPlan): unknown;
  /** Writes what a node wants to find at its first start; its key lies in its folder already. */
  prepare(place: Place, state: NetworkState, node: Node): Promise<void>;
  /** Writes whom a node may have as peers, and who may send transactions. */
  permit(place: Place, state: NetworkState, node: Node): void;
  command(place: Place, state: NetworkState, node: Node): NodeCommand;
  /** Tells a running node of a new peer. */
  introduce(rpc: Rpc, peer: Node): Promise<void>;
  /** Tells a running node to have nothing to do with a peer, until it is introduced again or restarted. */
  part(rpc: Rpc, peer: Node): Promise<void>;
  validators(rpc: Rpc): Promise<readonly Hex[]>;
  /** A validator's vote that another one comes or goes. */
  vote(rpc: Rpc, address: Hex, stays: boolean): Promise<void>;
}
