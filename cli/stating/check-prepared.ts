/**
 * Before an officer's key signs: the prepared sheet says what was asked for, and nothing else. The gateway is not believed;
 * digests and the hash are computed anew. What can't be known here is the head that a statement follows: if the gateway
 * names a wrong one, the ledger rejects the statement.
 */
import { ACTS, codeNumber, type Act } from '../../protocol/acts.ts';
import { wordOf, ZERO, type Hex } from '../../protocol/bytes.ts';
import { readTime } from '../../protocol/lists.ts';
import { isOpenedSubject, openerOf, participantSubject } from '../../protocol/ledger.ts';
import { bitsOf, PURPOSES, RESTRICTIONS } from '../../protocol/names.ts';
import { recordRoot } from '../../protocol/record.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf, listHash } from '../../protocol/statement.ts';
import { Failure } from '../failure.ts';
import type { PreparedSheet, PreparedStatement } from '../gateway/answers.ts';
import type { StatementRequest } from '../gateway/gateway.ts';

export interface Expected {
  readonly key: Hex;
  readonly foundingHash: Hex;
  readonly requests: readonly StatementRequest[];
  /** Of the key. */
  readonly participant: number;
  readonly numberOf: (participant: string | number) => number;
  /** seconds */
  readonly now: number;
}

/** How far the gateway's clock may be from ours. */
const CLOCKS_APART = 300;
const LONGEST_VALIDITY = 30 * 24 * 3600;
const USUAL_CODES: Partial<Record<Act, string>> = { release: 'handoff', accept: 'clean' };

/**
 * The hash to sign.
 * @throws Failure refused with what differs
 */
export function checkPrepared(prepared: PreparedSheet, expected: Expected): Hex {
  if (prepared.statements.length !== expected.requests.length) throw differs('the number of statements');
  prepared.statements.forEach((statement, position) => {
    const wrong = differenceOf(statement, expected.requests[position]!, expected);
    if (wrong !== undefined) throw differs(`${wrong} of statement ${position + 1}`);
  });
  const hash = sheetHash(
    prepared.statements.map(({ statement }) => digestOf(statement)),
    expected.foundingHash,
  );
  if (hash !== prepared.hash) throw differs('the hash of the sheet');
  return hash;
}

function differenceOf(prepared: PreparedStatement, request: StatementRequest, expected: Expected): string | undefined {
  const { statement } = prepared;
  const act = request.act as Act;
  const code = request.code ?? (ACTS[act].codes.length === 1 ? ACTS[act].codes[0] : USUAL_CODES[act]);
  const list = askedList(prepared, request);
  if (list === undefined) return 'deadline';
  const exact: Partial<Record<keyof typeof statement, unknown>> = {
    act: ACTS[act].number,
    code: codeNumber(act, code ?? ''),
    participant: expected.participant,
    key: expected.key,
    recipient: request.recipient === undefined ? 0 : expected.numberOf(request.recipient),
    recipientKey: request.recipientKey ?? ZERO,
    agreement: request.agreement ?? ZERO,
    request: request.request ?? ZERO,
    reference: list.length > 0 ? listHash(list) : (request.reference ?? ZERO),
    purpose: bitsOf(PURPOSES, request.purpose ?? []),
    restrictions: bitsOf(RESTRICTIONS, request.restrictions ?? []),
  };
  for (const name of Object.keys(exact) as (keyof typeof statement)[]) {
    if (statement[name] !== exact[name]) return name;
  }
  if (!isAskedLine(statement.subject, request, expected.participant)) return 'subject';
  if (ACTS[act].opens === 'always' && statement.previous !== ZERO) return 'previous';
  if (request.follows !== undefined && statement.previous !== request.follows) return 'previous';
  if (list.length !== (prepared.list ?? []).length || list.some((word, at) => prepared.list?.[at] !== word))
    return 'list';
  if (!isAskedRecord(prepared, request)) return 'record';
  if (!isAskedTime(statement, request, expected.now)) return 'time';
  return digestOf(statement) === prepared.digest ? undefined : 'digest';
}

/** What the list has to be; undefined if the deadline of a request can't be what was asked for. */
function askedList({ statement, list }: PreparedStatement, request: StatementRequest): readonly Hex[] | undefined {
  if (request.act !== 'request' || request.list) return request.list ?? [];
  if (request.deadline !== undefined) return [wordOf(request.deadline)];
  // The gateway knows the usual deadlines; a request without a time to answer is none.
  const deadline = readTime(list?.[0]);
  return deadline !== undefined && deadline > statement.time ? list?.slice(0, 1) : undefined;
}

function isAskedLine(subject: Hex, request: StatementRequest, participant: number): boolean {
  if (request.subject !== undefined) return subject === request.subject;
  if (ACTS[request.act as Act].opens === 'never') return subject === participantSubject(participant);
  return openerOf(subject) === participant && isOpenedSubject(subject);
}

function isAskedRecord({ statement, record }: PreparedStatement, request: StatementRequest): boolean {
  if (request.record === undefined) return statement.record === ZERO && record === undefined;
  if (record === undefined || recordRoot(record) !== statement.record) return false;
  if (request.record.schema !== undefined && record.schema !== request.record.schema) return false;
  const asked = request.record.fields;
  return (
    asked.length === record.fields.length &&
    asked.every(({ label, value }, at) => record.fields[at]?.label === label && record.fields[at].value === value)
  );
}

function isAskedTime(
  { time, expires }: { readonly time: number; readonly expires: number },
  request: StatementRequest,
  now: number,
): boolean {
  if (request.time === undefined ? Math.abs(time - now) > CLOCKS_APART : time !== request.time) return false;
  return request.expires === undefined
    ? expires >= time && expires <= time + LONGEST_VALIDITY
    : expires === request.expires;
}

function differs(what: string): Failure {
  return new Failure(
    'refused',
    `The gateway prepared something else than was asked for: ${what} differs. Nothing was signed; compare the clocks, and tell the operator.`,
  );
}
