/**
 * Accepting: sheets, records and answers become durable in one commit. The hot path.
 *
 * Keys of records are committed to the key store first: a crash between the two commits leaves
 * keys that nothing refers to, never a record that can't be read.
 */
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Hex } from '../../protocol/bytes.ts';
import { encodeStatements } from '../../protocol/wire.ts';
import type { Receipt } from '../../protocol/receipt.ts';
import type { Acceptance, AcceptedSheet, KeptAnswer, Progress } from '../custody/ports.ts';
import { insertRows, inParts, type Insert, type Row } from './bulk.ts';
import { bytesOf, bytesOfDigests, digestsOfBytes, hexOf } from './columns.ts';
import { StoreError, storeError } from './errors.ts';
import { kindOfStatement } from './line-kind.ts';
import type { StoreParts } from './parts.ts';
import { progressOf } from './progress.ts';
import { BLIND_ROWS, RECORD_ROWS, sealRecords } from './records.ts';
import { PROMISE, SHEET, type Bytes, type Tables } from './tables.ts';

const SHEETS: Insert = {
  table: 'sheet',
  columns: ['hash', 'key', 'signature', 'digests', 'endorsements'],
  conflict: '(hash) do nothing',
};
const STATEMENTS: Insert = {
  table: 'statement',
  columns: [
    ...['digest', 'kind', 'subject', 'previous', 'act', 'participant', 'key'],
    ...['wire', 'time', 'expires', 'sheet', 'position'],
  ],
  conflict: '(digest) do nothing',
};
const ACCEPTED: Insert = {
  table: 'accepted',
  columns: [
    ...['digest', 'tenant', 'outbox', 'position', 'kind', 'subject', 'previous', 'expires', 'state'],
    ...['receipt_participant', 'receipt_time', 'receipt_key', 'receipt_signature', 'receipt_path'],
  ],
};
const ANSWERS: Insert = { table: 'answer', columns: ['tenant', 'name', 'request', 'digests', 'accepted_at'] };

/** @throws StoreError CONFLICT if anything of it is there already; then nothing is stored. */
export async function accept(parts: StoreParts, acceptance: Acceptance): Promise<void> {
  const { database, keys } = parts;
  const sealed = sealRecords(
    parts,
    acceptance.sheets.flatMap(({ participant, statements }) =>
      statements.flatMap(({ digest, record }) =>
        record === undefined ? [] : [{ tenant: participant, digest, record }],
      ),
    ),
  );
  const rows = acceptance.sheets.map(rowsOfSheet);
  await keys.keep(sealed.keys, acceptance.time);
  try {
    await database.transact(async (transaction) => {
      const { engine } = database;
      await insertRows(
        transaction,
        engine,
        SHEETS,
        rows.map(({ sheet }) => sheet),
      );
      await insertStatements(
        parts,
        transaction,
        rows.flatMap(({ statements }) => statements),
      );
      const ids = await insertOutbox(transaction, acceptance);
      await insertRows(
        transaction,
        engine,
        ACCEPTED,
        rows.flatMap(({ accepted }, at) => accepted(ids[at] ?? 0)),
      );
      await insertRows(transaction, engine, RECORD_ROWS, sealed.records);
      await insertRows(transaction, engine, BLIND_ROWS, sealed.blind);
      await insertRows(
        transaction,
        engine,
        ANSWERS,
        acceptance.answers.map((answer) => rowOfAnswer(answer, acceptance.time)),
      );
    });
  } catch (error) {
    const failure = storeError(error);
    // Where the commit's own outcome is unknown, the keys stay: the records may be there.
    if (failure.code === 'CONFLICT' || failure.code === 'MISUSE') {
      await keys.discard(sealed.keys.map(({ id }) => id)).catch(() => undefined);
    }
    throw await exactly(parts, acceptance, failure);
  }
}

/** A statement that is here already breaks two rules at once; the engines name one of them. */
async function exactly({ database }: StoreParts, { sheets }: Acceptance, failure: StoreError): Promise<StoreError> {
  if (failure.conflict !== 'successor') return failure;
  const digests = sheets.flatMap(({ statements }) => statements.map(({ digest }) => digest));
  const known = await database.read((queries) =>
    inParts(digests, (part) =>
      queries.selectFrom('accepted').select('digest').where('digest', 'in', part.map(bytesOf)).execute(),
    ),
  );
  if (known.length === 0 && new Set(digests).size === digests.length) return failure;
  return new StoreError('CONFLICT', 'this statement is in the outbox already', {
    conflict: 'statement',
    cause: failure,
  });
}

/** What the ledger has included already is no news that this gateway could promise. */
async function insertStatements(
  parts: StoreParts,
  transaction: Transaction<Tables>,
  rows: readonly Row[],
): Promise<void> {
  const fresh = await insertRows(transaction, parts.database.engine, STATEMENTS, rows);
  if (fresh === rows.length) return;
  const included = await inParts(rows, (part) =>
    transaction
      .selectFrom('statement')
      .select('digest')
      .where(
        'digest',
        'in',
        part.map(([digest]) => digest as Bytes),
      )
      .where('outcome', '=', 0)
      .execute(),
  );
  if (included.length > 0) {
    throw new StoreError('CONFLICT', 'the ledger has included this statement already', { conflict: 'statement' });
  }
}

/** Ids in the order of the sheets. */
async function insertOutbox(transaction: Transaction<Tables>, { sheets, time }: Acceptance): Promise<number[]> {
  const ids = await inParts(sheets, (part) =>
    transaction
      .insertInto('outbox')
      .values(
        part.map(({ participant, hash, lateWith }) => ({
          tenant: participant,
          hash: bytesOf(hash),
          late_with: lateWith === undefined ? null : bytesOf(lateWith),
          state: SHEET.WAITING,
          accepted_at: time,
        })),
      )
      .returning(['id', 'hash'])
      .execute(),
  );
  const byHash = new Map(ids.map(({ id, hash }) => [hexOf(hash), id]));
  return sheets.map(({ hash }) => byHash.get(hash) ?? 0);
}

function rowsOfSheet({ hash, key, signature, participant, statements, endorsements }: AcceptedSheet): {
  readonly sheet: Row;
  readonly statements: readonly Row[];
  readonly accepted: (outbox: number) => Row[];
} {
  const sheet = bytesOf(hash);
  const keyBytes = bytesOf(key);
  const prepared = statements.map(({ digest, stated, receipt }) => ({
    digest: bytesOf(digest),
    kind: kindOfStatement(stated.statement),
    subject: bytesOf(stated.statement.subject),
    previous: bytesOf(stated.statement.previous),
    wire: encodeStatements([stated]),
    statement: stated.statement,
    receipt,
  }));
  return {
    sheet: [
      sheet,
      keyBytes,
      bytesOf(signature),
      bytesOfDigests(statements.map(({ digest }) => digest)),
      endorsements === undefined || endorsements.length === 0 ? null : JSON.stringify(endorsements),
    ],
    statements: prepared.map(({ digest, kind, subject, previous, wire, statement }, position) => [
      ...[digest, kind, subject, previous, statement.act, statement.participant, keyBytes],
      ...[wire, statement.time, statement.expires, sheet, position],
    ]),
    accepted: (outbox) =>
      prepared.map(({ digest, kind, subject, previous, statement, receipt }, position) => [
        ...[digest, participant, outbox, position, kind, subject, previous, statement.expires, PROMISE.OPEN],
        ...[receipt.participant, receipt.time, bytesOf(receipt.key), bytesOf(receipt.signature)],
        receipt.path.length === 0 ? null : bytesOfDigests(receipt.path),
      ]),
  };
}

function rowOfAnswer({ participant, idempotencyKey, request, digests }: KeptAnswer, time: number): Row {
  return [participant, nameOf(idempotencyKey), bytesOf(request), bytesOfDigests(digests), time];
}

/** An idempotency key is any text, of any length, with any character. */
function nameOf(idempotencyKey: string): Bytes {
  return createHash('sha256').update(JSON.stringify(idempotencyKey)).digest();
}

export async function findAnswers(
  { database }: StoreParts,
  participant: number,
  idempotencyKeys: readonly string[],
): Promise<readonly KeptAnswer[]> {
  const asked = new Map(idempotencyKeys.map((key) => [hexOf(nameOf(key)), key]));
  const rows = await database.read((queries) =>
    inParts([...asked.keys()], (part) =>
      queries
        .selectFrom('answer')
        .select(['name', 'request', 'digests'])
        .where('tenant', '=', participant)
        .where('name', 'in', part.map(bytesOf))
        .execute(),
    ),
  );
  return rows.map(({ name, request, digests }) => ({
    participant,
    idempotencyKey: asked.get(hexOf(name)) ?? '',
    request: hexOf(request),
    digests: digestsOfBytes(digests),
  }));
}

export async function findReceipts(
  { database }: StoreParts,
  digests: readonly Hex[],
): Promise<readonly (Receipt & { readonly progress: Progress })[]> {
  const rows = await database.read((queries) =>
    inParts(digests, (part) =>
      queries
        .selectFrom('accepted as a')
        .innerJoin('outbox as o', 'o.id', 'a.outbox')
        .innerJoin('statement as s', 's.digest', 'a.digest')
        .select([
          'a.digest',
          'a.receipt_participant',
          'a.receipt_time',
          'a.receipt_key',
          'a.receipt_signature',
          'a.receipt_path',
        ])
        .select(['a.state as promise', 'o.state as sheet_state', 's.outcome'])
        .where('a.digest', 'in', part.map(bytesOf))
        .execute(),
    ),
  );
  return rows.map((row) => ({
    digest: hexOf(row.digest),
    participant: row.receipt_participant,
    time: row.receipt_time,
    path: row.receipt_path === null ? [] : digestsOfBytes(row.receipt_path),
    key: hexOf(row.receipt_key),
    signature: hexOf(row.receipt_signature),
    progress: progressOf(row),
  }));
}
