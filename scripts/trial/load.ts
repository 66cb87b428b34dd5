/**
 * Officers who tell one story after another: an item is collected and described by one agency, handed over to the other
 * and accepted and described there. They remember what was promised to them.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { Consortium } from './consortium.ts';

export interface Story {
  readonly exhibit: string;
  /** Undefined until collecting it was promised. */
  readonly subject: string | undefined;
  /** Of its statements in order, as far as they were promised. */
  readonly digests: readonly string[];
}

export interface Refusal {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly detail: string;
}

export interface Load {
  readonly stories: readonly Story[];
  /** Statements that were promised so far. */
  accepted(): number;
  /** Answers that promised nothing. */
  readonly refused: readonly Refusal[];
  /** No step is begun any more; resolves when everybody has the answer to theirs, or has long got none. */
  stop(): Promise<void>;
}

interface Step {
  readonly by: string;
  readonly statement: (story: Story, agreement: string) => object;
}

const [GIVER, TAKER] = ['DE-BKA', 'FR-PN'];

const STEPS: readonly Step[] = [
  {
    by: GIVER,
    statement: ({ exhibit }) => ({
      ...{ act: 'collect', code: 'seized' },
      record: { fields: [{ label: 'exhibit', value: exhibit }] },
    }),
  },
  { by: GIVER, statement: ({ subject }) => ({ act: 'record', code: 'sealed', subject }) },
  {
    by: GIVER,
    statement: ({ subject }, agreement) => ({
      ...{ act: 'release', subject, recipient: TAKER, agreement, purpose: ['investigate'] },
    }),
  },
  { by: TAKER, statement: ({ subject }) => ({ act: 'accept', subject }) },
  { by: TAKER, statement: ({ subject }) => ({ act: 'record', code: 'examined', subject }) },
];

// Milliseconds.
const ANSWER = 3_000;
/** Before the next process is asked. */
const NEXT = 50;
/** After a refusal. */
const REFUSED = 100;
/** After this, who gets no answer goes home when others do. */
const LONG = 60_000;

/** Officers whom nobody answers any more keep no process alive: who failed to stop them ends. */
const IDLY = { ref: false } as const;

/** Every officer asks one process after another until it has an answer, with the same Idempotency-Key. */
export function putUnderLoad({ gateways, agreement, token }: Consortium, officers: number): Load {
  /** Nobody else's exhibits are called so. */
  const name = randomBytes(4).toString('hex');
  const stories: { exhibit: string; subject: string | undefined; digests: string[] }[] = [];
  const refused: Refusal[] = [];
  let accepted = 0;
  let stopped = false;
  const isStopped = (): boolean => stopped;

  /** @returns undefined if nothing was promised */
  async function ask(url: string, by: string, key: string, statement: object) {
    const response = await fetch(`${url}/v1/statements`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token(by)}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(statement),
      signal: AbortSignal.timeout(ANSWER),
    });
    const answer = (await response.json()) as { digest: string; subject: string; detail?: string };
    if (response.ok) return answer;
    const { status, headers } = response;
    refused.push({ status, retryAfter: headers.get('retry-after'), detail: answer.detail ?? '' });
    await pause(REFUSED, undefined, IDLY);
    return undefined;
  }

  async function work(first: number): Promise<void> {
    let turn = first;
    while (!isStopped()) {
      const story = {
        exhibit: `${name}-${stories.length + 1}`,
        subject: undefined as string | undefined,
        digests: [] as string[],
      };
      stories.push(story);
      for (const [index, { by, statement }] of STEPS.entries()) {
        if (isStopped()) return;
        for (const since = performance.now(); ;) {
          const { url } = gateways[turn++ % gateways.length]!;
          const promised = await ask(url, by, `${story.exhibit}-${index}`, statement(story, agreement)).catch(() =>
            pause(NEXT, undefined, IDLY),
          );
          if (promised === undefined) {
            if (isStopped() && performance.now() - since > LONG) return;
            continue;
          }
          story.subject ??= promised.subject;
          story.digests.push(promised.digest);
          accepted += 1;
          break;
        }
      }
    }
  }

  const atWork = Array.from({ length: officers }, (_, index) => work(index));
  return {
    ...{ stories, refused },
    accepted: () => accepted,
    async stop() {
      stopped = true;
      await Promise.all(atWork);
    },
  };
}
