/**
 * What calls of the ledger's contracts cost, bounded from above: the sender must know before it signs. A test holds the
 * bounds against the contracts; what is not used costs nothing, but takes room in a transaction.
 */
import { ACT } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { Stated } from '../../protocol/statement.ts';

/** Osaka's cap on one transaction (EIP-7825). */
export const TRANSACTION_GAS_CAP = 16_777_216;

/** A transaction without any sheet, and what the first sheet reads for all. */
const CALL = 60_000;
/** Beside the signature: a sheet's own words, its key, its event. */
const SHEET = 12_000;
/** A position of a sheet, also one that is sent as a digest. */
export const POSITION_GAS = 1_900;
const SECP256K1_SIGNATURE = 8_000;
/** What P-256 takes with the precompile of Osaka, and in Solidity without. */
export const P256_SIGNATURE = { precompile: 40_000, solidity: 400_000 } as const;
/** The contracts set this aside before they ask the verifier, lest a sender starve it. */
const P256_RESERVE = 1_150_000;
const SECP256K1_LENGTH = 2 + 2 * 65;

/** Gas of one statement within a sheet. */
export function statementGas({ statement, list }: Stated): number {
  const words = list.length;
  switch (statement.act) {
    case ACT.collect:
      return 78_000;
    case ACT.derive:
      return 130_000 + 15_000 * words;
    case ACT.release:
      // A crossing reads the agreement and up to eight bases; each consent is read and used up.
      return (statement.agreement === ZERO ? 48_000 : 110_000) + 30_000 * words;
    case ACT.accept:
      return 60_000;
    case ACT.hold:
    case ACT.lift:
      return 95_000 + 12_000 * words;
    case ACT.consent:
    case ACT.request:
      return 120_000;
    case ACT.conclude:
      return words === 0 ? 60_000 : 170_000 + 50_000 * (words - 8);
    case ACT.enrol:
    case ACT.admit:
      return 300_000;
    case ACT.retire:
    case ACT.suspend:
      return 100_000;
    default:
      return 34_000 + 1_500 * words;
  }
}

export function signatureGas(signature: Hex, p256: number): number {
  return signature.length === SECP256K1_LENGTH ? SECP256K1_SIGNATURE : p256;
}

export function sheetGas(signature: Hex, p256: number): number {
  return SHEET + signatureGas(signature, p256);
}

/** Gas of a call from what its sheets cost. */
export function callGas(sheets: number, signatures: readonly Hex[]): number {
  const reserve = signatures.some(({ length }) => length !== SECP256K1_LENGTH) ? P256_RESERVE : 0;
  return CALL + sheets + reserve;
}
