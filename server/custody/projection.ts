/**
 * The ledger as it will be: what was included, and on top what this gateway accepted and the chain has not
 * judged yet. Acceptance judges against it, so that an officer can go on before the last block is made.
 */
import { judge } from '../../protocol/judge.ts';
import { apply, overlayWorld, type MutableWorld, type World } from '../../protocol/world.ts';
import type { LineReference, Store } from './ports.ts';

/** A world with these lines, as projected. The caller may change it; the one below stays as it is. */
export async function projectedWorld(
  store: Pick<Store, 'loadLines' | 'loadPending'>,
  consortium: World,
  references: readonly LineReference[],
  now: number,
): Promise<MutableWorld> {
  const world = overlayWorld(consortium);
  const wanted = unique(references);
  const [lines, pending] = await Promise.all([store.loadLines(wanted), store.loadPending(wanted)]);
  for (const line of lines) world.putLine(line);
  for (const { stated, digest } of pending) {
    // What the ledger will reject leaves the projection as it is.
    const judgement = judge(world, stated, { blockTime: now, digest });
    if ('changes' in judgement) apply(world, judgement.changes);
  }
  return world;
}

export function unique(references: readonly LineReference[]): LineReference[] {
  return [...new Map(references.map((reference) => [`${reference.kind}:${reference.subject}`, reference])).values()];
}
