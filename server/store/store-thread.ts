/** The thread that has a store open: questions in, answers out. */
import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from './errors.ts';
import { openStore, type StoreOptions } from './store.ts';

export interface Question {
  readonly id: number;
  readonly method: string;
  readonly parameters: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: {
    readonly message: string;
    readonly stack: string | undefined;
    /** and the conflict: of a StoreError */
    readonly code?: string;
    readonly conflict?: string;
  };
}

export interface Opened {
  readonly methods: readonly string[];
}

type Method = (...parameters: readonly unknown[]) => unknown;

const methods = new Map<string, Method>([['open', open]]);

parentPort?.on('message', (question: Question) => {
  void answer(question).then((given) => parentPort?.postMessage(given));
});

async function answer({ id, method, parameters }: Question): Promise<Answer> {
  try {
    const called = methods.get(method);
    if (called === undefined) throw new Error(`the store has no ${method}`);
    return { id, result: await called(...parameters) };
  } catch (error) {
    const { message, stack } = error as Error;
    if (!(error instanceof StoreError)) return { id, failure: { message, stack } };
    const { code, conflict } = error;
    return { id, failure: { message, stack, code, ...(conflict !== undefined && { conflict }) } };
  }
}

async function open(): Promise<Opened> {
  const store = await openStore(workerData as StoreOptions);
  for (const [name, part] of Object.entries(store)) {
    if (typeof part === 'function') methods.set(name, part as Method);
    else
      for (const [each, method] of Object.entries(part as Record<string, unknown>))
        methods.set(`${name}.${each}`, method as Method);
  }
  return { methods: [...methods.keys()].filter((name) => name !== 'open') };
}
