/** Bundles as the API describes them; their form itself is docs/protocol.md, section 13. */
import { z } from 'zod';
import { number4, seconds, word } from './values.ts';

const bytes = z.string().regex(/^0x([0-9a-f]{2})*$/);

export const bundle = z
  .looseObject({
    version: z.literal(1),
    subject: word,
    ledger: z.looseObject({ foundingHash: word }).meta({ description: 'The ledger file' }),
    foundedTime: seconds,
    sheets: z.array(z.looseObject({ key: word, signature: bytes, statements: bytes })),
    inclusions: z.array(z.strictObject({ sheet: number4, position: z.int(), time: seconds })),
    disclosures: z.array(z.looseObject({ digest: word })),
    proof: z
      .looseObject({ header: bytes, validators: z.array(bytes), nodes: z.array(bytes) })
      .exactOptional()
      .meta({ description: 'What the chain says at one block' }),
  })
  .meta({ id: 'Bundle', description: 'Everything that a court needs to verify a trail offline' });
