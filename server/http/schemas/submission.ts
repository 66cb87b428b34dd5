/** What callers submit: requests that the gateway fills in and signs, and sheets that their own keys signed. */
import { z } from 'zod';
import { FIELDS_MAX, LABEL_MAX, VALUE_MAX } from '../../../protocol/record.ts';
import { ENDORSEMENTS_MAX, LIST_MAX, SHEET_MAX } from '../../../protocol/wire.ts';
import { ACT_NAMES, number4, participantName, purposes, restrictions, seconds, signature, word } from './values.ts';
import { namedTerms } from './terms.ts';

const uint16 = z.int().min(0).max(0xffff);

const writtenField = z.strictObject({ label: z.string().min(1).max(LABEL_MAX), value: z.string().max(VALUE_MAX) });
const schemaName = z.string().min(1).max(LABEL_MAX);
const fields = z.array(writtenField).min(1).max(FIELDS_MAX);
const list = z.array(word).min(1).max(LIST_MAX);

export const statementRequest = z
  .strictObject({
    act: z.enum(ACT_NAMES).meta({ description: 'What is stated' }),
    code: z
      .string()
      .min(1)
      .max(40)
      .exactOptional()
      .meta({ description: 'Kind of the act, for example `seized`; may be left out where an act has one' }),
    subject: word.exactOptional().meta({ description: 'The line; left out by acts that open one' }),
    recipient: participantName.exactOptional(),
    recipientKey: word.exactOptional().meta({ description: 'The one key that must accept' }),
    agreement: word.exactOptional().meta({ description: 'The agreement that a release rests on' }),
    request: word.exactOptional().meta({ description: 'The request that a release answers' }),
    reference: word.exactOptional().meta({ description: 'The digest, evidence or key id that the act names' }),
    follows: word
      .exactOptional()
      .meta({ description: 'Of the acceptance of a late release: the digest of that release' }),
    list: list.exactOptional().meta({ description: 'Parents, consents, held items or terms, as the act takes them' }),
    terms: namedTerms.exactOptional(),
    deadline: seconds
      .exactOptional()
      .meta({ description: 'Of a request: by when it is to be answered; the usual one of its instrument if left out' }),
    urgent: z
      .literal(true)
      .exactOptional()
      .meta({ description: 'Of a request for e-evidence-production: the deadline for emergencies' }),
    purpose: purposes.exactOptional(),
    restrictions: restrictions.exactOptional(),
    record: z
      .strictObject({ schema: schemaName.exactOptional(), fields })
      .exactOptional()
      .meta({ description: 'What is written about it; stays with the participant, only its root is on the ledger' }),
    time: seconds.exactOptional().meta({ description: 'When it happened; now if left out' }),
    expires: seconds
      .exactOptional()
      .meta({ description: 'After this it is not included; at most 30 days after `time`' }),
  })
  .meta({
    id: 'StatementRequest',
    description: 'A statement in names; the gateway fills in the rest and signs with a service key of the participant',
    examples: [
      {
        act: 'collect',
        code: 'seized',
        record: {
          fields: [
            { label: 'exhibit', value: 'KT-2026-0117/1' },
            { label: 'description', value: 'Mobile telephone, black, display broken' },
          ],
        },
      },
    ],
  });

export const statement = z
  .strictObject({
    subject: word,
    previous: word,
    act: z.int().min(1).max(24),
    code: uint16,
    participant: number4,
    key: word,
    recipient: number4,
    recipientKey: word,
    agreement: word,
    request: word,
    reference: word,
    purpose: uint16,
    restrictions: uint16,
    record: word,
    time: seconds,
    expires: seconds,
  })
  .meta({ id: 'SignedFields', description: 'The sixteen fields that are signed (docs/protocol.md, section 2)' });

const writtenRecord = z
  .strictObject({ schema: schemaName, fields, seed: word })
  .meta({ id: 'WrittenRecord', description: 'A record with the seed of its salts' });

const signedStatement = z.strictObject({
  statement,
  // Empty as well, so that what was prepared can be posted as it is.
  list: z.array(word).max(LIST_MAX).exactOptional(),
  record: writtenRecord.exactOptional(),
});

const endorsement = z.strictObject({ key: word, signature });

function signedSheetOf(most: number) {
  return z.strictObject({
    key: word,
    signature,
    statements: z.array(signedStatement).min(1).max(most),
    endorsements: z.array(endorsement).max(ENDORSEMENTS_MAX).exactOptional(),
  });
}

export const signedOne = signedSheetOf(1).meta({
  id: 'SignedStatement',
  description: 'A sheet of one statement that the caller’s own key signed',
});

export const signedSheet = signedSheetOf(SHEET_MAX).meta({
  id: 'SignedSheet',
  description: 'A sheet that the caller’s own key signed',
});

export const latePair = z
  .strictObject({
    release: signedOne.meta({ description: 'The release of code late, signed by the holder’s side' }),
    acceptance: z
      .union([signedOne, statementRequest])
      .meta({ description: 'The acceptance, signed; or a request for it, which the recipient’s own gateway signs' }),
  })
  .meta({
    id: 'LateDeclaration',
    description: 'Both halves. The record of the other side is left out: it stays with the one that wrote it',
  });

export const sheetRequest = z
  .strictObject({ statements: z.array(statementRequest).min(1).max(SHEET_MAX) })
  .meta({ id: 'SheetRequest', description: 'Statements that stand or fall together' });

export const prepareRequest = z
  .strictObject({ key: word, statements: z.array(statementRequest).min(1).max(SHEET_MAX) })
  .meta({ id: 'PrepareRequest', description: 'Statements for a key that the caller holds' });

export const preparedSheet = z
  .strictObject({
    key: word,
    hash: word.meta({ description: 'What the key signs' }),
    statements: z.array(
      z.strictObject({
        digest: word,
        statement,
        list: z.array(word).exactOptional(),
        record: writtenRecord.exactOptional(),
      }),
    ),
    typedData: z.looseObject({}).meta({ description: 'The same for a wallet: EIP-712 typed data' }),
  })
  .meta({ id: 'PreparedSheet' });

const disclosedField = z.union([
  z.strictObject({ label: z.string().min(1).max(LABEL_MAX), value: z.string().max(VALUE_MAX), salt: word }),
  z.strictObject({ label: z.string().min(1).max(LABEL_MAX), hash: word, withheld: z.literal(true) }),
]);

export const disclosure = z
  .strictObject({ schema: schemaName, fields: z.array(disclosedField).min(1).max(FIELDS_MAX) })
  .meta({
    id: 'Disclosure',
    description: 'A record with every label in order: each field is shown or says that it is withheld',
  });

/** RFC draft: an Idempotency-Key is chosen by the caller, unique for each thing it wants done once. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .meta({
    description: 'Repeating a request with the same key gives the same answer and does nothing twice',
    examples: ['6f1c2a0e-handover-17'],
  });
