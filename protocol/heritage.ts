/**
 * What a retired ledger leaves to its successor: a Merkle tree of its lines and keys, whose root more than two thirds of
 * the agencies signed. protocol.md section 8.1.
 */
import { KEEPERS, type Keeper, type LineKind } from './acts.ts';
import { bigintOf, concat, hexToBytes, wordOf, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { keccakHex } from './hashing.ts';
import { keyId } from './key.ts';
import { openerOf, packNumbers, packOrigins, type KeyState, type LineOf, type LineState } from './ledger.ts';
import { codeWord, readCode, readTerms, termsWords } from './lists.ts';
import { nameOf } from './names.ts';
import {
  packKey,
  stateWord,
  unpackAgreement,
  unpackConsent,
  unpackEvidence,
  unpackHold,
  unpackKey,
  unpackParticipant,
  unpackRequest,
} from './state-words.ts';
import type { World } from './world.ts';

export interface Heritage {
  /** of the tree: pairs are sorted, a last one without a pair goes up as it is */
  readonly root: Hex;
  readonly participants: number;
  readonly keys: number;
  readonly agreements: number;
}

/** Kinds of leaves. Of those with the greatest numbers others are numbered after, so that they are inherited first. */
export const LEAF = { evidence: 1, hold: 2, consent: 3, request: 4, agreement: 5, participant: 6, key: 7 } as const;

/** A leaf: kind, subject, and what section 8.1 lists for the kind. */
export type LeafWords = readonly Hex[];

/** The contract of a successor that inherits a leaf. */
export function keeperOfLeaf(words: LeafWords): Keeper {
  const kind = nameOf(LEAF, Number(bigintOf(words[0]!)));
  return kind === 'key' ? 'consortium' : KEEPERS[kind];
}

/** What a leaf is of; a line without the digests that its anchor took up before. */
export type Inherited = { readonly line: Exclude<LineState, LineOf<'consortium'>> } | { readonly key: KeyState };

/** `abi.encode(heritage)`. */
export function encodeHeritage({ root, participants, keys, agreements }: Heritage): Uint8Array {
  return concat(...[root, wordOf(participants), wordOf(keys), wordOf(agreements)].map(hexToBytes));
}

/** What `retire` names, and the successor's founding. */
export function heritageHash(heritage: Heritage): Hex {
  return keccakHex(encodeHeritage(heritage));
}

/** @param line any but the consortium's, which begins anew */
export function leafOfLine(line: Exclude<LineState, LineOf<'consortium'>>): LeafWords {
  const { subject, head, anchor } = line;
  const common = (state: Hex): Hex[] => [wordOf(LEAF[line.kind]), subject, head, anchor, state];
  switch (line.kind) {
    case 'evidence': {
      const { origins, bases } = line.state;
      return [...common(stateWord(line)), packOrigins(subject, origins), packNumbers(bases)];
    }
    case 'hold':
      return [...common(stateWord(line)), line.state.itemsHash, ...line.state.items];
    case 'consent': {
      // What a release has used up is closed: nothing on the successor says of it that it was used.
      const closed = line.state.used ? { ...line, state: { ...line.state, status: 'withdrawn' as const } } : line;
      return [...common(stateWord(closed)), line.state.evidence];
    }
    case 'request':
      return common(stateWord(line));
    case 'agreement':
      return [...common(stateWord(line)), line.state.termsHash, ...termsWords(line.state.terms)];
    case 'participant':
      return [...common(stateWord(line)), codeWord(line.state.code)];
  }
}

export function leafOfKey(key: KeyState): LeafWords {
  return [wordOf(LEAF.key), key.id, packKey(key), key.x, key.y];
}

/**
 * What a leaf says. Nothing else gives the same leaf.
 * @throws ProtocolError LEAF
 */
export function readLeaf(words: LeafWords): Inherited {
  let inherited: Inherited;
  try {
    inherited = read(words);
  } catch (cause) {
    throw new ProtocolError('LEAF', 'not a leaf of a retired ledger', { cause });
  }
  const again = 'key' in inherited ? leafOfKey(inherited.key) : leafOfLine(inherited.line);
  if (again.join() !== words.join()) throw new ProtocolError('LEAF', 'not a leaf of a retired ledger');
  return inherited;
}

function read(words: LeafWords): Inherited {
  const kind = Number(bigintOf(words[0]!));
  const subject = words[1]!;
  if (kind === LEAF.key) {
    const key = { ...unpackKey(words[2]!), x: words[3]!, y: words[4]! };
    return { key: { ...key, id: keyId(key) } };
  }
  const [, , head, anchor, state] = words as [Hex, Hex, Hex, Hex, Hex];
  const common = { subject, head, anchor, count: 0 };
  const more = words.slice(5);
  switch (kind) {
    case LEAF.evidence:
      return { line: { ...common, kind: 'evidence', state: unpackEvidence(subject, state, more[0]!, more[1]!) } };
    case LEAF.hold: {
      const [itemsHash, ...items] = more;
      return { line: { ...common, kind: 'hold', state: { ...unpackHold(state), itemsHash: itemsHash!, items } } };
    }
    case LEAF.consent:
      return {
        line: { ...common, kind: 'consent', state: { ...unpackConsent(state), evidence: more[0]!, used: false } },
      };
    case LEAF.request:
      return { line: { ...common, kind: 'request', state: unpackRequest(state) } };
    case LEAF.agreement: {
      const [termsHash, ...list] = more;
      const { parties, ...rest } = unpackAgreement(state);
      const terms = readTerms(list);
      if (terms?.parties.length !== parties) throw new ProtocolError('LEAF', 'its terms are malformed');
      return { line: { ...common, kind: 'agreement', state: { ...rest, terms, termsHash: termsHash! } } };
    }
    case LEAF.participant: {
      const code = readCode(more[0]!);
      if (code === undefined) throw new ProtocolError('LEAF', 'its code is malformed');
      const participant = { ...unpackParticipant(state), number: openerOf(subject), code };
      return { line: { ...common, kind: 'participant', state: participant } };
    }
    default:
      throw new ProtocolError('LEAF', `there is no kind ${kind}`);
  }
}

export function leafHash(words: LeafWords): Hex {
  return keccakHex(concat(...words.map(hexToBytes)));
}

/** What the sibling hashes of a path lead to. */
export function rootOf(leaf: Hex, path: readonly Hex[]): Hex {
  return path.reduce(pairHash, leaf);
}

function pairHash(one: Hex, other: Hex): Hex {
  const [first, second] = one < other ? [one, other] : [other, one];
  return keccakHex(concat(hexToBytes(first), hexToBytes(second)));
}

/** A leaf with its way to the root. */
export interface ProvenLeaf {
  readonly words: LeafWords;
  readonly proof: readonly Hex[];
}

export interface Estate {
  readonly heritage: Heritage;
  /** how many leaves */
  readonly size: number;
  /** keys, participants and agreements first */
  readonly leaves: () => Generator<ProvenLeaf, void>;
}

/**
 * The tree of a retired ledger. Whoever followed that ledger has the same one.
 * @throws ProtocolError LEAF if there is nothing to leave
 */
export function leave(lines: readonly LineState[], keys: readonly KeyState[]): Estate {
  const leaves = [
    ...lines.flatMap((line) => (line.kind === 'consortium' ? [] : [leafOfLine(line)])),
    ...keys.map(leafOfKey),
  ].map((words) => ({ words, hash: leafHash(words) }));
  if (leaves.length === 0) throw new ProtocolError('LEAF', 'a ledger without lines leaves nothing');
  leaves.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const levels: Hex[][] = [leaves.map(({ hash }) => hash)];
  for (let level = levels[0]!; level.length > 1; levels.push(level)) {
    const below = level;
    level = Array.from({ length: Math.ceil(below.length / 2) }, (_, i) => {
      const [one, other] = [below[2 * i]!, below[2 * i + 1]];
      return other === undefined ? one : pairHash(one, other);
    });
  }
  const proofOf = (index: number): Hex[] =>
    levels.slice(0, -1).flatMap((level, height) => level[(index >> height) ^ 1] ?? []);
  const rankOf = (words: LeafWords): number => -Number(bigintOf(words[0]!));
  const count = (kind: LineKind): number => lines.filter((line) => line.kind === kind).length;
  return {
    heritage: {
      root: levels.at(-1)![0]!,
      participants: count('participant'),
      keys: keys.length,
      agreements: count('agreement'),
    },
    size: leaves.length,
    *leaves() {
      const order = leaves
        .map(({ words }, index) => ({ words, index }))
        .sort((a, b) => rankOf(a.words) - rankOf(b.words));
      for (const { words, index } of order) yield { words, proof: proofOf(index) };
    },
  };
}

/**
 * What a leaf puts into a successor's world.
 * @returns undefined if it was there before, so that nothing changes
 * @throws ProtocolError LEAF if it does not stand in the tree
 */
export function inherit(world: World, heritage: Heritage, { words, proof }: ProvenLeaf): Inherited | undefined {
  if (rootOf(leafHash(words), proof) !== heritage.root) {
    throw new ProtocolError('LEAF', 'not a leaf of the tree that the founding names');
  }
  const inherited = readLeaf(words);
  const before =
    'key' in inherited ? world.key(inherited.key.id) : world.line(inherited.line.kind, inherited.line.subject);
  return before === undefined ? inherited : undefined;
}
