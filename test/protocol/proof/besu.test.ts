/** Headers and proofs of a real network: test/vectors/besu-qbft. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { bytesToHex, hexToBytes, wordOf, type Hex } from '../../../protocol/bytes.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { parseHeader, type Header } from '../../../protocol/proof/header.ts';
import { followValidators, quorumOf, sealersOf } from '../../../protocol/proof/seals.ts';
import { findAccount, findSlot, openTrie } from '../../../protocol/proof/trie.ts';
import { vectorPath } from '../support/files.ts';

interface HeaderVector {
  readonly number: number;
  readonly hash: Hex;
  readonly round: number;
  readonly seals: number;
  readonly validators: readonly Hex[];
  readonly rawHeader: Hex;
}

interface ProofVector {
  readonly description: string;
  readonly rawHeader: Hex;
  readonly block: { readonly hash: Hex; readonly number: Hex; readonly timestamp: Hex };
  readonly contract: Hex;
  readonly slots: readonly Hex[];
  readonly expected: readonly Hex[];
  readonly proof: {
    readonly accountProof: readonly Hex[];
    readonly codeHash: Hex;
    readonly storageHash: Hex;
    readonly storageProof: readonly { readonly key: Hex; readonly value: Hex; readonly proof: readonly Hex[] }[];
  };
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(vectorPath(`besu-qbft/${name}`), 'utf8'));
}

const HEADERS = read('headers') as readonly HeaderVector[];
const PROOFS = read('storage-proofs') as readonly ProofVector[];

const parsed = ({ rawHeader }: { readonly rawHeader: Hex }): Header => parseHeader(hexToBytes(rawHeader));

function expectNoProof(attempt: () => unknown): void {
  expect(attempt).to.throw(ProtocolError).with.property('code', 'PROOF');
}

/** Besu writes addresses with a checksum in their case. */
function addressOf({ contract }: ProofVector): Hex {
  return contract.toLowerCase() as Hex;
}

/** Every node that proves something about these slots. */
function nodesOf({ proof }: ProofVector): Hex[] {
  return [...new Set([...proof.accountProof, ...proof.storageProof.flatMap((each) => each.proof)])];
}

describe('headers of Besu', () => {
  for (const vector of HEADERS) {
    it(`${vector.number}: hash, round and quorum`, () => {
      const header = parsed(vector);
      const { hash, number, round, validators } = vector;
      expect({ hash: header.hash, number: header.number }).to.deep.equal({ hash, number });
      expect(header.consensus).to.deep.include({ round, validators });
      expect(sealersOf(header).size).to.equal(vector.seals);
      expect(vector.seals).to.equal(quorumOf(validators.length));
    });
  }

  it('have five validators after a vote, who follow from the four', () => {
    const four = HEADERS.find(({ validators }) => validators.length === 4)!.validators;
    const followed = followValidators(four, HEADERS.map(parsed));
    expect(followed).to.deep.equal({ validators: HEADERS.at(-1)!.validators, changes: 1 });
    expect(followed.validators).to.have.length(5);
  });

  it('do not follow from strangers, nor from too few of the trusted', () => {
    const last = parsed(HEADERS.at(-1)!);
    const stranger = (i: number): Hex => `0x${i.toString(16).padStart(40, '0')}`;
    const [sealer] = sealersOf(last);
    expectNoProof(() => followValidators([stranger(1), stranger(2), stranger(3)], [last]));
    // One of three is a third, and not more than one.
    expectNoProof(() => followValidators([sealer!, stranger(2), stranger(3)], [last]));
    expect(followValidators([sealer!, stranger(2)], [last]).changes).to.equal(1);
    expectNoProof(() => followValidators(last.consensus!.validators, [last, last]));
  });

  it('bear no change of a single byte', () => {
    const vector = HEADERS.find(({ round, validators }) => round > 0 && validators.length === 5)!;
    const raw = hexToBytes(vector.rawHeader);
    const trusted = new Set(vector.validators);
    for (let at = 0; at < raw.length; at += 7) {
      const changed = Uint8Array.from(raw);
      changed[at]! ^= 1 << (at % 8);
      expectNoProof(() => {
        const header = parseHeader(changed);
        for (const sealer of sealersOf(header)) if (!trusted.has(sealer)) throw new ProtocolError('PROOF', 'stranger');
      });
    }
  });

  it('bear no seal that is left out, doubled or added', () => {
    const { consensus, ...rest } = parsed(HEADERS.at(-1)!);
    const { seals } = consensus!;
    for (const changed of [seals.slice(1), [...seals, seals[0]!], [seals[0]!, seals[0]!, ...seals.slice(2)], []]) {
      expectNoProof(() => sealersOf({ ...rest, consensus: { ...consensus!, seals: changed } }));
    }
    expectNoProof(() => sealersOf(rest));
  });
});

describe('storage proofs of Besu', () => {
  for (const [index, vector] of PROOFS.entries()) {
    it(`${index}: ${vector.description}`, () => {
      const header = parsed(vector);
      expect(header.hash).to.equal(vector.block.hash);
      expect(header.time).to.equal(Number(vector.block.timestamp));
      const trie = openTrie(nodesOf(vector));
      const account = findAccount(trie, header.stateRoot, addressOf(vector));
      expect(account).to.deep.equal({ storageRoot: vector.proof.storageHash, codeHash: vector.proof.codeHash });
      for (const { key, value } of vector.proof.storageProof) {
        expect(findSlot(trie, account, wordOf(BigInt(key)))).to.equal(wordOf(BigInt(value)));
      }
      expect(vector.proof.storageProof.some(({ value }) => BigInt(value) === 0n)).to.equal(true);
      expect(trie.isUsedUp()).to.equal(true);
    });
  }

  it('bear no change of a single byte, and no node that is missing or too much', () => {
    const vector = PROOFS.at(-1)!;
    const { stateRoot } = parsed(vector);
    const prove = (nodes: readonly Hex[]): void => {
      const trie = openTrie(nodes);
      const account = findAccount(trie, stateRoot, addressOf(vector));
      for (const { key } of vector.proof.storageProof) findSlot(trie, account, wordOf(BigInt(key)));
      if (!trie.isUsedUp()) throw new ProtocolError('PROOF', 'too much');
    };
    const nodes = nodesOf(vector);
    prove(nodes);
    for (const [i, node] of nodes.entries()) {
      const bytes = hexToBytes(node);
      for (let at = 0; at < bytes.length; at += 5) {
        const changed = Uint8Array.from(bytes);
        changed[at]! ^= 1 << (at % 8);
        expectNoProof(() => prove(nodes.with(i, bytesToHex(changed))));
      }
      expectNoProof(() => prove(nodes.toSpliced(i, 1)));
      expectNoProof(() => prove([...nodes, node]));
    }
    expectNoProof(() => prove([...nodes, '0xc0']));
  });

  it('of what is no trie are refused', () => {
    for (const node of [
      '0x',
      '0x80',
      '0xc0',
      '0xc3010203',
      `0x${'c1'.repeat(40)}c0`,
      `0xf9ffff${'00'.repeat(50)}`,
    ] as const) {
      expectNoProof(() => openTrie([node]).find(bytesToHex(new Uint8Array(32)), wordOf(1)));
    }
    expectNoProof(() => openTrie([`0x${'00'.repeat(601)}`]));
    expectNoProof(() => parseHeader(new Uint8Array()));
    expectNoProof(() => parseHeader(new Uint8Array(40_000)));
    expectNoProof(() => parseHeader(Uint8Array.of(0xc0)));
  });
});
