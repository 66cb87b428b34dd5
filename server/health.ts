/** What the parts of a gateway say of themselves, and whether the store can be written. */
import type { Follower } from './chain/follower.ts';
import type { Submitter } from './chain/submitter.ts';
import type { DossierStore } from './custody/dossiers.ts';
import type { Health } from './custody/gateway.ts';
import type { Clock, Store } from './custody/ports.ts';

/** Seconds for which a write that succeeded or failed speaks for the next ones: anybody may ask, often. */
const PROBED = 3;
/** Milliseconds. */
const PATIENCE = 4_000;

export interface HealthParts {
  readonly store: Pick<Store, 'countPending' | 'probe'> & { readonly dossiers: Pick<DossierStore, 'countWaiting'> };
  readonly follower: Pick<Follower, 'trouble' | 'position'>;
  readonly submitter: Pick<Submitter, 'trouble' | 'halted' | 'isSender'>;
  readonly clock: Clock;
}

export function openHealth({ store, follower, submitter, clock }: HealthParts): () => Promise<Health> {
  let probed: { readonly at: number; readonly trouble: Promise<string | undefined> } | undefined;

  /** What keeps the store from being written. */
  function storeTrouble(): Promise<string | undefined> {
    const now = clock();
    if (probed === undefined || Math.abs(now - probed.at) >= PROBED) {
      probed = { at: now, trouble: store.probe(now).then(() => undefined, messageOf) };
    }
    return probed.trouble;
  }

  return async () => {
    const state = (trouble: string | undefined): string => trouble ?? 'well';
    const followed = follower.trouble();
    const parts = { follower: state(followed), submitter: state(submitter.trouble()), sender: submitter.isSender() };
    try {
      const [trouble, pending, dossiers] = await inTime(
        Promise.all([storeTrouble(), store.countPending(), store.dossiers.countWaiting()]),
      );
      return {
        ...parts,
        ready: trouble === undefined && followed === undefined && submitter.halted() === undefined,
        store: state(trouble),
        chain: state(submitter.halted() ?? submitter.trouble() ?? followed),
        ...{ pending, dossiers, block: follower.position() },
      };
    } catch (error) {
      return { ...parts, ready: false, store: messageOf(error), chain: state(followed), pending: 0, dossiers: 0 };
    }
  };
}

/** A database that hangs lets everybody wait; who asks for the health is told. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database does not answer; check it and its host')), PATIENCE);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
