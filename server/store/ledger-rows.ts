/** Lines and keys of the ledger as rows, and back. */
import type { Selectable } from 'kysely';
import type { KeyState, LineState } from '../../protocol/ledger.ts';
import { EVIDENCE_STATUS } from '../../protocol/transitions.ts';
import type { Insert, Row } from './bulk.ts';
import { bytesOf, fromJson, hexOf } from './columns.ts';
import { kindNamed, kindNumber } from './line-kind.ts';
import type { Tables } from './tables.ts';

export const LINE_ROWS: Insert = {
  table: 'line',
  columns: ['kind', 'subject', 'head', 'anchor', 'count', 'status', 'holder', 'recipient', 'state'],
  conflict:
    '(subject, kind) do update set head = excluded.head, anchor = excluded.anchor, "count" = excluded."count", ' +
    'status = excluded.status, holder = excluded.holder, recipient = excluded.recipient, state = excluded.state',
};

export const KEY_ROWS: Insert = {
  table: 'key',
  columns: ['id', 'number', 'participant', 'state'],
  conflict: '(id) do update set state = excluded.state',
};

/** Of evidence, status, holder and recipient stand in columns of their own. */
export function rowOfLine(line: LineState): Row {
  const searched =
    line.kind === 'evidence'
      ? [
          EVIDENCE_STATUS[line.state.status],
          line.state.holder,
          line.state.recipient === 0 ? null : line.state.recipient,
        ]
      : [null, null, null];
  return [
    ...[kindNumber(line.kind), bytesOf(line.subject), bytesOf(line.head), bytesOf(line.anchor), line.count],
    ...[...searched, JSON.stringify(line.state)],
  ];
}

export function lineOfRow(row: Selectable<Tables['line']>): LineState {
  return {
    kind: kindNamed(row.kind),
    subject: hexOf(row.subject),
    head: hexOf(row.head),
    anchor: hexOf(row.anchor),
    count: row.count,
    state: fromJson(row.state),
  } as LineState;
}

export function rowOfKey(key: KeyState): Row {
  return [bytesOf(key.id), key.number, key.participant, JSON.stringify(key)];
}

export function keyOfRow({ state }: Pick<Selectable<Tables['key']>, 'state'>): KeyState {
  return fromJson(state) as KeyState;
}
