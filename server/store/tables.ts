/**
 * The tables of the store, as Kysely sees them. `migrations/` creates them.
 *
 * Hashes, keys and signatures are bytes; times are seconds; what has a tenant belongs to that
 * participant and is read by no other. Everything without a tenant is public on the ledger
 * and is rebuilt from it.
 */
import type { Generated } from 'kysely';

export type Bytes = Uint8Array;

export interface Tables {
  sheet: SheetTable;
  statement: StatementTable;
  block: BlockTable;
  line: LineTable;
  key: KeyTable;
  cursor: CursorTable;
  outbox: OutboxTable;
  accepted: AcceptedTable;
  answer: AnswerTable;
  relay: RelayTable;
  relayed: { relay: Bytes; outbox: number };
  record: RecordTable;
  blind: BlindTable;
  token: TokenTable;
  exchange_cursor: { id: number; number: number };
  dossier_owed: OwedTable;
  dossier_part: { release: Bytes; parts: number; part: number; received_at: number };
  erasure_owed: { digest: Bytes; block: number; log_index: number; position: number };
  erasure_notice: NoticeTable;
  policy: { hash: Bytes; text: string };
  transfer: TransferTable;
  derivation: DerivationTable;
  remaking: { name: string };
  sender: SenderTable;
  probe: { id: number; at: number };
  bundle_proof: BundleProofTable;
  ledger: LedgerTable;
  leaf: LeafTable;
}

/** A signed list of statements, from the outbox or from the ledger. */
interface SheetTable {
  hash: Bytes;
  key: Bytes;
  signature: Bytes;
  /** 32 bytes each, in order. */
  digests: Bytes;
  /** JSON of the further signatures. */
  endorsements: string | null;
}

/** Every statement this gateway knows: accepted here or judged by the ledger. */
interface StatementTable {
  digest: Bytes;
  kind: number;
  subject: Bytes;
  previous: Bytes;
  act: number;
  participant: number;
  key: Bytes;
  /** Statement and list in the protocol's wire form (2.1). */
  wire: Bytes;
  time: number;
  expires: number;
  sheet: Bytes;
  position: number;
  /** Absent: the ledger has not judged it. 0: included. Else the reason's number. */
  outcome: number | null;
  block: number | null;
  log_index: number | null;
  transaction: Bytes | null;
}

/** Blocks that judged something. */
interface BlockTable {
  number: number;
  hash: Bytes;
  time: number;
}

interface LineTable {
  id: Generated<number>;
  kind: number;
  subject: Bytes;
  head: Bytes;
  /** For searching evidence; absent for other kinds. */
  status: number | null;
  holder: number | null;
  recipient: number | null;
  anchor: Bytes;
  count: number;
  /** JSON of the protocol's state of this kind of line. */
  state: string;
}

interface KeyTable {
  id: Bytes;
  number: number;
  participant: number;
  /** JSON of the protocol's KeyState. */
  state: string;
}

/** One row: how far the ledger was followed. */
interface CursorTable {
  id: number;
  number: number;
  hash: Bytes;
  time: number;
  /** The last block that changed participants, keys, agreements or the consortium. */
  consortium: Generated<number>;
}

/** A sheet this gateway promised to bring to the ledger. */
interface OutboxTable {
  id: Generated<number>;
  tenant: number;
  hash: Bytes;
  late_with: Bytes | null;
  /** SHEET below. */
  state: number;
  accepted_at: number;
}

export const SHEET = { WAITING: 0, SENT: 1, DONE: 2 } as const;

/** A statement this gateway promised, with its receipt. */
interface AcceptedTable {
  digest: Bytes;
  tenant: number;
  outbox: number;
  position: number;
  kind: number;
  subject: Bytes;
  previous: Bytes;
  expires: number;
  /** PROMISE below. */
  state: number;
  receipt_participant: number;
  receipt_time: number;
  receipt_key: Bytes;
  receipt_signature: Bytes;
  /** Words; null for none. */
  receipt_path: Bytes | null;
}

/**
 * Only OPEN and INCLUDED count as the successor of a head. AFTER_ALL is what was rejected or
 * expired here and included later, when somebody sent it again: by then another successor may
 * have been accepted, which the ledger will reject.
 */
export const PROMISE = { OPEN: 0, INCLUDED: 1, REJECTED: 2, EXPIRED: 3, AFTER_ALL: 4 } as const;

interface AnswerTable {
  tenant: number;
  /** SHA-256 of the idempotency key, which may be any text. */
  name: Bytes;
  request: Bytes;
  digests: Bytes;
  accepted_at: number;
}

interface RelayTable {
  hash: Bytes;
  nonce: number;
  raw: Bytes;
  /** RELAY below. */
  state: number;
}

export const RELAY = { OPEN: 0, SETTLED: 1, ABANDONED: 2 } as const;

/** The process that may send with this account. */
interface SenderTable {
  account: Bytes;
  /** Counts up with every hand-over. */
  fence: number;
  /** Name of its sessions in PostgreSQL. */
  holder: string;
  /** Its last sign of life, by the database's clock. */
  beat: number;
}

interface RecordTable {
  tenant: number;
  digest: Bytes;
  /** Names the key in the key store; without that key the row can't be read. */
  key_id: Bytes;
  sealed: Bytes;
  /** Its rows in the blind index, so that they can be removed without the text: kind and token of each. */
  tokens: Bytes;
  /** The participant that it came from in a dossier; null: the tenant wrote it. */
  sender: number | null;
}

/** A dossier that a participant of this gateway owes. */
interface OwedTable {
  release: Bytes;
  sender: number;
  recipient: number;
  /** OWED below. */
  state: number;
  attempts: number;
  owed_at: number;
  next_at: number;
  settled_at: number | null;
  /** Until then a process has taken it upon itself. */
  claimed_until: number | null;
  /** DossierTrouble of the last attempt. */
  trouble: string | null;
}

export const OWED = { WAITING: 0, DELIVERED: 1, WITHDRAWN: 2 } as const;

/** A tenant that has records which their sender erased. */
interface NoticeTable {
  erasure: Bytes;
  tenant: number;
  sender: number;
  /** Digests of the statements whose records are meant. */
  records: Bytes;
  noticed_at: number;
}

/** A release and what became of it; a row of the ledger, made from its statements. */
export interface TransferTable {
  release: Bytes;
  subject: Bytes;
  sender: number;
  recipient: number;
  /** Numbers of the jurisdictions; 0: unknown. */
  from_jurisdiction: number;
  to_jurisdiction: number;
  agreement: Bytes | null;
  request: Bytes | null;
  purpose: number;
  restrictions: number;
  /** 1: a late declaration. */
  late: number;
  claimed_at: number;
  expires: number;
  /** Time of the block, then the place of the release in the ledger. */
  included_at: number;
  block: number;
  log_index: number;
  position: number;
  /** TRANSFER_STATE. */
  state: number;
  /** The acceptance, refusal, recall or loss. */
  outcome: Bytes | null;
  outcome_code: number | null;
  outcome_claimed_at: number | null;
  outcome_included_at: number | null;
  /** After a refusal: that it came back, or got lost. */
  ended: Bytes | null;
  ended_claimed_at: number | null;
  ended_included_at: number | null;
}

/** One parent of a derived item. */
interface DerivationTable {
  child: Bytes;
  parent: Bytes;
  digest: Bytes;
  participant: number;
  code: number;
  claimed_at: number;
  included_at: number;
  block: number;
  log_index: number;
  position: number;
  /** Of the parent in the list. */
  ordinal: number;
}

/** A ledger that was followed. */
interface LedgerTable {
  /** Its blocks are numbered on from here, so that those of all ledgers have an order. */
  base: number;
  /** The last block, numbered so, that was followed before its successor; null: it has none. */
  last: number | null;
  founded_time: number;
  /** JSON of the protocol's LedgerFile. */
  file: string;
}

/** That a line or key was inherited by the ledger of this base. */
interface LeafTable {
  base: number;
  /** Of the protocol's leaf. */
  kind: number;
  subject: Bytes;
  /** Words: from the leaf to the root. */
  proof: Bytes;
}

/** What a node proved of the lines that an item's bundle rests on. */
interface BundleProofTable {
  subject: Bytes;
  block: number;
  hash: Bytes;
  block_time: number;
  /** Time of the block of the ledger's founding. */
  founded_time: number;
  /** JSON of the protocol's ChainProof. */
  proof: string;
  /** JSON of the protocol's Timestamps over the block; null: none. */
  timestamps: string | null;
  proven_at: number;
}

interface BlindTable {
  tenant: number;
  kind: number;
  token: Bytes;
  digest: Bytes;
}

interface TokenTable {
  id: string;
  hash: Bytes;
  /** JSON string, so that any text can be kept. */
  name: string;
  role: string;
  participant: number;
  created_at: number;
  revoked_at: number | null;
}
