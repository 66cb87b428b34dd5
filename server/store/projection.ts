/**
 * The ledger as it was followed: blocks are applied in order, each with the cursor in one
 * commit. The same call twice, or from two processes, is the same as once.
 */
import { sql, type Transaction } from 'kysely';
import type { Hex } from '../../protocol/bytes.ts';
import { reasonNumber } from '../../protocol/reasons.ts';
import { encodeStatements } from '../../protocol/wire.ts';
import type { Change } from '../../protocol/world.ts';
import type { BlockPosition, JudgedBlock, JudgedSheet } from '../custody/ports.ts';
import { inParts, insertRows, type Insert, type Row } from './bulk.ts';
import { isOfConsortium, rowsOfChanges } from './changes.ts';
import { bytesOf, bytesOfDigests, hexOf } from './columns.ts';
import { StoreError } from './errors.ts';
import { insertLeaves } from './leaves.ts';
import { KEY_ROWS, LINE_ROWS } from './ledger-rows.ts';
import { kindOfStatement } from './line-kind.ts';
import type { StoreParts } from './parts.ts';
import { expireAll, expireUntil, settlePromises, settleRelays, type Judged } from './settling.ts';
import { projectTransfers, type Placed } from './transfer-rows.ts';
import type { Bytes, Tables } from './tables.ts';

/** Name of the advisory lock; any number that nothing else in the database uses. */
const FOLLOWING = 0x756e62726f;

const BLOCKS: Insert = { table: 'block', columns: ['number', 'hash', 'time'] };
const SHEET_COLUMNS = ['hash', 'key', 'signature', 'digests', 'endorsements'];
const SHEETS: Insert = { table: 'sheet', columns: SHEET_COLUMNS, conflict: '(hash) do nothing' };
/** The signatures that counted are those that a verifier needs. */
const INCLUDED_SHEETS: Insert = {
  table: 'sheet',
  columns: SHEET_COLUMNS,
  conflict: '(hash) do update set signature = excluded.signature, endorsements = excluded.endorsements',
};
/** The first rejection stays; an inclusion wins over a rejection, never the other way. */
const STATEMENTS: Insert = {
  table: 'statement',
  columns: [
    ...['digest', 'kind', 'subject', 'previous', 'act', 'participant', 'key', 'wire', 'time', 'expires'],
    ...['sheet', 'position', 'outcome', 'block', 'log_index', 'transaction'],
  ],
  conflict:
    '(digest) do update set sheet = excluded.sheet, position = excluded.position, outcome = excluded.outcome, ' +
    'block = excluded.block, log_index = excluded.log_index, "transaction" = excluded."transaction" ' +
    'where statement.block is null or (statement.outcome <> 0 and excluded.outcome = 0)',
};

export async function cursor({ database }: StoreParts): Promise<BlockPosition | undefined> {
  const row = await database.read((queries) => queries.selectFrom('cursor').selectAll().executeTakeFirst());
  return row && { number: row.number, hash: hexOf(row.hash), time: row.time };
}

/** @throws StoreError CONFLICT if another block of the same height was applied: the chain is not the one that was followed. */
export async function applyBlocks(parts: StoreParts, blocks: readonly JudgedBlock[], to: BlockPosition): Promise<void> {
  const { database } = parts;
  await database.transact(async (transaction) => {
    const from = await lockCursor(parts, transaction);
    await checkSame(transaction, from, blocks, to);
    const fresh = blocks.filter(({ number }) => from === undefined || number > from.number);
    if (fresh.length > 0) await insertBlocks(parts, transaction, fresh);
    if (from !== undefined && to.number <= from.number) return;
    await moveCursor(transaction, to, fresh.findLast(changesConsortium)?.number);
    await expireUntil(transaction, to.time);
    if (fresh.some(retires)) await expireAll(transaction);
  });
}

/** Marks as expired what was accepted here and, as far as the ledger was followed, can't be included any more. */
export async function expire({ database }: StoreParts, blockTime: number): Promise<number> {
  return database.transact(async (transaction) => {
    const followed = await transaction.selectFrom('cursor').select('time').executeTakeFirst();
    return followed === undefined ? 0 : expireUntil(transaction, Math.min(blockTime, followed.time));
  });
}

/** @param consortium the block that changed the consortium, if one did */
export async function moveCursor(
  transaction: Transaction<Tables>,
  { number, hash, time }: BlockPosition,
  consortium: number | undefined,
): Promise<void> {
  const position = { number, hash: bytesOf(hash), time, ...(consortium !== undefined && { consortium }) };
  await transaction
    .insertInto('cursor')
    .values({ id: 1, ...position })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(position))
    .execute();
}

/** In the order in which the ledger made them. */
function changesOf({ inherited = [], sheets }: JudgedBlock): Change[] {
  return [
    ...inherited.map(({ change }) => change),
    ...sheets.flatMap(({ statements }) => statements.flatMap(({ changes }) => changes)),
  ];
}

function changesConsortium(block: JudgedBlock): boolean {
  return changesOf(block).some(isOfConsortium);
}

function retires(block: JudgedBlock): boolean {
  return changesOf(block).some(
    (change) =>
      change.change === 'moved' && change.line.kind === 'consortium' && change.line.state.status === 'retired',
  );
}

/** Followers of several processes take turns. */
export async function lockCursor(
  { database }: StoreParts,
  transaction: Transaction<Tables>,
): Promise<BlockPosition | undefined> {
  if (database.engine === 'postgres') await sql`select pg_advisory_xact_lock(${FOLLOWING})`.execute(transaction);
  const row = await transaction.selectFrom('cursor').selectAll().executeTakeFirst();
  return row && { number: row.number, hash: hexOf(row.hash), time: row.time };
}

async function checkSame(
  transaction: Transaction<Tables>,
  from: BlockPosition | undefined,
  blocks: readonly JudgedBlock[],
  to: BlockPosition,
): Promise<void> {
  if (from === undefined) return;
  const known = blocks.filter(({ number }) => number <= from.number);
  const rows = await inParts(known, (part) =>
    transaction
      .selectFrom('block')
      .selectAll()
      .where(
        'number',
        'in',
        part.map(({ number }) => number),
      )
      .execute(),
  );
  const applied = new Map(rows.map(({ number, hash }) => [number, hexOf(hash)]));
  const same = known.every(({ number, hash }) => applied.get(number) === hash);
  if (!same || (to.number === from.number && to.hash !== from.hash)) {
    throw new StoreError(
      'CONFLICT',
      'another block of this height was applied; the chain is not the one that was followed',
      {
        conflict: 'block',
      },
    );
  }
}

async function insertBlocks(
  { database }: StoreParts,
  transaction: Transaction<Tables>,
  blocks: readonly JudgedBlock[],
): Promise<void> {
  const { engine } = database;
  const sheets = blocks.flatMap((block) => block.sheets);
  const statements = statementRows(blocks);
  const { lines, keys } = rowsOfChanges(blocks.flatMap(changesOf));
  await insertRows(
    transaction,
    engine,
    BLOCKS,
    blocks.map(({ number, hash, time }) => [number, bytesOf(hash), time]),
  );
  await insertRows(transaction, engine, INCLUDED_SHEETS, sheetRows(sheets.filter(hasIncluded)));
  await insertRows(transaction, engine, SHEETS, sheetRows(sheets.filter((sheet) => !hasIncluded(sheet))));
  await insertRows(transaction, engine, STATEMENTS, statements.rows);
  await insertRows(transaction, engine, LINE_ROWS, lines);
  await insertRows(transaction, engine, KEY_ROWS, keys);
  await insertLeaves(
    transaction,
    engine,
    blocks.flatMap(({ inherited = [] }) => inherited),
  );
  await projectTransfers(transaction, engine, placed(blocks));
  await settlePromises(transaction, statements);
  await settleRelays(transaction, [...new Set(sheets.map(({ transaction: hash }) => hash))]);
}

interface JudgedRows extends Judged {
  readonly rows: readonly Row[];
}

/** One row a digest, though a statement may be rejected several times and included after. */
function statementRows(blocks: readonly JudgedBlock[]): JudgedRows {
  const rows = new Map<Hex, Row>();
  const included = new Map<Hex, Bytes>();
  const rejected = new Map<Hex, Bytes>();
  const astray = new Map<Hex, Bytes>();
  for (const { number, sheets } of blocks) {
    for (const sheet of sheets) {
      const shared = { sheet: bytesOf(sheet.hash), key: bytesOf(sheet.key), transaction: bytesOf(sheet.transaction) };
      for (const { digest, stated, position, reason } of sheet.statements) {
        const judged = rejected.has(digest) || astray.has(digest);
        if (included.has(digest) || (reason !== undefined && judged)) continue;
        const { statement } = stated;
        const bytes = bytesOf(digest);
        if (reason === undefined) included.set(digest, bytes);
        else if (reason === 'STALE' || reason === 'LINE_UNKNOWN') astray.set(digest, bytes);
        // Of the future now, and not for ever: it goes again.
        else if (reason !== 'FUTURE') rejected.set(digest, bytes);
        rows.set(digest, [
          ...[bytes, kindOfStatement(statement), bytesOf(statement.subject), bytesOf(statement.previous)],
          ...[statement.act, statement.participant, shared.key, encodeStatements([stated])],
          ...[statement.time, statement.expires, shared.sheet, position],
          ...[reason === undefined ? 0 : reasonNumber(reason), number, sheet.logIndex, shared.transaction],
        ]);
      }
    }
  }
  return {
    rows: [...rows.values()],
    included: [...included.values()],
    rejected: [...rejected.values()],
    astray: [...astray.values()],
  };
}

function placed(blocks: readonly JudgedBlock[]): Placed[] {
  return blocks.flatMap(({ number: block, time, sheets }) =>
    sheets.flatMap(({ logIndex, statements }) =>
      statements
        .filter(({ reason }) => reason === undefined)
        .map(({ digest, stated, position }) => ({ digest, stated, block, time, logIndex, position })),
    ),
  );
}

function hasIncluded({ statements }: JudgedSheet): boolean {
  return statements.some(({ reason }) => reason === undefined);
}

/** A sheet that was sent in parts comes several times. */
function sheetRows(sheets: readonly JudgedSheet[]): Row[] {
  return [...new Map(sheets.map((sheet) => [sheet.hash, sheet])).values()].map(
    ({ hash, key, signature, digests, endorsements }) => [
      ...[bytesOf(hash), bytesOf(key), bytesOf(signature), bytesOfDigests(digests)],
      endorsements.length === 0 ? null : JSON.stringify(endorsements),
    ],
  );
}
