/** The form of a vector: a founding, what was sent, what became of it, and how the ledger stands at the end. */
import type { Keeper, LineKind } from '../../../protocol/acts.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import type { Outcomes } from '../../../protocol/submission.ts';

export interface VectorSheet {
  /** for the reader */
  readonly about: string;
  readonly key: Hex;
  readonly signature: Hex;
  /** in the wire form */
  readonly statements: Hex;
  /** by position; absent if the statements are unreadable */
  readonly digests?: readonly Hex[];
  /** what the signature is over */
  readonly hash?: Hex;
  /** signatures after the first; consortium only */
  readonly endorsements?: readonly { readonly key: Hex; readonly signature: Hex }[];
  /** outcome by position, or `silent` */
  readonly outcomes: Outcomes;
}

/** One transaction. */
export interface VectorSubmission {
  readonly contract: Keeper;
  readonly call: 'submit' | 'submitLate';
  readonly blockTime: number;
  readonly sheets: readonly VectorSheet[];
  /** the error by which the call reverts; then no sheet has an effect */
  readonly reverts?: 'NotAPair' | 'LedgerRetired';
}

export interface VectorLine {
  readonly kind: LineKind;
  readonly subject: Hex;
  readonly head: Hex;
  readonly anchor: Hex;
  readonly state: Hex;
  /** evidence: words of origins and bases */
  readonly origins?: Hex;
  readonly bases?: Hex;
  /** hold: hash of its list; agreement: hash of its terms */
  readonly listHash?: Hex;
  /** agreement: what the gate needs of the terms */
  readonly terms?: Hex;
  /** consent: the evidence that it names, and whether it is used */
  readonly evidence?: Hex;
  readonly used?: boolean;
  /** participant: its code */
  readonly code?: Hex;
}

export interface VectorKey {
  readonly id: Hex;
  readonly info: Hex;
  readonly x: Hex;
  readonly y: Hex;
}

export interface Vector {
  readonly provenance: string;
  readonly about: string;
  readonly founding: Hex;
  readonly foundingHash: Hex;
  readonly foundedAt: number;
  /** schemes that the ledger has verifiers for */
  readonly schemes: readonly number[];
  readonly submissions: readonly VectorSubmission[];
  readonly end: {
    readonly lines: readonly VectorLine[];
    readonly keys: readonly VectorKey[];
    readonly participants: number;
    readonly activeAgencies: number;
    readonly agreements: number;
  };
}

export const PROVENANCE =
  'scripts/vectors.ts, from the stories in test/protocol/stories; protocol version 1; keys by RFC 6979 and keccak256 of names';
