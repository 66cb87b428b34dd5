/** What auditors trace: transfers, derivations, and who held an item. All of it stands on the ledger. */
import type { Hex } from '../../protocol/bytes.ts';
import type { EvidenceStatus } from '../../protocol/transitions.ts';
import type { SearchTerm } from './search-term.ts';

/** What became of a release. `refused`: on its way back; `lost`: the holder declared it lost on the way. */
export const TRANSFER_STATE = {
  'in-transit': 0,
  accepted: 1,
  refused: 2,
  returned: 3,
  recalled: 4,
  lost: 5,
} as const;

export type TransferState = keyof typeof TRANSFER_STATE;

/** A statement with its claimed time and the time of its block, in seconds. */
export interface Moment {
  readonly digest: Hex;
  readonly claimedAt: number;
  readonly includedAt: number;
}

/** One release and what became of it. */
export interface Transfer {
  readonly subject: Hex;
  readonly sender: number;
  readonly recipient: number;
  /** ISO 3166-1 alpha-2 */
  readonly fromJurisdiction: string;
  readonly toJurisdiction: string;
  readonly agreement?: Hex;
  readonly request?: Hex;
  /** bit sets */
  readonly purpose: number;
  readonly restrictions: number;
  /** A late declaration: by its claimed time the basis held. */
  readonly late: boolean;
  readonly state: TransferState;
  /** In transit, and the time until which the holder signed the release is over. */
  readonly overdue: boolean;
  readonly release: Moment & { readonly block: number; readonly expires: number };
  /** The acceptance, refusal, recall or loss. */
  readonly outcome?: Moment & { readonly code: number };
  /** After a refusal: the holder's confirmation that it came back, or its loss. */
  readonly end?: Moment;
}

export interface TransferFilter {
  readonly subject?: Hex;
  /** ISO 3166-1 alpha-2 */
  readonly fromJurisdiction?: string;
  readonly toJurisdiction?: string;
  readonly sender?: number;
  readonly recipient?: number;
  /** Sender or recipient. */
  readonly agency?: number;
  readonly agreement?: Hex;
  readonly request?: Hex;
  /** One of these bits. */
  readonly purpose?: number;
  readonly restrictions?: number;
  readonly state?: TransferState | 'overdue';
  readonly late?: boolean;
  readonly crossing?: boolean;
  /** Time of the block of the release: from, and until before. */
  readonly since?: number;
  readonly until?: number;
  /** Blind search; only within the tenant's own records. */
  readonly term?: { readonly kind: SearchTerm; readonly value: string };
}

/** One parent of a derived item. */
export interface Derivation {
  readonly parent: Hex;
  readonly child: Hex;
  readonly participant: number;
  /** Number of the code of `derive`. */
  readonly code: number;
  readonly derive: Moment & { readonly block: number };
}

export type DerivationDirection = 'forward' | 'backward';

/** Items of one graph of derivations that are looked at; what lies beyond is left out, and that is said. */
export const DERIVED_MOST = 10_000;

/** Custody of an item after one of its statements. */
export interface CustodyState {
  readonly status: EvidenceStatus;
  readonly holder: number;
  /** While in transit. */
  readonly recipient?: number;
  /** The statement that made it so. */
  readonly since: Moment;
}

export interface CustodyAt {
  /** As the ledger had it in its last block at that time. */
  readonly recorded?: CustodyState;
  /** By the times that were claimed: what was brought to the ledger later counts from when it is said to have happened. */
  readonly claimed?: CustodyState;
}
