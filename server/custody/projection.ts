/**
 * The ledger as it will be: what was included, and on top what this gateway accepted and the chain has not
 * judged yet. Acceptance judges against it, so that an officer can go on before the last block is made.
 */
import type { Hex } from '../../protocol/bytes.ts';
import { AHEAD_MAX, isLatePair, isLateRelease, judge, judgeLate } from '../../protocol/judge.ts';
import type { Stated } from '../../protocol/statement.ts';
import { apply, overlayWorld, type Change, type MutableWorld, type World } from '../../protocol/world.ts';
import type { LineReference, Store } from './ports.ts';
import { referencesOf } from './references.ts';

export interface Projection {
  /** Lines as projected, and those that their pending statements rest on. The caller may change it. */
  readonly world: MutableWorld;
  /** Whether something waits on this line that is dated after now, as when the clock was ahead: its time has to come. */
  isEarly(reference: LineReference): boolean;
}

/** @param consortium stays as it is */
export async function project(
  store: Pick<Store, 'loadLines' | 'loadPending'>,
  consortium: World,
  references: readonly LineReference[],
  now: number,
): Promise<Projection> {
  const world = overlayWorld(consortium);
  const pending = new Map<Hex, Stated>();
  const known = new Set<string>();
  const early = new Set<Hex>();
  for (let wanted = unique(references); wanted.length > 0;) {
    for (const reference of wanted) known.add(nameOf(reference));
    // Pending first: what a block takes in between is then in both, and judged as a replay, never in neither.
    const waiting = await store.loadPending(wanted);
    for (const line of await store.loadLines(wanted)) world.putLine(line);
    for (const { digest, stated } of waiting) {
      pending.set(digest, stated);
      if (stated.statement.time > now + AHEAD_MAX) early.add(stated.statement.subject);
    }
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
  return { world, isEarly: ({ subject }) => early.has(subject) };
}

/**
 * What a pending statement changes, if the ledger will take it: now, or when its time has come. A late release brings its
 * acceptance with it.
 */
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
    const judgement = judge(world, stated, { blockTime: Math.max(now, stated.statement.time), digest });
    return 'reason' in judgement ? undefined : judgement.changes;
  }
  const blockTime = Math.max(now, stated.statement.time, acceptance.statement.time);
  const pair = judgeLate(world, stated, acceptance, { blockTime });
  if ('reason' in pair.release || 'reason' in pair.acceptance) return undefined;
  return [...pair.release.changes, ...pair.acceptance.changes];
}

export function unique(references: readonly LineReference[]): LineReference[] {
  return [...new Map(references.map((reference) => [nameOf(reference), reference])).values()];
}

function nameOf({ kind, subject }: LineReference): string {
  return `${kind} ${subject}`;
}
