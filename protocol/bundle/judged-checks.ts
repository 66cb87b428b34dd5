/** Checks of what was stated: signatures, and what replaying the ledger's rules said. */
import { ACT, CODE } from '../acts.ts';
import { ZERO, type Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import { AHEAD_MAX } from '../judge.ts';
import { keyId, verifySignature, type PublicKey, type VerifySignature } from '../key.ts';
import { MARK_LATE, type LineOf } from '../ledger.ts';
import { readKey } from '../lists.ts';
import { RESTRICTIONS, SCHEME } from '../names.ts';
import { reasonMeaning, type Reason } from '../reasons.ts';
import { rootOfDisclosure } from '../record.ts';
import { areAllSigned, type Signed } from '../signatures-together.ts';
import type { World } from '../world.ts';
import { counted, decide, failed, notApplicable, passed, type BundleCheck, type CheckName } from './check.ts';
import type { Bundle } from './form.ts';
import { isAbroad, type Contents, type Entry, type ReadSheet, type Replay } from './replay.ts';

/**
 * Every signature that is here, the further ones too, is by the key that it names.
 * @param verify left out: those that can be are verified together
 */
export function checkSignatures(
  { sheets, entries }: Contents,
  world: World,
  verify: VerifySignature | undefined,
): BundleCheck {
  const fresh = freshKeys(entries);
  const signed = sheets.flatMap(({ key, signature, hash, endorsements = [] }: ReadSheet): Signed[] =>
    [{ key, signature }, ...endorsements].flatMap((each) => {
      const publicKey = world.key(each.key) ?? fresh.get(each.key);
      // Whether a key was enrolled is judged by the rules of keys.
      return publicKey === undefined ? [] : [{ key: publicKey, hash, signature: each.signature }];
    }),
  );
  const count = signed.length;
  const unproven = verify === undefined ? countUnsigned(signed) : countUnsignedBy(verify, signed);
  return decide('signatures', unproven === 0, {
    passed: `All ${counted(count, 'signature')} are by the keys that they name.`,
    failed: `${unproven} of ${counted(count, 'signature')} are not by the key that they name: something was changed, or forged.`,
  });
}

function countUnsigned(signed: readonly Signed[]): number {
  const together = signed.filter(({ key }) => key.scheme === SCHEME.secp256k1);
  if (!areAllSigned(together)) return countUnsignedBy(verifySignature, signed);
  return countUnsignedBy(
    verifySignature,
    signed.filter(({ key }) => key.scheme !== SCHEME.secp256k1),
  );
}

function countUnsignedBy(verify: VerifySignature, signed: readonly Signed[]): number {
  return signed.filter(({ key, hash, signature }) => !verify(key, hash, signature)).length;
}

/** Keys that are enrolled here: known although replaying may have stopped before. */
function freshKeys(entries: readonly Entry[]): ReadonlyMap<Hex, PublicKey> {
  const keys = new Map<Hex, PublicKey>();
  for (const { stated } of entries) {
    const { act } = stated.statement;
    if (act !== ACT.enrol && act !== ACT.admit) continue;
    const key = readKey(stated.list.slice(-7));
    if (key !== undefined) keys.set(keyId(key), key);
  }
  return keys;
}

type Judged = Extract<CheckName, 'keys' | 'line' | 'rules' | 'borders' | 'times'>;

/** Each ledger goes on as the retired one before it ended. */
export function checkSuccession({ earlier = [] }: Bundle, { severed }: Replay): BundleCheck {
  if (severed !== undefined) {
    return failed('succession', `The ledger does not go on where the one before it ended: ${severed}.`);
  }
  const left = earlier.reduce((sum, ledger) => sum + ledger.left.length, 0);
  return earlier.length === 0
    ? notApplicable('succession', 'The ledger succeeds no other.')
    : passed(
        'succession',
        `${counted(left, 'line and key', 'lines and keys')} go on as ${counted(earlier.length, 'retired ledger')} left them.`,
      );
}

/** Which check a reason belongs to; the others are of the rules. */
const REASONS_OF: Readonly<Record<Exclude<Judged, 'rules'>, readonly Reason[]>> = {
  keys: [
    ...(['UNSIGNED', 'KEY_FOREIGN', 'KEY_REVOKED', 'KEY_EXPIRED', 'KEY_POWER', 'KEY_ACT', 'KEY_EXISTS'] as const),
    ...(['KEY_UNPROVEN', 'NOT_APPROVED', 'SUSPENDED'] as const),
  ],
  line: ['LINE_EXISTS', 'LINE_UNKNOWN', 'REPLAYED', 'STALE'],
  borders: [
    ...(['RESTRICTION_DROPPED', 'NO_BASIS', 'AGREEMENT_UNKNOWN', 'AGREEMENT_EARLY', 'AGREEMENT_OVER'] as const),
    ...(['NOT_COVERED', 'PURPOSE', 'RESTRICTION', 'ONWARD', 'CONSENT', 'CONSENT_USED', 'CONSENT_MISSING'] as const),
    'REQUEST',
  ],
  times: ['FUTURE', 'EXPIRY', 'EXPIRED'],
};

/** Seconds. */
export interface Clocks {
  /** the reader's */
  readonly now: number | undefined;
  /** of the block that proves the bundle */
  readonly blockTime: number | undefined;
}

/** What replaying says, apart: keys, lines, rules, borders. The first fault ends it, and is given to one of them. */
export function judgedChecks(
  bundle: Bundle,
  contents: Contents,
  { world, stopped, severed }: Replay,
  clocks: Clocks,
): BundleCheck[] {
  const { entries } = contents;
  const fault =
    severed === undefined
      ? stopped && { check: checkOf(stopped.reason), sentence: sentenceOf(stopped) }
      : { check: 'succession', sentence: '' };
  const judge = (name: Judged, sentence: () => string): BundleCheck => {
    if (fault === undefined) return passed(name, sentence());
    if (fault.check === name) return failed(name, fault.sentence);
    return notApplicable(name, 'Not judged to the end, since another check failed.');
  };
  const lines = new Set(entries.map(({ kind, stated }) => `${kind} ${stated.statement.subject}`)).size;
  return [
    judge(
      'keys',
      () => 'Every key was enrolled and not revoked at inclusion, valid at the claimed time, and allowed the act.',
    ),
    judge(
      'line',
      () => `${counted(entries.length, 'statement')} on ${counted(lines, 'line')} follow one another without a gap.`,
    ),
    judge(
      'rules',
      () => 'Every statement was one that its participant could make then, judged by the rules of the ledger.',
    ),
    judge('borders', () => bordersSentence(entries, world, bundle.subject)),
    fault === undefined || fault.check === 'times'
      ? checkTimes(entries, clocks, fault?.sentence)
      : judge('times', () => ''),
    checkCorrections(entries),
  ];
}

function checkOf(reason: Reason | 'RETIRED'): Judged {
  for (const name of ['keys', 'line', 'borders', 'times'] as const) {
    const reasons: readonly string[] = REASONS_OF[name];
    if (reasons.includes(reason)) return name;
  }
  return 'rules';
}

function sentenceOf({ entry, reason }: NonNullable<Replay['stopped']>): string {
  const why = reason === 'RETIRED' ? 'the ledger was retired before' : reasonMeaning(reason);
  return `The ledger would not have taken the statement ${entry.digest}: ${why} (${reason}).`;
}

function bordersSentence(entries: readonly Entry[], world: World, subject: Hex): string {
  const releases = entries.filter(({ stated }) => stated.statement.act === ACT.release);
  const late = releases.filter(({ stated }) => stated.statement.code === CODE.releaseLate).length;
  const crossings = releases.filter(({ stated: { statement } }) => isAbroad(world, statement)).length;
  const item: LineOf<'evidence'> | undefined = world.line('evidence', subject);
  const marked = item !== undefined && (item.state.marks & MARK_LATE) !== 0;
  const crossed =
    crossings === 0
      ? 'No border was crossed.'
      : `${counted(crossings, 'release')} across a border, each under an agreement that held.`;
  return [
    crossed,
    ...(late > 0 ? [`${counted(late, 'handover')} declared late.`] : []),
    ...(marked ? ['The item bears the late mark.'] : []),
    ...(item !== undefined && needsCourtPermission(world, item.state)
      ? ['Use of the item in court needs the consent of its origins (H1, or an agreement under which it came).']
      : []),
  ].join(' ');
}

function needsCourtPermission(world: World, { restrictions, bases }: LineOf<'evidence'>['state']): boolean {
  return (
    (restrictions & RESTRICTIONS.H1) !== 0 ||
    bases.some((number) => world.agreement(number)?.state.terms.courtPermission === true)
  );
}

function checkTimes(entries: readonly Entry[], { now, blockTime }: Clocks, fault: string | undefined): BundleCheck {
  if (fault !== undefined) return failed('times', fault);
  let last = 0;
  let longest = 0;
  let ordered = true;
  for (const { time, stated } of entries) {
    if (time < last) ordered = false;
    last = time;
    longest = Math.max(longest, time - stated.statement.time);
  }
  if (now !== undefined && Math.max(last, blockTime ?? 0) > now + AHEAD_MAX) {
    return failed('times', 'A block is said to be of a time that has not come yet.');
  }
  if (blockTime !== undefined && last > blockTime) {
    return failed('times', 'The block that is to prove the statements is older than they are.');
  }
  return decide('times', ordered, {
    passed: `Claimed times fit the times of inclusion; the longest delay between the two is ${counted(longest, 'second')}.`,
    failed: 'The statements are not in the order of the times at which they were included.',
  });
}

function checkCorrections(entries: readonly Entry[]): BundleCheck {
  const authors = new Map<string, number>();
  let corrections = 0;
  let stray = 0;
  for (const { digest, stated } of entries) {
    const { act, subject, participant, reference } = stated.statement;
    if (act === ACT.correct) {
      corrections += 1;
      if (authors.get(`${subject} ${reference}`) !== participant) stray += 1;
    }
    authors.set(`${subject} ${digest}`, participant);
  }
  if (corrections === 0) return notApplicable('corrections', 'Nothing was corrected.');
  return decide('corrections', stray === 0, {
    passed: `${counted(corrections, 'correction')}, each of an earlier statement by its own author.`,
    failed: `${counted(stray, 'correction')} name no earlier statement of their own author on their line.`,
  });
}

/** Fields that are shown add up to what was signed. */
export function checkRecords({ disclosures }: Bundle, { entries }: Contents): BundleCheck {
  const silent = silenceSentence(disclosures, entries);
  if (disclosures.length === 0) return notApplicable('records', `No record is disclosed in this bundle.${silent}`);
  const roots = new Map(entries.map(({ digest, stated }) => [digest, stated.statement.record]));
  const wrong = disclosures.filter(({ digest, disclosure }) => !addsUp(roots.get(digest), disclosure)).length;
  const fields = disclosures.flatMap(({ disclosure }) => disclosure.fields);
  const shown = fields.filter((field) => 'value' in field).length;
  return decide('records', wrong === 0, {
    passed:
      `${counted(disclosures.length, 'record')} add up to what was signed: ${counted(shown, 'field')} shown, ` +
      `${fields.length - shown} withheld or erased.${silent}`,
    failed: `${counted(wrong, 'record')} are not what was signed, or belong to no statement here.`,
  });
}

/** How many records are not here, and how many of them were erased on record: nothing is left out by silence. */
function silenceSentence(disclosures: Bundle['disclosures'], entries: readonly Entry[]): string {
  const disclosed = new Set(disclosures.map(({ digest }) => digest));
  const erased = new Set<string>();
  let missing = 0;
  let gone = 0;
  // From the newest on, since an erasure is of what stood before it.
  for (const { digest, stated } of entries.toReversed()) {
    const { act, participant, subject, record } = stated.statement;
    if (act === ACT.erase) for (const named of stated.list) erased.add(`${participant} ${named}`);
    if (record === ZERO || disclosed.has(digest)) continue;
    missing += 1;
    if (erased.has(`${participant} ${digest}`) || erased.has(`${participant} ${subject}`)) gone += 1;
  }
  if (missing === 0) return '';
  return ` Of ${counted(missing, 'other statement')} a record was signed that is not here${gone > 0 ? `, ${gone} of them erased on record` : ''}.`;
}

function addsUp(root: Hex | undefined, disclosure: Bundle['disclosures'][number]['disclosure']): boolean {
  try {
    return root !== undefined && rootOfDisclosure(disclosure) === root;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

/** Digests of a file; one that a record names is enough. */
export type FileDigests = readonly string[];

const FILE_LABEL = /^(?:digest|file\.(?:\d{1,6}\.)?(?:sha256|sha3-256))$/;

/** Each file that was given is one that a shown field names. */
export function checkFiles({ disclosures }: Bundle, files: readonly FileDigests[], records: BundleCheck): BundleCheck {
  if (files.length === 0) return notApplicable('files', 'No file was given.');
  // What does not add up names nothing.
  if (records.result === 'failed')
    return notApplicable('files', 'The records that name files are not what was signed.');
  const named = new Set(
    disclosures.flatMap(({ disclosure }) =>
      disclosure.fields.flatMap((field) =>
        'value' in field && FILE_LABEL.test(field.label) ? [bareDigest(field.value)] : [],
      ),
    ),
  );
  const strange = files.filter((digests) => !digests.some((digest) => named.has(bareDigest(digest)))).length;
  return decide('files', strange === 0, {
    passed: `${counted(files.length, 'file')} given, each one that a record names by its digest.`,
    failed: `Of ${counted(files.length, 'file')} given, no field that is shown names ${strange}: another file, a changed one, or its digest is withheld.`,
  });
}

function bareDigest(digest: string): string {
  const lower = digest.toLowerCase();
  return lower.startsWith('0x') ? lower.slice(2) : lower;
}
