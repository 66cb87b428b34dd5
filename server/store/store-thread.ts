/** The thread that has a store open: questions in, answers out. */
import { parentPort, workerData } from 'node:worker_threads';
import type { KeyState, LineState } from '../../protocol/ledger.ts';
import { memoryWorld } from '../../protocol/world.ts';
import { StoreError } from './errors.ts';
import { openStore, type OpenedStore, type StoreOptions } from './store.ts';

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

/** What loadConsortium puts into a world. */
export interface Loaded {
  readonly lines: readonly LineState[];
  readonly keys: readonly KeyState[];
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
    else for (const [each, method] of Object.entries(part)) methods.set(`${name}.${each}`, method as Method);
  }
  const names = [...methods.keys()].filter((name) => name !== 'open');
  methods.set('loadConsortium', () => loaded(store));
  return { methods: names };
}

async function loaded(store: OpenedStore): Promise<Loaded> {
  const lines: LineState[] = [];
  const keys: KeyState[] = [];
  await store.loadConsortium({
    ...memoryWorld(),
    putLine: (line) => void lines.push(line),
    putKey: (key) => void keys.push(key),
  });
  return { lines, keys };
}
