/**
 * What a gateway does for its callers: the use cases, as the HTTP routes see them.
 *
 * The implementation is made by `openGateway` in open-gateway.ts; nothing here knows HTTP.
 */
import type { Hex } from '../../protocol/bytes.ts';
import type { Bundle } from '../../protocol/bundle/form.ts';
import type { LineKind } from '../../protocol/acts.ts';
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import type { KeyState, LineOf, LineState, ParticipantState } from '../../protocol/ledger.ts';
import type { FieldPolicy } from '../../protocol/field-policy.ts';
import type { Disclosure, WrittenField, WrittenRecord } from '../../protocol/record.ts';
import type { NamedTerms } from '../../protocol/named-terms.ts';
import type { Reason } from '../../protocol/reasons.ts';
import type { Receipt } from '../../protocol/receipt.ts';
import type { Statement } from '../../protocol/statement.ts';
import type { typedData } from '../../protocol/sheet.ts';
import type { ConsentFilter, RequestFilter, RequestStanding } from './bases.ts';
import type { ErasureNotice, Exchange, OwedDossier } from './dossiers.ts';
import type { SearchTerm } from './search-term.ts';
import type { CustodyAt, Derivation, DerivationDirection, Transfer, TransferFilter } from './transfers.ts';
import type { BlockPosition, EvidenceFilter, Page, Progress, Role, TrailEntry, ReceivedRecord } from './ports.ts';

/** Who calls, as the one door of identity established it. */
export interface Caller {
  readonly token: string;
  readonly role: Role;
  readonly participant: number;
}

/** A statement as a caller asks for it: names instead of numbers, the gateway fills in the rest. */
export interface StatementRequest {
  readonly act: string;
  /** Name of the code in the table of acts, for example `seized`; may be left out where an act has one code. */
  readonly code?: string;
  /** The line; left out by acts that open one. */
  readonly subject?: Hex;
  /** Participant by code (`FR-PN`) or number. */
  readonly recipient?: string | number;
  readonly recipientKey?: Hex;
  readonly agreement?: Hex;
  readonly request?: Hex;
  /** The digest or key id that a correct, consent, revoke ... names. */
  readonly reference?: Hex;
  /** Of the acceptance of a late release: the release's digest, which is on no ledger yet. */
  readonly follows?: Hex;
  /** Parents, consents, held items ... as the act takes them. */
  readonly list?: readonly Hex[];
  /** What an opening `conclude` proposes, instead of its list. */
  readonly terms?: NamedTerms;
  /** Of a request, instead of its list; the instrument's usual one if left out. */
  readonly deadline?: number;
  /** Of a request for production: the deadline for emergencies. */
  readonly urgent?: boolean;
  readonly purpose?: readonly string[];
  readonly restrictions?: readonly string[];
  readonly record?: { readonly schema?: string; readonly fields: readonly WrittenField[] };
  /** Claimed time; now if left out. */
  readonly time?: number;
  readonly expires?: number;
}

/** Several requests that stand or fall together and are signed as one sheet. */
export interface SheetRequest {
  readonly statements: readonly StatementRequest[];
}

/** A sheet that the caller's own key signed. */
export interface SignedSheet {
  readonly key: Hex;
  readonly signature: Hex;
  readonly statements: readonly SignedStatement[];
  /** Further signatures: approvals, or a new key's own. */
  readonly endorsements?: readonly { readonly key: Hex; readonly signature: Hex }[];
}

export interface SignedStatement {
  readonly statement: Statement;
  readonly list?: readonly Hex[];
  readonly record?: WrittenRecord;
}

export interface PreparedSheet {
  readonly key: Hex;
  readonly statements: readonly (SignedStatement & { readonly digest: Hex })[];
  /** What the key signs. */
  readonly hash: Hex;
  /** The same for a wallet, as EIP-712 typed data. */
  readonly typedData: ReturnType<typeof typedData>;
}

/** The answer to a statement that is durable here. */
export interface Accepted {
  readonly digest: Hex;
  readonly subject: Hex;
  readonly act: string;
  readonly sheet: Hex;
  readonly progress: Progress;
  /** True where the gateway signed with the participant's service key, not an officer. */
  readonly service: boolean;
  readonly receipt: Receipt;
}

/** Why a submission was not accepted: `statement` says which of its statements broke which rule. */
export interface Refusal {
  readonly code: CustodyErrorCode;
  readonly reason?: Reason;
  /** Position within the sheet. */
  readonly statement?: number;
  readonly detail: string;
}

export type Answer = { readonly accepted: readonly Accepted[] } | { readonly refused: Refusal };

/** A late release and its acceptance, which stand or fall together; the caller's own acceptance may be a request. */
export interface LatePair {
  readonly release: SignedSheet;
  readonly acceptance: SignedSheet | StatementRequest;
}

export type Submission =
  { readonly request: SheetRequest } | { readonly signed: SignedSheet } | { readonly late: LatePair };

/** One submission with the key under which its answer is kept. */
export interface Submitted {
  readonly submission: Submission;
  readonly idempotencyKey?: string;
  /** SHA-256 over method, path and body. */
  readonly fingerprint?: Hex;
}

export interface EvidenceView {
  /** As included; absent while the opening statement waits. */
  readonly line?: LineState;
  /** The newest state with what was accepted here and is not yet included. */
  readonly projected: LineState;
  /** Whether the records that belong to the newest release to the caller's participant came; absent if none is due. */
  readonly dossier?: 'awaited' | 'received';
}

/** A statement as its caller may see it. */
export interface StatementEntry extends TrailEntry {
  /** True where a service key signed it, not an officer's. */
  readonly service: boolean;
  /** What the caller's own participant wrote, or what was disclosed to it. */
  readonly record?: WrittenRecord | ReceivedRecord | 'erased';
}

export interface RequestView {
  readonly line: LineOf<'request'>;
  readonly standing: RequestStanding;
  /** The request, then what answered or withdrew it. */
  readonly statements: readonly StatementEntry[];
  /** By when a granted one is to be executed, where the instrument has a term for it. */
  readonly executeBy?: number;
  /** Releases that cite it, newest first. */
  readonly transfers: Page<Transfer>;
}

export interface TrailView {
  readonly subject: Hex;
  readonly kind: LineKind;
  readonly line?: LineState;
  readonly entries: Page<StatementEntry>;
}

/** One named check of a verification, with a plain sentence. */
export interface Check {
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'not applicable';
  readonly sentence: string;
}

export interface Verification {
  readonly verified: boolean;
  readonly checks: readonly Check[];
  /** What the result stood on. */
  readonly trust: string;
  readonly asOf?: BlockPosition;
}

/** What a bundle is to show, and for whom it is. */
export interface BundleRequest {
  /** Labels of fields, or beginnings of labels that end in `*`; all that the caller may see if left out. */
  readonly show?: readonly string[];
  /** `court`: to be laid before one, which an origin's permission may be needed for. */
  readonly purpose?: 'court';
}

export interface MadeBundle {
  readonly bundle: Bundle;
  /** The block up to which it is complete. */
  readonly asOf: BlockPosition;
  /** The node does not prove anything now: the proof is an earlier one. */
  readonly kept: boolean;
}

/** An item whose trail was proven, and up to which block. */
export type ProvenTrail =
  | {
      readonly subject: Hex;
      readonly block: BlockPosition;
      /** Proven now; false: what was kept is still complete. */
      readonly fresh: boolean;
    }
  | { readonly subject: Hex; readonly trouble: CustodyErrorCode };

/** What is said of a part that is not in trouble; everything else is its trouble, in words. */
export const PART = {
  well: 'well',
  /** Another part is in trouble that this one needs. */
  unknown: 'not known',
} as const;

/** Each trouble stands at the part from which it comes, and nowhere else. */
export interface Health {
  /** Whether it takes statements and they reach the ledger, and whether it follows that. */
  readonly ready: boolean;
  readonly store: string;
  readonly chain: string;
  readonly follower: string;
  readonly submitter: string;
  /** Of several processes on one store, one sends. */
  readonly sender: boolean;
  /** Absent where it is not known. */
  readonly pending?: number;
  /** Dossiers that wait for the recipient's gateway; absent where it is not known. */
  readonly dossiers?: number;
  /** The newest final block that was followed. */
  readonly block: BlockPosition;
}

export interface Gateway {
  /** Fills in, judges and hashes a sheet for the caller's key to sign. Stores nothing. */
  prepare(caller: Caller, key: Hex, request: SheetRequest): Promise<PreparedSheet>;
  /** One side of a late declaration, signed with the service key of the caller's participant. Stores nothing. */
  signLate(caller: Caller, request: StatementRequest): Promise<SignedSheet>;
  /** Accepts each submission on its own; durable for those answered with `accepted`. */
  submit(caller: Caller, submitted: readonly Submitted[]): Promise<readonly Answer[]>;
  /** Whether the caller's participant would be promised something now, or has too much that waits for the ledger. */
  hasRoom(caller: Caller): Promise<boolean>;

  statement(caller: Caller, digest: Hex): Promise<StatementEntry | undefined>;
  evidence(caller: Caller, subject: Hex): Promise<EvidenceView | undefined>;
  search(caller: Caller, filter: EvidenceFilter, cursor: string | undefined, limit: number): Promise<Page<LineState>>;
  trail(caller: Caller, kind: LineKind, subject: Hex, cursor: string | undefined, limit: number): Promise<TrailView>;
  /** Statements of the caller's participant whose record names this value. */
  find(caller: Caller, kind: SearchTerm, value: string): Promise<readonly StatementEntry[]>;
  /** A record of the caller's participant with only these labels shown. */
  disclose(caller: Caller, digest: Hex, labels: readonly string[] | 'all'): Promise<Disclosure | undefined>;

  /** Releases with what became of them, newest first. */
  transfers(caller: Caller, filter: TransferFilter, cursor: string | undefined, limit: number): Promise<Page<Transfer>>;
  requests(
    caller: Caller,
    filter: RequestFilter,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<{ readonly line: LineOf<'request'>; readonly standing: RequestStanding }>>;
  /** Request, answer and transfers together. */
  request(caller: Caller, subject: Hex): Promise<RequestView | undefined>;
  consents(
    caller: Caller,
    filter: ConsentFilter,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<LineOf<'consent'>>>;
  /** Who held an item at a moment; undefined if no such item is known. */
  custodyAt(caller: Caller, subject: Hex, time: number): Promise<CustodyAt | undefined>;
  /** `whole`: no more of the graph lies beyond what is looked at. */
  derivations(
    caller: Caller,
    subject: Hex,
    direction: DerivationDirection,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<Derivation> & { readonly whole: boolean }>;

  /** Everything that proves an item's trail offline. */
  bundle(caller: Caller, subject: Hex, request: BundleRequest): Promise<MadeBundle>;

  /** Proves the trails of a page of all items and keeps the proofs, as before a chain retires; may be repeated. */
  proveTrails(cursor: string | undefined, limit: number): Promise<Page<ProvenTrail>>;

  /** Checks a whole trail against the ledger as the node has it now: nothing of the store is believed. */
  verifyTrail(caller: Caller, subject: Hex): Promise<Verification>;
  /**
   * Verifies a bundle against the ledger that this gateway follows, and asks its node for the block.
   * @param files digest of each file that the records must name
   */
  verifyBundle(bytes: Uint8Array, files: readonly string[]): Promise<BundleVerification>;
  /** Whether a disclosed record, or a file digest in it, belongs to a statement on the ledger. */
  verifyDisclosure(digest: Hex, disclosure: Disclosure, fileDigest?: Hex): Promise<Verification>;

  /** Takes a part of a dossier from another gateway. */
  receiveDossier: Exchange['receive'];
  /** Dossiers that the participants of this gateway owe; those that wait come first. */
  owedDossiers(): Promise<readonly OwedDossier[]>;
  /** Sends a dossier again, also one that was delivered. False if no dossier of this release is owed here. */
  sendDossierAgain(release: Hex): Promise<boolean>;
  /** Erasures by those who disclosed records to the caller's participant. */
  erasureNotices(caller: Caller): Promise<readonly ErasureNotice[]>;

  participants(): Promise<readonly ParticipantState[]>;
  keys(participant: number): Promise<readonly KeyState[]>;
  agreements(): Promise<readonly LineState[]>;
  /** Keeps a field policy; gives its hash. */
  keepPolicy(policy: FieldPolicy): Promise<Hex>;
  policy(hash: Hex): Promise<FieldPolicy | undefined>;
  ledger(): Promise<object>;
  health(): Promise<Health>;
}

export type CustodyErrorCode =
  | 'REJECTED' // the ledger's rules reject it: `reason` says which
  | 'UNSIGNED' // no proven signature
  | 'NOT_ALLOWED' // the caller's role or participant may not do this
  | 'NOT_FOUND'
  | 'INVALID' // the request can't be understood
  | 'COURT_PERMISSION' // an origin has not consented to use in court
  | 'BUNDLE_TOO_LARGE'
  | 'NO_SERVICE_KEY' // the gateway holds no key to sign for this participant
  | 'IDEMPOTENCY_CONFLICT' // the same key came with another request
  | 'DOSSIER_UNREADABLE' // not a dossier for a key that is held here
  | 'DOSSIER_MISDIRECTED' // of another ledger, or for a participant that is not served here
  | 'DOSSIER_FORGED' // not signed by the participant that released the evidence
  | 'DOSSIER_TAMPERED' // a record that is not the one on the ledger, or not of this evidence
  | 'RETIRED' // the ledger takes nothing more; its successor does
  | 'OVERLOADED' // try again later
  | 'UNAVAILABLE';

/** A use case that failed; HTTP maps the code to a status in one place. */
export class CustodyError extends Error {
  readonly code: CustodyErrorCode;
  readonly reason: Reason | undefined;

  constructor(code: CustodyErrorCode, message: string, options: { reason?: Reason; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CustodyError';
    this.code = code;
    this.reason = options.reason;
  }
}
