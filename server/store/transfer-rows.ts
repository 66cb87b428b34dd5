/**
 * Transfers and derivations as rows, from included statements in the order of the ledger.
 *
 * A transfer is one release with what became of it; a line has one that is open at most. The same function fills them
 * block by block and, where the statements were here before the tables, all at once.
 */
import type { Transaction } from 'kysely';
import { ACT, CODE } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { jurisdictionNumber } from '../../protocol/names.ts';
import { participantSubject, type ParticipantState } from '../../protocol/ledger.ts';
import type { Stated } from '../../protocol/statement.ts';
import { TRANSFER_STATE } from '../custody/transfers.ts';
import { inParts, insertRows, type Insert, type Row } from './bulk.ts';
import { bytesOf, fromJson, hexOf } from './columns.ts';
import type { Engine } from './engine.ts';
import { kindNumber } from './line-kind.ts';
import type { Tables, TransferTable } from './tables.ts';

/** An included statement and its place. */
export interface Placed {
  readonly digest: Hex;
  readonly stated: Stated;
  readonly block: number;
  readonly time: number;
  readonly logIndex: number;
  readonly position: number;
}

type TransferRow = { -readonly [Column in keyof TransferTable]: TransferTable[Column] };

const RELEASED = [
  ...(['release', 'subject', 'sender', 'recipient', 'from_jurisdiction', 'to_jurisdiction'] as const),
  ...(['agreement', 'request', 'purpose', 'restrictions', 'late', 'claimed_at', 'expires'] as const),
  ...(['included_at', 'block', 'log_index', 'position'] as const),
];
const OUTCOME = [
  ...(['state', 'outcome', 'outcome_code', 'outcome_claimed_at', 'outcome_included_at'] as const),
  ...(['ended', 'ended_claimed_at', 'ended_included_at'] as const),
];
const COLUMNS = [...RELEASED, ...OUTCOME];

const TRANSFERS: Insert = {
  table: 'transfer',
  columns: COLUMNS,
  conflict: `(release) do update set ${OUTCOME.map((column) => `${column} = excluded.${column}`).join(', ')}`,
};

const DERIVATIONS: Insert = {
  table: 'derivation',
  columns: [
    ...['child', 'parent', 'digest', 'participant', 'code', 'claimed_at', 'included_at'],
    ...['block', 'log_index', 'position', 'ordinal'],
  ],
  conflict: '(child, ordinal) do nothing',
};

const ENDINGS: ReadonlySet<number> = new Set([ACT.accept, ACT.refuse, ACT.recall, ACT.return, ACT.dispose]);

/** @param included statements that were not projected yet, in the order of the ledger */
export async function projectTransfers(
  transaction: Transaction<Tables>,
  engine: Engine,
  included: readonly Placed[],
): Promise<void> {
  const derivations = included.filter(({ stated }) => stated.statement.act === ACT.derive).flatMap(derivationRows);
  if (derivations.length > 0) await insertRows(transaction, engine, DERIVATIONS, derivations);

  const releases = included.filter(({ stated }) => stated.statement.act === ACT.release);
  const endings = included.filter(({ stated }) => ENDINGS.has(stated.statement.act));
  if (releases.length === 0 && endings.length === 0) return;
  const open = await openTransfers(transaction, endings);
  const jurisdictions = await jurisdictionsOf(transaction, releases);
  const changed = new Map<string, TransferRow>();
  for (const placed of included) {
    const { subject, act } = placed.stated.statement;
    if (act === ACT.release) open.set(subject, releasedRow(placed, jurisdictions));
    const row = open.get(subject);
    if (row === undefined || (act !== ACT.release && !settle(row, placed))) continue;
    if (row.state !== TRANSFER_STATE['in-transit'] && row.state !== TRANSFER_STATE.refused) open.delete(subject);
    changed.set(hexOf(row.release), row);
  }
  const rows = [...changed.values()].map((row): Row => COLUMNS.map((column) => row[column]));
  await insertRows(transaction, engine, TRANSFERS, rows);
}

function derivationRows({ digest, stated, block, time, logIndex, position }: Placed): Row[] {
  const { subject, participant, code, time: claimed } = stated.statement;
  return stated.list.map((parent, ordinal) => [
    ...[bytesOf(subject), bytesOf(parent), bytesOf(digest), participant, code, claimed, time],
    ...[block, logIndex, position, ordinal],
  ]);
}

function releasedRow(
  { digest, stated, block, time, logIndex, position }: Placed,
  jurisdictions: ReadonlyMap<number, number>,
): TransferRow {
  const { statement } = stated;
  return {
    release: bytesOf(digest),
    subject: bytesOf(statement.subject),
    sender: statement.participant,
    recipient: statement.recipient,
    from_jurisdiction: jurisdictions.get(statement.participant) ?? 0,
    to_jurisdiction: jurisdictions.get(statement.recipient) ?? 0,
    agreement: wordOrNull(statement.agreement),
    request: wordOrNull(statement.request),
    purpose: statement.purpose,
    restrictions: statement.restrictions,
    late: statement.code === CODE.releaseLate ? 1 : 0,
    claimed_at: statement.time,
    expires: statement.expires,
    included_at: time,
    block,
    log_index: logIndex,
    position,
    state: TRANSFER_STATE['in-transit'],
    outcome: null,
    outcome_code: null,
    outcome_claimed_at: null,
    outcome_included_at: null,
    ended: null,
    ended_claimed_at: null,
    ended_included_at: null,
  };
}

/** @returns whether the statement says what became of the transfer */
function settle(row: TransferRow, { digest, stated, time }: Placed): boolean {
  const { act, code, time: claimed } = stated.statement;
  const state = stateAfter(act);
  if (state === undefined) return false;
  if (row.state === TRANSFER_STATE['in-transit']) {
    row.outcome = bytesOf(digest);
    row.outcome_code = code;
    row.outcome_claimed_at = claimed;
    row.outcome_included_at = time;
  } else {
    row.ended = bytesOf(digest);
    row.ended_claimed_at = claimed;
    row.ended_included_at = time;
  }
  row.state = state;
  return true;
}

function stateAfter(act: number): number | undefined {
  switch (act) {
    case ACT.accept:
      return TRANSFER_STATE.accepted;
    case ACT.refuse:
      return TRANSFER_STATE.refused;
    case ACT.recall:
      return TRANSFER_STATE.recalled;
    case ACT.return:
      return TRANSFER_STATE.returned;
    // Of what is not held, only the loss can be declared.
    case ACT.dispose:
      return TRANSFER_STATE.lost;
    default:
      return undefined;
  }
}

async function openTransfers(
  transaction: Transaction<Tables>,
  endings: readonly Placed[],
): Promise<Map<Hex, TransferRow>> {
  const subjects = [...new Set(endings.map(({ stated }) => stated.statement.subject))];
  const rows = await inParts(subjects, (part) =>
    transaction
      .selectFrom('transfer')
      .selectAll()
      .where('subject', 'in', part.map(bytesOf))
      .where('state', 'in', [TRANSFER_STATE['in-transit'], TRANSFER_STATE.refused])
      .execute(),
  );
  return new Map(rows.map((row) => [hexOf(row.subject), row]));
}

/** A participant's jurisdiction never changes. */
async function jurisdictionsOf(
  transaction: Transaction<Tables>,
  releases: readonly Placed[],
): Promise<ReadonlyMap<number, number>> {
  const numbers = new Set(
    releases.flatMap(({ stated: { statement } }) => [statement.participant, statement.recipient]),
  );
  const rows = await inParts([...numbers], (part) =>
    transaction
      .selectFrom('line')
      .select('state')
      .where('kind', '=', kindNumber('participant'))
      .where(
        'subject',
        'in',
        part.map((number) => bytesOf(participantSubject(number))),
      )
      .execute(),
  );
  return new Map(
    rows.map(({ state }) => {
      const { number, jurisdiction } = fromJson(state) as ParticipantState;
      return [number, jurisdictionNumber(jurisdiction)];
    }),
  );
}

function wordOrNull(word: Hex): Uint8Array | null {
  return word === ZERO ? null : bytesOf(word);
}
