/**
 * The ledger as it will be: what was included, and on top what this gateway accepted and the chain has not
 * judged yet. Acceptance judges against it, so that an officer can go on before the last block is made.
 */
import type { Hex } from '../../protocol/bytes.ts';
import { isLatePair, isLateRelease, judge, judgeLate } from '../../protocol/judge.ts';
import type { Stated } from '../../protocol/statement.ts';
import { apply, overlayWorld, type Change, type MutableWorld, type World } from '../../protocol/world.ts';
import type { LineReference, Store } from './ports.ts';
import { referencesOf } from './references.ts';

/**
 * A world with these lines, as projected, and those that their pending statements rest on. The caller may change it;
 * the one below stays as it is.
 */
export async function projectedWorld(
  store: Pick<Store, 'loadLines' | 'loadPending'>,
  consortium: World,
  references: readonly LineReference[],
  now: number,
): Promise<MutableWorld> {
  const world = overlayWorld(consortium);
  const pending = new Map<Hex, Stated>();
  const known = new Set<string>();
  for (let wanted = unique(references); wanted.length > 0;) {
    for (const reference of wanted) known.add(nameOf(reference));
    // Pending first: what a block takes in between is then in both, and judged as a replay, never in neither.
    const waiting = await store.loadPending(wanted);
    for (const line of await store.loadLines(wanted)) world.putLine(line);
    for (const { digest, stated } of waiting) pending.set(digest, stated);
    const named = waiting.flatMap(({ stated }) => referencesOf(stated));
    wanted = unique(named).filter((reference) => !known.has(nameOf(reference)));
  }
  // A line's own statements are in order; what rests on another line's waits for the next round.
  let waiting = [...pending];
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter(([digest, stated]) => {
      const changes = changesOf(world, { digest, stated }, pending, now);
      if (changes === undefined) return true;
      apply(world, changes);
      return false;
    });
  }
  // What is left the ledger will reject: it leaves the projection as it is.
  return world;
}

/** What a pending statement changes, if the ledger will take it. A late release brings its acceptance with it. */
function changesOf(
  world: World,
  { digest, stated }: { readonly digest: Hex; readonly stated: Stated },
  pending: ReadonlyMap<Hex, Stated>,
  now: number,
): readonly Change[] | undefined {
  const acceptance = isLateRelease(stated.statement)
    ? [...pending.values()].find(({ statement }) => isLatePair(stated.statement, digest, statement))
    : undefined;
  if (acceptance === undefined) {
    const judgement = judge(world, stated, { blockTime: now, digest });
    return 'reason' in judgement ? undefined : judgement.changes;
  }
  const pair = judgeLate(world, stated, acceptance, { blockTime: now });
  if ('reason' in pair.release || 'reason' in pair.acceptance) return undefined;
  return [...pair.release.changes, ...pair.acceptance.changes];
}

export function unique(references: readonly LineReference[]): LineReference[] {
  return [...new Map(references.map((reference) => [nameOf(reference), reference])).values()];
}

function nameOf({ kind, subject }: LineReference): string {
  return `${kind} ${subject}`;
}
