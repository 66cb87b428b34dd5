/** Writing an answer no faster than its client reads. */
import type { Response } from 'express';

/** Resolves when the client has taken what is due, or has gone. */
export async function write(response: Response, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}
