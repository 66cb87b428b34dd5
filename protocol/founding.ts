/** How a ledger begins: protocol.md section 8. The founding's hash is the salt of everything that is signed. */
import { nextAnchor } from './anchor.ts';
import { concat, equal, hexToBytes, readHex, wordOf, ZERO, type Hex } from './bytes.ts';
import { admitted, isSponsored } from './consortium.ts';
import { ProtocolError } from './errors.ts';
import { keccakHex } from './hashing.ts';
import { keyId } from './key.ts';
import type { ConsortiumState } from './ledger.ts';
import { memberWords, readMember, type NewMember } from './lists.ts';
import { apply, memoryWorld, type MutableWorld } from './world.ts';

export interface Founding {
  /** random, so that no two ledgers have one founding hash */
  readonly nonce: Hex;
  /** `heritageHash` that a retired ledger signed; zero: none */
  readonly predecessor: Hex;
  /** numbered from 1, in this order; none where there is a predecessor, whose members go on */
  readonly members: readonly NewMember[];
}

const MEMBER_WORDS = 11;

/** `abi.encode(founding)`. */
export function encodeFounding(founding: Founding): Uint8Array {
  const { nonce, predecessor, members } = founding;
  const head = [wordOf(32), nonce, predecessor, wordOf(96), wordOf(members.length)];
  return concat(...[...head, ...members.flatMap(memberWords)].map(hexToBytes));
}

/**
 * A founding from its canonical encoding.
 * @throws ProtocolError FOUNDING
 */
export function decodeFounding(bytes: Uint8Array): Founding {
  const size = 32 * MEMBER_WORDS;
  const members: NewMember[] = [];
  for (let at = 160; at + size <= bytes.length; at += size) {
    const words = Array.from({ length: MEMBER_WORDS }, (_, i) => readHex(bytes, at + 32 * i, 32));
    const member = readMember(words);
    if (member === undefined) throw new ProtocolError('FOUNDING', `member ${members.length + 1} is malformed`);
    members.push(member);
  }
  if (bytes.length < 160) throw new ProtocolError('FOUNDING', 'not the encoding of a founding: bytes missing');
  const founding = { nonce: readHex(bytes, 32, 32), predecessor: readHex(bytes, 64, 32), members };
  if (!equal(encodeFounding(founding), bytes)) {
    throw new ProtocolError('FOUNDING', 'not the canonical encoding of a founding');
  }
  return founding;
}

/** What subjects that are opened on a successor have after their opener's number. */
export function successorTag(hash: Hex): Hex {
  return hash.slice(0, 18) as Hex;
}

/** What the encoding of a founding names as its predecessor; whether it is one, decoding says. */
export function predecessorOf(bytes: Uint8Array): Hex {
  return bytes.length < 96 ? ZERO : readHex(bytes, 64, 32);
}

export function foundingHash(founding: Founding): Hex {
  return keccakHex(encodeFounding(founding));
}

/**
 * The ledger as it begins.
 * @param blockTime of the block in which the Consortium was deployed
 * @param world empty; takes up the beginning
 * @throws ProtocolError FOUNDING if the contract would not take it
 */
export function foundedWorld(founding: Founding, blockTime: number, world = memoryWorld()): MutableWorld {
  const { members, predecessor } = founding;
  const hash = foundingHash(founding);
  members.forEach((member, i) => {
    // A sponsor may stand behind those that it sponsors.
    const fit = readMember(memberWords(member)) !== undefined && isSponsored(member, members[member.sponsor - 1]);
    if (!fit || world.key(keyId(member.key)) !== undefined) {
      throw new ProtocolError('FOUNDING', `member ${i + 1} (${member.code}) is malformed, or its key stands twice`);
    }
    // One by one: each number follows from those before.
    apply(world, admitted(world, member, hash, blockTime));
  });
  const succeeds = predecessor !== ZERO;
  if (succeeds && members.length > 0) throw new ProtocolError('FOUNDING', "a successor's members are inherited");
  if (!succeeds && world.tally().activeAgencies === 0) {
    throw new ProtocolError('FOUNDING', 'at least one member is an agency');
  }
  const anchor = nextAnchor(ZERO, hash, blockTime);
  const state: ConsortiumState = { status: 'founded', ...(succeeds && { tag: successorTag(hash) }) };
  world.putLine({ kind: 'consortium', subject: ZERO, head: hash, anchor, count: 1, state });
  return world;
}
