/** What the engines write differently. */
import { sql, type ColumnDefinitionBuilder, type CreateTableBuilder } from 'kysely';
import type { Engine } from '../engine.ts';

export interface ColumnTypes {
  readonly engine: Engine;
  readonly bytes: 'blob' | 'bytea';
  /** A number below 2^53. */
  readonly number: 'integer' | 'bigint';
}

export function columnTypes(engine: Engine): ColumnTypes {
  return engine === 'sqlite'
    ? { engine, bytes: 'blob', number: 'integer' }
    : { engine, bytes: 'bytea', number: 'bigint' };
}

/** A primary key that counts up. */
export function numbered({ engine }: ColumnTypes): (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder {
  return (column) =>
    engine === 'sqlite'
      ? column.primaryKey().autoIncrement()
      : column.primaryKey().modifyEnd(sql`generated always as identity`);
}

/** Small rows that are only looked up by their primary key: SQLite keeps them in its tree, and nowhere else. */
export function clustered({ engine }: ColumnTypes) {
  return <Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
  ): CreateTableBuilder<Table, Column> => (engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table);
}
