/**
 * Migrations while gateways run (docs/decisions/0016): first what is new is added, and only when no gateway uses the
 * old any more, in a later version, it is taken away. A migration that takes away has `contract` in its name: a
 * gateway that does not know it refuses such a schema, and goes on with every other one that is newer than itself.
 */
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import type { Engine } from './engine.ts';
import { storeError, StoreError } from './errors.ts';

/** Names of migrations, in order. */
export interface SchemaState {
  readonly applied: readonly string[];
  /** Known here and not applied. */
  readonly pending: readonly string[];
  /** Applied by a newer version, and not known here. */
  readonly newer: readonly string[];
}

export interface Schema {
  readonly engine: Engine;
  /** Of PostgreSQL. */
  readonly schema: string;
  readonly migrations: Readonly<Record<string, Migration>>;
}

export async function schemaState<Tables>(
  queries: Kysely<Tables>,
  { engine, schema, migrations }: Schema,
): Promise<SchemaState> {
  const known = Object.keys(migrations);
  const table =
    engine === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where name = 'kysely_migration'`
      : sql<{ name: string }>`select tablename as name from pg_tables
          where schemaname = ${schema} and tablename = 'kysely_migration'`;
  const { rows: there } = await table.execute(queries);
  if (there.length === 0) return { applied: [], pending: known, newer: [] };
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(queries);
  const applied = rows.map(({ name }) => name);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    newer: applied.filter((name) => !known.includes(name)),
  };
}

/**
 * Brings the schema up to date; several processes take turns.
 * @throws StoreError CORRUPT if a newer version made the schema such that this one can't work with it
 */
export async function migrate<Tables>(queries: Kysely<Tables>, schema: Schema): Promise<void> {
  if (await isNewer(queries, schema)) return;
  const migrator = new Migrator({
    db: queries,
    provider: { getMigrations: () => Promise.resolve({ ...schema.migrations }) },
    ...(schema.engine === 'postgres' ? { migrationTableSchema: schema.schema } : {}),
  });
  const { error } = await migrator.migrateToLatest();
  // A newer version may have been faster.
  if (error !== undefined && !(await isNewer(queries, schema))) throw storeError(error);
}

async function isNewer<Tables>(queries: Kysely<Tables>, schema: Schema): Promise<boolean> {
  const { newer, pending } = await schemaState(queries, schema);
  if (newer.length === 0) return false;
  const without = newer.find((name) => name.includes('contract'));
  if (without !== undefined || pending.length > 0) {
    throw new StoreError(
      'CORRUPT',
      `a newer version has migrated this store (${without ?? newer[0]}), and this one can't work with it any more; ` +
        'start the newer version, or restore the backup from before the upgrade',
    );
  }
  return true;
}
