/** What tracing asks and answers. */
import { z } from 'zod';
import { ACTS } from '../../../protocol/acts.ts';
import { DERIVED_MOST, TRANSFER_STATE } from '../../custody/transfers.ts';
import { participantReference } from './answers.ts';
import {
  cursor,
  fileDigest,
  namesIn,
  participantCode,
  PURPOSE_NAMES,
  queryLimit,
  RESTRICTION_NAMES,
  seconds,
  utc,
  word,
} from './values.ts';

const TRANSFER_STATES = namesIn(TRANSFER_STATE);
const term = z.string().min(1).max(256);
const jurisdiction = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be two letters')
  .meta({ description: 'ISO 3166-1 alpha-2', examples: ['DE'] });
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** A moment in a query. */
export const instant = z
  .union([
    z.iso.datetime({ offset: true }).transform((text) => Math.floor(Date.parse(text) / 1000)),
    z.iso.date().transform((text) => Math.floor(Date.parse(text) / 1000)),
    z
      .string()
      .regex(/^[0-9]{1,12}$/)
      .transform(Number),
  ])
  .meta({
    description: 'ISO 8601 with an offset, a date (its beginning in UTC), or seconds since 1970',
    override: { type: 'string' },
    examples: ['2026-09-21T13:33:20Z', '2026-09-21'],
  });

const what = {
  evidence: word.exactOptional().meta({ description: 'Of this item' }),
  fromJurisdiction: jurisdiction.exactOptional(),
  toJurisdiction: jurisdiction.exactOptional(),
  from: participantCode.exactOptional(),
  to: participantCode.exactOptional(),
  agency: participantCode.exactOptional().meta({ description: 'From or to' }),
  agreement: word.exactOptional(),
  request: word.exactOptional(),
  purpose: z.enum(PURPOSE_NAMES).exactOptional(),
  restriction: z.enum(RESTRICTION_NAMES).exactOptional(),
  state: z.enum([...TRANSFER_STATES, 'overdue']).exactOptional(),
  late: flag.exactOptional().meta({ description: 'Late declarations only, or none', override: { type: 'boolean' } }),
  border: flag
    .exactOptional()
    .meta({ description: 'Only across a border, or only inside', override: { type: 'boolean' } }),
  since: instant.exactOptional(),
  until: instant.exactOptional(),
  case: term.exactOptional().meta({ description: 'Case, in the records of the caller’s participant' }),
  digest: fileDigest.exactOptional(),
} as const;

export const transferFilters = z.strictObject({
  ...what,
  format: z.enum(['json', 'ndjson', 'csv']).exactOptional().meta({
    description: 'Instead of the header Accept: one page as JSON, or everything from the cursor on as a stream',
  }),
  cursor: cursor.exactOptional(),
  limit: queryLimit(50, 200),
});

const moment = z.strictObject({
  digest: word,
  claimedAt: utc,
  includedAt: utc,
  delaySeconds: z.int().meta({ description: 'Between the claimed time and the block’s' }),
});

export const transferView = z
  .strictObject({
    evidence: word,
    from: participantReference,
    fromJurisdiction: jurisdiction,
    to: participantReference,
    toJurisdiction: jurisdiction,
    agreement: word.exactOptional(),
    request: word.exactOptional(),
    purpose: z.array(z.enum(PURPOSE_NAMES)),
    restrictions: z.array(z.enum(RESTRICTION_NAMES)),
    state: z.enum(TRANSFER_STATES).meta({
      description: 'refused: on its way back; returned: and confirmed there; lost: declared lost on the way',
    }),
    overdue: z.boolean().meta({ description: 'In transit, and what the release was signed until is over' }),
    late: z.boolean().meta({ description: 'A late declaration' }),
    release: z.strictObject({ ...moment.shape, block: z.int(), expiresAt: utc }),
    outcome: z
      .strictObject({ ...moment.shape, code: z.string().meta({ description: 'Code of the acceptance, refusal …' }) })
      .exactOptional(),
    end: moment.exactOptional().meta({ description: 'After a refusal: that it came back, or got lost' }),
  })
  .meta({ id: 'Transfer' });

const next = z.string().exactOptional().meta({ description: 'Cursor of the next page; absent on the last' });

export const transferPage = z.strictObject({ items: z.array(transferView), next }).meta({ id: 'TransferPage' });

const custodyState = z.strictObject({
  state: z.enum(['held', 'in-transit', 'returning', 'disposed', 'lost']),
  holder: participantReference,
  recipient: participantReference.exactOptional().meta({ description: 'While in transit: to whom' }),
  since: moment,
});

export const custodyView = z
  .strictObject({
    evidence: word,
    at: utc,
    atSeconds: seconds,
    recorded: custodyState.exactOptional().meta({
      description: 'As the ledger had it in its newest block at that moment: provable. Absent: not known yet',
    }),
    claimed: custodyState.exactOptional().meta({
      description: 'By the times that those who signed claim; differs where a handover reached the ledger later',
    }),
  })
  .meta({ id: 'CustodyAt' });

export const derivationPage = z
  .strictObject({
    evidence: word,
    direction: z.enum(['forward', 'backward']),
    items: z.array(
      z.strictObject({
        parent: word,
        child: word,
        code: z.enum(ACTS.derive.codes),
        participant: participantReference,
        derive: z.strictObject({ ...moment.shape, block: z.int() }),
      }),
    ),
    whole: z.boolean().meta({
      description: `False: the graph has more than ${DERIVED_MOST.toLocaleString('en')} items, and the rest is left out`,
    }),
    next,
  })
  .meta({ id: 'Derivations' });
