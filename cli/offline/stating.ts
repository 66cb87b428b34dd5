/** Stating without a gateway: filled in here, judged as far as can be known here, signed here, queued here. */
import { randomBytes } from 'node:crypto';
import { ACTS, codeNumber, type Act } from '../../protocol/acts.ts';
import { bytesToHex, ZERO } from '../../protocol/bytes.ts';
import { WAIT_MAX } from '../../protocol/judge.ts';
import { openedSubject } from '../../protocol/ledger.ts';
import { bitsOf, PURPOSES, RESTRICTIONS } from '../../protocol/names.ts';
import { reasonMeaning } from '../../protocol/reasons.ts';
import { recordRoot } from '../../protocol/record.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf, listHash, newStatement, type Statement } from '../../protocol/statement.ts';
import { Failure, usage } from '../failure.ts';
import type { StatementRequest } from '../gateway/gateway.ts';
import type { SigningKey } from '../keys/key-file.ts';
import type { QueuedSheet } from './folder.ts';
import type { Known } from './known.ts';
import { advance, newLine, type KnownLine } from './lines.ts';

/** Signs one sheet and queues it; durable when it returns. */
export function stateOffline(
  known: Known,
  key: SigningKey,
  requests: readonly StatementRequest[],
  now: number,
): QueuedSheet {
  const { snapshot } = known;
  const enrolled = snapshot.keys.find(({ id }) => id === key.id);
  if (enrolled?.participant !== snapshot.participant || enrolled.revoked) {
    throw usage(
      'By your snapshot, this key is no valid key of your participant. Fetch a new one, or take another key.',
    );
  }
  const statements = requests.map((request) => fill(request, known, key, now));
  const digests = statements.map(({ statement }) => digestOf(statement));
  const hash = sheetHash(digests, snapshot.foundingHash);
  const sheet: QueuedSheet = {
    format: 'unbroken/queued/1',
    hash,
    key: key.id,
    signature: key.sign(hash),
    statements,
  };
  known.folder.queue(sheet);
  return sheet;
}

function fill(
  request: StatementRequest,
  known: Known,
  key: SigningKey,
  now: number,
): QueuedSheet['statements'][number] {
  const act = request.act as Act;
  const { participant } = known.snapshot;
  const line = lineOf(request, known, participant);
  const list = request.list ?? [];
  const record = request.record && {
    schema: act === 'collect' || act === 'derive' ? 'unbroken/evidence/1' : 'unbroken/custody/1',
    fields: [...request.record.fields],
    seed: bytesToHex(randomBytes(32)),
  };
  const time = request.time ?? now;
  const restrictions = bitsOf(RESTRICTIONS, request.restrictions ?? []);
  const statement = newStatement({
    subject: line.subject,
    previous: line.head,
    act: ACTS[act].number,
    code: codeNumber(act, request.code ?? ACTS[act].codes[0]!),
    participant,
    key: key.id,
    recipient: request.recipient === undefined ? 0 : known.numberOf(String(request.recipient)),
    recipientKey: request.recipientKey ?? ZERO,
    agreement: request.agreement ?? ZERO,
    request: request.request ?? ZERO,
    reference: list.length > 0 ? listHash(list) : ZERO,
    purpose: bitsOf(PURPOSES, request.purpose ?? []),
    // A release may add restrictions and never drop one, so those of the item go without saying.
    restrictions: act === 'release' ? restrictions | line.restrictions : restrictions,
    record: record ? recordRoot(record) : ZERO,
    time,
    // As long as the ledger lets anything wait: nobody knows when there is a gateway again.
    expires: request.expires ?? time + WAIT_MAX,
  });
  checkFollows(line, statement, known);
  return { statement, ...(list.length > 0 && { list: [...list] }), ...(record && { record }) };
}

function lineOf(request: StatementRequest, known: Known, participant: number): KnownLine {
  if (request.subject === undefined) return newLine(openedSubject(participant, randomBytes(28), known.snapshot.tag));
  const line = known.line(request.subject);
  if (line === undefined) {
    throw usage(
      'Nothing is known here about this item. Fetch it while there is a gateway, or receive a handover of it.',
    );
  }
  return line;
}

/** @throws Failure refused with what the ledger would say */
function checkFollows(line: KnownLine, statement: Statement, known: Known): void {
  const { participant, recipientKey, time, expires, key } = statement;
  const moved = advance(line, statement);
  if ('reason' in moved) throw new Failure('refused', `Rejected, ${moved.reason}: ${reasonMeaning(moved.reason)}.`);
  if (expires <= time || expires > time + WAIT_MAX) {
    throw usage('It has to expire after its time, and 30 days after it at the latest.');
  }
  if (statement.recipient === participant && (recipientKey === ZERO || recipientKey === key)) {
    throw usage('Within your participant, name the other key that is to accept: --key.');
  }
  const released = statement.act === ACTS.accept.number ? known.statement(line.head) : undefined;
  if (released === undefined) return;
  if (released.recipientKey !== ZERO && released.recipientKey !== key) {
    throw usage('It was released to another key of your participant: only that one can accept it.');
  }
  if (released.key === key) throw new Failure('refused', `Rejected, SAME_KEY: ${reasonMeaning('SAME_KEY')}.`);
}
