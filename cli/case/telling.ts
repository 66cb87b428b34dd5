import { bookOf, type DeriveCode, type Told } from './book.ts';
import { custodyOf } from './custody.ts';
import { detailsOf } from './details.ts';
import type { Order } from './order.ts';
import type { Reader } from './reader.ts';
import type { Action, Survey } from './survey.ts';

/** Goes through the steps in order; every statement can follow what was planned before it. */
export function tell(reader: Reader, survey: Survey, order: Order): Told {
  const details = detailsOf(reader, survey);
  const book = bookOf(details);
  const custody = custodyOf(book, order, details);
  const { lines, open, derive, appear, remark } = book;

  const act = (action: Action, index: number): void => {
    const { deed } = action;
    const fresh = action.results.filter((item) => !lines.has(item) && order.creators.get(item)?.id === action.id);
    const isFresh = new Set(fresh);
    if (deed.kind === 'collect')
      for (const item of action.objects)
        if (!lines.has(item) && order.creators.get(item)?.id === action.id && !isFresh.has(item)) {
          fresh.push(item);
          isFresh.add(item);
        }
    for (const item of new Set([...action.objects, ...action.results]))
      if (!lines.has(item) && !isFresh.has(item)) appear(item, 'cycle');

    const existing = new Set([...action.objects, ...action.results].filter((item) => !isFresh.has(item)));
    // What is received may hold the parts that get their own numbers; so the handover comes before them.
    if (deed.kind === 'receive') for (const item of existing) custody.continueWith(item, action, index);
    const sources = action.objects.filter((item) => !isFresh.has(item));
    for (const item of fresh) bring(item, action, sources);
    if (deed.kind === 'receive') return;
    const subjects =
      deed.kind === 'derive' || deed.kind === 'record' || deed.kind === 'other' || deed.kind === 'collect'
        ? fresh.length > 0
          ? action.results.filter((item) => existing.has(item))
          : [...existing]
        : [...existing];
    for (const item of subjects) custody.continueWith(item, action, index);
  };

  const bring = (item: string, action: Action, objects: readonly string[]): void => {
    const { deed } = action;
    const outright = survey.derivedFrom.get(item)?.filter((source) => source !== item) ?? [];
    const sources = outright.length > 0 && deed.kind !== 'collect' ? outright : objects;
    if (sources.length > 0) {
      const notes =
        deed.kind === 'receive'
          ? [
              remark(
                'part-concluded',
                item,
                `First named when ${sources
                  .slice(0, 3)
                  .map((source) => details.label(source))
                  .join('; ')} was received: taken for a part of it.`,
              ),
            ]
          : [];
      const code: DeriveCode =
        deed.kind === 'derive'
          ? deed.code
          : deed.kind === 'collect' || deed.kind === 'receive' || deed.kind === 'release'
            ? 'part'
            : 'extraction';
      derive(item, code, sources, action, notes);
      return;
    }
    const code =
      deed.kind === 'collect'
        ? deed.code
        : deed.kind === 'receive'
          ? 'surrendered'
          : deed.kind === 'derive' && deed.code === 'image'
            ? 'captured'
            : deed.kind === 'record'
              ? 'seized'
              : 'produced';
    open(item, action, { origin: 'collect', code }, action.performers[0] ?? null, []);
  };

  order.steps.forEach((step, index) => {
    if (step.kind === 'action') {
      act(step.action, index);
      return;
    }
    if (lines.has(step.item)) return;
    if (step.kind === 'appearance') {
      appear(step.item, 'collection-not-told');
      return;
    }
    for (const parent of step.parents) if (!lines.has(parent)) appear(parent, 'cycle');
    derive(step.item, 'extraction', step.parents, null, []);
  });
  return book.told();
}
