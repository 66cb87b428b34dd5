/** A statement as it is shown: the signed fields exactly, and beside them what they mean. */
import type { z } from 'zod';
import { ACTS, findAct } from '../../../protocol/acts.ts';
import { ZERO } from '../../../protocol/bytes.ts';
import { PURPOSES, RESTRICTIONS } from '../../../protocol/names.ts';
import { reasonMeaning } from '../../../protocol/reasons.ts';
import { isDisclosure } from '../../../protocol/dossier.ts';
import type { WrittenRecord } from '../../../protocol/record.ts';
import type { Statement } from '../../../protocol/statement.ts';
import type { Accepted, StatementEntry } from '../../custody/gateway.ts';
import type { BlockPosition, ReceivedRecord } from '../../custody/ports.ts';
import type { accepted, statementView as schema } from '../schemas/answers.ts';
import { bitNames, utcOf, type Names } from './names.ts';

type StatementView = z.infer<typeof schema>;

export function statementView(entry: StatementEntry, names: Names): StatementView {
  const { digest, stated, sheet, position, progress, record, service } = entry;
  const { statement, list } = stated;
  return {
    digest,
    subject: statement.subject,
    ...meaningOf(statement),
    participant: names.participant(statement.participant),
    key: statement.key,
    signedBy: service ? 'service' : 'officer',
    ...namedOf(statement, names),
    ...(record !== undefined && { record: recordView(record, names) }),
    progress,
    ...(entry.reason && { reason: entry.reason, reasonMeaning: reasonMeaning(entry.reason) }),
    claimedAt: utcOf(statement.time),
    expiresAt: utcOf(statement.expires),
    ...(entry.acceptedAt !== undefined && { acceptedAt: utcOf(entry.acceptedAt) }),
    ...outcomeOf(entry),
    sheet,
    position,
    signed: { statement, list: [...list] },
  };
}

/** A rejected statement of others may carry any number: it is shown as a number. */
function meaningOf({ act, code }: Statement): { act: string; code: string } {
  const name = findAct(act);
  const codes: readonly string[] = name === undefined ? [] : ACTS[name].codes;
  return { act: name ?? String(act), code: codes[code - 1] ?? String(code) };
}

function namedOf(
  statement: Statement,
  names: Names,
): Pick<StatementView, 'recipient' | 'recipientKey' | 'agreement' | 'request' | 'purpose' | 'restrictions'> {
  const { recipient, recipientKey, agreement, request, purpose, restrictions } = statement;
  return {
    ...(recipient !== 0 && { recipient: names.participant(recipient) }),
    ...(recipientKey !== ZERO && { recipientKey }),
    ...(agreement !== ZERO && { agreement }),
    ...(request !== ZERO && { request }),
    ...(purpose !== 0 && { purpose: bitNames(PURPOSES, purpose) }),
    ...(restrictions !== 0 && { restrictions: bitNames(RESTRICTIONS, restrictions) }),
  };
}

/** The seed stays inside: a disclosure shows the salts of the fields that somebody chose to show. */
function recordView(
  record: WrittenRecord | ReceivedRecord | 'erased',
  names: Names,
): NonNullable<StatementView['record']> {
  if (record === 'erased') return record;
  if (isDisclosure(record)) {
    return {
      schema: record.schema,
      from: names.participant(record.from),
      fields: record.fields.map((field) =>
        'withheld' in field
          ? { label: field.label, hash: field.hash, withheld: true as const }
          : { label: field.label, value: field.value },
      ),
    };
  }
  return { schema: record.schema, fields: record.fields.map(({ label, value }) => ({ label, value })) };
}

function outcomeOf({
  stated,
  included,
  rejected,
}: StatementEntry): Pick<
  StatementView,
  'includedAt' | 'delaySeconds' | 'block' | 'transaction' | 'rejectedAt' | 'settled'
> {
  if (included) {
    return {
      includedAt: utcOf(included.time),
      delaySeconds: included.time - stated.statement.time,
      block: blockView(included),
      transaction: included.transaction,
    };
  }
  if (!rejected) return {};
  return {
    rejectedAt: utcOf(rejected.time),
    settled: rejected.settled,
    block: blockView(rejected),
    transaction: rejected.transaction,
  };
}

export function blockView({ number, hash, time }: BlockPosition): BlockPosition {
  return { number, hash, time };
}

export function acceptedView({
  digest,
  subject,
  act,
  sheet,
  progress,
  service,
  receipt,
}: Accepted): z.infer<typeof accepted> {
  return {
    digest,
    subject,
    act,
    sheet,
    progress,
    signedBy: service ? 'service' : 'officer',
    receipt: { ...receipt, path: [...receipt.path] },
  };
}
