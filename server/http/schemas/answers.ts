/** What the API answers. The views are typed by these schemas, and tests hold the answers against them. */
import { z } from 'zod';
import {
  LINE_KINDS,
  number4,
  RESTRICTION_NAMES,
  PURPOSE_NAMES,
  seconds,
  signature,
  STATE_NAMES,
  utc,
  word,
} from './values.ts';
import { statement } from './submission.ts';

const progress = z.enum(['accepted', 'sent', 'final', 'rejected', 'expired']).meta({
  id: 'Progress',
  description:
    'accepted: durable at this gateway; sent: under way to the ledger; final: in a block that can’t be undone',
});

export const signedBy = z.enum(['officer', 'service']).meta({
  id: 'SignedBy',
  description: 'service: a gateway signed with a service key of the participant, not a person',
});

export const participantReference = z
  .strictObject({ number: number4, code: z.string().exactOptional() })
  .meta({ id: 'ParticipantReference', examples: [{ number: 3, code: 'FR-PN' }] });

const purposeNames = z.array(z.enum(PURPOSE_NAMES));
const restrictionNames = z.array(z.enum(RESTRICTION_NAMES));

export const block = z.strictObject({ number: z.int(), hash: word, time: seconds }).meta({ id: 'Block' });

const receipt = z
  .strictObject({ digest: word, participant: number4, time: seconds, path: z.array(word), key: word, signature })
  .meta({ id: 'Receipt', description: 'The gateway’s signed promise (docs/protocol.md, section 10)' });

export const accepted = z
  .strictObject({ digest: word, subject: word, act: z.string(), sheet: word, progress, signedBy, receipt })
  .meta({ id: 'Accepted', description: 'A statement that is durable here' });

export const acceptedSheet = z.strictObject({ statements: z.array(accepted) }).meta({ id: 'AcceptedSheet' });

const record = z
  .union([
    z.strictObject({
      schema: z.string(),
      from: participantReference
        .exactOptional()
        .meta({ description: 'The participant that disclosed it; absent if the caller’s own wrote it' }),
      fields: z.array(
        z.union([
          z.strictObject({ label: z.string(), value: z.string() }),
          z.strictObject({ label: z.string(), hash: word, withheld: z.literal(true) }),
        ]),
      ),
    }),
    z.literal('erased'),
  ])
  .meta({ description: 'What the caller’s own participant wrote or was shown; absent for the records of others' });

export const statementView = z
  .strictObject({
    digest: word,
    subject: word,
    act: z.string(),
    code: z.string(),
    participant: participantReference,
    key: word,
    signedBy,
    recipient: participantReference.exactOptional(),
    recipientKey: word.exactOptional(),
    agreement: word.exactOptional(),
    request: word.exactOptional(),
    purpose: purposeNames.exactOptional(),
    restrictions: restrictionNames.exactOptional(),
    record: record.exactOptional(),
    progress,
    reason: z.string().exactOptional().meta({ description: 'Why the ledger rejected it' }),
    reasonMeaning: z.string().exactOptional(),
    settled: z.boolean().exactOptional().meta({ description: 'Of a rejection: it can’t be included later any more' }),
    claimedAt: utc,
    expiresAt: utc,
    acceptedAt: utc.exactOptional(),
    includedAt: utc.exactOptional(),
    rejectedAt: utc.exactOptional(),
    delaySeconds: z
      .int()
      .exactOptional()
      .meta({ description: 'Between the claimed time and the block’s; negative if the claim was ahead' }),
    block: block.exactOptional(),
    transaction: word.exactOptional(),
    sheet: word,
    position: z.int(),
    signed: z.strictObject({ statement, list: z.array(word) }).meta({ description: 'The fields exactly as signed' }),
  })
  .meta({ id: 'Statement' });

const agreementReference = z.strictObject({ number: number4, subject: word.exactOptional() });

const evidenceState = z
  .strictObject({
    kind: z.literal('evidence'),
    subject: word,
    head: word,
    anchor: word,
    count: z.int(),
    state: z.enum(STATE_NAMES),
    late: z.boolean().meta({ description: 'A late declaration stands on this line, or on a parent’s' }),
    holds: z.int(),
    holder: participantReference,
    origins: z.array(participantReference),
    bases: z.array(agreementReference),
    purposes: purposeNames,
    restrictions: restrictionNames,
    release: z
      .strictObject({
        recipient: participantReference,
        recipientKeyNumber: number4.exactOptional(),
        releaseKeyNumber: number4,
        agreement: agreementReference.exactOptional(),
        crossesBorder: z.boolean(),
        purpose: purposeNames,
        restrictions: restrictionNames,
      })
      .exactOptional()
      .meta({ description: 'While in transit: what the release named' }),
  })
  .meta({ id: 'EvidenceLine' });

export const evidenceLine = evidenceState;

export const evidenceView = z
  .strictObject({
    subject: word,
    included: evidenceState
      .exactOptional()
      .meta({ description: 'As the ledger has it; absent while the opening waits' }),
    dossier: z
      .enum(['awaited', 'received'])
      .exactOptional()
      .meta({ description: 'Whether the records behind the newest release to the caller’s participant came' }),
    projected: evidenceState.meta({ description: 'With what was accepted here and is not included yet' }),
  })
  .meta({ id: 'Evidence' });

const party = z.strictObject({
  participant: participantReference.exactOptional(),
  jurisdiction: z.string().exactOptional(),
  signatory: participantReference,
  signed: z.boolean(),
});

export const agreementView = z
  .strictObject({
    kind: z.literal('agreement'),
    subject: word,
    head: word,
    anchor: word,
    count: z.int(),
    number: number4,
    state: z.enum(['open', 'concluded', 'ended']),
    text: word.meta({ description: 'Digest of its text' }),
    fieldPolicy: word.exactOptional(),
    purposes: purposeNames,
    restrictions: restrictionNames,
    onward: z.enum(['none', 'consent', 'parties']),
    courtPermission: z.boolean(),
    validFrom: utc,
    validUntil: utc,
    concludedAt: utc.exactOptional(),
    endedAt: utc.exactOptional(),
    inForce: z.boolean().meta({ description: 'Concluded, not ended, and now within its validity' }),
    termsHash: word.meta({ description: 'What every signatory signs: the hash of the terms’ list' }),
    parties: z.array(party),
  })
  .meta({ id: 'Agreement' });

/** Lines of the other kinds: their state as the protocol names it. */
const otherLine = z.looseObject({
  kind: z.enum(LINE_KINDS),
  subject: word,
  head: word,
  anchor: word,
  count: z.int(),
  state: z.string(),
});

export const lineView = z.union([evidenceState, agreementView, otherLine]).meta({ id: 'Line' });

const next = z.string().exactOptional().meta({ description: 'Cursor of the next page; absent on the last' });

export const trailView = z
  .strictObject({
    subject: word,
    kind: z.enum(LINE_KINDS),
    line: lineView.exactOptional(),
    items: z.array(statementView),
    next,
  })
  .meta({ id: 'Trail' });

export const evidencePage = z.strictObject({ items: z.array(evidenceState), next }).meta({ id: 'EvidencePage' });
export const statementList = z.strictObject({ items: z.array(statementView) }).meta({ id: 'StatementList' });

export const participantView = z
  .strictObject({
    number: number4,
    code: z.string(),
    jurisdiction: z.string(),
    kind: z.string(),
    status: z.enum(['active', 'suspended']),
    sponsor: participantReference.exactOptional(),
  })
  .meta({ id: 'Participant' });
export const participantList = z.strictObject({ items: z.array(participantView) }).meta({ id: 'ParticipantList' });

export const keyView = z
  .strictObject({
    id: word,
    number: number4,
    participant: participantReference,
    scheme: z.string(),
    powers: z.array(z.string()),
    acts: z.array(z.string()),
    x: word,
    y: word,
    validFrom: utc,
    validUntil: utc,
    revokedAt: utc.exactOptional(),
    enrolledByConsortium: z.boolean(),
  })
  .meta({ id: 'Key' });
export const keyList = z.strictObject({ items: z.array(keyView) }).meta({ id: 'KeyList' });
export const agreementList = z.strictObject({ items: z.array(agreementView) }).meta({ id: 'AgreementList' });

export const verification = z
  .strictObject({
    verified: z.boolean(),
    checks: z.array(
      z.strictObject({
        name: z.string(),
        result: z.enum(['passed', 'failed', 'not applicable']),
        sentence: z.string(),
      }),
    ),
    trust: z.string().meta({ description: 'What the result stood on' }),
    asOf: block.exactOptional(),
    asOfTime: utc.exactOptional(),
  })
  .meta({ id: 'Verification' });

const partHealth = z.string().meta({
  id: 'PartHealth',
  description:
    'well; not known, while another part is in trouble; else the trouble, in words at /v1/health and as `in trouble` at /readyz',
});

export const health = z
  .strictObject({
    ready: z.boolean(),
    store: partHealth.meta({ description: 'Whether the database can be read and written' }),
    chain: partHealth.meta({ description: 'Whether nodes answer and the network makes blocks' }),
    follower: partHealth.meta({ description: 'Whether anything else keeps the ledger from being followed' }),
    submitter: partHealth.meta({ description: 'Whether anything else keeps statements from reaching the ledger' }),
    sender: z.boolean().meta({ description: 'Whether this process is the one that sends with the relay key' }),
    pending: z
      .int()
      .exactOptional()
      .meta({ description: 'Statements accepted here that the ledger has not judged; absent where that is not known' }),
    dossiers: z
      .int()
      .exactOptional()
      .meta({ description: 'Dossiers that wait for the recipient’s gateway; absent where that is not known' }),
    block,
  })
  .meta({ id: 'Health' });
