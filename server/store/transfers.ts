/** Finding transfers, newest first, and the items that were made of one or that it was made of. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Hex } from '../../protocol/bytes.ts';
import { jurisdictionCode, jurisdictionNumber } from '../../protocol/names.ts';
import type { Page } from '../custody/ports.ts';
import {
  DERIVED_MOST,
  TRANSFER_STATE,
  type Derivation,
  type DerivationDirection,
  type Moment,
  type Transfer,
  type TransferFilter,
  type TransferState,
} from '../custody/transfers.ts';
import { bytesOf, hexOf } from './columns.ts';
import { StoreError } from './errors.ts';
import { pageOf, pageSize, readCursor, writeCursor } from './page.ts';
import type { StoreParts } from './parts.ts';
import type { Bytes, Tables } from './tables.ts';

const TRANSFERS = 'transfers';
const DERIVATIONS = 'derivations';
const STATES = Object.keys(TRANSFER_STATE) as TransferState[];

/** @param now what is overdue is so at this time */
export async function searchTransfers(
  parts: StoreParts,
  tenant: number,
  filter: TransferFilter,
  now: number,
  cursor: string | undefined,
  limit: number,
): Promise<Page<Transfer>> {
  const size = pageSize(limit);
  const rows = await parts.database.read((queries) => {
    let query = filtered(parts, queries, tenant, filter, now);
    if (cursor !== undefined) {
      const [time, block, logIndex, position] = readCursor(TRANSFERS, 4, cursor);
      query = query.where(
        sql<boolean>`(included_at, block, log_index, position) < (${time}, ${block}, ${logIndex}, ${position})`,
      );
    }
    return query
      .orderBy('included_at', 'desc')
      .orderBy('block', 'desc')
      .orderBy('log_index', 'desc')
      .orderBy('position', 'desc')
      .limit(size + 1)
      .execute();
  });
  return pageOf(
    rows,
    size,
    (row) => transferOf(row, now),
    ({ included_at: time, block, log_index: logIndex, position }) =>
      writeCursor(TRANSFERS, [time, block, logIndex, position]),
  );
}

function filtered({ blind }: StoreParts, queries: Kysely<Tables>, tenant: number, filter: TransferFilter, now: number) {
  const { subject, agreement, request, sender, recipient, agency, purpose, restrictions, term } = filter;
  let query = queries.selectFrom('transfer').selectAll();
  if (subject !== undefined) query = query.where('subject', '=', bytesOf(subject));
  if (filter.fromJurisdiction !== undefined)
    query = query.where('from_jurisdiction', '=', jurisdictionNumber(filter.fromJurisdiction));
  if (filter.toJurisdiction !== undefined)
    query = query.where('to_jurisdiction', '=', jurisdictionNumber(filter.toJurisdiction));
  if (sender !== undefined) query = query.where('sender', '=', sender);
  if (recipient !== undefined) query = query.where('recipient', '=', recipient);
  if (agency !== undefined)
    query = query.where((eb) => eb.or([eb('sender', '=', agency), eb('recipient', '=', agency)]));
  if (agreement !== undefined) query = query.where('agreement', '=', bytesOf(agreement));
  if (request !== undefined) query = query.where('request', '=', bytesOf(request));
  if (purpose !== undefined) query = query.where(sql<boolean>`(purpose & ${purpose}) <> 0`);
  if (restrictions !== undefined) query = query.where(sql<boolean>`(restrictions & ${restrictions}) <> 0`);
  if (filter.late !== undefined) query = query.where('late', '=', filter.late ? 1 : 0);
  if (filter.crossing !== undefined)
    query = query.whereRef('from_jurisdiction', filter.crossing ? '!=' : '=', 'to_jurisdiction');
  if (filter.state === 'overdue') {
    // As the partial index has it.
    query = query.where(sql<boolean>`state = 0`).where('expires', '<', now);
  } else if (filter.state !== undefined) query = query.where('state', '=', TRANSFER_STATE[filter.state]);
  if (filter.since !== undefined) query = query.where('included_at', '>=', filter.since);
  if (filter.until !== undefined) query = query.where('included_at', '<', filter.until);
  if (term !== undefined) {
    const token = blind.token(tenant, term.kind, term.value);
    query = query.where('subject', 'in', (eb) =>
      eb
        .selectFrom('blind as b')
        .innerJoin('statement as s', 's.digest', 'b.digest')
        .select('s.subject')
        .where('b.tenant', '=', tenant)
        .where('b.kind', '=', token.kind)
        .where('b.token', '=', token.token),
    );
  }
  return query;
}

function transferOf(row: Selectable<Tables['transfer']>, now: number): Transfer {
  const state = STATES.find((name) => TRANSFER_STATE[name] === row.state);
  if (state === undefined) throw new StoreError('CORRUPT', `no transfer has the state ${row.state}`);
  const outcome = momentOf(row.outcome, row.outcome_claimed_at, row.outcome_included_at);
  const end = momentOf(row.ended, row.ended_claimed_at, row.ended_included_at);
  return {
    subject: hexOf(row.subject),
    sender: row.sender,
    recipient: row.recipient,
    fromJurisdiction: jurisdictionCode(row.from_jurisdiction),
    toJurisdiction: jurisdictionCode(row.to_jurisdiction),
    ...(row.agreement !== null && { agreement: hexOf(row.agreement) }),
    ...(row.request !== null && { request: hexOf(row.request) }),
    purpose: row.purpose,
    restrictions: row.restrictions,
    late: row.late === 1,
    state,
    overdue: state === 'in-transit' && row.expires < now,
    release: {
      digest: hexOf(row.release),
      claimedAt: row.claimed_at,
      includedAt: row.included_at,
      block: row.block,
      expires: row.expires,
    },
    ...(outcome && { outcome: { ...outcome, code: row.outcome_code ?? 0 } }),
    ...(end && { end }),
  };
}

function momentOf(digest: Bytes | null, claimedAt: number | null, includedAt: number | null): Moment | undefined {
  if (digest === null || claimedAt === null || includedAt === null) return undefined;
  return { digest: hexOf(digest), claimedAt, includedAt };
}

/** Every derivation that an item stands in, forward or backward, in the order of the ledger. */
export async function derivations(
  { database }: StoreParts,
  subject: Hex,
  direction: DerivationDirection,
  cursor: string | undefined,
  limit: number,
): Promise<Page<Derivation> & { readonly whole: boolean }> {
  const size = pageSize(limit);
  const after = cursor === undefined ? undefined : readCursor(DERIVATIONS, 4, cursor);
  const [from, to] = direction === 'forward' ? (['parent', 'child'] as const) : (['child', 'parent'] as const);
  // The engines stop searching once enough is found.
  const reached = sql`with recursive found(subject) as (
    select cast(${bytesOf(subject)} as ${sql.raw(database.engine === 'sqlite' ? 'blob' : 'bytea')})
    union select d.${sql.ref(to)} from derivation d join found f on d.${sql.ref(from)} = f.subject)`;
  const page = sql<Selectable<Tables['derivation']>>`${reached} select d.* from derivation d
    where d.${sql.ref(from)} in (select subject from found limit ${DERIVED_MOST})
    ${after === undefined ? sql`` : sql`and (d.block, d.log_index, d.position, d.ordinal) > (${sql.join(after)})`}
    order by d.block, d.log_index, d.position, d.ordinal limit ${size + 1}`;
  const count = sql<{ count: number }>`${reached}
    select count(*) as count from (select subject from found limit ${DERIVED_MOST + 1}) as each_one`;
  return database.read(async (queries) => {
    const { rows } = await page.execute(queries);
    const counted = await count.execute(queries);
    const listed = pageOf(rows, size, derivationOf, ({ block, log_index: logIndex, position, ordinal }) =>
      writeCursor(DERIVATIONS, [block, logIndex, position, ordinal]),
    );
    return { ...listed, whole: (counted.rows[0]?.count ?? 0) <= DERIVED_MOST };
  });
}

function derivationOf(row: Selectable<Tables['derivation']>): Derivation {
  return {
    parent: hexOf(row.parent),
    child: hexOf(row.child),
    participant: row.participant,
    code: row.code,
    derive: {
      digest: hexOf(row.digest),
      claimedAt: row.claimed_at,
      includedAt: row.included_at,
      block: row.block,
    },
  };
}
