/** JSON bodies, read whole: size and time are bounded, UTF-8 must be well formed. */
import type { Request } from 'express';
import { HttpError } from './problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** @throws HttpError UNSUPPORTED_MEDIA, TOO_LARGE, TOO_SLOW or INVALID */
export async function readJson(request: Request, limit: number, waitMilliseconds: number): Promise<unknown> {
  return parseJson(await readJsonBytes(request, limit, waitMilliseconds));
}

/**
 * The same, not parsed.
 * @throws HttpError UNSUPPORTED_MEDIA, TOO_LARGE, TOO_SLOW or INVALID
 */
export function readJsonBytes(request: Request, limit: number, waitMilliseconds: number): Promise<Uint8Array> {
  requireMedia(request, ['application/json']);
  return readBytes(request, limit, waitMilliseconds);
}

/** @throws HttpError UNSUPPORTED_MEDIA */
export function requireMedia(request: Request, types: readonly string[]): void {
  const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  if (!types.includes(type?.trim() ?? '') || (charset !== undefined && !/^charset="?utf-8"?$/.test(charset))) {
    throw new HttpError('UNSUPPORTED_MEDIA', `Send the body as ${types.join(' or ')} in UTF-8.`);
  }
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new HttpError('UNSUPPORTED_MEDIA', 'Send the body without Content-Encoding.');
}

/** @throws HttpError INVALID */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new HttpError('INVALID', 'The body is not well-formed UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError('INVALID', 'The body is not JSON.');
  }
}

function readBytes(request: Request, limit: number, waitMilliseconds: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      stop(new HttpError('TOO_SLOW', 'Send the whole body at once.', { headers: { Connection: 'close' } }));
    }, waitMilliseconds);
    const settle = (): void => {
      clearTimeout(timer);
      request.off('data', take).off('end', finish).off('error', stop).off('close', abort);
    };
    const stop = (error: Error): void => {
      settle();
      // The rest is read and forgotten, so that the client hears the answer, and the connection takes its next request.
      request.resume();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) stop(tooLarge(limit));
      else chunks.push(chunk);
    };
    const finish = (): void => {
      settle();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
    };
    const abort = (): void => stop(new HttpError('INVALID', 'The body was cut off.'));
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      stop(tooLarge(limit));
      return;
    }
    request.on('data', take).on('end', finish).on('error', stop).on('close', abort);
  });
}

function tooLarge(limit: number): HttpError {
  return new HttpError('TOO_LARGE', `The body may have ${limit} bytes at most.`);
}
