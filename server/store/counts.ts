/** How much there is, and how long the oldest promise has been waiting. */
import { sql } from 'kysely';
import type { Store } from '../custody/ports.ts';
import type { StoreParts } from './parts.ts';

export async function counts({ database }: StoreParts): ReturnType<Store['counts']> {
  return database.read(async (queries) => {
    const all = sql<number>`count(*)`;
    const [pending, statements, lines] = await Promise.all([
      queries
        .selectFrom('accepted as a')
        .innerJoin('outbox as o', 'o.id', 'a.outbox')
        .select([all.as('count'), sql<number | null>`min(o.accepted_at)`.as('oldest')])
        .where(sql<boolean>`a.state = 0`)
        .executeTakeFirstOrThrow(),
      queries.selectFrom('statement').select(all.as('count')).executeTakeFirstOrThrow(),
      queries.selectFrom('line').select(all.as('count')).executeTakeFirstOrThrow(),
    ]);
    return {
      pending: pending.count,
      statements: statements.count,
      lines: lines.count,
      ...(pending.oldest === null ? {} : { oldestPending: pending.oldest }),
    };
  });
}

/** What is promised and not judged; quick however large the store is. */
export async function countPending({ database }: StoreParts): Promise<number> {
  const row = await database.read((queries) =>
    queries
      .selectFrom('accepted')
      .select(sql<number>`count(*)`.as('count'))
      .where(sql<boolean>`state = 0`)
      .executeTakeFirstOrThrow(),
  );
  return row.count;
}

export async function pendingByParticipant({ database }: StoreParts): ReturnType<Store['pendingByParticipant']> {
  return database.read((queries) =>
    queries
      .selectFrom('accepted')
      .select(['receipt_participant as participant', sql<number>`count(*)`.as('statements')])
      .where(sql<boolean>`state = 0`)
      .groupBy('receipt_participant')
      .execute(),
  );
}
