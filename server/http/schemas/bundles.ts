/** Bundles as the API describes them; their form itself is docs/protocol.md, section 13. */
import { z } from 'zod';
import { block } from './answers.ts';
import { number4, seconds, utc, word } from './values.ts';

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
    timestamps: z
      .array(z.looseObject({ over: z.enum(['block', 'head']), token: bytes }))
      .exactOptional()
      .meta({ description: 'Of authorities, RFC 3161' }),
  })
  .meta({ id: 'Bundle', description: 'Everything that a court needs to verify a trail offline' });

export const bundleVerification = z
  .strictObject({
    verdict: z.enum(['verified', 'not verified', 'keys unknown']),
    verified: z.boolean(),
    trust: z.enum(['seals', 'node', 'signatures']).meta({ description: 'What it stands on, from the strongest down' }),
    stands: z.array(z.string()).meta({ description: 'What that is worth' }),
    subject: word,
    head: word.exactOptional().meta({ description: 'Newest digest of the item; the same whatever fields are shown' }),
    checks: z.array(
      z.strictObject({
        name: z.string(),
        result: z.enum(['passed', 'failed', 'not applicable']),
        sentence: z.string().meta({ description: 'What was found' }),
        meaning: z.string().meta({ description: 'What that means for the reader' }),
      }),
    ),
    completeAsOf: block.exactOptional().meta({ description: 'Up to this block nothing is left out' }),
    completeAsOfTime: utc.exactOptional(),
  })
  .meta({ id: 'BundleVerification' });

export const provenPage = z
  .strictObject({
    items: z.array(
      z.union([
        z.strictObject({
          subject: word,
          block,
          fresh: z.boolean().meta({ description: 'Proven now; false: what was kept is still complete' }),
        }),
        z.strictObject({ subject: word, trouble: z.string().meta({ description: 'Why it can’t be proven here' }) }),
      ]),
    ),
    next: z.string().exactOptional().meta({ description: 'Cursor of the next page; absent on the last' }),
  })
  .meta({ id: 'ProvenPage' });
