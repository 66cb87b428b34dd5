/** A primary key that counts up, as each engine writes it. */
import { sql, type ColumnDefinitionBuilder } from 'kysely';
import type { ColumnTypes } from './index.ts';

export function numbered({ engine }: ColumnTypes): (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder {
  return (column) =>
    engine === 'sqlite'
      ? column.primaryKey().autoIncrement()
      : column.primaryKey().modifyEnd(sql`generated always as identity`);
}
