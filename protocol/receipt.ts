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
  /** id of a key with the power receipt */
  readonly key: Hex;
  readonly signature: Hex;
}

const RECEIPT_TYPE_HASH = keccakOfText('Receipt(bytes32 digest,uint32 participant,uint40 time)');

/** What is signed. */
export function receiptHash(receipt: Pick<Receipt, 'digest' | 'participant' | 'time'>, foundingHash: Hex): Hex {
  const { digest, participant, time } = receipt;
  return typedHash(hashWords([RECEIPT_TYPE_HASH, digest, wordOf(participant), wordOf(time)]), foundingHash);
}

/** Whether a receipt is signed by this key, which may sign receipts of its participant and was valid then. */
export function verifyReceipt(receipt: Receipt, key: KeyState, foundingHash: Hex): boolean {
  const { participant, time, signature } = receipt;
  if (receipt.key !== key.id || participant !== key.participant) return false;
  if ((key.powers & POWER.receipt) === 0 || time < key.from || time >= key.until) return false;
  if (key.revokedAt !== 0 && time >= key.revokedAt) return false;
  return verifySignature(key, receiptHash(receipt, foundingHash), signature);
}
