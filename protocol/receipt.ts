/** A gateway's promise that it has a statement durably: protocol.md section 10. */
import { wordOf, type Hex } from './bytes.ts';
import { keccakOfText } from './hashing.ts';
import { verifySignature } from './key.ts';
import type { KeyState } from './ledger.ts';
import { POWER } from './names.ts';
import { hashWords, typedHash } from './sheet.ts';

export interface Receipt {
  readonly digest: Hex;
  /** for whom the gateway accepts */
  readonly participant: number;
  /** when it accepted; seconds */
  readonly time: number;
  /** from the digest up to the root that is signed: empty where it is signed alone */
  readonly path: readonly Hex[];
  /** id of a key with the power receipt */
  readonly key: Hex;
  readonly signature: Hex;
}

/** What is promised together: one signature for all digests. */
export interface Promised {
  /** the digest, if there is only one */
  readonly root: Hex;
  /** of each digest, in order */
  readonly paths: readonly (readonly Hex[])[];
}

const RECEIPT_TYPE_HASH = keccakOfText('Receipt(bytes32 digest,uint32 participant,uint40 time)');
/** 65,536 statements under one signature; more is no receipt of ours. */
const PATH_MAX = 16;

/** The tree over these digests: pairs in order of their value, what is left over goes up as it is. */
export function promiseTogether(digests: readonly Hex[]): Promised {
  const paths = digests.map((): Hex[] => []);
  let level = digests.map((node, leaf) => ({ node, leaves: [leaf] }));
  while (level.length > 1) {
    const above: typeof level = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at]!;
      const right = level[at + 1];
      if (right === undefined) {
        above.push(left);
        continue;
      }
      for (const leaf of left.leaves) paths[leaf]!.push(right.node);
      for (const leaf of right.leaves) paths[leaf]!.push(left.node);
      above.push({ node: parentOf(left.node, right.node), leaves: [...left.leaves, ...right.leaves] });
    }
    level = above;
  }
  return { root: level[0]!.node, paths };
}

function parentOf(one: Hex, other: Hex): Hex {
  return hashWords(one < other ? [one, other] : [other, one]);
}

/** What is signed; `digest` is the root of those that are promised together. */
export function receiptHash(receipt: Pick<Receipt, 'digest' | 'participant' | 'time'>, foundingHash: Hex): Hex {
  const { digest, participant, time } = receipt;
  return typedHash(hashWords([RECEIPT_TYPE_HASH, digest, wordOf(participant), wordOf(time)]), foundingHash);
}

/** What was signed for a receipt, alone or together with others. */
export function signedHash(
  { digest, participant, time, path }: Omit<Receipt, 'key' | 'signature'>,
  foundingHash: Hex,
): Hex {
  return receiptHash({ digest: path.reduce(parentOf, digest), participant, time }, foundingHash);
}

/** Whether a receipt is signed by this key, which may sign receipts of its participant and was valid then. */
export function verifyReceipt(receipt: Receipt, key: KeyState, foundingHash: Hex): boolean {
  const { participant, time, path, signature } = receipt;
  if (receipt.key !== key.id || participant !== key.participant || path.length > PATH_MAX) return false;
  if ((key.powers & POWER.receipt) === 0 || time < key.from || time >= key.until) return false;
  if (key.revokedAt !== 0 && time >= key.revokedAt) return false;
  return verifySignature(key, signedHash(receipt, foundingHash), signature);
}
