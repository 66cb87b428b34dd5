/**
 * The store on SQLite, with a thread that writes: while a commit waits for the disk or rows are encrypted, the gateway
 * goes on. What is only read is read here, on a connection of its own: asking another thread would take longer.
 *
 * A method of the thread is called by its name, with arguments and results as structured clones.
 */
import { Worker } from 'node:worker_threads';
import { StoreError, type Conflict, type StoreErrorCode } from './errors.ts';
import { openStore, type OpenedStore, type StoreOptions } from './store.ts';
import type { Answer, Opened, Question } from './store-thread.ts';

/** What only reads: the methods on the way of every statement, and those of people who look. */
const READS = [
  ...[
    'consortiumBlock',
    'loadConsortium',
    'loadLines',
    'loadPending',
    'findAnswers',
    'findReceipts',
    'loadSheets',
    'trail',
    'statement',
  ],
  ...[
    'cursor',
    'searchEvidence',
    'transfers',
    'derivations',
    'records',
    'findByTerm',
    'findPolicy',
    'counts',
    'countPending',
    'pendingByParticipant',
  ],
  ...['inclusions', 'consortiumLines', 'holdsOn', 'findProof', 'ledgers', 'wholeLedger', 'leaves'],
] as const;

/** @throws StoreError as openStore */
export async function openThreadedStore(options: StoreOptions): Promise<OpenedStore> {
  // One after the other: the first one migrates.
  const writer = await startThread(options);
  const here = await openStore(options).catch(async (error: unknown) => {
    await writer.close();
    throw error;
  });
  const methods: Record<string, unknown> = {};
  for (const method of writer.methods) {
    const call = (...parameters: readonly unknown[]): Promise<unknown> => writer.call(method, parameters);
    const [group, name] = method.split('.') as [string, string?];
    if (name === undefined) methods[group] = call;
    else methods[group] = { ...(methods[group] as object | undefined), [name]: call };
  }
  for (const method of READS) methods[method] = here[method];
  const written = methods as unknown as OpenedStore;
  return {
    ...written,
    tokens: { ...written.tokens, find: here.tokens.find },
    dossiers: {
      ...written.dossiers,
      lastRelease: here.dossiers.lastRelease,
      isComplete: here.dossiers.isComplete,
      countWaiting: here.dossiers.countWaiting,
    },
    async close() {
      await here.close();
      await writer.close();
    },
  };
}

interface Thread {
  /** The store's methods, those of its parts with the part's name and a dot in front. */
  readonly methods: readonly string[];
  call(method: string, parameters: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

async function startThread(options: StoreOptions): Promise<Thread> {
  const worker = new Worker(new URL('./store-thread.ts', import.meta.url), { workerData: options });
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: unknown) => void }>();
  let asked = 0;
  let ended: StoreError | undefined;
  const end = (cause: unknown): void => {
    ended ??= new StoreError('UNAVAILABLE', 'the store is closed; start the gateway again', { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', ({ id, result, failure }: Answer) => {
    const asking = waiting.get(id);
    waiting.delete(id);
    // A store that nobody asks keeps no process alive.
    if (waiting.size === 0) worker.unref();
    if (failure === undefined) asking?.resolve(result);
    else asking?.reject(errorOf(failure));
  });
  worker.on('error', end);
  worker.on('exit', end);
  const call: Thread['call'] = (method, parameters) => {
    if (ended !== undefined) return Promise.reject(ended);
    return new Promise((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, method, parameters } satisfies Question);
    });
  };
  try {
    const { methods } = (await call('open', [])) as Opened;
    return {
      methods,
      call,
      async close() {
        if (ended !== undefined) return;
        await call('close', []);
        end(undefined);
        await worker.terminate();
      },
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function errorOf({ code, message, conflict, stack }: NonNullable<Answer['failure']>): Error {
  const cause = new Error(stack);
  if (code === undefined) return new Error(message, { cause });
  return new StoreError(code as StoreErrorCode, message, {
    cause,
    ...(conflict !== undefined && { conflict: conflict as Conflict }),
  });
}
