/** Requests and consents, which people look for; the index has nothing of the many lines of evidence. */
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export function bases(): Migration {
  return {
    async up(db) {
      await sql`create index line_basis on line (kind, id) where kind in (3, 4)`.execute(db);
    },
  };
}
