/** Whether the store can be written: a disk that is full, or a database that became read-only, still answers readers. */
import type { StoreParts } from './parts.ts';

/** @throws StoreError with what keeps it from being written */
export async function probe({ database }: StoreParts, time: number): Promise<void> {
  await database.transact(async (transaction) => {
    await transaction
      .insertInto('probe')
      .values({ id: 1, at: time })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ at: time }))
      .execute();
  });
}
