/** Statements, sheets and blocks as custody and the follower hand them over; signatures are not looked at here. */
import { randomBytes } from 'node:crypto';
import { ACT } from '../../../protocol/acts.ts';
import { nextAnchor } from '../../../protocol/anchor.ts';
import { bytesToHex, ZERO, type Hex } from '../../../protocol/bytes.ts';
import type { EvidenceState, LineOf } from '../../../protocol/ledger.ts';
import type { Reason } from '../../../protocol/reasons.ts';
import { recordRoot, type WrittenField, type WrittenRecord } from '../../../protocol/record.ts';
import { sheetHash } from '../../../protocol/sheet.ts';
import { digestOf, stated, type Stated, type Statement } from '../../../protocol/statement.ts';
import type {
  AcceptedSheet,
  AcceptedStatement,
  JudgedBlock,
  JudgedSheet,
  JudgedStatement,
} from '../../../server/custody/ports.ts';

export const FOUNDING = word();
export const NOW = 1_800_000_000;
export const KEY = word();

export function word(): Hex {
  return bytesToHex(randomBytes(32));
}

export function subjectOf(participant: number): Hex {
  return `0x${participant.toString(16).padStart(8, '0')}${randomBytes(28).toString('hex')}`;
}

export function recordOf(fields: readonly WrittenField[]): WrittenRecord {
  return { schema: 'unbroken/custody/1', fields, seed: word() };
}

export function collected(participant = 1, fields: Partial<Statement> = {}): Stated {
  const subject = subjectOf(participant);
  return stated({
    subject,
    act: ACT.collect,
    code: 1,
    participant,
    key: KEY,
    time: NOW,
    expires: NOW + 86_400,
    ...fields,
  });
}

/** A statement `record` that follows another one on its line. */
export function following({ statement }: Stated, fields: Partial<Statement> = {}): Stated {
  const { subject, participant, key, time, expires } = statement;
  return stated({
    subject,
    previous: digestOf(statement),
    act: ACT.record,
    code: 1,
    participant,
    key,
    time,
    expires,
    ...fields,
  });
}

export interface Written {
  readonly stated: Stated;
  readonly record?: WrittenRecord;
}

/** A statement that commits to a record of these fields. */
export function written(item: Stated, fields: readonly WrittenField[]): Written {
  const record = recordOf(fields);
  return { stated: { ...item, statement: { ...item.statement, record: recordRoot(record) } }, record };
}

export function accepted({ stated: item, record }: Written): AcceptedStatement {
  const digest = digestOf(item.statement);
  const receipt = {
    path: [],
    digest,
    participant: item.statement.participant,
    time: NOW,
    key: KEY,
    signature: `0x${'5a'.repeat(65)}`,
  } as const;
  return { digest, stated: item, receipt, ...(record && { record }) };
}

export function sheetOf(items: readonly (Written | Stated)[], fields: Partial<AcceptedSheet> = {}): AcceptedSheet {
  const statements = items.map((item) => accepted('stated' in item ? item : { stated: item }));
  return {
    hash: sheetHash(
      statements.map(({ digest }) => digest),
      FOUNDING,
    ),
    key: KEY,
    signature: `0x${'1b'.repeat(65)}`,
    participant: statements[0]?.stated.statement.participant ?? 0,
    statements,
    ...fields,
  };
}

export function lineOf(item: Stated, fields: Partial<EvidenceState> = {}, count = 1): LineOf<'evidence'> {
  const { subject, participant } = item.statement;
  const digest = digestOf(item.statement);
  const state: EvidenceState = {
    status: 'held',
    marks: 0,
    holds: 0,
    crossing: false,
    holder: participant,
    restrictions: 0,
    purposes: 0xffff,
    recipient: 0,
    recipientKey: 0,
    releaseKey: 0,
    agreement: 0,
    purpose: 0,
    releaseRestrictions: 0,
    origins: [participant],
    bases: [],
    ...fields,
  };
  return { kind: 'evidence', subject, head: digest, anchor: nextAnchor(ZERO, digest, NOW), count, state };
}

/** A sheet as judged: all included, but those that have a reason here. */
export function judged(
  sheet: AcceptedSheet,
  reasons: Readonly<Record<number, Reason>> = {},
  fields: Partial<JudgedSheet> = {},
): JudgedSheet {
  return {
    hash: sheet.hash,
    key: sheet.key,
    signature: sheet.signature,
    digests: sheet.statements.map(({ digest }) => digest),
    transaction: word(),
    logIndex: 0,
    endorsements: [],
    statements: sheet.statements.map(({ digest, stated: item }, position): JudgedStatement => {
      const reason = reasons[position];
      const shared = { digest, stated: item, sheet: sheet.hash, position };
      return reason === undefined
        ? { ...shared, changes: [{ change: 'moved', line: lineOf(item) }] }
        : { ...shared, reason, changes: [] };
    }),
    ...fields,
  };
}

export function blockOf(number: number, sheets: readonly JudgedSheet[], time = NOW + number): JudgedBlock {
  return { number, hash: word(), time, sheets };
}
