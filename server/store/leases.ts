/** Which of several gateway processes does what only one may do, for a while. */
import type { StoreParts } from './parts.ts';

/**
 * Takes or prolongs a lease and says whether this holder has it. All holders of one store need
 * clocks that differ by less than the lease lasts.
 */
export async function holdLease(
  { database }: StoreParts,
  name: string,
  holder: string,
  now: number,
  seconds: number,
): Promise<boolean> {
  const until = now + seconds;
  const rows = await database.transact((queries) =>
    queries
      .insertInto('lease')
      .values({ name, holder, until })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, until })
          .where((eb) => eb.or([eb('lease.holder', '=', holder), eb('lease.until', '<=', now)])),
      )
      .returning('name')
      .execute(),
  );
  return rows.length > 0;
}

export async function releaseLease({ database }: StoreParts, name: string, holder: string): Promise<void> {
  await database.transact((queries) =>
    queries.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder).execute(),
  );
}
