/** From what a caller asks for to a whole statement: names become numbers, the line's head becomes `previous`. */
import { ACTS, codeNumber, kindOf, type Act, type LineKind } from '../../protocol/acts.ts';
import { wordOf, ZERO, type Hex } from '../../protocol/bytes.ts';
import { participantSubject } from '../../protocol/ledger.ts';
import { bitsOf, PURPOSES, RESTRICTIONS } from '../../protocol/names.ts';
import { recordRoot, type WrittenRecord } from '../../protocol/record.ts';
import { termsWords } from '../../protocol/lists.ts';
import { termsOf } from '../../protocol/named-terms.ts';
import { listHash, newStatement, type Stated } from '../../protocol/statement.ts';
import type { World } from '../../protocol/world.ts';
import { termOf, type Deadlines } from './deadlines.ts';
import { CustodyError, type StatementRequest } from './gateway.ts';
import type { LineReference } from './ports.ts';
import { listedOf } from './references.ts';

/** How long a statement may wait for inclusion when its caller says nothing: a week, in seconds. */
const DEFAULT_VALIDITY = 7 * 24 * 3600;

/** Acts whose usual code goes without saying. */
const USUAL_CODE: Partial<Record<Act, string>> = { release: 'handoff', accept: 'clean' };

/** Sources of chance, so that tests can repeat a run. */
export interface Chance {
  /** A subject that the participant may open. */
  subject(participant: number): Hex;
  /** The 32 bytes that a record's salts come from. */
  seed(): Hex;
}

export interface FilledStatement {
  readonly stated: Stated;
  readonly record?: WrittenRecord;
}

/** Who signs, and where names are looked up. */
export interface Filling {
  readonly participant: number;
  readonly key: Hex;
  readonly world: World;
  /** Number of the participant with this code. */
  readonly participantCoded: (code: string) => number | undefined;
  /** Of requests that name none. */
  readonly deadlines: Deadlines;
  /** seconds */
  readonly now: number;
  readonly chance: Chance;
}

/**
 * @throws CustodyError INVALID with what can't be understood
 * @throws ProtocolError UNKNOWN_NAME, RECORD
 */
export function fillStatement(request: StatementRequest, filling: Filling): FilledStatement {
  const { participant, key, world, now, chance } = filling;
  const act = actNamed(request.act);
  const line = lineOf(request, participant) ?? { kind: ACTS[act].kinds[0]!, subject: chance.subject(participant) };
  const record = request.record && {
    schema: request.record.schema ?? schemaOf(act),
    fields: request.record.fields,
    seed: chance.seed(),
  };
  const time = request.time ?? now;
  if (request.follows !== undefined && act !== 'accept') throw invalid('Only an acceptance follows a late release.');
  const code = codeOf(act, request.code);
  const list = request.list ?? wordsOf(act, code, { ...request, time }, filling);
  const statement = newStatement({
    subject: line.subject,
    previous: request.follows ?? world.line(line.kind, line.subject)?.head ?? ZERO,
    act: ACTS[act].number,
    code,
    participant,
    key,
    recipient: recipientOf(request.recipient, filling),
    recipientKey: request.recipientKey ?? ZERO,
    agreement: request.agreement ?? ZERO,
    request: request.request ?? ZERO,
    reference: list.length > 0 ? listHash(list) : (request.reference ?? termsSigned(act, line.subject, world)),
    purpose: bitsOf(PURPOSES, request.purpose ?? []),
    restrictions: bitsOf(RESTRICTIONS, request.restrictions ?? []),
    record: record ? recordRoot(record) : ZERO,
    time,
    expires: request.expires ?? time + DEFAULT_VALIDITY,
  });
  return { stated: { statement, list }, ...(record && { record }) };
}

/** The list of an act whose request says it in names. */
function wordsOf(
  act: Act,
  code: number,
  { terms, deadline, urgent, time }: StatementRequest & { readonly time: number },
  filling: Filling,
): readonly Hex[] {
  if (terms !== undefined && act !== 'conclude') throw invalid('Only conclude has terms.');
  if ((deadline ?? urgent) !== undefined && act !== 'request') throw invalid('Only a request has a deadline.');
  if (terms) return termsWords(termsOf(terms, (participant) => recipientOf(participant, filling)));
  if (act !== 'request') return [];
  if (deadline !== undefined) return [wordOf(deadline)];
  if (urgent !== true) return [wordOf(time + termOf(filling.deadlines, code).answer)];
  if (ACTS.request.codes[code - 1] !== 'e-evidence-production') {
    throw invalid('Only a request for e-evidence-production can be urgent.');
  }
  return [wordOf(time + filling.deadlines['e-evidence-production-urgent'].answer)];
}

/** Who signs an agreement that is there signs its terms. */
function termsSigned(act: Act, subject: Hex, world: World): Hex {
  return act === 'conclude' ? (world.line('agreement', subject)?.state.termsHash ?? ZERO) : ZERO;
}

/** The lines that judging a request needs, before it is filled in. */
export function referencesOfRequest(request: StatementRequest, participant: number): LineReference[] {
  const act = actNamed(request.act);
  const line = lineOf(request, participant);
  return [
    ...(line ? [line] : []),
    ...(request.request === undefined ? [] : [{ kind: 'request', subject: request.request } as const]),
    ...listedOf(act, request.list ?? []),
  ];
}

function actNamed(name: string): Act {
  if (!Object.hasOwn(ACTS, name)) {
    throw invalid(`There is no act ${quote(name)}; the acts are ${Object.keys(ACTS).join(', ')}.`);
  }
  return name as Act;
}

/** The line that a request is about; undefined if it opens one whose subject is not chosen yet. */
function lineOf(request: StatementRequest, participant: number): LineReference | undefined {
  const act = actNamed(request.act);
  const code = codeOf(act, request.code);
  const kind = (subject: Hex): LineKind => kindOf(ACTS[act], newStatement({ act: ACTS[act].number, code, subject }));
  if (request.subject !== undefined) return { kind: kind(request.subject), subject: request.subject };
  if (
    ACTS[act].opens === 'always' ||
    (ACTS[act].opens === 'with list' && (request.list ?? request.terms) !== undefined)
  )
    return undefined;
  const own = participantSubject(participant);
  if (kind(own) === 'participant') return { kind: 'participant', subject: own };
  if (kind(own) === 'consortium') return { kind: 'consortium', subject: ZERO };
  throw invalid(`${act} needs the subject of the line that it continues.`);
}

function codeOf(act: Act, name: string | undefined): number {
  const codes: readonly string[] = ACTS[act].codes;
  const usual = codes.length === 1 ? codes[0] : USUAL_CODE[act];
  const given = name ?? usual;
  if (given === undefined) throw invalid(`${act} needs a code: ${codes.join(', ')}.`);
  return codeNumber(act, given);
}

function recipientOf(recipient: string | number | undefined, { participantCoded }: Filling): number {
  if (recipient === undefined) return 0;
  if (typeof recipient === 'number') return recipient;
  const found = participantCoded(recipient);
  if (found === undefined) throw invalid(`There is no participant ${quote(recipient)}; see /v1/participants.`);
  return found;
}

function schemaOf(act: Act): string {
  if (act === 'collect' || act === 'derive') return 'unbroken/evidence/1';
  return ACTS[act].kinds[0] === 'evidence' ? 'unbroken/custody/1' : `unbroken/${ACTS[act].kinds[0]!}/1`;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

function invalid(detail: string): CustodyError {
  return new CustodyError('INVALID', detail);
}
