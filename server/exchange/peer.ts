/**
 * Speaking to another gateway: one request to an address that the operator named, and to no other. Redirects are not
 * followed, answers are read up to a bound, and nothing of them but the status is believed.
 */
import { DossierError } from './making.ts';

const TIMEOUT = 15_000;
/** Bytes of an answer that are read, so that the connection can be used again. */
const ANSWER_BYTES = 65_536;
/** Most bytes of a sealed part: what the recipient's gateway takes. */
const SEALED_MAX = 11 * 1024 * 1024;
const RETRY_AFTER_MAX = 300;

/** @throws DossierError UNREACHABLE, NOT_YET, REFUSED, TOO_LARGE */
export async function postDossier(peer: URL, sealed: string): Promise<void> {
  if (sealed.length > SEALED_MAX) throw new DossierError('TOO_LARGE', 'a record is too large for a dossier');
  let response: Response;
  try {
    response = await fetch(addressOf(peer), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ dossier: sealed }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    await drain(response);
  } catch (cause) {
    throw new DossierError('UNREACHABLE', 'the recipient’s gateway does not answer', { cause });
  }
  const { status } = response;
  if (status === 200) return;
  if (status === 429 || status === 408 || status >= 500) {
    throw new DossierError('NOT_YET', `the recipient’s gateway answered ${status}`, retryAfter(response));
  }
  if (status >= 400) throw new DossierError('REFUSED', `the recipient’s gateway answered ${status}`);
  throw new DossierError('UNREACHABLE', `what answers ${status} at this address is no gateway`);
}

function addressOf(peer: URL): URL {
  return new URL('v1/dossiers', peer.href.endsWith('/') ? peer.href : `${peer.href}/`);
}

async function drain({ body }: Response): Promise<void> {
  if (body === null) return;
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Uint8Array).length;
    // Leaving the loop closes the connection.
    if (size > ANSWER_BYTES) return;
  }
}

function retryAfter(response: Response): { retryAfter?: number } {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isInteger(seconds) && seconds >= 0 ? { retryAfter: Math.min(seconds, RETRY_AFTER_MAX) } : {};
}
