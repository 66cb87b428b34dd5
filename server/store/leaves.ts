/** How lines and keys were inherited from the ledger before: what bundles across ledgers prove it by. */
import type { Transaction } from 'kysely';
import { concat, hexToBytes } from '../../protocol/bytes.ts';
import type { LeftBehind } from '../../protocol/bundle/form.ts';
import { LEAF } from '../../protocol/heritage.ts';
import type { InheritedLeaf, LineReference } from '../custody/ports.ts';
import { inParts, insertRows, type Insert } from './bulk.ts';
import { bytesOf, digestsOfBytes, hexOf } from './columns.ts';
import type { Engine } from './engine.ts';
import type { StoreParts } from './parts.ts';
import type { Tables } from './tables.ts';

const LEAVES: Insert = {
  table: 'leaf',
  columns: ['base', 'kind', 'subject', 'proof'],
  conflict: '(subject, kind, base) do nothing',
};
/** Of these a bundle needs all. */
const MEMBERSHIP = [LEAF.participant, LEAF.key, LEAF.agreement];

/** Of the newest ledger. */
export async function insertLeaves(
  transaction: Transaction<Tables>,
  engine: Engine,
  inherited: readonly InheritedLeaf[],
): Promise<void> {
  if (inherited.length === 0) return;
  const { base } = await transaction
    .selectFrom('ledger')
    .select('base')
    .where('last', 'is', null)
    .executeTakeFirstOrThrow();
  const rows = inherited.map(({ leaf: { words, proof } }) => [
    ...[base, Number(words[0]), bytesOf(words[1]!)],
    concat(...proof.map(hexToBytes)),
  ]);
  await insertRows(transaction, engine, LEAVES, rows);
}

export async function leaves(
  { database }: StoreParts,
  base: number,
  references: readonly LineReference[],
): Promise<readonly LeftBehind[]> {
  const wanted = new Set(references.map(({ kind, subject }) => `${kind === 'consortium' ? 0 : LEAF[kind]} ${subject}`));
  const subjects = [...new Set(references.map(({ subject }) => subject))];
  const rows = await database.read(async (queries) => {
    const of = queries.selectFrom('leaf').selectAll().where('base', '=', base);
    const own = await inParts(subjects, (part) =>
      of.where('kind', 'not in', MEMBERSHIP).where('subject', 'in', part.map(bytesOf)).execute(),
    );
    return [...(await of.where('kind', 'in', MEMBERSHIP).execute()), ...own];
  });
  return rows
    .map(({ kind, subject, proof }) => ({ kind, subject: hexOf(subject), proof: digestsOfBytes(proof) }))
    .filter(({ kind, subject }) => MEMBERSHIP.some((each) => each === kind) || wanted.has(`${kind} ${subject}`));
}
