/**
 * What custody needs from the outside: a store, a chain, a keyring, a clock.
 *
 * Custody knows these ports and no adapter. Each method says what is durable when it
 * returns, and whether it may be called again with the same arguments.
 */
import type { Hex } from '../../protocol/bytes.ts';
import type { LineKind } from '../../protocol/acts.ts';
import type { ProvenLeaf } from '../../protocol/heritage.ts';
import type { LineOf, LineState, KeyState } from '../../protocol/ledger.ts';
import type { PublicKey } from '../../protocol/key.ts';
import type { Change, MutableWorld } from '../../protocol/world.ts';
import type { Stated } from '../../protocol/statement.ts';
import type { HeldRecord } from '../../protocol/dossier.ts';
import type { Disclosure, WrittenRecord } from '../../protocol/record.ts';
import type { Reason } from '../../protocol/reasons.ts';
import type { Bundle, ChainProof, LeftBehind, Timestamp } from '../../protocol/bundle/form.ts';
import type { LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import type { ChainAnswer, SlotsToProve } from '../../protocol/bundle/make.ts';
import type { Endorsement } from '../../protocol/event.ts';
import type { FieldPolicy } from '../../protocol/field-policy.ts';
import type { Receipt } from '../../protocol/receipt.ts';
import type { SearchTerm } from './search-term.ts';
import type { BasisFilter } from './bases.ts';
import type { Derivation, DerivationDirection, Transfer, TransferFilter } from './transfers.ts';

/** A line by kind and subject: two kinds may use the same subject. */
export interface LineReference {
  readonly kind: LineKind;
  readonly subject: Hex;
}

/** Where a statement that this gateway accepted stands. `final` means it can't be undone on this engine. */
export type Progress = 'accepted' | 'sent' | 'final' | 'rejected' | 'expired';

/** A statement of the outbox with the list that travels beside it. */
export interface AcceptedStatement {
  readonly digest: Hex;
  readonly stated: Stated;
  /** The record's clear text and seed; encrypted by the store before it is written. */
  readonly record?: WrittenRecord;
  readonly receipt: Receipt;
}

/** A sheet that was accepted: all its statements, or none, are stored. */
export interface AcceptedSheet {
  readonly hash: Hex;
  readonly key: Hex;
  readonly signature: Hex;
  /** Participant on whose behalf the gateway accepted it: the tenant its records belong to. */
  readonly participant: number;
  readonly statements: readonly AcceptedStatement[];
  /** Of both sheets of a late declaration the other one: they go by submitLate, and expire, together. */
  readonly lateWith?: Hex;
  /** The further signatures of a statement on the consortium's or a participant's line. */
  readonly endorsements?: readonly { readonly key: Hex; readonly signature: Hex }[];
}

/** An answer kept under an idempotency key, so that a repeated request gets it again, also after a crash. */
export interface KeptAnswer {
  readonly participant: number;
  readonly idempotencyKey: string;
  /** SHA-256 of method, path and body: the same key with another request is a conflict. */
  readonly request: Hex;
  /** Digests in the order of the request; the answer is rebuilt from the outbox. */
  readonly digests: readonly Hex[];
}

/** What one `accept` makes durable together. */
export interface Acceptance {
  readonly sheets: readonly AcceptedSheet[];
  readonly answers: readonly KeptAnswer[];
  /** When, by the gateway's clock. */
  readonly time: number;
}

/** A sheet on its way, or one that was seen on the chain, with the outcome of each statement. */
export interface SheetToSend {
  readonly id: number;
  readonly hash: Hex;
  readonly key: Hex;
  readonly signature: Hex;
  readonly items: readonly Stated[];
  /** Positions that have no outcome yet; the others need to be sent as digests only. */
  readonly open: readonly number[];
  readonly lateWith?: Hex;
  readonly endorsements?: readonly { readonly key: Hex; readonly signature: Hex }[];
}

/** A transaction as signed by the relay; the same bytes may be sent any number of times. */
export interface RelayTransaction {
  readonly hash: Hex;
  readonly nonce: number;
  readonly raw: Hex;
  readonly sheets: readonly number[];
}

/** The right to send with a relay account. Every hand-over to another process has a higher fence. */
export interface SendingRight {
  readonly account: Hex;
  readonly fence: number;
}

/** One statement as the ledger judged it in a block. */
export interface JudgedStatement {
  readonly digest: Hex;
  readonly stated: Stated;
  readonly sheet: Hex;
  readonly position: number;
  readonly reason?: Reason;
  /** The changes of an included statement, from the same function that the contract's rules are. */
  readonly changes: readonly Change[];
}

export interface JudgedSheet {
  readonly hash: Hex;
  readonly key: Hex;
  readonly signature: Hex;
  /** All digests of the sheet in order, those that were sent elsewhere too. */
  readonly digests: readonly Hex[];
  readonly transaction: Hex;
  readonly logIndex: number;
  readonly endorsements: readonly { readonly key: Hex; readonly signature: Hex }[];
  readonly statements: readonly JudgedStatement[];
}

/** A block of the ledger with everything it judged. Blocks without any are not stored. */
export interface JudgedBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
  readonly sheets: readonly JudgedSheet[];
  /** Before any statement that goes on from it. */
  readonly inherited?: readonly InheritedLeaf[];
}

/** A ledger that this gateway follows, or followed until it was retired. */
export interface FollowedLedger {
  readonly file: LedgerFile;
  /** Time of the block in which it was founded. */
  readonly foundedTime: number;
  /**
   * What is added to the numbers of its blocks: those of a successor go on after those of the ledger before it, so that
   * everything that was followed has one order.
   */
  readonly base: number;
  /** Number, with the base added, of the last block before its successor; absent: it has none. */
  readonly last?: number;
}

/** Everything that a ledger keeps, and the keys. */
export interface WholeLedger {
  readonly lines: readonly LineState[];
  readonly keys: readonly KeyState[];
}

/** A line or key that was inherited from the ledger before. */
export interface InheritedLeaf {
  readonly leaf: ProvenLeaf;
  readonly change: Change;
}

export interface BlockPosition {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
}

/** One statement of a trail, as anyone may see it. */
export interface TrailEntry {
  readonly digest: Hex;
  readonly stated: Stated;
  readonly sheet: Hex;
  readonly position: number;
  readonly progress: Progress;
  readonly reason?: Reason;
  readonly included?: BlockPosition & { readonly transaction: Hex };
  /** Where the ledger rejected it first; settled: expiry or a new head rules out that it is included later. */
  readonly rejected?: BlockPosition & { readonly transaction: Hex; readonly settled: boolean };
  /** When this gateway accepted it; absent for the statements of others. */
  readonly acceptedAt?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; absent on the last page. */
  readonly next?: string;
}

export interface EvidenceFilter {
  readonly holder?: number;
  readonly recipient?: number;
  readonly status?: number;
  /** Blind search; only within the tenant's own records. */
  readonly term?: { readonly kind: SearchTerm; readonly value: string };
}

export interface Store {
  /** Stores what the founding made, with its block as cursor; nothing happens if the ledger was followed already. */
  found(beginning: WholeLedger, at: BlockPosition, ledger: FollowedLedger): Promise<void>;
  /**
   * Goes over to the successor of a retired ledger: stores what its founding made, with its block as cursor. Trails,
   * records and proofs stay; lines and keys are as the successor inherits them. What was accepted and not included has
   * expired, since it was signed for the ledger before. Nothing happens if it was followed already.
   */
  succeed(beginning: WholeLedger, at: BlockPosition, ledger: FollowedLedger): Promise<void>;
  /** Ledgers that were followed, oldest first. */
  ledgers(): Promise<readonly FollowedLedger[]>;
  wholeLedger(): Promise<WholeLedger>;
  /** How the ledger of this base inherited these lines, and all participants, keys and agreements. */
  leaves(base: number, references: readonly LineReference[]): Promise<readonly LeftBehind[]>;
  /** The last block that changed what `loadConsortium` gives; undefined if nothing was followed. */
  consortiumBlock(): Promise<number | undefined>;
  /** The ledger as far as it was followed, whole for participants, keys, agreements; lines are read by `loadLines`. */
  loadConsortium(into: MutableWorld): Promise<void>;
  /** Included state of these lines; unknown ones are left out. */
  loadLines(references: readonly LineReference[]): Promise<readonly LineState[]>;
  /** Statements on these lines that were accepted here and have no outcome yet, in the order of acceptance. */
  loadPending(
    references: readonly LineReference[],
  ): Promise<readonly (AcceptedSheetPart & { readonly stated: Stated })[]>;

  /**
   * Stores sheets, records and answers in one commit; durable when it returns. A statement that is
   * already in the outbox, or a second successor of one head by this gateway, fails the whole call with
   * StoreError CONFLICT and nothing is stored.
   */
  accept(acceptance: Acceptance): Promise<void>;
  findAnswers(participant: number, idempotencyKeys: readonly string[]): Promise<readonly KeptAnswer[]>;
  /** Receipts of the outbox, for answering again. */
  findReceipts(digests: readonly Hex[]): Promise<readonly (Receipt & { readonly progress: Progress })[]>;

  /**
   * Takes the right to send with this account, or says that this process still has it; undefined while another has
   * it. Asked again and again. It is free when the process ends, and taken from one that hangs.
   */
  holdSender(account: Hex): Promise<SendingRight | undefined>;
  /** Whole sheets that no transaction carries yet, oldest first: at least one, and about so many statements in all. */
  sheetsToSend(statements: number): Promise<readonly SheetToSend[]>;
  /**
   * Durable before the transaction is sent; its sheets become `sent`. StoreError CONFLICT if the right passed to
   * another process, or if an open transaction has this nonce.
   */
  saveTransaction(transaction: RelayTransaction, right: SendingRight): Promise<void>;
  /** Transactions that were saved and not yet settled, by nonce. */
  openTransactions(): Promise<readonly RelayTransaction[]>;
  /** The first of them; undefined: nothing is under way. */
  oldestTransaction(): Promise<Hex | undefined>;
  /** A transaction that can never be mined: its sheets are to be sent again. StoreError CONFLICT as above. */
  abandonTransaction(hash: Hex, right: SendingRight): Promise<void>;

  cursor(): Promise<BlockPosition | undefined>;
  /**
   * Applies blocks that can't be undone and moves the cursor in one commit. Blocks up to the cursor are
   * skipped, so that it may be called again; another block of the same height is StoreError CONFLICT.
   */
  applyBlocks(blocks: readonly JudgedBlock[], cursor: BlockPosition): Promise<void>;
  /**
   * Marks as expired what can no longer be included as far as the ledger was followed, and says how many.
   * `applyBlocks` does the same for the time of its cursor.
   */
  expire(blockTime: number): Promise<number>;
  /** Forgets what was followed, to follow another or a reorganised chain from its beginning; promises stay. */
  forgetLedger(): Promise<void>;

  /** Signature and all digests of these sheets, in any order; unknown ones are left out. */
  loadSheets(hashes: readonly Hex[]): Promise<readonly SignedDigests[]>;
  /** Trail of a line: included, rejected and pending, in order. */
  trail(line: LineReference, cursor: string | undefined, limit: number): Promise<Page<TrailEntry>>;
  statement(digest: Hex): Promise<TrailEntry | undefined>;
  /** Included statements of these lines up to a block, in the order of the ledger. */
  inclusions(references: readonly LineReference[], until: number): Promise<readonly IncludedStatement[]>;
  /** Every line of participants, agreements and the consortium. */
  consortiumLines(): Promise<readonly LineReference[]>;
  /** Subjects of the holds that name one of these items, lifted ones too. */
  holdsOn(items: readonly Hex[]): Promise<readonly Hex[]>;
  /** Keeps the newest proof of an item's bundle; may be repeated. */
  keepProof(proof: KeptProof): Promise<void>;
  findProof(subject: Hex): Promise<KeptProof | undefined>;
  searchEvidence(
    tenant: number | undefined,
    filter: EvidenceFilter,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<LineState>>;
  /** Requests or consents, newest first. */
  searchBases(
    filter: BasisFilter,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<LineOf<'request'> | LineOf<'consent'>>>;
  /** Releases with what became of them, newest first; `now` decides what is overdue. */
  transfers(
    tenant: number,
    filter: TransferFilter,
    now: number,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<Transfer>>;
  /** What was made of an item (forward) or what it was made of (backward), through all generations; `whole`: nothing lies beyond the bound. */
  derivations(
    subject: Hex,
    direction: DerivationDirection,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<Derivation> & { readonly whole: boolean }>;
  /**
   * Clear text of what the tenant has of these statements' records: its own, and what was disclosed to it. An
   * erased one comes back as `erased`; one that is not here, or whose key got lost without an erasure, is left out.
   */
  records(
    tenant: number,
    digests: readonly Hex[],
  ): Promise<ReadonlyMap<Hex, WrittenRecord | ReceivedRecord | 'erased'>>;
  /** Statements whose record contains this file digest, within the tenant's own records. */
  findByTerm(tenant: number, kind: SearchTerm, value: string): Promise<readonly Hex[]>;

  /** Keeps a field policy under its hash; may be repeated. */
  savePolicy(policy: FieldPolicy): Promise<void>;
  findPolicy(hash: Hex): Promise<FieldPolicy | undefined>;

  /**
   * Keeps records that came from elsewhere. What a tenant wrote itself, or erased, stays as it is; what it has in
   * part is completed by what else is shown now. Says whether any of it was new.
   */
  keepRecords(records: readonly TenantRecord[], time: number): Promise<boolean>;
  /**
   * Destroys the key of a record, then what the store has of it, and keeps it from coming back; may be repeated.
   * False if there was none.
   */
  eraseRecord(record: { readonly tenant: number; readonly digest: Hex }, time: number): Promise<boolean>;
  /**
   * Removes record keys made before this time that no record refers to. Not on a store that was just
   * restored: the keys of what came after its backup look the same.
   */
  sweepKeys(before: number): Promise<number>;

  /** The same number of pending statements, quick however large the store is. */
  countPending(): Promise<number>;
  /** The same, of each participant that has any. */
  pendingByParticipant(): Promise<readonly { readonly participant: number; readonly statements: number }[]>;
  /** Writes something, to see whether it can; fails with what keeps the store from being written. */
  probe(time: number): Promise<void>;
  counts(): Promise<{
    readonly pending: number;
    readonly oldestPending?: number;
    readonly statements: number;
    readonly lines: number;
  }>;
  close(): Promise<void>;
}

/** A record with the participant it belongs to here and the statement that commits to it. */
export interface TenantRecord {
  readonly tenant: number;
  readonly digest: Hex;
  readonly record: HeldRecord;
  /** The participant that disclosed it; left out: the tenant's own. */
  readonly from?: number;
}

/** A record that came from another participant, as far as that one disclosed it. */
export interface ReceivedRecord extends Disclosure {
  /** The participant that it came from. */
  readonly from: number;
}

/** What proves that a key signed its sheet. */
export interface SignedDigests {
  readonly hash: Hex;
  readonly key: Hex;
  readonly signature: Hex;
  readonly digests: readonly Hex[];
  /** The further signatures, where the statements need them. */
  readonly endorsements?: readonly Endorsement[];
}

/** A statement that the ledger included, with its place in the order of the ledger. */
export interface IncludedStatement {
  readonly digest: Hex;
  readonly kind: LineKind;
  readonly stated: Stated;
  readonly sheet: Hex;
  readonly position: number;
  /** Time of its block. */
  readonly time: number;
  readonly place: { readonly block: number; readonly log: number };
}

/** What a node proved of the lines that an item's bundle rests on. */
export interface KeptProof {
  readonly subject: Hex;
  readonly block: BlockPosition;
  /** Time of the block of the ledger's founding. */
  readonly founded: number;
  readonly proof: ChainProof;
  readonly timestamps?: readonly Timestamp[];
  /** When it was taken, by the gateway's clock. */
  readonly time: number;
}

/** The sheet that a pending statement belongs to. */
export interface AcceptedSheetPart {
  readonly digest: Hex;
  readonly sheet: Hex;
  readonly key: Hex;
}

/** Bearer tokens, hashed at rest. Identity stays behind this one door. */
export interface TokenStore {
  find(tokenHash: Hex): Promise<Token | undefined>;
  create(token: Token & { readonly hash: Hex }): Promise<void>;
  /** The same if there is none yet; of several that ask at once, one is told that its token was made. */
  createFirst(token: Token & { readonly hash: Hex }): Promise<boolean>;
  revoke(id: string, time: number): Promise<boolean>;
  list(): Promise<readonly Token[]>;
}

export type Role = 'officer' | 'auditor' | 'court' | 'operator';

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly participant: number;
  readonly createdAt: number;
  readonly revokedAt?: number;
}

/** Private keys that this gateway holds for its participants: service and receipt keys. */
export interface Keyring {
  /** The service key with which the gateway may sign for a participant, if it holds one. */
  serviceKey(participant: number): Hex | undefined;
  receiptKey(participant: number): Hex | undefined;
  /** Signs a 32-byte hash; Hex signature in the form of the key's scheme. */
  sign(key: Hex, hash: Hex): Hex;
  /** Fast verification with the same result as protocol/key.ts. */
  verify(key: PublicKey, hash: Hex, signature: Hex): boolean;
}

/** The ledger's own word, from a node at its newest final block. */
export interface LedgerNode {
  /** Undefined where the ledger has no such line. */
  evidence(
    subject: Hex,
  ): Promise<
    { readonly head: Hex; readonly anchor: Hex; readonly state: Hex; readonly block: BlockPosition } | undefined
  >;
}

/** Proofs of what the ledger stores, from a node. */
export interface ChainProver {
  /** Undefined if the node does not have the state of this block any more, or has another block of its height. */
  prove(block: BlockPosition, slots: SlotsToProve): Promise<ChainAnswer | undefined>;
  /** Hash of the block of a height; undefined if there is none (yet). */
  blockHash(number: number): Promise<Hex | undefined>;
}

/** Verifies a bundle from anybody, bounded in time and memory, and without keeping others from their work. */
export interface BundleVerifier {
  /** @throws CustodyError INVALID for what is no bundle, BUNDLE_TOO_LARGE beyond the bounds, OVERLOADED */
  verify(
    bytes: Uint8Array,
    options: {
      readonly ledger: LedgerFile;
      /** Of each file its digests. */
      readonly files: readonly (readonly string[])[];
      readonly now: number;
      readonly blockHash: ChainProver['blockHash'];
    },
  ): Promise<BundleVerification>;
}

/** An authority for timestamps (RFC 3161). */
export interface TimestampAuthority {
  /** Its token over a hash; undefined if it gives none now. */
  stamp(hash: Hex): Promise<Hex | undefined>;
}

/** The heavy part of making bundles, beside the gateway's own work. */
export interface BundleMaker {
  /** The slots that prove a bundle. */
  slots(bundle: Bundle): Promise<SlotsToProve>;
  /** Of what a node answered, what proves the bundle; undefined if something is missing. */
  prove(bundle: Bundle, slots: SlotsToProve, answer: ChainAnswer): Promise<ChainProof | undefined>;
  /** Sentences on what would not verify, but for signatures; none if all is well. */
  faults(bundle: Bundle, at: { readonly block: BlockPosition; readonly now: number }): Promise<readonly string[]>;
}

/** Seconds since 1970. */
export type Clock = () => number;
