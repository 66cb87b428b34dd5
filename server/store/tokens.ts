/** Bearer tokens, by their hash. */
import type { Selectable } from 'kysely';
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
    async create({ id, hash, name, role, participant, createdAt, revokedAt }) {
      await database.transact((queries) =>
        queries
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
          .execute(),
      );
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
