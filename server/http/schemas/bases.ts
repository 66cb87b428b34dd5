/** What a transfer rests on, as it is asked for and answered: agreements in full, requests, consents. */
import { z } from 'zod';
import { ACTS } from '../../../protocol/acts.ts';
import { REQUEST_STANDINGS } from '../../custody/bases.ts';
import { agreementView, participantReference, statementView } from './answers.ts';
import { transferView } from './tracing.ts';
import { cursor, participantCode, PURPOSE_NAMES, queryLimit, utc, word } from './values.ts';

const text = z.string().min(1).max(200);

export const fieldPolicy = z
  .strictObject({
    version: z.literal(1),
    permit: z
      .array(z.strictObject({ schema: text, labels: z.array(text).min(1).max(256) }))
      .min(1)
      .max(64),
  })
  .meta({
    id: 'FieldPolicy',
    description: 'A schema or `*`, and labels or beginnings of labels that end in `*` (docs/protocol.md, section 12)',
    examples: [{ version: 1, permit: [{ schema: '*', labels: ['exhibit', 'description', 'file.*'] }] }],
  });

export const agreementDetails = agreementView
  .extend({
    policy: fieldPolicy
      .exactOptional()
      .meta({ description: 'The field policy, where this gateway has it; without it only withheld fields travel' }),
    statements: z.array(statementView).meta({ description: 'Who signed and ended it, in order' }),
  })
  .meta({ id: 'AgreementDetails' });

const page = { cursor: cursor.exactOptional(), limit: queryLimit(50, 200) };
const next = z.string().exactOptional();

export const requestQuery = z.strictObject({
  from: participantCode.exactOptional().meta({ description: 'Who asks' }),
  to: participantCode.exactOptional().meta({ description: 'Who is asked' }),
  instrument: z.enum(ACTS.request.codes as readonly [string, ...string[]]).exactOptional(),
  state: z.enum(REQUEST_STANDINGS).exactOptional(),
  ...page,
});

export const requestView = z
  .strictObject({
    subject: word,
    instrument: z.string(),
    from: participantReference,
    to: participantReference,
    purpose: z.array(z.enum(PURPOSE_NAMES)),
    deadline: utc.meta({ description: 'By when it is to be answered' }),
    state: z.enum(REQUEST_STANDINGS).meta({ description: 'overdue: open, and its deadline is over' }),
  })
  .meta({ id: 'Request' });

export const requestPage = z.strictObject({ items: z.array(requestView), next }).meta({ id: 'RequestPage' });

export const requestDetails = requestView
  .extend({
    executeBy: utc
      .exactOptional()
      .meta({ description: 'Of a granted one whose instrument has a term for it: by when the evidence is due' }),
    statements: z.array(statementView).meta({ description: 'The request, then its answer or withdrawal' }),
    transfers: z.array(transferView).meta({ description: 'Releases that answer it, newest first' }),
    moreTransfers: z.boolean().meta({ description: 'There are more, at /v1/transfers?request=' }),
  })
  .meta({ id: 'RequestDetails' });

export const consentQuery = z.strictObject({
  evidence: word.exactOptional(),
  from: participantCode.exactOptional().meta({ description: 'The origin that consents' }),
  to: participantCode.exactOptional().meta({ description: 'Who may receive the item' }),
  ...page,
});

const consentView = z
  .strictObject({
    subject: word,
    evidence: word,
    from: participantReference,
    to: participantReference,
    purpose: z.enum(PURPOSE_NAMES),
    state: z.enum(['given', 'used', 'withdrawn']).meta({ description: 'Only a given one can be used, once' }),
  })
  .meta({ id: 'Consent' });

export const consentPage = z.strictObject({ items: z.array(consentView), next }).meta({ id: 'ConsentPage' });
