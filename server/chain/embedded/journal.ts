/**
 * The journal of the embedded engine: every block's number, time and raw transactions, durable before it is mined.
 *
 * Replayed into a fresh engine it gives the same blocks, hash by hash, so that nothing that was mined is ever lost,
 * not even a time of inclusion.
 */
import { DatabaseSync } from 'node:sqlite';

import { bytesToHex, hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { ChainError } from '../errors.ts';

export interface JournalledBlock {
  readonly number: number;
  /** seconds */
  readonly time: number;
  readonly transactions: readonly Hex[];
  /** Known once it was mined. */
  readonly hash?: Hex;
}

export interface Journal {
  /** Seconds; written once, when the journal is new. */
  readonly genesisTime: number;
  /** The blocks after the first `after`, in order. */
  blocks(after: number, limit: number): readonly JournalledBlock[];
  /** Undefined if there is no such block, or its hash got lost. */
  hashOf(number: number): Hex | undefined;
  /** Number and time of the newest block; of genesis if there is none. */
  last(): { readonly number: number; readonly time: number };
  /** Durable when it returns. */
  append(block: Omit<JournalledBlock, 'hash'>): void;
  /** Durable with the next block at the latest; a hash that got lost is found again when the block is replayed. */
  mined(number: number, hash: Hex): void;
  close(): void;
}

/** Raised when the tables change. */
const FORM = 1;

/**
 * @param now seconds; the time of genesis if the journal is new
 * @throws ChainError IN_USE if another process has it open, JOURNAL if it is of another form
 */
export function openJournal(file: string, now: number): Journal {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    prepare(database, file, now);
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) {
      throw new ChainError('IN_USE', `Another process uses ${file}. Stop it, or choose another DATA_DIR.`, {
        cause: error,
      });
    }
    throw error;
  }
  const genesisTime = Number(database.prepare('SELECT time FROM genesis').get()?.['time']);
  const select = database.prepare('SELECT * FROM block WHERE number > ? ORDER BY number LIMIT ?');
  const selectTransactions = database.prepare('SELECT raw FROM raw_transaction WHERE block = ? ORDER BY position');
  const newest = database.prepare('SELECT number, time FROM block ORDER BY number DESC LIMIT 1');
  const selectHash = database.prepare('SELECT hash FROM block WHERE number = ? AND hash IS NOT NULL');
  const insert = database.prepare('INSERT INTO block (number, time) VALUES (?, ?)');
  const insertTransaction = database.prepare('INSERT INTO raw_transaction (block, position, raw) VALUES (?, ?, ?)');
  const update = database.prepare('UPDATE block SET hash = ? WHERE number = ?');

  const blockOf = (row: Record<string, unknown>): JournalledBlock => {
    const { number, time, hash } = row as { number: number; time: number; hash: Uint8Array | null };
    const transactions = selectTransactions.all(number).map(({ raw }) => bytesToHex(raw as Uint8Array));
    return { number, time, transactions, ...(hash !== null && { hash: bytesToHex(hash) }) };
  };
  return {
    genesisTime,
    blocks: (after, limit) => select.all(after, limit).map(blockOf),
    hashOf(number) {
      const row = selectHash.get(number);
      return row && bytesToHex(row['hash'] as Uint8Array);
    },
    last() {
      const row = newest.get();
      return row ? { number: Number(row['number']), time: Number(row['time']) } : { number: 0, time: genesisTime };
    },
    append({ number, time, transactions }) {
      database.exec('BEGIN');
      try {
        insert.run(number, time);
        transactions.forEach((raw, position) => insertTransaction.run(number, position, hexToBytes(raw)));
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    mined(number, hash) {
      // Without waiting for the disk: it is written with the next block.
      database.exec('PRAGMA synchronous = NORMAL');
      update.run(hexToBytes(hash), number);
      database.exec('PRAGMA synchronous = FULL');
    },
    close: () => database.close(),
  };
}

function prepare(database: DatabaseSync, file: string, now: number): void {
  // Exclusive until closed, and released by the kernel when the process dies.
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE',
  );
  const form = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  const isNew = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (!isNew && form !== FORM) {
    throw new ChainError('JOURNAL', `${file} was written by another version of Unbroken; start that one.`);
  }
  if (isNew) {
    database.exec(`
      CREATE TABLE genesis (only INTEGER PRIMARY KEY CHECK (only = 1), time INTEGER NOT NULL) STRICT;
      CREATE TABLE block (number INTEGER PRIMARY KEY, time INTEGER NOT NULL, hash BLOB) STRICT;
      CREATE TABLE raw_transaction (
        block INTEGER NOT NULL REFERENCES block,
        position INTEGER NOT NULL,
        raw BLOB NOT NULL,
        PRIMARY KEY (block, position)
      ) STRICT;
      PRAGMA user_version = ${FORM};
    `);
    database.prepare('INSERT INTO genesis (only, time) VALUES (1, ?)').run(now);
  }
  database.exec('COMMIT');
}
