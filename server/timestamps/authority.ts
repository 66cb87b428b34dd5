/** Timestamps (RFC 3161) by the authority that the operator named. Only hashes of blocks are sent to it. */
import { randomBytes } from 'node:crypto';
import type { Hex } from '../../protocol/bytes.ts';
import { timestampRequest, TOKEN_BYTES_MAX, tokenOfResponse } from '../../protocol/proof/timestamp.ts';
import type { TimestampAuthority } from '../custody/ports.ts';

export interface AuthorityParts {
  readonly url: string;
  /** A bundle is made all the same; the operator hears of it. */
  readonly report: (error: unknown) => void;
}

const ANSWER_MILLISECONDS = 5_000;
/** Milliseconds for which one that failed is not asked again: bundles don't wait for it each time. */
const PAUSE = 60_000;
/** Many bundles are of one block. */
const REMEMBERED = 64;

/** @param now milliseconds of a clock that nobody sets */
export function openAuthority(
  { url, report }: AuthorityParts,
  now: () => number = () => performance.now(),
): TimestampAuthority {
  const tokens = new Map<Hex, Promise<Hex | undefined>>();
  let pausedUntil = -Infinity;

  async function ask(hash: Hex): Promise<Hex | undefined> {
    try {
      const nonce = randomBytes(8);
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/timestamp-query', Accept: 'application/timestamp-reply' },
        body: timestampRequest(hash, nonce),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
      });
      if (!response.ok) throw new Error(`the timestamp authority answered ${response.status}`);
      return tokenOfResponse(await readBounded(response), hash, nonce);
    } catch (error) {
      pausedUntil = now() + PAUSE;
      tokens.delete(hash);
      report(error);
      return undefined;
    }
  }

  return {
    stamp(hash) {
      const known = tokens.get(hash);
      if (known !== undefined) return known;
      if (now() < pausedUntil) return Promise.resolve(undefined);
      const asked = ask(hash);
      tokens.set(hash, asked);
      const [oldest] = tokens.keys();
      if (tokens.size > REMEMBERED && oldest !== undefined) tokens.delete(oldest);
      return asked;
    },
  };
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += (chunk as Uint8Array).length;
    if (size > 2 * TOKEN_BYTES_MAX) throw new Error('the timestamp authority answers with too much');
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}
