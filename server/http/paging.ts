/** Pages that callers ask for by cursor. */
import { HttpError } from './problem.ts';

/** The store says MISUSE of a cursor that it did not write for this listing. */
export async function fromCursor<T>(cursor: string | undefined, page: Promise<T>): Promise<T> {
  try {
    return await page;
  } catch (error) {
    const misused = error instanceof Error && 'code' in error && error.code === 'MISUSE';
    if (cursor === undefined || !misused) throw error;
    throw new HttpError('INVALID', 'The cursor is not one of this listing. Begin at the first page.');
  }
}
