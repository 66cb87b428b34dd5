/**
 * Bulk: NDJSON in, NDJSON out, answered line by line and in order.
 *
 * Memory is bounded: so many lines, or bytes of lines, wait for their answer, and then reading stops until some have
 * it. A line that is wrong gets its own problem and spoils no other.
 */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Caller } from '../../custody/gateway.ts';
import { parseJson, requireMedia } from '../body.ts';
import { endpoint, type Context, type Endpoint } from '../endpoint.ts';
import { fingerprintOf } from '../idempotency.ts';
import { lineSplitter, type Line } from '../lines.ts';
import { HttpError, problemOf, type Problem } from '../problem.ts';
import { accepted } from '../schemas/answers.ts';
import { idempotencyKey, signedOne, statementRequest } from '../schemas/submission.ts';
import { validated } from '../validation.ts';
import { acceptedView } from '../views/statement-view.ts';
import { acceptedOf, submissionOf } from './statements.ts';

const MEDIA = 'application/x-ndjson';
const keyed = { idempotencyKey: idempotencyKey.exactOptional() };
const bulkLine = z
  .union([statementRequest.extend(keyed), signedOne.extend(keyed)])
  .meta({ id: 'BulkLine', description: 'One statement a line, with an idempotency key of its own' });
const bulkAnswer = z
  .union([
    z.strictObject({ line: z.int(), accepted }),
    z.strictObject({ line: z.int(), problem: z.looseObject({ code: z.string(), detail: z.string() }) }),
  ])
  .meta({ id: 'BulkAnswer' });

type BulkAnswer = { line: number } & ({ accepted: ReturnType<typeof acceptedView> } | { problem: Problem });

export const bulkRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/statements/bulk',
    tag: 'Statements',
    summary: 'State many things, each on its own',
    description: 'Newline-delimited JSON: one statement a line; the answers come line by line in the same order.',
    roles: ['officer'],
    stream: { media: MEDIA, schema: bulkLine },
    answers: { 200: { description: 'One answer a line', schema: bulkAnswer, media: MEDIA } },
    async handle({ caller, context, request, response, requestId }) {
      requireMedia(request, [MEDIA]);
      response.statusCode = 200;
      response.setHeader('Content-Type', MEDIA);
      await answerLines(context, caller, request, response, requestId);
      return 'answered';
    },
  }),
];

async function answerLines(
  context: Context,
  caller: Caller,
  request: Request,
  response: Response,
  requestId: string,
): Promise<void> {
  const { limits, traffic } = context;
  const deadline = Date.now() + limits.bulkSeconds * 1000;
  const splitter = lineSplitter(limits.lineBytes);
  let waiting: { answer: Promise<BulkAnswer>; bytes: number }[] = [];
  let bytes = 0;

  const flush = async (most: number): Promise<void> => {
    while (waiting.length > most || bytes > limits.bulkBytes) {
      const part = waiting.splice(0, Math.max(1, Math.ceil(waiting.length / 2)));
      bytes -= part.reduce((sum, each) => sum + each.bytes, 0);
      const answers = await Promise.all(part.map(({ answer }) => answer));
      const text = answers.map((answer) => `${JSON.stringify(answer)}\n`).join('');
      if (!response.write(text)) await drained(response);
    }
  };
  const take = async (lines: readonly Line[]): Promise<void> => {
    for (const line of lines) {
      waiting.push({ answer: answerLine(context, caller, line, requestId), bytes: line.bytes?.length ?? 0 });
      bytes += line.bytes?.length ?? 0;
      if (waiting.length >= limits.bulkLines || bytes > limits.bulkBytes) await flush(limits.bulkLines / 2);
    }
  };
  for await (const chunk of request as AsyncIterable<Buffer>) {
    await take(splitter.push(chunk));
    if (response.destroyed) return;
    if (traffic.isStopping() || Date.now() > deadline) break;
  }
  await take(splitter.end());
  await flush(0);
  waiting = [];
  response.end();
}

async function answerLine(context: Context, caller: Caller, line: Line, requestId: string): Promise<BulkAnswer> {
  try {
    if (line.bytes === undefined)
      throw new HttpError('TOO_LARGE', `A line may have ${context.limits.lineBytes} bytes at most.`);
    const { idempotencyKey: key, ...body } = validated(bulkLine, parseJson(line.bytes));
    const [outcome] = await context.gateway.submit(caller, [
      {
        submission: submissionOf(body),
        ...(key !== undefined && { idempotencyKey: key, fingerprint: fingerprintOf('POST', '/v1/statements', body) }),
      },
    ]);
    return { line: line.number, accepted: acceptedView(acceptedOf(outcome)[0]!) };
  } catch (error) {
    return { line: line.number, problem: problemOf(error, requestId) };
  }
}

function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}
