/** What is answered about dossiers and erasures. */
import { z } from 'zod';
import { participantReference } from './answers.ts';
import { utc, word } from './values.ts';

export const dossierReceived = z.strictObject({ release: word, part: z.int() }).meta({ id: 'DossierReceived' });

const owedDossier = z
  .strictObject({
    release: word,
    sender: participantReference,
    recipient: participantReference,
    progress: z.enum(['waiting', 'delivered', 'withdrawn']).meta({
      description: 'withdrawn: the release was recalled or refused before, so that nothing was sent',
    }),
    attempts: z.int(),
    owedAt: utc,
    nextAt: utc.exactOptional(),
    settledAt: utc.exactOptional(),
    trouble: z
      .enum([
        'NO_ADDRESS',
        'NO_ENCRYPTION_KEY',
        'NO_SERVICE_KEY',
        'TOO_LARGE',
        'UNREACHABLE',
        'NOT_YET',
        'REFUSED',
        'FAILED',
      ])
      .exactOptional()
      .meta({ description: 'Why the last attempt failed (docs/api.md)' }),
  })
  .meta({ id: 'OwedDossier' });

export const dossierList = z.strictObject({ items: z.array(owedDossier) }).meta({ id: 'DossierList' });

export const erasureNotices = z
  .strictObject({
    items: z.array(
      z.strictObject({
        erasure: word.meta({ description: 'Their statement `erase`' }),
        from: participantReference,
        records: z.array(word).meta({ description: 'Statements whose records they disclosed, and erased' }),
        kept: z.int().meta({ description: 'How many of these records your participant still has' }),
      }),
    ),
  })
  .meta({ id: 'ErasureNotices' });
