/** Checks of what the chain says: proofs, contracts, lines, seals. */
import type { Keeper } from '../acts.ts';
import { hexToBytes, ZERO, type Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import { SCHEME } from '../names.ts';
import { parseHeader, type Header } from '../proof/header.ts';
import { notProof } from '../proof/rlp.ts';
import { followValidators, sealersOf } from '../proof/seals.ts';
import { findAccount, findSlot, openTrie, type Account, type Trie } from '../proof/trie.ts';
import { SCHEMES_ALL } from '../submission.ts';
import { counted, decide, failed, notApplicable, passed, type BundleCheck } from './check.ts';
import type { Bundle, ChainProof } from './form.ts';
import type { LedgerFile } from './ledger-file.ts';
import type { Replay } from './replay.ts';
import { slotsOfContracts, slotsOfLines, VERIFIER_SLOTS } from './slots.ts';

/** A proof whose header and accounts were read. */
export interface OpenedProof {
  readonly header: Header;
  readonly trie: Trie;
  readonly accounts: Readonly<Record<Keeper, Account>>;
  /** signature schemes that the ledger has verifiers for */
  readonly schemes: readonly number[];
}

/** @throws ProtocolError PROOF */
export function openProof(proof: ChainProof, { contracts }: LedgerFile): OpenedProof {
  const header = parseHeader(hexToBytes(proof.header));
  const trie = openTrie(proof.nodes);
  const account = (keeper: Keeper): Account => findAccount(trie, header.stateRoot, contracts[keeper].address);
  const accounts = {
    consortium: account('consortium'),
    agreements: account('agreements'),
    custody: account('custody'),
  };
  const has = (slot: Hex): boolean => findSlot(trie, accounts.consortium, slot) !== ZERO;
  const [p256, webauthn] = [has(VERIFIER_SLOTS.p256), has(VERIFIER_SLOTS.webauthn)];
  const schemes = SCHEMES_ALL.filter(
    (scheme) => scheme === SCHEME.secp256k1 || (scheme === SCHEME.p256 ? p256 : webauthn),
  );
  return { header, trie, accounts, schemes };
}

/** Runs what throws PROOF. */
export function attempt<Result>(run: () => Result): Result | { readonly fault: string } {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProtocolError) return { fault: error.message };
    throw error;
  }
}

export function isFault(result: unknown): result is { readonly fault: string } {
  return typeof result === 'object' && result !== null && 'fault' in result;
}

type ProofChecks = Readonly<Record<'proof' | 'contracts' | 'anchors' | 'states', BundleCheck>>;

const NAMES = ['proof', 'contracts', 'anchors', 'states'] as const;

function allNot(sentence: string): ProofChecks {
  return Object.fromEntries(NAMES.map((name) => [name, notApplicable(name, sentence)])) as ProofChecks;
}

/**
 * What the block stores, held against what replaying made.
 * @param vouched whether anybody vouches for the block
 */
export function proofChecks(
  bundle: Bundle,
  opened: OpenedProof | { readonly fault: string } | undefined,
  { world, lines, stopped, severed }: Replay,
  vouched: boolean,
): ProofChecks {
  if (opened === undefined) return allNot('The bundle has no proof of the chain.');
  const broken = (fault: string): ProofChecks => ({
    ...allNot('The proof of the chain is not usable.'),
    proof: failed('proof', `The proof of the chain does not hold: ${fault}.`),
  });
  if (isFault(opened)) return broken(opened.fault);
  const { trie, accounts } = opened;
  if (stopped !== undefined || severed !== undefined) {
    return allNot('Not compared, since the statements are not what the ledger would have taken.');
  }
  const slots = [...slotsOfContracts(bundle.ledger, world.tally()), ...slotsOfLines(lines)];
  const found = attempt(() => {
    const words = slots.map(({ contract, slot }) => findSlot(trie, accounts[contract], slot));
    if (!trie.isUsedUp()) throw notProof('nodes that prove nothing');
    return words;
  });
  if (isFault(found)) return broken(found.fault);
  const wrong = (proves: (typeof slots)[number]['proves']): number =>
    slots.filter((slot, i) => slot.proves === proves && slot.word !== found[i]).length;
  const { number } = opened.header;
  const codes = (Object.keys(accounts) as Keeper[]).every(
    (keeper) => accounts[keeper].codeHash === bundle.ledger.contracts[keeper].codeHash,
  );
  const judge = (name: 'proof' | 'contracts' | 'anchors' | 'states', holds: boolean, good: string, bad: string) =>
    holds && !vouched
      ? notApplicable(name, `${good} But nobody vouches for this block here.`)
      : decide(name, holds, { passed: good, failed: bad });
  return {
    proof: judge('proof', true, `${counted(slots.length, 'word')} of storage are proven in block ${number}.`, ''),
    contracts: judge(
      'contracts',
      codes && wrong('contracts') === 0,
      'The three contracts have the code that the ledger file names, and are of this ledger.',
      'A contract is not the one that the ledger file names.',
    ),
    anchors: judge(
      'anchors',
      wrong('anchors') === 0,
      `The anchors of ${counted(lines.length, 'line')} reproduce every time of inclusion${vouched ? `; complete as of block ${number}` : ''}.`,
      'An anchor is not reproduced: a statement is missing, or a time of inclusion was changed.',
    ),
    states: judge(
      'states',
      wrong('states') === 0,
      `The states of ${counted(lines.length, 'line')} are those that the ledger stores.`,
      'A state is not the one that the ledger stores.',
    ),
  };
}

/** Who vouches for the block. */
export interface Vouching {
  readonly checks: readonly BundleCheck[];
  readonly sealed: boolean;
  readonly asked: boolean;
}

/** A block as a node that was asked has it. */
export interface AskedBlock {
  readonly number: number;
  readonly hash: Hex;
}

/** @param trusted the ledger file that the reader trusts; undefined: none was given */
export function vouchingOf(
  proof: ChainProof | undefined,
  opened: OpenedProof | { readonly fault: string } | undefined,
  trusted: LedgerFile | undefined,
  asked: AskedBlock | undefined,
): Vouching {
  if (proof === undefined || opened === undefined || isFault(opened)) {
    const none = 'There is no block to vouch for.';
    return {
      checks: (['sealed', 'validators', 'node'] as const).map((name) => notApplicable(name, none)),
      sealed: false,
      asked: false,
    };
  }
  const { header } = opened;
  const sealed = checkSealed(header, trusted);
  const validators = checkValidators(proof, header, trusted, sealed);
  const node = checkNode(header, asked);
  return {
    checks: [sealed, validators, node],
    sealed: sealed.result === 'passed' && validators.result === 'passed',
    asked: node.result === 'passed',
  };
}

function checkSealed(header: Header, trusted: LedgerFile | undefined): BundleCheck {
  if (header.consensus === undefined) {
    return trusted !== undefined && trusted.validators.length > 0
      ? failed('sealed', `Block ${header.number} bears no seals, and the ledger has validators.`)
      : notApplicable('sealed', 'No consortium of validators vouches for this chain: it runs on one machine.');
  }
  const sealers = attempt(() => sealersOf(header));
  if (isFault(sealers)) return failed('sealed', `Block ${header.number} is not sealed: ${sealers.fault}.`);
  return passed(
    'sealed',
    `Block ${header.number} bears ${counted(sealers.size, 'seal')} of its ${counted(header.consensus.validators.length, 'validator')}, a quorum.`,
  );
}

function checkValidators(
  proof: ChainProof,
  header: Header,
  trusted: LedgerFile | undefined,
  sealed: BundleCheck,
): BundleCheck {
  if (trusted === undefined) return notApplicable('validators', 'No ledger file says which validators to trust.');
  if (trusted.validators.length === 0) return notApplicable('validators', 'The ledger file names no validators.');
  if (sealed.result !== 'passed') return notApplicable('validators', 'The block bears no quorum of seals.');
  const followed = attempt(() => followValidators(trusted.validators, headersOf(proof, header)));
  if (isFault(followed)) return failed('validators', `The validators are not those you trust: ${followed.fault}.`);
  return passed(
    'validators',
    followed.changes === 0
      ? 'The validators are those that the ledger file names.'
      : `The validators follow from those that the ledger file names, by ${counted(followed.changes, 'change')}, each sealed by a quorum and by more than a third of those trusted before.`,
  );
}

/** Each is read when it is reached: one that does not follow ends the work. */
function* headersOf({ validators }: ChainProof, last: Header): Generator<Header, void> {
  for (const raw of validators) yield parseHeader(hexToBytes(raw));
  yield last;
}

function checkNode(header: Header, asked: AskedBlock | undefined): BundleCheck {
  if (asked === undefined) return notApplicable('node', 'No node was asked.');
  return decide('node', asked.number === header.number && asked.hash === header.hash, {
    passed: `The node that was asked has block ${header.number} with this hash.`,
    failed: `The node that was asked has another block ${header.number}, or none.`,
  });
}
