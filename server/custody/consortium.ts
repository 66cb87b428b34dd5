/** Participants, keys and agreements as far as the ledger was followed: few enough to be kept in memory. */
import type { Hex } from '../../protocol/bytes.ts';
import type { KeyState, LineOf, ParticipantState } from '../../protocol/ledger.ts';
import { memoryWorld, type MutableWorld, type World } from '../../protocol/world.ts';
import type { Store } from './ports.ts';

export interface Consortium {
  readonly world: World;
  /** By number. */
  readonly participants: readonly ParticipantState[];
  readonly keys: readonly KeyState[];
  readonly agreements: readonly LineOf<'agreement'>[];
  readonly participantCoded: (code: string) => number | undefined;
}

export interface ConsortiumView {
  /** The same until a change was followed, by whichever process. */
  current(): Promise<Consortium>;
}

export function openConsortium(store: Pick<Store, 'loadConsortium' | 'consortiumBlock'>): ConsortiumView {
  let loaded: { readonly block: number | undefined; readonly consortium: Promise<Consortium> } | undefined;
  return {
    async current() {
      // Asked first: what changes while it is loaded is loaded again.
      const block = await store.consortiumBlock();
      if (loaded?.block === block && loaded !== undefined) return loaded.consortium;
      const loading = { block, consortium: load(store) };
      loaded = loading;
      loading.consortium.catch(() => {
        if (loaded === loading) loaded = undefined;
      });
      return loading.consortium;
    },
  };
}

async function load(store: Pick<Store, 'loadConsortium'>): Promise<Consortium> {
  const world = memoryWorld();
  const participants = new Map<string, ParticipantState>();
  const keys = new Map<Hex, KeyState>();
  const agreements = new Map<Hex, LineOf<'agreement'>>();
  const listing: MutableWorld = {
    ...world,
    putLine(line) {
      if (line.kind === 'participant') participants.set(line.state.code, line.state);
      if (line.kind === 'agreement') agreements.set(line.subject, line);
      world.putLine(line);
    },
    putKey(key) {
      keys.set(key.id, key);
      world.putKey(key);
    },
  };
  await store.loadConsortium(listing);
  return {
    world,
    participants: [...participants.values()].sort((a, b) => a.number - b.number),
    keys: [...keys.values()].sort((a, b) => a.number - b.number),
    agreements: [...agreements.values()].sort((a, b) => a.state.number - b.state.number),
    participantCoded: (code) => participants.get(code)?.number,
  };
}
