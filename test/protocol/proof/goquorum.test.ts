/** Headers and proofs of a real network of GoQuorum: test/vectors/goquorum-qbft. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { hexToBytes, wordOf, type Hex } from '../../../protocol/bytes.ts';
import { parseHeader } from '../../../protocol/proof/header.ts';
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
  readonly contract: string;
  readonly proof: {
    readonly accountProof: readonly Hex[];
    readonly storageProof: readonly { readonly key: Hex; readonly value: Hex; readonly proof: readonly Hex[] }[];
  };
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(vectorPath(`goquorum-qbft/${name}`), 'utf8'));
}

const HEADERS = read('headers') as readonly HeaderVector[];
const PROOFS = read('storage-proofs') as readonly ProofVector[];

describe('headers of GoQuorum', () => {
  it('have hash, round and a quorum of seals as in Besu', () => {
    for (const { rawHeader, hash, number, round, seals, validators } of HEADERS) {
      const header = parseHeader(hexToBytes(rawHeader));
      expect({ hash: header.hash, number: header.number }).to.deep.equal({ hash, number });
      expect(header.consensus).to.deep.include({ round, validators });
      expect(sealersOf(header).size).to.equal(seals);
      expect(seals).to.be.at.least(quorumOf(validators.length));
    }
  });

  it('lead from the first validators to the last, by two votes', () => {
    const headers = HEADERS.map(({ rawHeader }) => parseHeader(hexToBytes(rawHeader)));
    const validators = HEADERS.at(-1)!.validators;
    expect(followValidators(HEADERS[0]!.validators, headers)).to.deep.equal({ validators, changes: 2 });
  });
});

describe('storage proofs of GoQuorum', () => {
  for (const { description, rawHeader, contract, proof } of PROOFS) {
    it(description, () => {
      const { accountProof, storageProof } = proof;
      const trie = openTrie([...new Set([...accountProof, ...storageProof.flatMap((each) => each.proof)])]);
      const { stateRoot } = parseHeader(hexToBytes(rawHeader));
      const account = findAccount(trie, stateRoot, contract.toLowerCase() as Hex);
      for (const { key, value } of storageProof) {
        expect(findSlot(trie, account, wordOf(BigInt(key)))).to.equal(wordOf(BigInt(value)));
      }
      expect(trie.isUsedUp()).to.equal(true);
    });
  }
});
