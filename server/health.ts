/** What the parts of a gateway say of themselves, and whether the store can be written. */
import type { Follower } from './chain/follower.ts';
import type { Submitter } from './chain/submitter.ts';
import type { Trouble } from './chain/trouble.ts';
import type { DossierStore } from './custody/dossiers.ts';
import { PART, type Health } from './custody/gateway.ts';
import type { Clock, Store } from './custody/ports.ts';

// Milliseconds.
/** For which a write that succeeded or failed speaks for the next ones: anybody may ask, often. */
const PROBED = 3_000;
const PATIENCE = 4_000;

export interface HealthParts {
  readonly store: Pick<Store, 'countPending' | 'probe'> & { readonly dossiers: Pick<DossierStore, 'countWaiting'> };
  readonly follower: Pick<Follower, 'trouble' | 'position'>;
  readonly submitter: Pick<Submitter, 'trouble' | 'halted' | 'stuck' | 'isSender'>;
  readonly clock: Clock;
}

type StoreSays = Pick<Health, 'pending' | 'dossiers'> & { readonly trouble?: string };

export function openHealth({ store, follower, submitter, clock }: HealthParts): () => Promise<Health> {
  let probed: { readonly at: number; readonly trouble: Promise<string | undefined> } | undefined;

  /** What keeps the store from being written. */
  function unwritable(): Promise<string | undefined> {
    const now = performance.now();
    if (probed === undefined || now - probed.at >= PROBED) {
      probed = { at: now, trouble: store.probe(clock()).then(() => undefined, messageOf) };
    }
    return probed.trouble;
  }

  async function askStore(): Promise<StoreSays> {
    try {
      const counted = [store.countPending(), store.dossiers.countWaiting()] as const;
      const [trouble, pending, dossiers] = await inTime(Promise.all([unwritable(), ...counted]));
      return { pending, dossiers, ...(trouble !== undefined && { trouble }) };
    } catch (error) {
      return { trouble: messageOf(error) };
    }
  }

  return async () => {
    const { trouble, ...counted } = await askStore();
    const [following, sending, stuck] = [follower.trouble(), submitter.trouble(), submitter.stuck()];
    // Of the submitter only what lasts: another process that was faster is no trouble of the store.
    const store = trouble ?? from('store', following, stuck);
    const chain = submitter.halted() ?? from('chain', following, sending);
    const unknown = (...needed: readonly (string | undefined)[]): string =>
      needed.some((each) => each !== undefined) ? PART.unknown : PART.well;
    return {
      ready: [store, following, submitter.halted(), stuck].every((each) => each === undefined),
      store: store ?? PART.well,
      chain: chain ?? unknown(store),
      follower: from('here', following) ?? unknown(store, chain),
      submitter: from('here', sending, stuck) ?? unknown(store, chain),
      sender: submitter.isSender(),
      ...counted,
      block: follower.position(),
    };
  };
}

/** The first trouble that comes from there. */
function from(where: Trouble['from'], ...troubles: readonly (Trouble | undefined)[]): string | undefined {
  return troubles.find((each) => each?.from === where)?.message;
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
