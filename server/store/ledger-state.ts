/** The followed ledger for judging: the consortium whole, other lines when they are asked for. */
import { sql, type Kysely } from 'kysely';
import type { Hex } from '../../protocol/bytes.ts';
import type { MutableWorld } from '../../protocol/world.ts';
import type { LineState } from '../../protocol/ledger.ts';
import type { AcceptedSheetPart, LineReference } from '../custody/ports.ts';
import type { Stated } from '../../protocol/statement.ts';
import { inParts } from './bulk.ts';
import { bytesOf, hexOf } from './columns.ts';
import { CONSORTIUM } from './changes.ts';
import { keyOfRow, lineOfRow } from './ledger-rows.ts';
import { kindNamed, kindNumber } from './line-kind.ts';
import type { StoreParts } from './parts.ts';
import { statedOf } from './stated.ts';
import type { Tables } from './tables.ts';

/** The last block that changed it. */
export async function consortiumBlock({ database }: StoreParts): Promise<number | undefined> {
  const row = await database.read((queries) => queries.selectFrom('cursor').select('consortium').executeTakeFirst());
  return row?.consortium;
}

export async function loadConsortium({ database }: StoreParts, into: MutableWorld): Promise<void> {
  await database.read(async (queries) => {
    const lines = await queries
      .selectFrom('line')
      .selectAll()
      .where('kind', 'in', CONSORTIUM.map(kindNumber))
      .orderBy('id')
      .execute();
    const keys = await queries.selectFrom('key').select('state').orderBy('number').execute();
    for (const line of lines) into.putLine(lineOfRow(line));
    for (const key of keys) into.putKey(keyOfRow(key));
  });
}

export async function loadLines(
  { database }: StoreParts,
  references: readonly LineReference[],
): Promise<readonly LineState[]> {
  const wanted = namesOf(references);
  const rows = await database.read((queries) =>
    inParts(subjectsOf(references), (part) =>
      queries.selectFrom('line').selectAll().where('subject', 'in', part.map(bytesOf)).execute(),
    ),
  );
  return rows.map(lineOfRow).filter(({ kind, subject }) => wanted.has(`${kind} ${subject}`));
}

export async function loadPending(
  { database }: StoreParts,
  references: readonly LineReference[],
): Promise<readonly (AcceptedSheetPart & { readonly stated: Stated })[]> {
  const wanted = namesOf(references);
  const rows = await database.read((queries) => inParts(subjectsOf(references), (part) => pendingOn(queries, part)));
  return rows
    .filter(({ kind, subject }) => wanted.has(`${kindNamed(kind)} ${hexOf(subject)}`))
    .sort((a, b) => a.outbox - b.outbox || a.position - b.position)
    .map((row) => ({ digest: hexOf(row.digest), sheet: hexOf(row.sheet), key: hexOf(row.key), stated: statedOf(row) }));
}

function pendingOn(queries: Kysely<Tables>, subjects: readonly Hex[]) {
  return (
    queries
      .selectFrom('accepted as a')
      .innerJoin('statement as s', 's.digest', 'a.digest')
      .innerJoin('outbox as o', 'o.id', 'a.outbox')
      .select(['a.digest', 'a.kind', 'a.subject', 'a.outbox', 'a.position', 'o.hash as sheet', 's.key', 's.wire'])
      .where('a.subject', 'in', subjects.map(bytesOf))
      // Both, so that the engines know the partial index of successors serves.
      .where(sql<boolean>`a.state < 2 and a.state = 0`)
      .execute()
  );
}

function namesOf(references: readonly LineReference[]): ReadonlySet<string> {
  return new Set(references.map(({ kind, subject }) => `${kind} ${subject}`));
}

function subjectsOf(references: readonly LineReference[]): Hex[] {
  return [...new Set(references.map(({ subject }) => subject))];
}
