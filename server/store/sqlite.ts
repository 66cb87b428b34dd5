/**
 * Kysely's SQLite dialect on Node's own `node:sqlite`, which runs in a thread of its own: while a commit waits for the
 * disk, the gateway goes on.
 */
import { Worker } from 'node:worker_threads';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { packParameters } from './sqlite-parameters.ts';
import type { Answer, Question } from './sqlite-thread.ts';

export interface SqliteOptions {
  readonly readOnly?: boolean;
}

/** A dialect on the file; durable at commit (WAL, synchronous FULL), what is deleted is overwritten. */
export function sqliteDialect(path: string, { readOnly = false }: SqliteOptions = {}): Dialect {
  return {
    createDriver: () => openDriver(path, readOnly),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  };
}

/** SQLite rolls back DDL, so that a crash in a migration leaves nothing. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** One connection: whoever holds it has a transaction of their own, the others wait in order. */
function openDriver(path: string, readOnly: boolean): Driver {
  let thread: Thread | undefined;
  let free = Promise.resolve();
  const releases = new WeakMap<DatabaseConnection, () => void>();
  const run = async (connection: DatabaseConnection, sql: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(sql));
  };
  return {
    async init() {
      thread = startThread(path, readOnly);
      await thread.ask({ open: true });
    },
    async acquireConnection() {
      const before = free;
      let release: () => void = () => undefined;
      free = new Promise((resolve) => {
        release = resolve;
      });
      await before;
      const connection = connectionOf(thread);
      releases.set(connection, release);
      return connection;
    },
    // Transactions of the store write: taking the lock first, they can't fail half-way for want of it.
    beginTransaction: (connection) => run(connection, 'begin immediate'),
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    releaseConnection(connection) {
      releases.get(connection)?.();
      return Promise.resolve();
    },
    async destroy() {
      await thread?.close();
      thread = undefined;
    },
  };
}

function connectionOf(thread: Thread | undefined): DatabaseConnection {
  return {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      if (thread === undefined) throw new Error('the database is not open');
      const { rows, changes } = await thread.ask({ sql, parameters: packParameters(parameters) });
      return { rows: rows as Row[], ...(changes !== undefined && { numAffectedRows: BigInt(changes) }) };
    },
    streamQuery() {
      throw new Error('read in pages instead');
    },
  };
}

interface Thread {
  /** @throws Error with SQLite's `errcode` */
  ask(question: Question): Promise<Answer>;
  close(): Promise<void>;
}

function startThread(path: string, readOnly: boolean): Thread {
  const worker = new Worker(new URL('./sqlite-thread.ts', import.meta.url), { workerData: { path, readOnly } });
  /** Answers come in the order of the questions. */
  const waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }[] = [];
  let ended: Error | undefined;
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  worker.unref();
  worker.on('message', (answer: Answer) => {
    const asked = waiting.shift();
    if (waiting.length === 0) worker.unref();
    if (answer.failure === undefined) asked?.resolve(answer);
    else asked?.reject(Object.assign(new Error(answer.failure.message), answer.failure));
  });
  worker.on('error', end);
  worker.on('exit', () => end(new Error('the database is not open')));
  return {
    ask(question) {
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) worker.ref();
        waiting.push({ resolve, reject });
        worker.postMessage(question, question.parameters === undefined ? [] : [question.parameters.buffer]);
      });
    },
    async close() {
      if (ended !== undefined) return;
      await this.ask({ close: true });
      await worker.terminate();
    },
  };
}
