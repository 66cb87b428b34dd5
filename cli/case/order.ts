import { push } from './facts.ts';
import type { Moment, Occurred } from './plan.ts';
import type { Action, Survey } from './survey.ts';

/** What happens next: an action of the document, or an item of which the document tells no action that brought it. */
export type Step =
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'derivation'; readonly item: string; readonly parents: readonly string[] }
  | { readonly kind: 'appearance'; readonly item: string };

export interface Order {
  readonly steps: readonly Step[];
  /** The action whose doing an item is, by item. */
  readonly creators: ReadonlyMap<string, Action>;
  /** Steps that had to be taken before something they rest on, because the document tells in a circle. */
  readonly forced: ReadonlySet<Step>;
  /** Actions that the document dates before an item of theirs came to be, with that item. */
  readonly early: readonly { readonly action: Action; readonly item: string }[];
}

/** At the same time, what brings evidence comes first, what ends its custody last. */
const RANK: Readonly<Record<Action['deed']['kind'], number>> = {
  collect: 0,
  release: 1,
  receive: 2,
  refuse: 2,
  record: 3,
  derive: 3,
  other: 3,
  dispose: 4,
};

export function inOrder(survey: Survey): Order {
  const times = timesOf(survey.actions);
  const creators = creatorsOf(survey, times);
  const steps: Step[] = survey.actions.map((action) => ({ kind: 'action', action }));
  const stepOfAction = new Map(survey.actions.map((action, index) => [action.id, index]));
  const origin = new Map<string, number>(
    [...creators].map(([item, action]) => [item, stepOfAction.get(action.id) ?? 0]),
  );
  const keys: (readonly [number, number, number])[] = survey.actions.map((action, index) => [
    times[index] ?? 0,
    RANK[action.deed.kind],
    index,
  ]);

  const firstUse = new Map<string, number>();
  survey.actions.forEach((action, index) => {
    for (const item of [...action.objects, ...action.results]) {
      firstUse.set(item, Math.min(firstUse.get(item) ?? Number.POSITIVE_INFINITY, times[index] ?? 0));
    }
  });
  for (const item of survey.items.keys()) {
    if (creators.has(item)) continue;
    const parents = survey.derivedFrom.get(item) ?? survey.belongsTo.get(item);
    origin.set(item, steps.length);
    keys.push([firstUse.get(item) ?? Number.POSITIVE_INFINITY, -1, steps.length]);
    steps.push(parents === undefined ? { kind: 'appearance', item } : { kind: 'derivation', item, parents });
  }

  const after = new Map<number, number[]>();
  const early: { action: Action; item: string }[] = [];
  const waiting = new Array<number>(steps.length).fill(0);
  const mustFollow = (later: number, earlier: number | undefined): void => {
    if (earlier === undefined || earlier === later) return;
    push(after, earlier, later);
    waiting[later] = (waiting[later] ?? 0) + 1;
  };
  steps.forEach((step, index) => {
    if (step.kind === 'derivation') for (const parent of step.parents) mustFollow(index, origin.get(parent));
    if (step.kind !== 'action') return;
    const { action } = step;
    const informing = (action.node.properties.get('case-investigation:wasInformedBy') ?? []).flatMap((value) =>
      value.kind === 'ref' ? [value.id] : [],
    );
    for (const id of informing) mustFollow(index, stepOfAction.get(id));
    for (const relation of survey.relations.to.get(action.id) ?? []) {
      if (/^(initiated|informed|preceded|triggered)$/i.test(relation.kind))
        mustFollow(index, stepOfAction.get(relation.source));
    }
    for (const item of action.results) {
      if (creators.get(item)?.id === action.id)
        for (const parent of survey.derivedFrom.get(item) ?? []) mustFollow(index, origin.get(parent));
    }
    for (const item of new Set([...action.objects, ...action.results])) {
      mustFollow(index, origin.get(item));
      const creator = creators.get(item);
      const [own, theirs] = [startOf(action.occurred), creator === undefined ? null : startOf(creator.occurred)];
      if (creator !== undefined && creator.id !== action.id && own !== null && theirs !== null && own < theirs)
        early.push({ action, item });
    }
  });

  const forced = new Set<Step>();
  const sorted = sort(keys, after, waiting, (index) => {
    const step = steps[index];
    if (step !== undefined) forced.add(step);
  });
  return { steps: sorted.flatMap((index) => steps[index] ?? []), creators, forced, early };
}

/** An action without a time happened when the one before it in the document did. */
function timesOf(actions: readonly Action[]): number[] {
  const stated = actions.map((action) => startOf(action.occurred));
  let last = stated.find((time) => time !== null) ?? 0;
  return stated.map((time) => (last = time ?? last));
}

export function startOf(occurred: Occurred): number | null {
  const seconds = (moment: Moment | null): number | null => moment?.at ?? null;
  return seconds(occurred.from) ?? seconds(occurred.until);
}

/** The action that brought an item: a seizure that results in it, else one that makes it out of something, and so on. */
function creatorsOf(survey: Survey, times: readonly number[]): Map<string, Action> {
  const best = new Map<string, { readonly action: Action; readonly rank: number; readonly time: number }>();
  survey.actions.forEach((action, index) => {
    const collects = action.deed.kind === 'collect';
    const objects = new Set(action.objects);
    const results = new Set(action.results);
    const time = times[index] ?? 0;
    for (const item of new Set([...objects, ...results])) {
      const made = results.has(item) && !objects.has(item);
      const rank =
        collects && results.has(item) ? 0 : made && objects.size > 0 ? 1 : collects ? 2 : made ? 3 : undefined;
      const known = best.get(item);
      if (rank === undefined) continue;
      if (known === undefined || rank < known.rank || (rank === known.rank && time < known.time))
        best.set(item, { action, rank, time });
    }
  });
  return new Map([...best].map(([item, { action }]) => [item, action]));
}

/** Topological, the smallest key first among what is ready; a circle is entered at its smallest key. */
function sort(
  keys: readonly (readonly [number, number, number])[],
  after: ReadonlyMap<number, readonly number[]>,
  waiting: number[],
  onForced: (index: number) => void,
): number[] {
  const compare = (a: number, b: number): number => {
    const [left, right] = [keys[a] ?? [0, 0, 0], keys[b] ?? [0, 0, 0]];
    return left[0] !== right[0] ? (left[0] < right[0] ? -1 : 1) : left[1] - right[1] || left[2] - right[2];
  };
  const byKey = keys.map((_, index) => index).sort(compare);
  const heap: number[] = [];
  const done = new Array<boolean>(keys.length).fill(false);
  for (const index of byKey) if (waiting[index] === 0) heap.push(index);
  const result: number[] = [];
  let next = 0;
  while (result.length < keys.length) {
    let index = pop(heap, compare);
    if (index === undefined) {
      while (done[byKey[next] ?? 0] === true) next++;
      index = byKey[next] ?? 0;
      onForced(index);
    }
    if (done[index] === true) continue;
    done[index] = true;
    result.push(index);
    for (const later of after.get(index) ?? []) {
      const left = (waiting[later] ?? 0) - 1;
      waiting[later] = left;
      if (left === 0 && done[later] !== true) insert(heap, later, compare);
    }
  }
  return result;
}

function insert(heap: number[], value: number, compare: (a: number, b: number) => number): void {
  let place = heap.push(value) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent] as number;
    if (compare(above, value) <= 0) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = value;
}

function pop(heap: number[], compare: (a: number, b: number) => number): number | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let place = 0;
  for (let child = 1; child < heap.length; child = 2 * place + 1) {
    if (child + 1 < heap.length && compare(heap[child + 1] as number, heap[child] as number) < 0) child++;
    if (compare(heap[child] as number, last) >= 0) break;
    heap[place] = heap[child] as number;
    place = child;
  }
  heap[place] = last;
  return top;
}
