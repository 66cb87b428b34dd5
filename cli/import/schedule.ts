/**
 * The order in which planned statements may go out at the same time: those on one line one after another, a derivation
 * after what its parents' lines had by then, and what follows on a parent's line after the derivation.
 */
import pLimit from 'p-limit';
import type { PlannedStatement } from '../case/read-case.ts';

export interface Schedule {
  /** Runs `work` for each statement when everything it rests on is done, at most `atOnce` at a time. */
  run(work: (statement: PlannedStatement) => Promise<void>): Promise<void>;
}

export function scheduleOf(statements: readonly PlannedStatement[], atOnce: number): Schedule {
  return {
    async run(work) {
      const slots = pLimit(atOnce);
      const written = new Map<string, Promise<void>>();
      const read = new Map<string, Promise<void>[]>();
      const all = statements.map((statement) => {
        const parents = statement.act === 'derive' ? statement.parents : [];
        const before = [
          ...optional(written.get(statement.item)),
          ...(read.get(statement.item) ?? []),
          ...parents.flatMap((parent) => optional(written.get(parent))),
        ];
        const done = Promise.all(before).then(() => slots(() => work(statement)));
        written.set(statement.item, done);
        read.delete(statement.item);
        for (const parent of parents) read.set(parent, [...(read.get(parent) ?? []), done]);
        return done;
      });
      await Promise.all(all);
    },
  };
}

function optional<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
