/** Rows that are made from statements which were here before the tables: made once, when the store is opened. */
import { sql, type Transaction } from 'kysely';
import { ACT } from '../../protocol/acts.ts';
import { hexOf } from './columns.ts';
import { kindNumber } from './line-kind.ts';
import type { StoreParts } from './parts.ts';
import { lockCursor } from './projection.ts';
import { statedOf } from './stated.ts';
import type { Tables } from './tables.ts';
import { projectTransfers, type Placed } from './transfer-rows.ts';

const STATEMENTS = 2_000;
const EVIDENCE = kindNumber('evidence');
const ACTS = [ACT.derive, ACT.release, ACT.accept, ACT.refuse, ACT.return, ACT.recall, ACT.dispose];

type Place = Pick<Placed, 'block' | 'logIndex' | 'position'>;

/** All in one commit, so that whoever was cut off begins again; what is there already is not made twice. */
export async function remakeTransfers(parts: StoreParts): Promise<void> {
  const { database } = parts;
  const due = await database.read((queries) => queries.selectFrom('remaking').selectAll().execute());
  if (due.length === 0) return;
  await database.transact(async (transaction) => {
    await lockCursor(parts, transaction);
    const { numDeletedRows } = await transaction.deleteFrom('remaking').executeTakeFirst();
    if (numDeletedRows === 0n) return;
    await transaction.deleteFrom('transfer').execute();
    await transaction.deleteFrom('derivation').execute();
    for (let after: Place | undefined; ;) {
      const placed = await includedAfter(transaction, after);
      await projectTransfers(transaction, database.engine, placed);
      after = placed.at(-1);
      if (placed.length < STATEMENTS) return;
    }
  });
}

async function includedAfter(transaction: Transaction<Tables>, after: Place | undefined): Promise<Placed[]> {
  let query = transaction
    .selectFrom('statement as s')
    .innerJoin('block as b', 'b.number', 's.block')
    .select(['s.digest', 's.wire', 's.key', 's.log_index', 's.position', 'b.number', 'b.time'])
    .where('s.outcome', '=', 0)
    .where('s.kind', '=', EVIDENCE)
    .where('s.act', 'in', ACTS);
  if (after !== undefined) {
    const { block, logIndex, position } = after;
    query = query.where(sql<boolean>`(s.block, s.log_index, s.position) > (${block}, ${logIndex}, ${position})`);
  }
  const rows = await query.orderBy('s.block').orderBy('s.log_index').orderBy('s.position').limit(STATEMENTS).execute();
  return rows.map((row) => ({
    digest: hexOf(row.digest),
    stated: statedOf(row),
    block: row.number,
    time: row.time,
    logIndex: row.log_index ?? 0,
    position: row.position,
  }));
}
