/** A chain of one block with validators of its own: a state in tries, a header over it, and seals. */
import { bytesToHex, concat, hexToBytes, wordOf, type Hex } from '../../../protocol/bytes.ts';
import { keccak256, keccakHex, keccakOfText } from '../../../protocol/hashing.ts';
import { addressOf, publicKeyOf } from '../../../protocol/key.ts';
import { parseHeader } from '../../../protocol/proof/header.ts';
import { encodeRlp, type RlpItem } from '../../../protocol/proof/rlp.ts';
import { secp256k1 } from '@noble/curves/secp256k1.js';

export interface Validator {
  readonly privateKey: Hex;
  readonly address: Hex;
}

export function validator(name: string): Validator {
  const privateKey = keccakOfText(`unbroken/vectors/validator/${name}`);
  return { privateKey, address: addressOf(publicKeyOf(1, privateKey)) };
}

/** A trie with all its nodes. */
export interface BuiltTrie {
  readonly root: Hex;
  readonly nodes: readonly Hex[];
}

/** @param entries values by the key that is hashed */
export function buildTrie(entries: ReadonlyMap<Hex, Uint8Array>): BuiltTrie {
  const nodes: Hex[] = [];
  const leaves = [...entries].map(([key, value]) => ({ path: nibblesOf(keccak256(hexToBytes(key))), value }));
  const root = encodeRlp(leaves.length === 0 ? new Uint8Array() : nodeOf(leaves, 0, nodes));
  nodes.push(bytesToHex(root));
  return { root: keccakHex(root), nodes };
}

interface Leaf {
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

function nodeOf(leaves: readonly Leaf[], depth: number, nodes: Hex[]): RlpItem {
  const [first] = leaves;
  if (leaves.length === 1) return [compact(first!.path.slice(depth), true), first!.value];
  let shared = 0;
  while (leaves.every(({ path }) => path[depth + shared] === first!.path[depth + shared])) shared += 1;
  if (shared > 0) {
    return [compact(first!.path.slice(depth, depth + shared), false), referenceTo(leaves, depth + shared, nodes)];
  }
  const children = Array.from({ length: 16 }, (_, nibble): RlpItem => {
    const below = leaves.filter(({ path }) => path[depth] === nibble);
    return below.length === 0 ? new Uint8Array() : referenceTo(below, depth + 1, nodes);
  });
  return [...children, new Uint8Array()];
}

function referenceTo(leaves: readonly Leaf[], depth: number, nodes: Hex[]): RlpItem {
  const node = nodeOf(leaves, depth, nodes);
  const bytes = encodeRlp(node);
  if (bytes.length < 32) return node;
  nodes.push(bytesToHex(bytes));
  return keccak256(bytes);
}

function compact(path: readonly number[], leaf: boolean): Uint8Array {
  const odd = path.length % 2;
  const flagged = [(leaf ? 2 : 0) + odd, ...(odd === 1 ? [] : [0]), ...path];
  return Uint8Array.from({ length: flagged.length / 2 }, (_, i) => flagged[2 * i]! * 16 + flagged[2 * i + 1]!);
}

function nibblesOf(bytes: Uint8Array): number[] {
  return Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15]);
}

/** A number without leading zeros. */
function minimal(value: bigint): Uint8Array {
  return value === 0n
    ? new Uint8Array()
    : hexToBytes(
        `0x${wordOf(value)
          .slice(2)
          .replace(/^(?:00)+/, '')}`,
      );
}

export interface BuiltAccount {
  readonly address: Hex;
  readonly codeHash: Hex;
  readonly slots: ReadonlyMap<Hex, Hex>;
}

/** The state of a chain: root, and every node of it. */
export function buildState(accounts: readonly BuiltAccount[]): BuiltTrie {
  const nodes: Hex[] = [];
  const entries = new Map<Hex, Uint8Array>();
  for (const { address, codeHash, slots } of accounts) {
    const written = [...slots].filter(([, word]) => BigInt(word) !== 0n);
    const storage = buildTrie(new Map(written.map(([slot, word]) => [slot, encodeRlp(minimal(BigInt(word)))])));
    for (const node of storage.nodes) nodes.push(node);
    entries.set(address, encodeRlp([minimal(1n), minimal(0n), hexToBytes(storage.root), hexToBytes(codeHash)]));
  }
  const state = buildTrie(entries);
  return { root: state.root, nodes: [...new Set([...nodes, ...state.nodes])] };
}

export interface Sealing {
  readonly number: number;
  readonly time: number;
  readonly stateRoot: Hex;
  /** named in the header */
  readonly validators: readonly Validator[];
  /** those that seal it */
  readonly sealers?: readonly Validator[];
  readonly round?: number;
}

/** RLP of a header as Besu writes it, sealed. */
export function sealedHeader({ validators, sealers = validators, ...sealing }: Sealing): Hex {
  const unsealed = headerOf({ ...sealing, validators }, []);
  const { sealHash } = parseHeader(unsealed).consensus!;
  const seals = sealers.map(({ privateKey }) => {
    const options = { prehash: false, lowS: true, format: 'recovered' } as const;
    const bytes = secp256k1.sign(hexToBytes(sealHash), hexToBytes(privateKey), options);
    return concat(bytes.subarray(1), bytes.subarray(0, 1));
  });
  return bytesToHex(headerOf({ ...sealing, validators }, seals));
}

const MIX: Hex = '0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365';

function headerOf(
  { number, time, stateRoot, validators, round = 0 }: Sealing,
  seals: readonly Uint8Array[],
): Uint8Array {
  const extra = encodeRlp([
    new Uint8Array(32),
    validators.map(({ address }) => hexToBytes(address)),
    [],
    minimal(BigInt(round)),
    seals,
  ]);
  return plainHeader({ number, time, stateRoot }, extra, hexToBytes(MIX));
}

/** RLP of a header that nobody seals, as on a chain of one machine. */
export function unsealedHeader(block: Pick<Sealing, 'number' | 'time' | 'stateRoot'>): Hex {
  return bytesToHex(plainHeader(block, new Uint8Array(), new Uint8Array(32)));
}

function plainHeader(
  { number, time, stateRoot }: Pick<Sealing, 'number' | 'time' | 'stateRoot'>,
  extra: Uint8Array,
  mix: Uint8Array,
): Uint8Array {
  const word = new Uint8Array(32);
  return encodeRlp([
    ...[word, word, new Uint8Array(20), hexToBytes(stateRoot), word, word, new Uint8Array(256)],
    ...[minimal(1n), minimal(BigInt(number)), minimal(100_000_000n), minimal(0n), minimal(BigInt(time))],
    ...[extra, mix, new Uint8Array(8)],
  ]);
}
