/**
 * Many rows in few queries, with texts that are written once: what the hot path needs beyond
 * the query builder.
 */
import { CompiledQuery, type Kysely } from 'kysely';
import type { Engine } from './engine.ts';
import type { Bytes } from './tables.ts';

export type Value = Bytes | string | number | null;
export type Row = readonly Value[];

/** A multi-row insert into fixed columns; `conflict` is what stands behind `on conflict`. */
export interface Insert {
  readonly table: string;
  readonly columns: readonly string[];
  readonly conflict?: string;
}

/** Rows in one query: few sizes, so that few texts are prepared, and few queries for what comes in a moment. */
const SIZES = [64, 32, 16, 12, 8, 6, 5, 4, 3, 2, 1] as const;

const texts = new WeakMap<Insert, Map<string, string>>();

/** Inserts the rows in order and says how many were new or changed. */
export async function insertRows(
  queries: Pick<Kysely<unknown>, 'executeQuery'>,
  engine: Engine,
  insert: Insert,
  rows: readonly Row[],
): Promise<number> {
  let affected = 0n;
  for (let at = 0; at < rows.length;) {
    const size = SIZES.find((candidate) => candidate <= rows.length - at) ?? 1;
    const values = rows.slice(at, at + size).flat();
    const result = await queries.executeQuery(CompiledQuery.raw(textOf(insert, engine, size), values));
    affected += result.numAffectedRows ?? 0n;
    at += size;
  }
  return Number(affected);
}

function textOf(insert: Insert, engine: Engine, size: number): string {
  let known = texts.get(insert);
  if (known === undefined) texts.set(insert, (known = new Map<string, string>()));
  const name = `${engine} ${size}`;
  let text = known.get(name);
  if (text === undefined) known.set(name, (text = write(insert, engine, size)));
  return text;
}

function write({ table, columns, conflict }: Insert, engine: Engine, size: number): string {
  let parameter = 0;
  const place = (): string => (engine === 'sqlite' ? '?' : `$${++parameter}`);
  const row = (): string => `(${columns.map(place).join(', ')})`;
  const rows = Array.from({ length: size }, row).join(', ');
  const names = columns.map((column) => `"${column}"`).join(', ');
  return `insert into "${table}" (${names}) values ${rows}${conflict === undefined ? '' : ` on conflict ${conflict}`}`;
}

/** Runs a query for at most 500 of the values at a time; the engines bound the number of parameters. */
export async function inParts<T, Result>(
  values: readonly T[],
  run: (part: T[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < values.length; at += 500) {
    results.push(...(await run(values.slice(at, at + 500))));
  }
  return results;
}
