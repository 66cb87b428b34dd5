/** Where the ledger's contracts store what a bundle proves: docs/storage.md. */
import { KEEPERS, type Keeper, type LineKind } from '../acts.ts';
import { concat, hexToBytes, wordOf, writeUint, readHex, type Hex } from '../bytes.ts';
import { keccakHex } from '../hashing.ts';
import { openerOf, type LineState } from '../ledger.ts';
import { stateWord } from '../state-words.ts';
import type { Tally } from '../world.ts';
import type { LedgerFile } from './ledger-file.ts';

/** A word that a contract must store. */
export interface ExpectedSlot {
  readonly contract: Keeper;
  readonly slot: Hex;
  readonly word: Hex;
  readonly proves: 'contracts' | 'anchors' | 'states';
}

/** Slots of the Consortium that name its verifiers. */
export const VERIFIER_SLOTS = { p256: wordOf(2), webauthn: wordOf(3) } as const;

const MAPPINGS: Readonly<Record<Exclude<LineKind, 'consortium'>, number>> = {
  participant: 8,
  agreement: 2,
  request: 3,
  consent: 4,
  evidence: 3,
  hold: 4,
};
const CONSORTIUM_LINE = 5;

/** The contract that keeps a line, and the slot at which the line begins. */
export function placeOf(kind: LineKind, subject: Hex): { readonly contract: Keeper; readonly first: Hex } {
  const contract = KEEPERS[kind];
  if (kind === 'consortium') return { contract, first: wordOf(CONSORTIUM_LINE) };
  const key = kind === 'participant' ? wordOf(openerOf(subject)) : subject;
  return { contract, first: keccakHex(concat(hexToBytes(key), hexToBytes(wordOf(MAPPINGS[kind])))) };
}

/** What proves lines at one block: of each the anchor, which commits to its head, and its state. */
export function slotsOfLines(lines: readonly LineState[]): ExpectedSlot[] {
  return lines.flatMap((line): ExpectedSlot[] => {
    const { contract, first } = placeOf(line.kind, line.subject);
    return [
      { contract, slot: after(first, 1), word: line.anchor, proves: 'anchors' },
      { contract, slot: after(first, 2), word: stateWord(line), proves: 'states' },
    ];
  });
}

/** What proves that the contracts are this ledger's, and that no participant, key or agreement is left out. */
export function slotsOfContracts({ foundingHash, heritage, contracts }: LedgerFile, tally: Tally): ExpectedSlot[] {
  // A successor has beside the address what its subjects begin with.
  const tag = heritage === undefined ? 0n : BigInt(foundingHash) >> 192n;
  const consortium = wordOf((tag << 160n) | BigInt(contracts.consortium.address));
  const words: readonly (readonly [Keeper, number, Hex])[] = [
    ['consortium', 0, foundingHash],
    ['agreements', 0, foundingHash],
    ['agreements', 1, consortium],
    ['custody', 0, foundingHash],
    ['custody', 1, consortium],
    ['custody', 2, addressWord(contracts.agreements.address)],
  ];
  return [
    ...words.map(([contract, slot, word]) => ({ contract, slot: wordOf(slot), word, proves: 'contracts' as const })),
    { contract: 'consortium', slot: wordOf(4), word: tallyWord(tally), proves: 'anchors' },
    { contract: 'agreements', slot: wordOf(5), word: wordOf(tally.agreements), proves: 'anchors' },
  ];
}

function tallyWord({ participants, activeAgencies, keys }: Tally): Hex {
  const bytes = new Uint8Array(32);
  writeUint(bytes, 28, participants, 4);
  writeUint(bytes, 24, activeAgencies, 4);
  writeUint(bytes, 20, keys, 4);
  return readHex(bytes, 0, 32);
}

function addressWord(address: Hex): Hex {
  return wordOf(BigInt(address));
}

function after(slot: Hex, by: number): Hex {
  return wordOf((BigInt(slot) + BigInt(by)) % 2n ** 256n);
}
