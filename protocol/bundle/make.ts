/** Makes bundles: which words of storage prove one, and what of a node's answers belongs into it. */
import type { Keeper } from '../acts.ts';
import { hexToBytes, type Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import { parseHeader } from '../proof/header.ts';
import { findAccount, findSlot, openTrie } from '../proof/trie.ts';
import { SCHEMES_ALL } from '../submission.ts';
import type { Bundle } from './form.ts';
import { readContents, replay } from './replay.ts';
import { slotsOfContracts, slotsOfLines, VERIFIER_SLOTS } from './slots.ts';

export type SlotsToProve = Readonly<Record<Keeper, readonly Hex[]>>;

/**
 * The slots that prove what a bundle says, by contract.
 * @throws ProtocolError BUNDLE if the ledger's rules don't take what is in it
 */
export function slotsToProve(bundle: Bundle): SlotsToProve {
  const { world, lines, stopped, severed } = replay(bundle, readContents(bundle), { schemes: SCHEMES_ALL });
  if (stopped !== undefined) {
    throw new ProtocolError('BUNDLE', `the ledger's rules don't take ${stopped.entry.digest}: ${stopped.reason}`);
  }
  if (severed !== undefined) throw new ProtocolError('BUNDLE', `the ledger does not go on: ${severed}`);
  const slots = [...slotsOfContracts(bundle.ledger, world.tally()), ...slotsOfLines(lines)];
  const of = (keeper: Keeper): Hex[] => slots.flatMap(({ contract, slot }) => (contract === keeper ? [slot] : []));
  return {
    consortium: [...of('consortium'), VERIFIER_SLOTS.p256, VERIFIER_SLOTS.webauthn],
    agreements: of('agreements'),
    custody: of('custody'),
  };
}

/** What a chain answered about one block. */
export interface ChainAnswer {
  /** RLP of its header, and of those from which its validators follow */
  readonly header: Hex;
  readonly validators: readonly Hex[];
  /** nodes of all proofs, in any order, as often as they come */
  readonly nodes: readonly Hex[];
}

/**
 * A bundle with its proof: of the nodes, those that prove something, once.
 * @throws ProtocolError PROOF if a node is missing
 */
export function withProof(bundle: Bundle, slots: SlotsToProve, { header, validators, nodes }: ChainAnswer): Bundle {
  const trie = openTrie([...new Set(nodes)]);
  const { stateRoot } = parseHeader(hexToBytes(header));
  for (const keeper of Object.keys(slots) as Keeper[]) {
    const account = findAccount(trie, stateRoot, bundle.ledger.contracts[keeper].address);
    for (const slot of slots[keeper]) findSlot(trie, account, slot);
  }
  return { ...bundle, proof: { header, validators, nodes: trie.used() } };
}
