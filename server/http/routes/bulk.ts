/**
 * Bulk: NDJSON in, NDJSON out, answered line by line and in order, while both are still on their way.
 *
 * Memory is bounded: so many lines, or bytes of lines, wait for their answer, and then the request is read no further
 * until some have it; answers are written no faster than the client reads. A line that is wrong gets its own problem
 * and spoils no other.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';
import type { Caller } from '../../custody/gateway.ts';
import { parseJson, requireMedia } from '../body.ts';
import { endpoint, type Call, type Endpoint } from '../endpoint.ts';
import { fingerprintOf } from '../idempotency.ts';
import { lineSplitter, type Line } from '../lines.ts';
import { HttpError, type Problem } from '../problem.ts';
import { accepted } from '../schemas/answers.ts';
import { idempotencyKey, signedOne, statementRequest } from '../schemas/submission.ts';
import { validated } from '../validation.ts';
import { write } from '../writing.ts';
import { acceptedView } from '../views/statement-view.ts';
import { acceptedOf, submissionOf } from './statements.ts';

const MEDIA = 'application/x-ndjson';
/** Lines whose answers are written together. */
const TOGETHER = 64;
/** How often is looked whether there is room, in milliseconds. */
const ROOM = 500;

const keyed = { idempotencyKey: idempotencyKey.exactOptional() };
const bulkLine = z
  .union([
    statementRequest.extend(keyed).meta({ id: 'KeyedStatementRequest', description: 'See StatementRequest' }),
    signedOne.extend(keyed).meta({ id: 'KeyedSignedStatement', description: 'See SignedStatement' }),
  ])
  .meta({ id: 'BulkLine', description: 'One statement a line, with an idempotency key of its own' });
const bulkAnswer = z
  .union([
    z.strictObject({ line: z.int().min(1), accepted }),
    z.strictObject({ line: z.int().min(1), problem: z.looseObject({ code: z.string(), detail: z.string() }) }),
  ])
  .meta({ id: 'BulkAnswer', description: 'In the order of the request; empty lines are counted and not answered' });

type BulkCall = Call<undefined, undefined, undefined> & { readonly caller: Caller };
type BulkAnswer = { line: number } & ({ accepted: ReturnType<typeof acceptedView> } | { problem: Problem });

export const bulkRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/statements/bulk',
    tag: 'Statements',
    summary: 'State many things, each on its own',
    description:
      'Newline-delimited JSON: one statement a line; the answers come line by line in the same order. Read them while you send: what waits is bounded, so a gateway whose answers are not read stops reading. A later line may rest on an earlier one.',
    roles: ['officer'],
    stream: { media: MEDIA, schema: bulkLine },
    answers: { 200: { description: 'One answer a line', schema: bulkAnswer, media: MEDIA } },
    problems: ['UNSUPPORTED_MEDIA'],
    async handle(call) {
      requireMedia(call.request, [MEDIA]);
      call.response.statusCode = 200;
      call.response.setHeader('Content-Type', MEDIA);
      call.response.flushHeaders();
      await answerLines(call);
      call.response.end();
      return 'answered';
    },
  }),
];

async function answerLines(call: BulkCall): Promise<void> {
  const { request, response, context } = call;
  const { lineBytes, bulkSeconds } = context.limits;
  const splitter = lineSplitter(lineBytes);
  const answers = orderedAnswers(call);
  const deadline = performance.now() + bulkSeconds * 1000;
  let stopped: HttpError | undefined;
  try {
    // Leaving the loop must not destroy the connection, on which the last answers are still to be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      await roomFor(call, deadline);
      await answers.take(splitter.push(chunk));
      if (context.traffic.isStopping()) stopped = new HttpError('STOPPING', 'Send the lines from this one on again.');
      if (performance.now() > deadline) stopped = new HttpError('TOO_SLOW', 'Send the rest in a request of its own.');
      if (stopped || response.destroyed) break;
    }
  } catch (error) {
    if (!request.destroyed) throw error;
    return; // the client has gone; what was accepted stays accepted
  }
  if (!stopped) await answers.take(splitter.end());
  await answers.written();
  if (stopped) {
    // The rest of the request is not read; nothing else can come over this connection.
    response.once('finish', () => request.socket.end());
    const problem = context.problem(stopped, call.requestId);
    await write(response, textOf({ line: splitter.next(), problem }));
  }
}

/** The rest waits with the client while so much waits for the ledger that nothing more is promised. */
async function roomFor({ context, caller, response }: BulkCall, deadline: number): Promise<void> {
  const goesOn = (): boolean => !response.destroyed && !context.traffic.isStopping() && performance.now() < deadline;
  // Where it can't be known, each line is told why.
  const hasRoom = (): Promise<boolean> => context.gateway.hasRoom(caller).catch(() => true);
  while (goesOn() && !(await hasRoom())) await sleep(ROOM);
}

/** Answers lines as soon as they come and writes the answers in their order. */
function orderedAnswers(call: BulkCall) {
  const { bulkLines, bulkBytes } = call.context.limits;
  const waiting: { readonly lines: number; readonly bytes: number; readonly written: Promise<void> }[] = [];
  let [lines, bytes] = [0, 0];
  let last = Promise.resolve();
  return {
    /** Resolves once there is room for more. */
    async take(arrived: readonly Line[]): Promise<void> {
      for (let at = 0; at < arrived.length; at += TOGETHER) {
        const part = arrived.slice(at, at + TOGETHER);
        const text = Promise.all(part.map((line) => answerLine(call, line))).then((each) => each.map(textOf).join(''));
        last = last.then(async () => write(call.response, await text));
        const size = part.reduce((sum, line) => sum + (line.bytes?.length ?? 0), 0);
        waiting.push({ lines: part.length, bytes: size, written: last });
        [lines, bytes] = [lines + part.length, bytes + size];
        while (waiting.length > 0 && (lines >= bulkLines || bytes >= bulkBytes)) {
          const first = waiting.shift()!;
          await first.written;
          [lines, bytes] = [lines - first.lines, bytes - first.bytes];
        }
      }
    },
    written: () => last,
  };
}

/** Never rejects: what goes wrong is the answer. */
async function answerLine({ context, caller, requestId }: BulkCall, line: Line): Promise<BulkAnswer> {
  try {
    if (line.bytes === undefined) {
      throw new HttpError('TOO_LARGE', `A line may have ${context.limits.lineBytes} bytes at most.`);
    }
    const { idempotencyKey: key, ...body } = validated(bulkLine, parseJson(line.bytes));
    const submitted = {
      submission: submissionOf(body),
      // The same as for a single request, so that a line may be repeated as one.
      ...(key !== undefined && { idempotencyKey: key, fingerprint: fingerprintOf('POST', '/v1/statements', body) }),
    };
    const [outcome] = await context.gateway.submit(caller, [submitted]);
    return { line: line.number, accepted: acceptedView(acceptedOf(outcome)[0]!) };
  } catch (error) {
    return { line: line.number, problem: context.problem(error, requestId) };
  }
}

function textOf(answer: BulkAnswer): string {
  return `${JSON.stringify(answer)}\n`;
}
