/**
 * What travels between gateways: the ports of the exchange, and what its users see.
 *
 * A dossier is owed from the block on that included its release; the debt is durable and its content is made anew
 * for each attempt, so that no copy of it outlives an erasure.
 */
import type { Hex } from '../../protocol/bytes.ts';
import type { Disclosure } from '../../protocol/record.ts';
import type { TrailEntry } from './ports.ts';

/**
 * `waiting`: not there yet, tried again; `delivered`: the recipient's gateway has all of it; `withdrawn`: the evidence
 * came back before it was sent, so that nothing is.
 */
export type DossierProgress = 'waiting' | 'delivered' | 'withdrawn';

/** Why a dossier waits; closed, and without a word of its content. */
export type DossierTrouble =
  | 'NO_ADDRESS' // PEERS names no address of the recipient
  | 'NO_ENCRYPTION_KEY' // the recipient has no valid encryption key on the ledger
  | 'NO_SERVICE_KEY' // this gateway holds no valid service key of the sender
  | 'TOO_LARGE' // a record that no part can carry
  | 'UNREACHABLE' // no answer, or one that is none of a gateway
  | 'NOT_YET' // the recipient's gateway can't take it now: its ledger is behind, or it is busy
  | 'REFUSED' // the recipient's gateway refused it
  | 'FAILED'; // something unexpected here; the log has it

/** A dossier that a participant of this gateway owes to the one it released evidence to. */
export interface OwedDossier {
  readonly release: Hex;
  readonly sender: number;
  readonly recipient: number;
  readonly progress: DossierProgress;
  readonly attempts: number;
  /** seconds */
  readonly owedAt: number;
  readonly nextAt?: number;
  readonly settledAt?: number;
  readonly trouble?: DossierTrouble;
}

/** One part of a dossier that passed every check. */
export interface CheckedPart {
  readonly release: Hex;
  readonly sender: number;
  readonly recipient: number;
  readonly part: number;
  readonly parts: number;
  readonly records: readonly { readonly digest: Hex; readonly disclosure: Disclosure }[];
}

/** That a participant asks those who have its records from a dossier to know that it erased its own. */
export interface ErasureNotice {
  /** The statement `erase` of the participant that the records came from. */
  readonly erasure: Hex;
  readonly from: number;
  /** Whom it concerns here. */
  readonly tenant: number;
  /** Statements whose records came from there and are meant. */
  readonly records: readonly Hex[];
  /** How many of them are still kept here. */
  readonly kept: number;
}

/** An erasure that the ledger included and that is not carried out yet. */
export interface OwedErasure {
  readonly digest: Hex;
  readonly participant: number;
  /** Digests of statements, or subjects of evidence. */
  readonly items: readonly Hex[];
}

export interface DossierStore {
  /**
   * Takes up what the ledger included since the last call: a dossier is owed for each release by one of these
   * participants to another, and an erasure by each of their statements that says so. In one commit with its own
   * cursor, so that it may be called at any time, from several processes. Says whether there may be more.
   */
  takeUp(served: readonly number[], time: number): Promise<boolean>;
  /**
   * Dossiers whose time has come, the oldest first; also those that were to wait beyond `latest`, which only a clock
   * that has been set right since can have said.
   */
  due(time: number, latest: number, limit: number): Promise<readonly OwedDossier[]>;
  /** Whatever waits is due now. */
  hurry(time: number): Promise<void>;
  settle(release: Hex, progress: 'delivered' | 'withdrawn', time: number): Promise<void>;
  postpone(release: Hex, nextAt: number, trouble: DossierTrouble): Promise<void>;
  /** It is due now, whatever became of it. False if there is none of this release. */
  sendAgain(release: Hex, time: number): Promise<boolean>;
  /** Those that wait before the others, the newest first. */
  owed(limit: number): Promise<readonly OwedDossier[]>;
  countWaiting(): Promise<number>;

  /** Keeps the records of a part and notes that it came; a second time is the same as once. */
  keepPart(part: CheckedPart, time: number): Promise<void>;
  /** Whether every part of the dossier of this release is here. */
  isComplete(release: Hex): Promise<boolean>;
  /** The newest included release of this evidence to a participant by another one. */
  lastRelease(subject: Hex, recipient: number): Promise<TrailEntry | undefined>;

  /** Erasures that the ledger included and that are not carried out, in its order. */
  owedErasures(limit: number): Promise<readonly OwedErasure[]>;
  /**
   * Carries an erasure out: destroys what it names if its participant is one of these, and gives notice to tenants who
   * have such records from it. What was on hold at the erasure's place in the ledger stays. May be repeated.
   */
  erase(erasure: OwedErasure, served: readonly number[], time: number): Promise<void>;
  notices(tenant: number, limit: number): Promise<readonly ErasureNotice[]>;
}

/** The private halves of encryption keys on the ledger. */
export interface Decryption {
  /** Whose key it is, if this gateway holds it. */
  ownerOf(key: Hex): number | undefined;
  /** Opens a JWE (RFC 7516, compact); undefined if it is none for a key that is held here. */
  open(sealed: string): Promise<{ readonly key: Hex; readonly bytes: Uint8Array } | undefined>;
}

/** What the API asks the exchange for. */
export interface Exchange {
  /**
   * Takes a part of a dossier; durable when it returns, and the same a second time.
   * @throws CustodyError DOSSIER_UNREADABLE, DOSSIER_MISDIRECTED, DOSSIER_FORGED, DOSSIER_TAMPERED; UNAVAILABLE while
   *   this gateway's ledger does not know the release or a statement of it
   */
  receive(sealed: string): Promise<{ readonly release: Hex; readonly part: number }>;
}
