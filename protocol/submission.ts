/**
 * What the ledger's contracts do with what is sent to them (protocol.md 7.1), on a world in memory: signatures are
 * proven, statements judged in order, those that may stand are applied.
 */
import { ACT, CODE, type Keeper } from './acts.ts';
import { ZERO, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { Endorsement, Outcome } from './event.ts';
import { isLatePair, judge, judgeLate } from './judge.ts';
import type { Judgement } from './judging.ts';
import { keyId, verifySignature, type PublicKey, type VerifySignature } from './key.ts';
import { readKey, type NewKey } from './lists.ts';
import { POWER, SCHEME } from './names.ts';
import { digestsOf, sheetHash } from './sheet.ts';
import { digestOf, type Stated } from './statement.ts';
import { decodeStatements, type Item } from './wire.ts';
import { apply, refuseRetired, type MutableWorld, type World } from './world.ts';

/** A sheet as it is sent. */
export interface SentSheet {
  readonly key: Hex;
  readonly signature: Hex;
  /** in the wire form */
  readonly statements: Uint8Array;
}

/** What proving a signature needs of a ledger. */
export interface Proving {
  readonly world: World;
  readonly foundingHash: Hex;
  /** schemes that its contracts can prove */
  readonly schemes: readonly number[];
  /** a faster one with the same result */
  readonly verify?: VerifySignature;
}

/** The ledger that is sent to. */
export interface Ledger extends Proving {
  readonly world: MutableWorld;
}

/** The schemes of a ledger without verifiers. */
export const SCHEMES_CORE = [SCHEME.secp256k1] as const;
/** The schemes of a ledger with the P-256 verifier only. */
export const SCHEMES_P256 = [SCHEME.secp256k1, SCHEME.p256] as const;
/** The schemes of a ledger with both. */
export const SCHEMES_ALL = [SCHEME.secp256k1, SCHEME.p256, SCHEME.webauthn] as const;

/** The outcomes of a sheet by position; `silent`: it leaves no trace. */
export type Outcomes = readonly Outcome[] | 'silent';

/**
 * `submit` of Custody or Agreements, for one sheet.
 * @throws ProtocolError RETIRED
 */
export function submitSheet(ledger: Ledger, keeper: Keeper, sent: SentSheet, blockTime: number): Outcomes {
  const items = readItems(sent);
  if (items === undefined) return 'silent';
  refuseRetired(ledger.world);
  const digests = digestsOf(items);
  if (!isProven(ledger, sent.key, sheetHash(digests, ledger.foundingHash), sent.signature)) return 'silent';
  return items.map((item, i) => {
    if (typeof item === 'string') return 'digest';
    return settle(ledger.world, judge(ledger.world, item, { blockTime, keeper, digest: digests[i]! }));
  });
}

/**
 * `submitLate` of Custody.
 * @throws ProtocolError PAIR where the contract reverts, RETIRED
 */
export function submitLate(
  ledger: Ledger,
  release: SentSheet,
  acceptance: SentSheet,
  blockTime: number,
): { readonly release: Outcomes; readonly acceptance: Outcomes } {
  const first = readOne(release);
  const second = readOne(acceptance);
  if (first === undefined || second === undefined) throw notPair();
  const hashes = [first, second].map((stated) => sheetHash([digestOf(stated.statement)], ledger.foundingHash));
  if (!isLatePair(first.statement, digestOf(first.statement), second.statement)) throw notPair();
  refuseRetired(ledger.world);
  const unproven: ('release' | 'acceptance')[] = [];
  if (!isProven(ledger, release.key, hashes[0]!, release.signature)) unproven.push('release');
  if (!isProven(ledger, acceptance.key, hashes[1]!, acceptance.signature)) unproven.push('acceptance');

  const judged = judgeLate(ledger.world, first, second, { blockTime, unproven });
  return {
    release: unproven.includes('release') ? 'silent' : [settle(ledger.world, judged.release)],
    acceptance: unproven.includes('acceptance') ? 'silent' : [settle(ledger.world, judged.acceptance)],
  };
}

/**
 * `submit` of Consortium: one statement with all signatures over its sheet of one; the first is of the statement's key.
 * @throws ProtocolError RETIRED
 */
export function submitEndorsed(
  ledger: Ledger,
  statement: Uint8Array,
  signatures: readonly Endorsement[],
  blockTime: number,
): Outcomes {
  const [first, ...further] = signatures;
  if (first === undefined) return 'silent';
  const stated = readOne({ ...first, statements: statement });
  if (stated === undefined) return 'silent';
  refuseRetired(ledger.world, stated.statement);
  const hash = sheetHash([digestOf(stated.statement)], ledger.foundingHash);
  if (!isProven(ledger, first.key, hash, first.signature)) return 'silent';
  const endorsements = provenEndorsements(ledger, stated, hash, further);
  const judged = judge(ledger.world, stated, { blockTime, keeper: 'consortium', endorsements });
  return [settle(ledger.world, judged)];
}

/** The ids of the keys whose further signatures prove, the new key's own among them, in the order in which they stand. */
export function provenEndorsements(ledger: Proving, stated: Stated, hash: Hex, further: readonly Endorsement[]): Hex[] {
  const newKey = newKeyOf(stated);
  const newId = newKey === undefined ? ZERO : keyId(newKey);
  const proven = further.filter(({ key, signature }) => {
    if (newKey !== undefined && key === newId) return verify(ledger, newKey, hash, signature);
    return isProven(ledger, key, hash, signature);
  });
  return proven.map(({ key }) => key);
}

/** The key that a statement enrols; undefined if it enrols none, or none that is well formed. */
export function newKeyOf({ statement, list }: Stated): NewKey | undefined {
  if (statement.act === ACT.enrol) return readKey(list.slice(statement.subject === ZERO ? 1 : 0));
  if (statement.act === ACT.admit && statement.code === CODE.admitNew) return readKey(list.slice(4));
  return undefined;
}

/** Whether a key is enrolled, is not one for encryption only, and signed the hash. */
function isProven(ledger: Proving, id: Hex, hash: Hex, signature: Hex): boolean {
  const key = ledger.world.key(id);
  return key !== undefined && key.powers !== POWER.encryption && verify(ledger, key, hash, signature);
}

function verify({ schemes, verify: isSignedBy = verifySignature }: Proving, key: PublicKey, hash: Hex, signature: Hex) {
  return schemes.includes(key.scheme) && isSignedBy(key, hash, signature);
}

function settle(world: MutableWorld, judgement: Judgement): Outcome {
  if ('reason' in judgement) return judgement.reason;
  apply(world, judgement.changes);
  return 'included';
}

function readItems(sent: SentSheet): Item[] | undefined {
  try {
    return decodeStatements(sent.statements, sent.key);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'UNREADABLE') return undefined;
    throw error;
  }
}

function readOne(sent: SentSheet): Stated | undefined {
  const items = readItems(sent);
  const first = items?.[0];
  return items?.length === 1 && typeof first === 'object' ? first : undefined;
}

function notPair(): ProtocolError {
  return new ProtocolError('PAIR', 'a late release goes with an acceptance of the same line, whose previous it is');
}
