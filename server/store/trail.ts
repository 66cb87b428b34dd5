/** Trails: what the ledger judged, in its order, then what waits here, in the order of acceptance. */
import { sql, type Kysely } from 'kysely';
import type { Hex } from '../../protocol/bytes.ts';
import type { LineReference, Page, SignedDigests, TrailEntry } from '../custody/ports.ts';
import { inParts } from './bulk.ts';
import { bytesOf, digestsOfBytes, fromJson, hexOf } from './columns.ts';
import { kindNumber } from './line-kind.ts';
import { pageOf, pageSize, readCursor, writeCursor } from './page.ts';
import type { StoreParts } from './parts.ts';
import { progressOf, reasonOf } from './progress.ts';
import { statedOf } from './stated.ts';
import { PROMISE, type Tables } from './tables.ts';

/** First number of a cursor: which of the two parts of a trail it is in. */
const JUDGED = 0;
const WAITING = 1;

const LISTING = 'trail';

export async function trail(
  { database }: StoreParts,
  line: LineReference,
  cursor: string | undefined,
  limit: number,
): Promise<Page<TrailEntry>> {
  const size = pageSize(limit);
  const after = cursor === undefined ? undefined : readCursor(LISTING, 4, cursor);
  return database.read(async (queries) => {
    const judged = after?.[0] === WAITING ? [] : await judgedPart(queries, line, after, size + 1);
    const room = size + 1 - judged.length;
    const waiting = room > 0 ? await waitingPart(queries, line, after?.[0] === WAITING ? after : undefined, room) : [];
    return pageOf([...judged, ...waiting], size, entryOf, (last) =>
      writeCursor(
        LISTING,
        last.block === null
          ? [WAITING, last.outbox ?? 0, last.promise_position ?? 0, 0]
          : [JUDGED, last.block, last.log_index ?? 0, last.position],
      ),
    );
  });
}

export async function statement({ database }: StoreParts, digest: Hex): Promise<TrailEntry | undefined> {
  const row = await database.read((queries) =>
    entries(queries).where('s.digest', '=', bytesOf(digest)).executeTakeFirst(),
  );
  return row && entryOf(row);
}

export async function loadSheets({ database }: StoreParts, hashes: readonly Hex[]): Promise<readonly SignedDigests[]> {
  const rows = await database.read((queries) =>
    inParts(hashes, (part) => queries.selectFrom('sheet').selectAll().where('hash', 'in', part.map(bytesOf)).execute()),
  );
  return rows.map(({ hash, key, signature, digests, endorsements }) => ({
    hash: hexOf(hash),
    key: hexOf(key),
    signature: hexOf(signature),
    digests: digestsOfBytes(digests),
    ...(endorsements !== null && {
      endorsements: fromJson(endorsements) as NonNullable<SignedDigests['endorsements']>,
    }),
  }));
}

async function judgedPart(
  queries: Kysely<Tables>,
  line: LineReference,
  after: number[] | undefined,
  limit: number,
): Promise<Entry[]> {
  let query = onLine(queries, line).where('s.block', 'is not', null);
  if (after !== undefined) {
    const [, block, logIndex, position] = after;
    query = query.where(sql<boolean>`(s.block, s.log_index, s.position) > (${block}, ${logIndex}, ${position})`);
  }
  return query.orderBy('s.block').orderBy('s.log_index').orderBy('s.position').limit(limit).execute();
}

async function waitingPart(
  queries: Kysely<Tables>,
  line: LineReference,
  after: number[] | undefined,
  limit: number,
): Promise<Entry[]> {
  let query = onLine(queries, line).where('s.block', 'is', null);
  if (after !== undefined) {
    const [, outbox, position] = after;
    query = query.where(sql<boolean>`(a.outbox, a.position) > (${outbox}, ${position})`);
  }
  return query.orderBy('a.outbox').orderBy('a.position').limit(limit).execute();
}

function onLine(queries: Kysely<Tables>, { kind, subject }: LineReference) {
  return entries(queries).where('s.subject', '=', bytesOf(subject)).where('s.kind', '=', kindNumber(kind));
}

function entries(queries: Kysely<Tables>) {
  return queries
    .selectFrom('statement as s')
    .leftJoin('block as b', 'b.number', 's.block')
    .leftJoin('accepted as a', 'a.digest', 's.digest')
    .leftJoin('outbox as o', 'o.id', 'a.outbox')
    .leftJoin('line as l', (join) => join.onRef('l.subject', '=', 's.subject').onRef('l.kind', '=', 's.kind'))
    .leftJoin('cursor as c', (join) => join.on('c.id', '=', 1))
    .select(['s.digest', 's.previous', 's.wire', 's.key', 's.expires', 's.sheet', 's.position', 's.outcome'])
    .select(['s.block', 's.log_index', 's.transaction', 'b.hash as block_hash', 'b.time as block_time'])
    .select(['a.state as promise', 'a.outbox', 'a.position as promise_position'])
    .select(['o.state as sheet_state', 'o.accepted_at', 'l.head', 'c.time as followed_to']);
}

type Entry = Awaited<ReturnType<ReturnType<typeof entries>['executeTakeFirstOrThrow']>>;

function entryOf(row: Entry): TrailEntry {
  const reason = reasonOf(row);
  const progress = progressOf(row);
  const judged = judgedAt(row);
  return {
    digest: hexOf(row.digest),
    stated: statedOf(row),
    sheet: hexOf(row.sheet),
    position: row.position,
    progress,
    ...(reason === undefined ? {} : { reason }),
    ...(progress === 'final' && judged !== undefined ? { included: judged } : {}),
    ...(progress === 'rejected' && judged !== undefined ? { rejected: { ...judged, settled: isSettled(row) } } : {}),
    ...(row.accepted_at === null ? {} : { acceptedAt: row.accepted_at }),
  };
}

function judgedAt({ block, block_hash: hash, block_time: time, transaction }: Entry) {
  if (block === null || hash === null || time === null || transaction === null) return undefined;
  return { number: block, hash: hexOf(hash), time, transaction: hexOf(transaction) };
}

/**
 * A rejected statement may be sent again by anybody, until it expires or its line has moved on:
 * a head never comes back.
 */
function isSettled({ promise, expires, followed_to: followedTo, head, previous }: Entry): boolean {
  if (promise === PROMISE.EXPIRED || (followedTo !== null && followedTo > expires)) return true;
  return head !== null && hexOf(head) !== hexOf(previous);
}
