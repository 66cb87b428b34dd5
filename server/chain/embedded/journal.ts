/**
 * The journal of the embedded engine: every block's number, time and raw transactions, durable before it is mined.
 *
 * Replayed into a fresh engine it gives the same blocks, hash by hash, so that nothing that was mined is ever lost,
 * not even a time of inclusion.
 */
import { DatabaseSync } from 'node:sqlite';

import type { Hex } from '../../../protocol/bytes.ts';
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
  last(): JournalledBlock | undefined;
  /** Durable when it returns. */
  append(block: JournalledBlock): void;
  mined(number: number, hash: Hex): void;
  close(): void;
}

/**
 * @param now seconds; the time of genesis if the journal is new
 * @throws ChainError IN_USE if another process has it open
 */
export function openJournal(file: string, now: number): Journal {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Exclusive until closed, and released by the kernel when the process dies.
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS genesis (only INTEGER PRIMARY KEY CHECK (only = 1), time INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS blocks (
        number INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        transactions TEXT NOT NULL,
        hash TEXT
      ) STRICT;
      COMMIT;
    `);
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) {
      throw new ChainError('IN_USE', `Another process uses ${file}. Stop it, or choose another DATA_DIR.`, { cause: error });
    }
    throw error;
  }
  database.prepare('INSERT INTO genesis (only, time) VALUES (1, ?) ON CONFLICT DO NOTHING').run(now);
  const genesisTime = Number(database.prepare('SELECT time FROM genesis').get()?.['time']);
  const select = database.prepare('SELECT * FROM blocks WHERE number > ? ORDER BY number LIMIT ?');
  const newest = database.prepare('SELECT * FROM blocks ORDER BY number DESC LIMIT 1');
  const insert = database.prepare('INSERT INTO blocks (number, time, transactions) VALUES (?, ?, ?)');
  const update = database.prepare('UPDATE blocks SET hash = ? WHERE number = ?');
  return {
    genesisTime,
    blocks: (after, limit) => select.all(after, limit).map(blockOf),
    last() {
      const row = newest.get();
      return row && blockOf(row);
    },
    append: ({ number, time, transactions }) => void insert.run(number, time, JSON.stringify(transactions)),
    mined: (number, hash) => void update.run(hash, number),
    close: () => database.close(),
  };
}

function blockOf(row: Record<string, unknown>): JournalledBlock {
  const hash = row['hash'] as Hex | null;
  return {
    number: row['number'] as number,
    time: row['time'] as number,
    transactions: JSON.parse(row['transactions'] as string) as Hex[],
    ...(hash !== null && { hash }),
  };
}
