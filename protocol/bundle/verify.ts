/** Verifies a bundle: named checks, and what they stand on. Pure, and safe on whatever anybody sends. */
import type { Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import type { VerifySignature } from '../key.ts';
import { SCHEMES_ALL } from '../submission.ts';
import {
  attempt,
  isFault,
  openProof,
  proofChecks,
  vouchingOf,
  type AskedBlock,
  type Vouching,
} from './chain-checks.ts';
import { failed, notApplicable, passed, type BundleCheck } from './check.ts';
import type { Bundle } from './form.ts';
import {
  checkFiles,
  checkRecords,
  checkSignatures,
  checkSuccession,
  judgedChecks,
  type FileDigests,
} from './judged-checks.ts';
import type { LedgerFile } from './ledger-file.ts';
import { readContents, replay } from './replay.ts';
import { checkTrustedTime, type StampFinding } from './trusted-time.ts';

export interface VerifyOptions {
  /** that the reader trusts, and had from elsewhere than the bundle */
  readonly ledger?: LedgerFile;
  /** digests of files that are to be named by the records; SHA-256 or SHA3-256 of each */
  readonly files?: readonly FileDigests[];
  /** the block of the bundle's height, as a node that the reader asked has it */
  readonly asked?: AskedBlock;
  /** seconds: the reader's clock, ahead of which no block can lie */
  readonly now?: number;
  /** what `examineTimestamps` found; left out: the reader trusts no authority */
  readonly stamps?: readonly StampFinding[];
  /** another one with the same result; left out: our own */
  readonly verify?: VerifySignature;
}

/** What a result stands on, from the strongest down. */
export type Trust = 'seals' | 'node' | 'signatures';

export interface BundleVerification {
  /** `keys unknown`: nothing failed, but no ledger file says whose keys these are */
  readonly verdict: 'verified' | 'not verified' | 'keys unknown';
  readonly trust: Trust;
  /** what the trust is worth, and what is not known, in sentences */
  readonly stands: readonly string[];
  readonly checks: readonly BundleCheck[];
  /** the block up to which nothing is left out; absent: not known */
  readonly completeAsOf?: { readonly number: number; readonly hash: Hex; readonly time: number };
  /** what it is about: subject and newest digest */
  readonly subject: Hex;
  readonly head?: Hex;
}

const TWO_THIRDS =
  'Validators are chosen by the network, outside the rule of two thirds by which the contracts change members and keys.';

const STANDS: Readonly<Record<Trust, readonly string[]>> = {
  seals: [
    'The seals of a quorum of validators whom your ledger file names, or who follow from them.',
    'Seals prove nothing if the keys of more than a third of the validators leak later.',
    TWO_THIRDS,
  ],
  node: ['Signatures, and the word of the node that was asked.', TWO_THIRDS],
  signatures: ['Signatures alone. Times of inclusion are the word of who made the bundle.'],
};

const KEYS_UNKNOWN = 'Whose keys signed is not known: no ledger file was given that you have from someone you trust.';
const COMPLETENESS_UNKNOWN =
  'Whether the trail is complete is not known: something may be missing at its end, for anyone can copy the beginning of a ledger.';

/**
 * @throws ProtocolError BUNDLE, UNREADABLE or FOUNDING if the bundle is not usable
 */
export function verifyBundle(bundle: Bundle, options: VerifyOptions = {}): BundleVerification {
  const { ledger, files = [], asked, now, stamps, verify } = options;
  const contents = readContents(bundle);
  const { proof } = bundle;
  const opened = proof && attempt(() => openProof(proof, bundle.ledger));
  const header = opened === undefined || isFault(opened) ? undefined : opened.header;
  const schemes = opened === undefined || isFault(opened) ? SCHEMES_ALL : opened.schemes;
  const replayed = replay(bundle, contents, { schemes, ...(verify && { verify }) });
  const place = checkLedger(bundle.ledger, ledger);
  const vouching = vouchingOf(proof, opened, ledger, asked);
  const vouched = trustOf(place, vouching);
  const { proof: proven, contracts, anchors, states } = proofChecks(bundle, opened, replayed, vouched !== 'signatures');
  const trust = proven.result === 'failed' ? 'signatures' : vouched;
  const records = checkRecords(bundle, contents);
  const checks = [
    place,
    checkSuccession(bundle, replayed),
    checkSignatures(contents, replayed.world, verify),
    ...judgedChecks(bundle, contents, replayed, { now, blockTime: header?.time }),
    records,
    checkFiles(bundle, files, records),
    proven,
    contracts,
    anchors,
    states,
    ...vouching.checks,
    checkTrustedTime(bundle, stamps, header?.time),
  ];
  const verdict = verdictOf(checks, place);
  const complete = verdict === 'verified' && anchors.result === 'passed';
  const head = replayed.world.line('evidence', bundle.subject)?.head;
  if (head === undefined && replayed.stopped === undefined && replayed.severed === undefined) {
    throw new ProtocolError('BUNDLE', 'not a bundle: no statement is about its subject');
  }
  return {
    verdict,
    trust,
    stands: [
      ...STANDS[trust],
      ...(place.result === 'not applicable' ? [KEYS_UNKNOWN] : []),
      ...(complete ? [] : [COMPLETENESS_UNKNOWN]),
    ],
    checks,
    ...(complete && header && { completeAsOf: { number: header.number, hash: header.hash, time: header.time } }),
    subject: bundle.subject,
    ...(head !== undefined && { head }),
  };
}

function trustOf(place: BundleCheck, { sealed, asked }: Vouching): Trust {
  if (place.result !== 'passed') return 'signatures';
  if (sealed) return 'seals';
  return asked ? 'node' : 'signatures';
}

function verdictOf(checks: readonly BundleCheck[], place: BundleCheck): BundleVerification['verdict'] {
  if (checks.some(({ result }) => result === 'failed')) return 'not verified';
  return place.result === 'passed' ? 'verified' : 'keys unknown';
}

/** The bundle is of the ledger that the reader trusts, in the place where that is. */
function checkLedger(claimed: LedgerFile, trusted: LedgerFile | undefined): BundleCheck {
  if (trusted === undefined) {
    return notApplicable('ledger', 'No ledger file was given, so whose keys these are is not known.');
  }
  const differs = (
    [
      ['founding hash', claimed.foundingHash, trusted.foundingHash],
      ['chain', claimed.chainId, trusted.chainId],
      ['genesis hash', claimed.genesisHash, trusted.genesisHash],
      ['block of the founding', claimed.foundedAt, trusted.foundedAt],
      ...(['consortium', 'agreements', 'custody'] as const).flatMap((name) => [
        [`address of ${name}`, claimed.contracts[name].address, trusted.contracts[name].address],
        [`code of ${name}`, claimed.contracts[name].codeHash, trusted.contracts[name].codeHash],
      ]),
    ] as const
  ).find(([, one, other]) => one !== other);
  return differs === undefined
    ? passed('ledger', 'The bundle is of the ledger that your ledger file names.')
    : failed('ledger', `The bundle is of another ledger than your ledger file: its ${differs[0]} differs.`);
}
