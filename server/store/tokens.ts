/** Bearer tokens, by their hash. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Token, TokenStore, Role } from '../custody/ports.ts';
import { bytesOf, fromJson } from './columns.ts';
import type { StoreParts } from './parts.ts';
import type { Tables } from './tables.ts';

export function tokenStore({ database }: Pick<StoreParts, 'database'>): TokenStore {
  return {
    async find(tokenHash) {
      const row = await database.read((queries) =>
        queries.selectFrom('token').selectAll().where('hash', '=', bytesOf(tokenHash)).executeTakeFirst(),
      );
      return row && tokenOf(row);
    },
    async create(token) {
      await database.transact((transaction) => insert(transaction, token));
    },
    createFirst(token) {
      return database.transact(async (transaction) => {
        // On a file, transactions that write come one after the other.
        if (database.engine === 'postgres')
          await sql`lock table token in share row exclusive mode`.execute(transaction);
        const one = await transaction.selectFrom('token').select('id').limit(1).executeTakeFirst();
        if (one === undefined) await insert(transaction, token);
        return one === undefined;
      });
    },
    async revoke(id, time) {
      const { numUpdatedRows } = await database.transact((queries) =>
        queries
          .updateTable('token')
          .set({ revoked_at: time })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst(),
      );
      return numUpdatedRows > 0n;
    },
    async list() {
      const rows = await database.read((queries) =>
        queries.selectFrom('token').selectAll().orderBy('created_at').orderBy('id').execute(),
      );
      return rows.map(tokenOf);
    },
  };
}

async function insert(
  queries: Kysely<Tables>,
  { id, hash, name, role, participant, createdAt, revokedAt }: Parameters<TokenStore['create']>[0],
): Promise<void> {
  await queries
    .insertInto('token')
    .values({
      id,
      hash: bytesOf(hash),
      name: JSON.stringify(name),
      role,
      participant,
      created_at: createdAt,
      revoked_at: revokedAt ?? null,
    })
    .execute();
}

function tokenOf(row: Selectable<Tables['token']>): Token {
  return {
    id: row.id,
    name: fromJson(row.name) as string,
    role: row.role as Role,
    participant: row.participant,
    createdAt: row.created_at,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
