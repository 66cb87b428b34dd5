/** The store of a gateway: opens the databases and offers what custody asks for. */
import { dirname, join } from 'node:path';
import { searchBases } from './bases.ts';
import type { DossierStore } from '../custody/dossiers.ts';
import type { Store, TokenStore } from '../custody/ports.ts';
import { abandonTransaction, oldestTransaction, openTransactions, saveTransaction, sheetsToSend } from './outbox.ts';
import { accept, findAnswers, findReceipts } from './acceptance.ts';
import { findProof, keepProof } from './bundle-proofs.ts';
import { blindIndex } from './blind-index.ts';
import { countPending, counts, pendingByParticipant } from './counts.ts';
import { openDatabase } from './database.ts';
import {
  countWaiting,
  due,
  hurry,
  isComplete,
  keepPart,
  lastRelease,
  owed,
  postpone,
  sendAgain as sendDossierAgain,
  settle,
  takeUp,
} from './dossiers.ts';
import { erase, notices, owedErasures } from './erasures.ts';
import { forgetLedger } from './forgetting.ts';
import { consortiumLines, holdsOn, inclusions } from './inclusions.ts';
import { leaves } from './leaves.ts';
import { consortiumBlock, loadConsortium, loadLines, loadPending } from './ledger-state.ts';
import { migrations } from './migrations/index.ts';
import { found, ledgers, succeed, wholeLedger } from './successions.ts';
import type { StoreParts } from './parts.ts';
import { applyBlocks, cursor, expire } from './projection.ts';
import { findPolicy, savePolicy } from './policies.ts';
import { probe } from './probe.ts';
import { recordCipher } from './record-cipher.ts';
import { openRecordKeys } from './record-keys.ts';
import { clearErased, eraseRecord, findByTerm, keepRecords, readRecords, sweepKeys } from './records.ts';
import { remakeTransfers } from './remaking.ts';
import { searchEvidence } from './search.ts';
import { openSender, type Sender } from './sender.ts';
import type { Tables } from './tables.ts';
import { tokenStore } from './tokens.ts';
import { loadSheets, statement, trail } from './trail.ts';
import { derivations, searchTransfers } from './transfers.ts';

/** Of PostgreSQL, unless the URL names another. */
export const STORE_SCHEMA = 'unbroken';

export interface StoreOptions {
  /** Path of a SQLite file, or a PostgreSQL URL (`?schema=` names the schema, else `unbroken`). */
  readonly database: string;
  /**
   * The same for the record keys. Left out: `keys.sqlite` beside the file, or the schema
   * `unbroken_keys` of the same PostgreSQL database; a database of its own is better, since its
   * backups have to be short-lived.
   */
  readonly keys?: string;
  /** 32 bytes; wraps the record keys and makes the blind indexes. */
  readonly masterKey: Uint8Array;
  /** Milliseconds after which PostgreSQL counts as gone if it does not answer. Left out: never, for work that takes long. */
  readonly silence?: number;
}

/**
 * @throws StoreError UNAVAILABLE if a database can't be opened, CORRUPT if the record keys
 * belong to another master key
 */
export async function openStore({
  database: address,
  keys: keysAddress,
  masterKey,
  silence,
}: StoreOptions): Promise<OpenedStore> {
  const database = await openDatabase<Tables>(address, STORE_SCHEMA, migrations, silence);
  const keys = await openRecordKeys(keysAddress ?? keysBeside(address), masterKey, silence).catch(
    async (error: unknown) => {
      await database.close();
      throw error;
    },
  );
  const parts: StoreParts = { database, keys, cipher: recordCipher(masterKey), blind: blindIndex(masterKey) };
  const sender = openSender(database);
  const close = async (): Promise<void> => {
    await sender.close();
    await database.close();
    await keys.close();
  };
  try {
    await clearErased(parts);
    await remakeTransfers(parts);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...ledgerStore(parts, sender, close), tokens: tokenStore(parts), dossiers: dossierStore(parts) };
}

export interface OpenedStore extends Store {
  readonly tokens: TokenStore;
  readonly dossiers: DossierStore;
}

function dossierStore(parts: StoreParts): DossierStore {
  return {
    takeUp: (served, time) => takeUp(parts, served, time),
    due: (time, latest, limit) => due(parts, time, latest, limit),
    hurry: (time) => hurry(parts, time),
    settle: (release, progress, time) => settle(parts, release, progress, time),
    postpone: (release, nextAt, trouble) => postpone(parts, release, nextAt, trouble),
    sendAgain: (release, time) => sendDossierAgain(parts, release, time),
    owed: (limit) => owed(parts, limit),
    countWaiting: () => countWaiting(parts),
    keepPart: (part, time) => keepPart(parts, part, time),
    isComplete: (release) => isComplete(parts, release),
    lastRelease: (subject, recipient) => lastRelease(parts, subject, recipient),
    owedErasures: (limit) => owedErasures(parts, limit),
    erase: (erasure, served, time) => erase(parts, erasure, served, time),
    notices: (tenant, limit) => notices(parts, tenant, limit),
  };
}

function ledgerStore(parts: StoreParts, sender: Sender, close: () => Promise<void>): Store {
  return {
    found: (beginning, at, ledger) => found(parts, beginning, at, ledger),
    succeed: (beginning, at, ledger) => succeed(parts, beginning, at, ledger),
    ledgers: () => ledgers(parts),
    wholeLedger: () => wholeLedger(parts),
    leaves: (base, references) => leaves(parts, base, references),
    consortiumBlock: () => consortiumBlock(parts),
    loadConsortium: (into) => loadConsortium(parts, into),
    loadLines: (references) => loadLines(parts, references),
    loadPending: (references) => loadPending(parts, references),
    accept: (acceptance) => accept(parts, acceptance),
    findAnswers: (participant, idempotencyKeys) => findAnswers(parts, participant, idempotencyKeys),
    findReceipts: (digests) => findReceipts(parts, digests),
    sheetsToSend: (statements) => sheetsToSend(parts, statements),
    holdSender: (account) => sender.hold(account),
    saveTransaction: (transaction, right) => saveTransaction(parts, transaction, right),
    openTransactions: () => openTransactions(parts),
    oldestTransaction: () => oldestTransaction(parts),
    abandonTransaction: (hash, right) => abandonTransaction(parts, hash, right),
    cursor: () => cursor(parts),
    applyBlocks: (blocks, to) => applyBlocks(parts, blocks, to),
    expire: (blockTime) => expire(parts, blockTime),
    forgetLedger: () => forgetLedger(parts),
    loadSheets: (hashes) => loadSheets(parts, hashes),
    trail: (line, after, limit) => trail(parts, line, after, limit),
    statement: (digest) => statement(parts, digest),
    inclusions: (references, until) => inclusions(parts, references, until),
    consortiumLines: () => consortiumLines(parts),
    holdsOn: (items) => holdsOn(parts, items),
    keepProof: (proof) => keepProof(parts, proof),
    findProof: (subject) => findProof(parts, subject),
    searchEvidence: (tenant, filter, after, limit) => searchEvidence(parts, tenant, filter, after, limit),
    searchBases: (filter, after, limit) => searchBases(parts, filter, after, limit),
    transfers: (tenant, filter, now, after, limit) => searchTransfers(parts, tenant, filter, now, after, limit),
    derivations: (subject, direction, after, limit) => derivations(parts, subject, direction, after, limit),
    records: (tenant, digests) => readRecords(parts, tenant, digests),
    savePolicy: (policy) => savePolicy(parts, policy),
    findPolicy: (hash) => findPolicy(parts, hash),
    keepRecords: (records, time) => keepRecords(parts, records, time),
    findByTerm: (tenant, kind, value) => findByTerm(parts, tenant, kind, value),
    eraseRecord: (record, time) => eraseRecord(parts, record, time),
    sweepKeys: (before) => sweepKeys(parts, before),
    counts: () => counts(parts),
    countPending: () => countPending(parts),
    pendingByParticipant: () => pendingByParticipant(parts),
    probe: (time) => probe(parts, time),
    close,
  };
}

/** Where the record keys are, unless it is said. */
export function keysBeside(address: string): string {
  if (!/^postgres(ql)?:/.test(address)) return join(dirname(address), 'keys.sqlite');
  const url = new URL(address);
  url.searchParams.delete('schema');
  return url.href;
}
