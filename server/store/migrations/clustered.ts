/** Small rows that are only looked up by their primary key: SQLite keeps them in its tree, and nowhere else. */
import { sql, type CreateTableBuilder } from 'kysely';
import type { ColumnTypes } from './index.ts';

export function clustered({ engine }: ColumnTypes) {
  return <Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
  ): CreateTableBuilder<Table, Column> => (engine === 'sqlite' ? table.modifyEnd(sql`without rowid`) : table);
}
