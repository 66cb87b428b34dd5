/**
 * States what a CASE document comes to, each statement once.
 *
 * Every request carries the plan's own idempotency key, and the same document gives the same requests; so after a crash,
 * or when it is run again, the gateway answers what it answered before, with the same ids. What another document has
 * stated in other words is left as it is.
 */
import type { Hex } from '../../protocol/bytes.ts';
import { Failure } from '../failure.ts';
import type { ImportPlan, PlannedItem, PlannedStatement } from '../case/read-case.ts';
import type { Accepted } from '../gateway/answers.ts';
import { NotAccepted } from '../gateway/client.ts';
import type { Gateway, StatementRequest } from '../gateway/gateway.ts';
import { isSettled } from '../stating/wait.ts';
import type { Parties, Stating } from './parties.ts';
import { scheduleOf } from './schedule.ts';

export interface Importing {
  readonly gateway: Gateway;
  readonly parties: Parties;
  /** Undefined: the settings' own token. */
  readonly tokenOf: (code: string) => string | undefined;
  /** Whether a release from one participant to another crosses a border, and so needs what follows. */
  readonly crosses: (from: string, to: string) => boolean;
  readonly agreement: Hex | undefined;
  readonly purpose: readonly string[];
  readonly progress: (by: number) => void;
}

/** What became of one planned statement. */
export type Imported =
  | { readonly statement: PlannedStatement; readonly accepted: Accepted }
  /** Stated before, in other words. */
  | { readonly statement: PlannedStatement; readonly kept: Hex | undefined }
  | { readonly statement: PlannedStatement; readonly failed: string; readonly problem: unknown }
  /** Rests on one that failed. */
  | { readonly statement: PlannedStatement; readonly left: string };

const AT_ONCE = 32;
const SETTLE_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 50;

export async function importPlan(
  plan: ImportPlan,
  importing: Importing,
): Promise<{ outcomes: Imported[]; subjects: ReadonlyMap<string, Hex> }> {
  const subjects = new Map<string, Hex>();
  const heads = new Map<string, Hex>();
  const broken = new Set<string>();
  const items = new Map(plan.items.map((item) => [item.iri, item]));
  const outcomes = new Map<PlannedStatement, Imported>();
  let stopped: Error | undefined;

  const one = async (statement: PlannedStatement): Promise<void> => {
    const missing = restsOn(statement).find((iri) => broken.has(iri) || (iri !== statement.item && !subjects.has(iri)));
    if (missing !== undefined) {
      if (isOpening(statement)) broken.add(statement.item);
      outcomes.set(statement, {
        statement,
        left: `It rests on ${items.get(missing)?.description ?? missing}, which could not be stated.`,
      });
    } else {
      const waiting = restsOn(statement).flatMap((iri) => heads.get(iri) ?? []);
      const outcome = await stateOne(statement, items.get(statement.item), subjects, waiting, importing);
      outcomes.set(statement, outcome);
      if ('accepted' in outcome) heads.set(statement.item, outcome.accepted.digest);
      const subject = 'accepted' in outcome ? outcome.accepted.subject : 'kept' in outcome ? outcome.kept : undefined;
      if (isOpening(statement) && subject !== undefined) subjects.set(statement.item, subject);
      // Custody that did not move makes everything after it untrue; a record that is missing does not.
      const unmoved = 'failed' in outcome && statement.act !== 'record';
      if (unmoved || (isOpening(statement) && subject === undefined)) broken.add(statement.item);
    }
    importing.progress(1);
  };
  await scheduleOf(plan.statements, AT_ONCE).run(async (statement) => {
    if (stopped !== undefined) throw stopped;
    try {
      await one(statement);
    } catch (error) {
      throw (stopped ??= interrupted(error, outcomes.size));
    }
  });
  return { outcomes: plan.statements.flatMap((statement) => outcomes.get(statement) ?? []), subjects };
}

/** @param waiting the newest statements that it rests on */
async function stateOne(
  statement: PlannedStatement,
  item: PlannedItem | undefined,
  subjects: ReadonlyMap<string, Hex>,
  waiting: readonly Hex[],
  importing: Importing,
): Promise<Imported> {
  const stating = importing.parties.stating(statement);
  const token = importing.tokenOf(stating.by);
  const request = requestOf(statement, stating, subjects, importing);
  const submitting = { idempotencyKey: `case-${statement.idempotencyKey}`, ...(token !== undefined && { token }) };
  const submit = async (): Promise<Imported> => {
    const [accepted] = await importing.gateway.submit({ statements: [request] }, submitting);
    if (!accepted) throw new Failure('refused', 'The gateway answered without a statement.');
    return { statement, accepted };
  };
  try {
    return await submit().catch(async (error: unknown) => {
      if (waiting.length === 0 || !(error instanceof NotAccepted) || error.details.code !== 'REJECTED') throw error;
      // Judged before what it rests on was included, it may have been judged without it.
      await settled(importing.gateway, waiting);
      return await submit();
    });
  } catch (error) {
    if (!(error instanceof NotAccepted) || error.code === 'unreachable') throw error;
    if (error.details.code === 'IDEMPOTENCY_CONFLICT') {
      const kept = isOpening(statement) ? await statedBefore(item, importing) : subjects.get(statement.item);
      return { statement, kept };
    }
    return { statement, failed: error.message, problem: error.details };
  }
}

async function settled(gateway: Gateway, digests: readonly Hex[]): Promise<void> {
  const deadline = Date.now() + SETTLE_MILLISECONDS;
  for (const digest of digests) {
    while (!isSettled((await gateway.statement(digest)).progress) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
  }
}

function requestOf(
  statement: PlannedStatement,
  { handoff }: Stating,
  subjects: ReadonlyMap<string, Hex>,
  importing: Importing,
): StatementRequest {
  const fields = statement.fields.map(({ label, value }) => ({
    label: label.replace(/^file\.(?!\d)/, 'file.1.'),
    value,
  }));
  switch (statement.act) {
    case 'collect':
      return { act: 'collect', code: statement.code, ...recordOf(fields) };
    case 'derive':
      return {
        act: 'derive',
        code: statement.code,
        list: statement.parents.map((iri) => subjects.get(iri)!),
        ...recordOf(fields),
      };
    case 'release':
    case 'accept':
    case 'refuse':
    case 'return': {
      const subject = subjects.get(statement.item)!;
      if (!handoff)
        return {
          act: 'record',
          code: 'moved',
          subject,
          ...recordOf([...fields, { label: 'handover', value: told(statement) }]),
        };
      if (statement.act === 'return') return { act: 'return', subject, ...recordOf(fields) };
      if (statement.act !== 'release')
        return { act: statement.act, code: statement.code, subject, ...recordOf(fields) };
      const { crosses, agreement, purpose } = importing;
      const basis = crosses(handoff.from, handoff.to);
      return {
        act: 'release',
        subject,
        recipient: handoff.to,
        ...(basis && agreement !== undefined && { agreement }),
        ...(basis && purpose.length > 0 && { purpose }),
        ...recordOf(fields),
      };
    }
    default:
      return { act: statement.act, code: statement.code, subject: subjects.get(statement.item)!, ...recordOf(fields) };
  }
}

function recordOf(fields: readonly { label: string; value: string }[]): Pick<StatementRequest, 'record'> {
  return fields.length === 0 ? {} : { record: { fields } };
}

/** A handover inside one participant, in words. */
function told(statement: Extract<PlannedStatement, { act: 'release' | 'accept' | 'refuse' | 'return' }>): string {
  const { giver, receiver } = statement;
  switch (statement.act) {
    case 'release':
      return `released by ${giver.name} to ${receiver.name}`;
    case 'accept':
      return `accepted by ${receiver.name} from ${giver.name}`;
    case 'refuse':
      return `refused by ${receiver.name} from ${giver.name}`;
    case 'return':
      return `returned by ${receiver.name} to ${giver.name}`;
  }
}

/** The line that was opened for this item before: the one whose record names it as its source. */
async function statedBefore(item: PlannedItem | undefined, { gateway }: Importing): Promise<Hex | undefined> {
  if (!item) return undefined;
  const filters = [
    ...item.exhibitNumbers.slice(0, 1).map((exhibit) => ({ exhibit })),
    ...(item.caseName === null ? [] : [{ case: item.caseName }]),
  ];
  for (const filter of filters) {
    for (const { subject } of (await gateway.search(filter)).items) {
      const [opening] = (await gateway.trail(subject)).items;
      const record = opening?.record;
      if (
        record !== undefined &&
        record !== 'erased' &&
        record.fields.some(({ label, value }) => label === 'source' && value === item.iri)
      ) {
        return subject;
      }
    }
  }
  return undefined;
}

function interrupted(error: unknown, done: number): Error {
  if (!(error instanceof Failure)) return error instanceof Error ? error : new Error(String(error));
  const next = `${done} statements were dealt with; run the same command again, and nothing is stated twice.`;
  return new Failure(error.code, `${error.message} ${next}`, { problem: error.problem, cause: error });
}

function isOpening(statement: PlannedStatement): boolean {
  return statement.act === 'collect' || statement.act === 'derive';
}

/** The items that must be there for it. */
function restsOn(statement: PlannedStatement): readonly string[] {
  if (statement.act === 'collect') return [];
  return statement.act === 'derive' ? statement.parents : [statement.item];
}
