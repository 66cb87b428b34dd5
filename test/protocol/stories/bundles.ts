/** Bundles: one that verifies of each shape, and for each check one that fails it alone. */
import type { Keeper } from '../../../protocol/acts.ts';
import type { AskedBlock } from '../../../protocol/bundle/chain-checks.ts';
import type { CheckName } from '../../../protocol/bundle/check.ts';
import type { Bundle, BundleDisclosure } from '../../../protocol/bundle/form.ts';
import type { LedgerFile } from '../../../protocol/bundle/ledger-file.ts';
import type { Trust } from '../../../protocol/bundle/verify.ts';
import { hexToBytes, wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { keccakHex, keccakOfText } from '../../../protocol/hashing.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { POWER } from '../../../protocol/names.ts';
import { discloseRecord, recordRoot, type WrittenRecord } from '../../../protocol/record.ts';
import type { Reason } from '../../../protocol/reasons.ts';
import { actor, BKA, FOUNDED_AT, KOELN, PJ, subjectOf } from '../support/actors.ts';
import { acrossBundle, ledgerOf, proven, unprovenBundle, VALIDATORS, type Chain } from '../support/bundles.ts';
import { sealedHeader, validator } from '../support/sealed-chain.ts';
import { newStory, type Story } from '../support/story.ts';
import { PROVENANCE, type Vector } from '../support/vector.ts';
import { placeOf } from '../../../protocol/bundle/slots.ts';
import { collected, concluded, enrolled, handed, INVESTIGATE, released } from './scenes.ts';
import { afterwards, CONSENT, livelyLedger, newSuccessor, retired, successorOf } from './succession.ts';

export interface BundleVector {
  readonly provenance: string;
  readonly about: string;
  /** that the reader trusts; absent: none */
  readonly ledger?: LedgerFile;
  readonly files?: readonly (readonly string[])[];
  readonly asked?: AskedBlock;
  readonly expected: {
    readonly verdict: 'verified' | 'not verified' | 'keys unknown';
    readonly trust: Trust;
    readonly failed: readonly CheckName[];
    /** number of the block up to which it is complete */
    readonly complete?: number;
  };
  readonly bundle: Bundle;
}

const RECORD: WrittenRecord = {
  schema: 'unbroken/evidence/1',
  fields: [
    { label: 'exhibit', value: 'KT-17/1' },
    { label: 'description', value: 'Telefon, schwarz' },
    { label: 'owner', value: 'Jane Doe' },
    { label: 'file.sha256', value: 'ab'.repeat(32) },
  ],
  seed: keccakOfText('unbroken/vectors/bundle'),
};

const PHONE = subjectOf(BKA.participant, 'phone');

/** A phone with a record, handed over across a border, with a request, a hold and a consent beside. */
function phone(story: Story): void {
  const treaty = concluded(story, 'treaty', ['DE', 'FR']);
  collected(story, BKA, 'phone', { record: recordRoot(RECORD) });
  const request = subjectOf(PJ.participant, 'order');
  const demand = { subject: request, recipient: BKA.participant, list: [wordOf(story.now() + 1_000_000)] };
  story.say(PJ, 'request', 'european-investigation-order', demand);
  const hold = { subject: subjectOf(BKA.participant, 'hold'), list: [PHONE, collected(story, BKA, 'another')] };
  story.say(BKA, 'hold', 'placed', hold);
  story.say(BKA, 'lift', 'lifted', hold);
  handed(story, PHONE, BKA, PJ, { agreement: treaty, purpose: INVESTIGATE, request });
  story.say(PJ, 'derive', 'image', { subject: subjectOf(PJ.participant, 'image'), list: [PHONE] });
}

function handover(story: Story): void {
  collected(story, BKA, 'phone', { record: recordRoot(RECORD) });
  handed(story, PHONE, BKA, KOELN);
}

function told(about: string, tell: (story: Story) => void): Vector {
  const story = newStory(about);
  tell(story);
  return story.vector();
}

/** The digest of the statement that carries the record: the first on the phone's line. */
function recorded(vector: Vector): Hex {
  const bundle = vector.submissions.flatMap(({ sheets }) => sheets);
  return bundle.find(({ about }) => about.includes('collect'))!.digests![0]!;
}

function showing(vector: Vector, labels: readonly string[] | 'all'): BundleDisclosure[] {
  return [{ digest: recorded(vector), disclosure: discloseRecord(RECORD, labels) }];
}

/** A trail that began on a ledger which was retired since. */
function across(): { readonly honest: Bundle; readonly ledger: LedgerFile } {
  const old = newStory('A ledger that was retired', { whole: true });
  livelyLedger(old);
  const estate = retired(old);
  const next = newSuccessor(estate, old.now() + 1_000);
  afterwards(next, successorOf(estate));
  const honest = acrossBundle(old.vector(), estate, next.vector(), PHONE);
  return { honest, ledger: honest.ledger };
}

interface Case {
  readonly tell?: (story: Story) => void;
  /** instead: a trail across two ledgers */
  readonly across?: boolean;
  /** labels that are shown */
  readonly labels?: readonly string[] | 'all';
  readonly forged?: Reason;
  readonly chain?: Chain;
  /** without a proof */
  readonly unproven?: boolean;
  readonly change?: (bundle: Bundle) => Bundle;
  readonly ledger?: ((ledger: LedgerFile) => LedgerFile) | 'none';
  readonly files?: readonly (readonly string[])[];
  readonly asked?: AskedBlock;
  readonly expected?: Partial<BundleVector['expected']>;
}

const FILE = [['ab'.repeat(32)]];

function vectorOf(about: string, given: Case): BundleVector {
  const {
    tell = handover,
    labels,
    forged,
    chain,
    unproven = false,
    change = (bundle: Bundle): Bundle => bundle,
    asked,
    files,
  } = given;
  const vector = told(about, tell);
  const disclosures = labels === undefined ? [] : showing(vector, labels);
  const { honest, ledger: own } = given.across
    ? across()
    : { honest: unprovenBundle(vector, PHONE, { disclosures }), ledger: ledgerOf(vector) };
  const whole = unproven ? honest : proven(honest, chain);
  const forgedBundle =
    forged === undefined ? whole : { ...unprovenBundle(vector, PHONE, { disclosures, forged }), proof: whole.proof! };
  const ledger = given.ledger === 'none' ? undefined : (given.ledger ?? ((same) => same))(own);
  const expected = { verdict: 'verified', trust: 'seals', failed: [], complete: 1000, ...given.expected } as const;
  const { complete, ...rest } = expected;
  const isComplete = expected.verdict === 'verified' && expected.trust !== 'signatures';
  return {
    provenance: PROVENANCE,
    about,
    ...(ledger && { ledger }),
    ...(files && { files }),
    ...(asked && { asked }),
    expected: { ...rest, ...(isComplete && { complete }) },
    bundle: change(forgedBundle),
  };
}

const UNVOUCHED = { trust: 'signatures' } as const;
const NOBODY = { validators: [] as readonly Hex[] };

/** A word that is stored instead. */
function instead(of: Keeper, slot: Hex, word: Hex): Chain {
  return {
    stored: (contract, slots) => {
      if (contract === of) slots.set(slot, word);
    },
  };
}

const NEXT = (slot: Hex, by: bigint): Hex => wordOf(BigInt(slot) + by);
const LINE = placeOf('evidence', PHONE).first;

/** The header by which a fifth validator comes in. */
const FIVE = [...VALIDATORS, validator('five')];
const VOTED = sealedHeader({
  number: 900,
  time: FOUNDED_AT,
  stateRoot: ZERO,
  validators: FIVE,
  sealers: FIVE.slice(1),
});
const STRANGERS = ['a', 'b', 'c', 'd'].map(validator);

const VERIFYING: Readonly<Record<string, Case & { readonly about: string }>> = {
  'phone-across-the-border': {
    about: 'A whole trail, with a record and a file',
    tell: phone,
    labels: 'all',
    files: FILE,
  },
  'other-fields': { about: 'The same trail with other fields shown', tell: phone, labels: ['exhibit'] },
  'across-ledgers': { about: 'A trail that began on a ledger which was retired since', across: true },
  handover: { about: 'A handover inside a country, in a later round', chain: { round: 3 } },
  'later-validators': {
    about: 'The validators changed since the ledger file was written',
    chain: { validators: FIVE, before: [VOTED] },
  },
  'node-asked': {
    about: 'No validators; a node was asked',
    chain: { unsealed: true },
    ledger: (ledger) => ({ ...ledger, ...NOBODY }),
    expected: { trust: 'node' },
  },
  'signatures-alone': {
    about: 'No validators, and no node was asked',
    chain: { unsealed: true },
    ledger: (ledger) => ({ ...ledger, ...NOBODY }),
    expected: UNVOUCHED,
  },
  unproven: { about: 'Without a proof of the chain', unproven: true, expected: UNVOUCHED },
  'no-ledger-file': {
    about: 'No ledger file was given',
    ledger: 'none',
    expected: { verdict: 'keys unknown', ...UNVOUCHED },
  },
};

const changedSheet = (
  bundle: Bundle,
  change: (sheet: Bundle['sheets'][number]) => Bundle['sheets'][number],
): Bundle => ({
  ...bundle,
  sheets: bundle.sheets.map((sheet, i) => (i === 0 ? change(sheet) : sheet)),
});

const officer = actor(BKA.participant, 'officer', { powers: POWER.custody });

const FAILING: Readonly<Record<Exclude<CheckName, 'trusted time'>, Case & { readonly about: string }>> = {
  ledger: {
    about: 'Another genesis than that of the ledger file',
    ledger: (ledger) => ({ ...ledger, genesisHash: keccakOfText('another genesis') }),
    expected: UNVOUCHED,
  },
  succession: {
    about: 'The consent is not what the retired ledger left: its proof is of another line',
    across: true,
    change: (bundle) => ({
      ...bundle,
      earlier: bundle.earlier!.map((each) => ({
        ...each,
        left: each.left.map((left) => (left.subject === CONSENT ? { ...left, proof: each.left[0]!.proof } : left)),
      })),
    }),
  },
  signatures: {
    about: 'The signature of the first statement is that of the second',
    change: (bundle) => changedSheet(bundle, (sheet) => ({ ...sheet, signature: bundle.sheets[1]!.signature })),
  },
  keys: {
    about: 'A statement by a key that was revoked before',
    tell(story) {
      handover(story);
      enrolled(story, BKA, officer);
      story.say(BKA, 'revoke', 'revoked', { subject: participantSubject(BKA.participant), reference: officer.id });
      const subject = subjectOf(BKA.participant, 'knife');
      story.say(officer, 'collect', 'seized', { subject }, 'KEY_REVOKED');
    },
    forged: 'KEY_REVOKED',
  },
  line: {
    about: 'A recall beside the acceptance: two successors of one statement',
    tell(story) {
      collected(story, BKA, 'phone');
      released(story, PHONE, BKA, KOELN);
      const recall = story.state(BKA, 'recall', 'recalled', { subject: PHONE });
      story.say(KOELN, 'accept', 'clean', { subject: PHONE });
      story.send({ by: BKA, items: [recall], expected: ['STALE'] });
    },
    forged: 'STALE',
  },
  rules: {
    about: 'A record by one that does not hold the item',
    tell(story) {
      handover(story);
      story.say(BKA, 'record', 'examined', { subject: PHONE }, 'NOT_HOLDER');
    },
    forged: 'NOT_HOLDER',
  },
  borders: {
    about: 'A release across a border under no agreement',
    tell(story) {
      collected(story, BKA, 'phone');
      const release = { subject: PHONE, recipient: PJ.participant, purpose: INVESTIGATE };
      story.say(BKA, 'release', 'handoff', release, 'NO_BASIS');
    },
    forged: 'NO_BASIS',
  },
  times: {
    about: 'A statement that had expired when it was included',
    tell(story) {
      handover(story);
      const time = story.now() - 200_000;
      story.say(KOELN, 'record', 'stored', { subject: PHONE, time }, 'EXPIRED');
    },
    forged: 'EXPIRED',
  },
  corrections: {
    about: 'A correction of what another stated',
    tell(story) {
      handover(story);
      story.say(KOELN, 'correct', 'corrected', { subject: PHONE, reference: story.head('evidence', PHONE) });
      story.say(BKA, 'correct', 'corrected', { subject: PHONE, reference: story.head('evidence', PHONE) });
    },
  },
  records: {
    about: 'A field that was changed after it was signed',
    labels: 'all',
    change: (bundle) => ({
      ...bundle,
      disclosures: bundle.disclosures.map(({ digest, disclosure: { schema, fields } }) => {
        const changed = fields.map((field, i) => (i === 0 ? { ...field, value: 'KT-17/2' } : field));
        return { digest, disclosure: { schema, fields: changed } };
      }),
    }),
  },
  files: { about: 'A file that no record names', labels: 'all', files: [['cd'.repeat(32), 'ef'.repeat(32)]] },
  proof: {
    about: 'A node of a trie is missing',
    change: (bundle) => ({ ...bundle, proof: { ...bundle.proof!, nodes: bundle.proof!.nodes.slice(1) } }),
    expected: UNVOUCHED,
  },
  contracts: { about: 'Other code runs at the addresses', chain: { codeHash: keccakOfText('other code') } },
  anchors: {
    about: 'The ledger has another time of inclusion',
    chain: instead('custody', NEXT(LINE, 1n), keccakOfText('another anchor')),
  },
  states: { about: 'The ledger has another state', chain: instead('custody', NEXT(LINE, 2n), wordOf(1)) },
  sealed: {
    about: 'Two seals of four, which is no quorum',
    chain: { sealers: VALIDATORS.slice(0, 2) },
    expected: UNVOUCHED,
  },
  validators: {
    about: 'Sealed by strangers, all of them',
    chain: { validators: STRANGERS, sealers: STRANGERS },
    expected: UNVOUCHED,
  },
  node: {
    about: 'The node that was asked has another block',
    asked: { number: 1000, hash: keccakOfText('another block') },
  },
};

/** The vectors by name. */
export function bundleVectors(): Map<string, BundleVector> {
  const vectors = new Map<string, BundleVector>();
  for (const [name, { about, ...given }] of Object.entries(VERIFYING)) {
    const vector = vectorOf(about, given);
    const { header } = vector.bundle.proof ?? {};
    const asked =
      name === 'node-asked' && header !== undefined ? { number: 1000, hash: keccakHex(hexToBytes(header)) } : undefined;
    vectors.set(`bundles/valid/${name}`, { ...vector, ...(asked && { asked }) });
  }
  for (const [name, { about, expected, ...given }] of Object.entries(FAILING)) {
    const failed = { verdict: 'not verified', failed: [name as CheckName], ...expected } as const;
    vectors.set(`bundles/invalid/${name}`, vectorOf(about, { ...given, expected: failed }));
  }
  return vectors;
}
