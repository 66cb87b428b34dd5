/**
 * Proofs in a Merkle Patricia trie (Ethereum's yellow paper, appendix D; EIP-1186): what a root says of a key, and
 * that it says nothing. Nodes come from anybody, in any order, each once; they are found by their hashes.
 */
import { bytesToHex, hexToBytes, ZERO, type Hex } from '../bytes.ts';
import { keccak256, keccakHex } from '../hashing.ts';
import { bytesOf, decodeRlp, listOf, notProof, type RlpItem } from './rlp.ts';

/** A branch of sixteen hashes has 532 bytes; more is no node of these tries. */
export const NODE_BYTES_MAX = 600;
/** Nodes of a proof. */
export const NODES_MAX = 200_000;
const NIBBLES = 64;
/** The root of a trie without entries: keccak256(RLP of nothing). */
const EMPTY_ROOT = keccakHex(Uint8Array.of(0x80));

export interface Trie {
  /**
   * What a root says of a key that is hashed first, as in the tries of accounts and of storage.
   * @returns undefined if the root rules out that there is anything
   * @throws ProtocolError PROOF if a node is missing, or is none
   */
  find(root: Hex, key: Hex): Uint8Array | undefined;
  /** The nodes that were needed so far. */
  used(): readonly Hex[];
  /** Whether every node was needed: bytes that prove nothing have no place in a proof. */
  isUsedUp(): boolean;
}

/** @throws ProtocolError PROOF for too many nodes, one that is too large, or one that stands twice */
export function openTrie(nodes: readonly Hex[]): Trie {
  if (nodes.length > NODES_MAX) throw notProof(`more than ${NODES_MAX} nodes`);
  if (nodes.some((node) => node.length > 2 + 2 * NODE_BYTES_MAX)) throw notProof('a node is too large');
  if (new Set(nodes).size < nodes.length) throw notProof('a node stands twice');
  const byHash = new Map<Hex, Uint8Array>();
  for (const node of nodes) {
    const bytes = hexToBytes(node);
    byHash.set(bytesToHex(keccak256(bytes)), bytes);
  }
  const decoded = new Map<Hex, readonly RlpItem[]>();

  function nodeOf(hash: Hex): readonly RlpItem[] {
    const known = decoded.get(hash);
    if (known !== undefined) return known;
    const bytes = byHash.get(hash);
    if (bytes === undefined) throw notProof('a node is missing');
    const node = listOf(decodeRlp(bytes, NODE_BYTES_MAX));
    decoded.set(hash, node);
    return node;
  }

  /** A child is a hash, or the node itself if that is shorter than one. */
  function childOf(item: RlpItem | undefined): readonly RlpItem[] | undefined {
    if (item === undefined) throw notProof('not a node');
    if (!(item instanceof Uint8Array)) return item;
    return item.length === 0 ? undefined : nodeOf(bytesToHex(bytesOf(item, 32)));
  }

  return {
    find(root, key) {
      if (root === EMPTY_ROOT) return undefined;
      const path = nibblesOf(keccak256(hexToBytes(key)));
      let node: readonly RlpItem[] | undefined = nodeOf(root);
      for (let at = 0; node !== undefined;) {
        if (node.length === 17) {
          if (at === NIBBLES) throw notProof('a branch where a key has ended');
          node = childOf(node[path[at++]!]);
          continue;
        }
        if (node.length !== 2) throw notProof('not a node');
        const { nibbles, leaf } = readPath(bytesOf(node[0]));
        if (!leaf && nibbles.length === 0) throw notProof('an extension by nothing');
        if (at + nibbles.length > NIBBLES) throw notProof('a path beyond the key');
        const same = nibbles.every((nibble, i) => path[at + i] === nibble);
        at += nibbles.length;
        if (leaf) {
          if (at !== NIBBLES) throw notProof('a leaf before a key has ended');
          return same ? bytesOf(node[1]) : undefined;
        }
        node = same ? childOf(node[1]) : undefined;
      }
      return undefined;
    },
    used: () => [...decoded.keys()].map((hash) => bytesToHex(byHash.get(hash)!)),
    isUsedUp: () => decoded.size === byHash.size,
  };
}

function nibblesOf(bytes: Uint8Array): number[] {
  return Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15]);
}

/** The compact encoding of a path: its first nibble says whether it ends in a leaf, and whether it is odd. */
function readPath(bytes: Uint8Array): { readonly nibbles: readonly number[]; readonly leaf: boolean } {
  const [flag, ...rest] = nibblesOf(bytes);
  if (flag === undefined || flag > 3) throw notProof('not a path');
  const odd = (flag & 1) === 1;
  if (!odd && rest[0] !== 0) throw notProof('not a path');
  return { nibbles: odd ? rest : rest.slice(1), leaf: (flag & 2) === 2 };
}

/** What the state says of an account, as far as a ledger is concerned. */
export interface Account {
  readonly storageRoot: Hex;
  readonly codeHash: Hex;
}

/** @throws ProtocolError PROOF, also if there is no such account */
export function findAccount(trie: Trie, stateRoot: Hex, address: Hex): Account {
  const value = trie.find(stateRoot, address);
  if (value === undefined) throw notProof(`the block has no account ${address}`);
  const fields = listOf(decodeRlp(value, NODE_BYTES_MAX), 4);
  return { storageRoot: bytesToHex(bytesOf(fields[2], 32)), codeHash: bytesToHex(bytesOf(fields[3], 32)) };
}

/**
 * The word in a slot of an account's storage; zero if it was never written.
 * @throws ProtocolError PROOF
 */
export function findSlot(trie: Trie, { storageRoot }: Account, slot: Hex): Hex {
  const value = trie.find(storageRoot, slot);
  if (value === undefined) return ZERO;
  const bytes = bytesOf(decodeRlp(value, 33));
  // Anvil keeps a slot that became zero again, with nothing in it; other engines take it out of the trie.
  if (bytes.length > 32 || bytes[0] === 0) throw notProof('not a word');
  return `0x${bytesToHex(bytes).slice(2).padStart(64, '0')}`;
}
