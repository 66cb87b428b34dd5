/** Officers who state one exhibit after another, and remember what was promised to them. */
export interface Load {
  /** Digest to exhibit of all that was answered with 202. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Answers other than 202, by status. */
  readonly refused: readonly { readonly status: number; readonly retryAfter: string | null; readonly detail: string }[];
  /** Nothing new is begun; resolves when everybody has their answer. */
  stop(): Promise<void>;
}

/** @param urls officers ask these in turn, and another when one does not answer: with the same Idempotency-Key */
export function putUnderLoad(urls: readonly string[], token: string, officers: number): Load {
  const accepted = new Map<string, string>();
  const refused: { status: number; retryAfter: string | null; detail: string }[] = [];
  let stopped = false;
  const isStopped = (): boolean => stopped;
  let exhibits = 0;

  async function ask(url: string, exhibit: string): Promise<boolean> {
    const response = await fetch(`${url}/v1/statements`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': exhibit,
      },
      body: JSON.stringify({
        ...{ act: 'collect', code: 'seized' },
        record: { fields: [{ label: 'exhibit', value: exhibit }] },
      }),
      signal: AbortSignal.timeout(3_000),
    });
    const answer = (await response.json()) as { digest?: string; detail?: string };
    if (response.status === 202) accepted.set(answer.digest!, exhibit);
    else {
      refused.push({
        ...{ status: response.status, retryAfter: response.headers.get('retry-after') },
        detail: answer.detail ?? '',
      });
      await pause(100);
    }
    return response.status === 202;
  }

  async function work(first: number): Promise<void> {
    while (!isStopped()) {
      const exhibit = `L-${++exhibits}`;
      let turn = first;
      while (!(await ask(urls[turn++ % urls.length]!, exhibit).catch(() => pause(50)))) if (isStopped()) return;
    }
  }

  const officersAtWork = Array.from({ length: officers }, (_, index) => work(index));
  return {
    accepted,
    refused,
    async stop() {
      stopped = true;
      await Promise.all(officersAtWork);
    },
  };
}

function pause(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));
}
