/** Vectors of records, their disclosures, and receipts. */
import type { Hex } from '../../../protocol/bytes.ts';
import { foundingHash } from '../../../protocol/founding.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { signHash } from '../../../protocol/key.ts';
import { promiseTogether, receiptHash, type Receipt } from '../../../protocol/receipt.ts';
import {
  discloseRecord,
  recordRoot,
  saltOf,
  type DisclosedField,
  type Disclosure,
  type WrittenRecord,
} from '../../../protocol/record.ts';
import { actor, BKA, FOUNDED_AT, FOUNDING } from '../support/actors.ts';
import { PROVENANCE } from '../support/vector.ts';
import { POWER } from '../../../protocol/names.ts';

export interface RecordVector {
  readonly provenance: string;
  readonly about: string;
  readonly record: WrittenRecord;
  readonly salts: readonly Hex[];
  readonly root: Hex;
  readonly disclosures: readonly { readonly shown: readonly string[]; readonly disclosure: Disclosure }[];
}

/** A disclosure that does not add up to the root, or is none. */
export interface BrokenDisclosure {
  readonly provenance: string;
  readonly about: string;
  readonly root: Hex;
  readonly disclosure: Disclosure;
  readonly fault: 'root' | 'form';
}

export interface ReceiptVector {
  readonly provenance: string;
  readonly about: string;
  readonly foundingHash: Hex;
  readonly receipt: Receipt;
  readonly key: {
    readonly participant: number;
    readonly powers: number;
    readonly from: number;
    readonly until: number;
    readonly x: Hex;
    readonly y: Hex;
    readonly scheme: number;
  };
  readonly hash: Hex;
  readonly verifies: boolean;
}

const seed = keccakOfText('unbroken/vectors/seed');

const CUSTODY: WrittenRecord = {
  schema: 'unbroken/custody/1',
  fields: [
    { label: 'officer', value: 'KHK Jürgen Müller, 4711' },
    { label: 'location', value: 'Bonn, Raum 12' },
    { label: 'seal', value: 'DE-0815' },
    { label: 'note', value: 'Seal intact; a scratch on the display, not there before' },
  ],
  seed,
};

const RECORDS: readonly (readonly [
  file: string,
  about: string,
  record: WrittenRecord,
  shown: readonly (readonly string[])[],
])[] = [
  ['custody', 'Four fields, all shown, none, and two of them', CUSTODY, [['seal', 'note']]],
  [
    'evidence-with-files',
    'What a collection writes, with a file',
    {
      schema: 'unbroken/evidence/1',
      fields: [
        { label: 'case', value: '2026-0001' },
        { label: 'exhibit', value: 'A-1' },
        { label: 'description', value: 'Mobile phone, black' },
        { label: 'file.1.name', value: 'phone.bin' },
        { label: 'file.1.size', value: '0' },
        { label: 'file.1.sha256', value: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
        { label: 'file.1.sha3-256', value: 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a' },
      ],
      seed,
    },
    [['exhibit', 'file.1.sha256', 'file.1.sha3-256']],
  ],
  [
    'any-script',
    'Text beyond Latin, beyond two bytes, with quotes and line ends, and an empty value',
    {
      schema: 'наша схема',
      fields: [
        { label: 'Größe', value: 'é ё 語 🚓 👩‍🔬' },
        { label: '"', value: '\\\n\r\t\u0000' },
        { label: '備考', value: '' },
      ],
      seed,
    },
    [['備考']],
  ],
  ['one-field', 'The least that can be written', { schema: 's', fields: [{ label: 'l', value: '' }], seed }, []],
  [
    'most-fields',
    'As many fields as there may be',
    { schema: 's', fields: Array.from({ length: 256 }, (_, i) => ({ label: `${i}`, value: `${i}` })), seed },
    [['255']],
  ],
];

const shownNote = discloseRecord(CUSTODY, ['note']);
const [officer, location, seal, note] = shownNote.fields;

const BROKEN: readonly (readonly [
  file: string,
  about: string,
  fault: BrokenDisclosure['fault'],
  disclosure: Disclosure,
])[] = [
  ['schema-changed', 'Another schema', 'root', { ...shownNote, schema: 'unbroken/evidence/1' }],
  ['value-changed', 'Another value', 'root', changed(3, { ...note!, value: 'Seal intact' })],
  ['label-changed', 'Another label for what is withheld', 'root', changed(0, { ...officer!, label: 'witness' })],
  [
    'order-changed',
    'The same fields in another order',
    'root',
    { ...shownNote, fields: [location!, officer!, seal!, note!] },
  ],
  ['field-left-out', 'A withheld field is left out', 'root', { ...shownNote, fields: [officer!, seal!, note!] }],
  [
    'field-added',
    'A field that was not written',
    'root',
    { ...shownNote, fields: [...shownNote.fields, { ...seal!, label: 'tool' }] },
  ],
  ['label-twice', 'A label stands twice', 'form', { ...shownNote, fields: [...shownNote.fields, note!] }],
  ['not-nfc', 'A value that is not in NFC', 'form', changed(3, { ...note!, value: 'Mu\u0308ller' })],
  ['value-too-long', 'A value of 65,537 bytes', 'form', changed(3, { ...note!, value: 'x'.repeat(65_537) })],
  ['no-fields', 'No field at all', 'form', { ...shownNote, fields: [] }],
];

function changed(position: number, field: DisclosedField): Disclosure {
  return { ...shownNote, fields: shownNote.fields.map((each, i) => (i === position ? field : each)) };
}

/** The vectors by name. */
export function recordVectors(): Map<string, RecordVector | BrokenDisclosure | ReceiptVector> {
  const vectors = new Map<string, RecordVector | BrokenDisclosure | ReceiptVector>();
  for (const [file, about, record, some] of RECORDS) {
    const all = record.fields.map(({ label }) => label);
    const disclosures = [all, [], ...some].map((shown) => ({ shown, disclosure: discloseRecord(record, shown) }));
    const salts = record.fields.map((_, i) => saltOf(record.seed, i));
    const vector = { provenance: PROVENANCE, about, record, salts, root: recordRoot(record), disclosures };
    vectors.set(`records/${file}`, vector);
  }
  for (const [file, about, fault, disclosure] of BROKEN) {
    const vector = { provenance: PROVENANCE, about, root: recordRoot(CUSTODY), disclosure, fault };
    vectors.set(`records/invalid/${file}`, vector);
  }
  for (const [file, vector] of receipts()) vectors.set(`receipts/${file}`, vector);
  return vectors;
}

function receipts(): (readonly [file: string, vector: ReceiptVector])[] {
  const salt = foundingHash(FOUNDING);
  const { id, privateKey, participant, key } = actor(BKA.participant, 'gateway', { powers: POWER.receipt });
  const promise = { digest: keccakOfText('a digest'), participant, time: FOUNDED_AT + 10 };
  const hash = receiptHash(promise, salt);
  const receipt = { ...promise, path: [], key: id, signature: signHash(key.scheme, privateKey, hash) };
  const { acts: _, ...rest } = key;
  const base = {
    provenance: PROVENANCE,
    about: 'A receipt',
    foundingHash: salt,
    receipt,
    key: { participant, ...rest },
    hash,
    verifies: true,
  };
  const broken = { ...base, verifies: false };
  const { root, paths } = promiseTogether([keccakOfText('one'), promise.digest, keccakOfText('another')]);
  const rootHash = receiptHash({ ...promise, digest: root }, salt);
  const together = {
    ...base,
    about: 'The second of three that were promised together',
    receipt: { ...receipt, path: paths[1]!, signature: signHash(key.scheme, privateKey, rootHash) },
    hash: rootHash,
  };
  return [
    ['receipt', base],
    ['promised-together', together],
    [
      'invalid/cut-path',
      {
        ...together,
        about: 'With a path cut short',
        receipt: { ...together.receipt, path: [paths[1]![0]!] },
        verifies: false,
      },
    ],
    [
      'invalid/another-digest',
      { ...broken, about: 'For another digest', receipt: { ...receipt, digest: keccakOfText('another') } },
    ],
    ['invalid/another-time', { ...broken, about: 'At another time', receipt: { ...receipt, time: receipt.time + 1 } }],
    [
      'invalid/without-power',
      { ...broken, about: 'By a key without the power receipt', key: { ...base.key, powers: POWER.custody } },
    ],
    [
      'invalid/of-another',
      { ...broken, about: 'By a key of another participant', key: { ...base.key, participant: 2 } },
    ],
    [
      'invalid/key-not-valid',
      { ...broken, about: 'By a key that was not valid then', key: { ...base.key, until: receipt.time } },
    ],
  ];
}
