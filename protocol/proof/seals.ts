/** Validators' seals: whether a block has its quorum, and which set of validators follows from a trusted one. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hexToBytes, readHex, type Hex } from '../bytes.ts';
import { addressOf } from '../key.ts';
import type { Consensus, Header } from './header.ts';
import { notProof } from './rlp.ts';

/** Seals that a block of n validators needs: ceil(2n/3). */
export function quorumOf(validators: number): number {
  return Math.ceil((2 * validators) / 3);
}

/** A block's seals are recovered once, though more than one check asks for them. */
const known = new WeakMap<Header, ReadonlySet<Hex>>();

/**
 * Who sealed a block.
 * @throws ProtocolError PROOF if there is no quorum of its own validators, or any seal that is not one of theirs
 */
export function sealersOf(header: Header): ReadonlySet<Hex> {
  const sealers = known.get(header) ?? recoverSealers(header);
  known.set(header, sealers);
  return sealers;
}

function recoverSealers(header: Header): ReadonlySet<Hex> {
  const { consensus } = header;
  if (consensus === undefined) throw notProof('the block bears no seals');
  const validators = new Set(consensus.validators);
  if (validators.size === 0 || validators.size < consensus.validators.length) {
    throw notProof('the header names no validators, or one of them twice');
  }
  // More seals than validators are refused before a curve is touched.
  if (consensus.seals.length > validators.size) throw notProof('more seals than validators');
  const sealers = new Set<Hex>();
  for (const seal of consensus.seals) {
    const sealer = recoverSealer(consensus, seal);
    if (!validators.has(sealer) || sealers.has(sealer)) throw notProof('a seal is not of one of its validators');
    sealers.add(sealer);
  }
  if (sealers.size < quorumOf(validators.size)) throw notProof('the block has no quorum of seals');
  return sealers;
}

function recoverSealer({ sealHash }: Consensus, seal: Uint8Array): Hex {
  const v = seal[64]!;
  if (v > 1) throw notProof('a seal has no such recovery number');
  try {
    const signature = secp256k1.Signature.fromBytes(seal.subarray(0, 64), 'compact').addRecoveryBit(v);
    // The other s is as good a signature of the same hash: a byte that could be changed unseen.
    if (signature.hasHighS()) throw notProof('a seal is not in its canonical form');
    const point = signature.recoverPublicKey(hexToBytes(sealHash)).toBytes(false);
    return addressOf({ scheme: 1, x: readHex(point, 1, 32), y: readHex(point, 33, 32) });
  } catch {
    throw notProof('a seal is no signature');
  }
}

/** The validators that are trusted after some headers, and how many times the set changed. */
export interface Followed {
  readonly validators: readonly Hex[];
  readonly changes: number;
}

/**
 * Follows sealed headers, oldest first: a set of validators is trusted when its header has its own quorum and the
 * seals of more than a third of the set that was trusted before, so of an honest one if two thirds of that are honest.
 * @param headers taken one by one, so that none is made that comes after one that does not follow
 * @throws ProtocolError PROOF if a header does not follow
 */
export function followValidators(trusted: readonly Hex[], headers: Iterable<Header>): Followed {
  // One that stands twice would count twice.
  if (new Set(trusted).size < trusted.length) throw notProof('a validator that is trusted stands twice');
  let validators = trusted;
  let changes = 0;
  let number = -1;
  for (const header of headers) {
    if (header.number <= number) throw notProof('the headers are not in order');
    number = header.number;
    // Before any seal is recovered, which takes far longer: those who seal are of those whom the header names.
    expectFollowing(validators, new Set(header.consensus?.validators));
    const sealers = sealersOf(header);
    const own = header.consensus!.validators;
    if (isSameSet(own, validators)) continue;
    expectFollowing(validators, sealers);
    validators = own;
    changes += 1;
  }
  return { validators, changes };
}

function expectFollowing(validators: readonly Hex[], among: ReadonlySet<Hex>): void {
  const shared = validators.filter((validator) => among.has(validator)).length;
  if (3 * shared <= validators.length) throw notProof('validators that do not follow from those that are trusted');
}

function isSameSet(a: readonly Hex[], b: readonly Hex[]): boolean {
  return a.length === b.length && new Set([...a, ...b]).size === a.length;
}
