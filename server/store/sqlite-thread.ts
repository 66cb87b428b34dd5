/** The thread that has a SQLite file open: questions in, answers out, in order. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { unpackParameters } from './sqlite-parameters.ts';

export interface Question {
  readonly open?: true;
  readonly close?: true;
  readonly sql?: string;
  readonly parameters?: Uint8Array<ArrayBuffer>;
}

export interface Answer {
  readonly rows: readonly unknown[];
  /** of a query that gives no rows */
  readonly changes?: number | bigint;
  readonly failure?: { readonly message: string; readonly errcode: unknown };
}

/** Prepared statements that are kept; lists of different lengths make different texts. */
const KEPT = 256;

const SETTINGS =
  'pragma busy_timeout = 5000; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on; ' +
  'pragma temp_store = memory; pragma cache_size = -65536; pragma wal_autocheckpoint = 16384';

const { path, readOnly } = workerData as { readonly path: string; readonly readOnly: boolean };
const kept = new Map<string, StatementSync>();
let database: DatabaseSync | undefined;

parentPort?.on('message', (question: Question) => {
  parentPort?.postMessage(answerTo(question));
});

function answerTo(question: Question): Answer {
  try {
    if (question.open) {
      database = new DatabaseSync(path, { readOnly });
      database.exec(readOnly ? SETTINGS : `pragma busy_timeout = 5000; pragma journal_mode = wal; ${SETTINGS}`);
    } else if (question.close) {
      kept.clear();
      database?.close();
    } else if (question.sql !== undefined && question.parameters !== undefined) {
      return run(prepared(question.sql), unpackParameters(question.parameters));
    }
    return { rows: [] };
  } catch (error) {
    const { message, errcode } = error as { message: string; errcode?: unknown };
    return { rows: [], failure: { message, errcode } };
  }
}

function run(statement: StatementSync, parameters: ReturnType<typeof unpackParameters>): Answer {
  if (statement.columns().length > 0) return { rows: statement.all(...parameters) };
  return { rows: [], changes: statement.run(...parameters).changes };
}

function prepared(sql: string): StatementSync {
  const known = kept.get(sql);
  if (known !== undefined) return known;
  if (database === undefined) throw new Error('the database is not open');
  const statement = database.prepare(sql);
  const oldest = kept.keys().next();
  if (kept.size >= KEPT && !oldest.done) kept.delete(oldest.value);
  kept.set(sql, statement);
  return statement;
}
