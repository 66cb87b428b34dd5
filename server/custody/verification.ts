/**
 * Verification against the ledger: named checks, each with a plain sentence.
 *
 * The store is where the statements come from, and nothing of it is believed: digests, signatures, links and the
 * anchor are computed anew, and the node's storage has the last word. What it stood on is said: a node that was asked.
 */
import { ACT } from '../../protocol/acts.ts';
import { nextAnchor } from '../../protocol/anchor.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { isDisclosure, type HeldRecord } from '../../protocol/dossier.ts';
import { recordRoot, rootOfDisclosure, type Disclosure } from '../../protocol/record.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { stateWord } from '../../protocol/state-words.ts';
import { digestOf } from '../../protocol/statement.ts';
import type { ConsortiumView } from './consortium.ts';
import type { Caller, Check, Gateway, Verification } from './gateway.ts';
import type { Keyring, LedgerNode, SignedDigests, Store, TrailEntry } from './ports.ts';

const TRUST = 'Signatures, and the storage of the node that this gateway asked. A bundle stands on more.';
const PAGE = 500;

export interface VerificationParts {
  readonly store: Store;
  readonly consortium: ConsortiumView;
  readonly keyring: Pick<Keyring, 'verify'>;
  readonly node: LedgerNode;
  readonly foundingHash: Hex;
}

type Included = TrailEntry & { readonly included: NonNullable<TrailEntry['included']> };

export function openVerification(parts: VerificationParts): Pick<Gateway, 'verifyTrail' | 'verifyDisclosure'> {
  return {
    async verifyTrail(caller, subject) {
      const entries = await wholeTrail(parts.store, subject);
      const [line] = await parts.store.loadLines([{ kind: 'evidence', subject }]);
      const ledger = await parts.node.evidence(subject);
      const checks = [
        checkLinks(entries),
        await checkSignatures(parts, entries),
        checkHandoffs(entries),
        checkCorrections(entries),
        await checkRecords(parts.store, caller, entries),
        check('head', ledger?.head === entries.at(-1)?.digest && ledger !== undefined, {
          passed: 'The newest statement is the head that the ledger stores: nothing is missing at the end.',
          failed: 'The newest statement is not the head that the ledger stores: the trail here is not complete.',
        }),
        check('anchor', ledger !== undefined && ledger.anchor === anchorOf(entries), {
          passed: 'The anchor that the ledger stores is reproduced from every statement and its time of inclusion.',
          failed:
            'The anchor that the ledger stores is not reproduced: a statement or a time of inclusion was changed.',
        }),
        check('state', ledger !== undefined && line !== undefined && stateWord(line) === ledger.state, {
          passed: 'Holder, state, restrictions and holds are those that the ledger stores.',
          failed: 'Holder, state, restrictions or holds differ from those that the ledger stores.',
        }),
      ];
      return verification(checks, ledger?.block);
    },

    async verifyDisclosure(digest, disclosure, fileDigest) {
      const entry = await parts.store.statement(digest);
      const included = entry?.included !== undefined;
      const checks = [
        check('included', included, {
          passed: 'The statement is on the ledger.',
          failed: 'The ledger has no such statement.',
        }),
        check('record', included && rootOfDisclosure(disclosure) === entry.stated.statement.record, {
          passed: 'The disclosed fields are those that were signed; every withheld field is named.',
          failed: 'The disclosed fields are not those that were signed.',
        }),
        fileDigest === undefined
          ? notApplicable('file', 'No file digest was given.')
          : check('file', discloses(disclosure, fileDigest), {
              passed: 'The file is one that the record names by its digest.',
              failed: 'No disclosed field holds the digest of this file.',
            }),
      ];
      return verification(checks, entry?.included);
    },
  };
}

async function wholeTrail(store: Store, subject: Hex): Promise<Included[]> {
  const entries: Included[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.trail({ kind: 'evidence', subject }, cursor, PAGE);
    // Rejections are on record beside the line, not on it.
    entries.push(...page.items.filter((entry): entry is Included => entry.included !== undefined && !entry.reason));
    cursor = page.next;
  } while (cursor !== undefined);
  return entries;
}

function checkLinks(entries: readonly Included[]): Check {
  let previous: Hex = ZERO;
  let linked = entries.length > 0;
  for (const { digest, stated } of entries) {
    linked &&= digestOf(stated.statement) === digest && stated.statement.previous === previous;
    previous = digest;
  }
  return check('line', linked, {
    passed: `All ${entries.length} statements follow one another without a gap, from the opening to the newest.`,
    failed: 'A statement is missing, changed or out of order.',
  });
}

async function checkSignatures(parts: VerificationParts, entries: readonly Included[]): Promise<Check> {
  const { world } = await parts.consortium.current();
  const hashes = [...new Set(entries.map(({ sheet }) => sheet))];
  const sheets = new Map((await parts.store.loadSheets(hashes)).map((sheet) => [sheet.hash, sheet]));
  const proven = new Map<Hex, boolean>();
  const isProven = (sheet: SignedDigests): boolean => {
    const key = world.key(sheet.key);
    const hash = sheetHash(sheet.digests, parts.foundingHash);
    return key !== undefined && hash === sheet.hash && parts.keyring.verify(key, hash, sheet.signature);
  };
  const unproven = entries.filter(({ digest, sheet: hash, stated, included }) => {
    const sheet = sheets.get(hash);
    const key = world.key(stated.statement.key);
    if (!sheet || !key || sheet.key !== key.id || key.participant !== stated.statement.participant) return true;
    if (!proven.has(hash)) proven.set(hash, isProven(sheet));
    const revoked = key.revokedAt !== 0 && key.revokedAt <= included.time;
    const expired = stated.statement.time < key.from || stated.statement.time >= key.until;
    return !proven.get(hash) || !sheet.digests.includes(digest) || revoked || expired;
  });
  return check('signatures', unproven.length === 0 && entries.length > 0, {
    passed:
      'Every statement is signed by a key of its participant that was enrolled, not revoked at inclusion and not expired when it says it happened.',
    failed: `${unproven.length} statements are not proven to be signed by their participant.`,
  });
}

function checkHandoffs(entries: readonly Included[]): Check {
  const acceptances = entries.filter(({ stated }) => stated.statement.act === ACT.accept);
  if (acceptances.length === 0) return notApplicable('handoffs', 'The item never changed hands.');
  const byDigest = new Map(entries.map((entry) => [entry.digest, entry]));
  const twoSided = acceptances.every(({ stated: { statement } }) => {
    const release = byDigest.get(statement.previous)?.stated.statement;
    return release?.act === ACT.release && release.recipient === statement.participant && release.key !== statement.key;
  });
  return check('handoffs', twoSided, {
    passed: `Each of the ${acceptances.length} handoffs carries two signatures: the release and its recipient's acceptance.`,
    failed: 'A handoff lacks a release or its acceptance by another key.',
  });
}

function checkCorrections(entries: readonly Included[]): Check {
  const authors = new Map<Hex, number>();
  let corrections = 0;
  let stray = 0;
  for (const { digest, stated } of entries) {
    const { statement } = stated;
    if (statement.act === ACT.correct) {
      corrections += 1;
      if (authors.get(statement.reference) !== statement.participant) stray += 1;
    }
    authors.set(digest, statement.participant);
  }
  if (corrections === 0) return notApplicable('corrections', 'Nothing was corrected.');
  return check('corrections', stray === 0, {
    passed: `Each of the ${corrections} corrections names an earlier statement of its own author on this line.`,
    failed: `${stray} corrections name no earlier statement of their own author on this line.`,
  });
}

async function checkRecords(store: Store, caller: Caller, entries: readonly Included[]): Promise<Check> {
  if (caller.role === 'auditor') return notApplicable('records', 'An auditor sees no record.');
  const records = await store.records(
    caller.participant,
    entries.map(({ digest }) => digest),
  );
  const readable = entries.flatMap(({ digest, stated }) => {
    const record = records.get(digest);
    return record === undefined || record === 'erased' ? [] : [{ record, root: stated.statement.record }];
  });
  if (readable.length === 0)
    return notApplicable('records', 'This participant holds no readable record of this trail.');
  return check(
    'records',
    readable.every(({ record, root }) => rootOf(record) === root),
    {
      passed: `All ${readable.length} records that are kept here are, word for word, those that were signed.`,
      failed: 'A record that is kept here is not the one that was signed.',
    },
  );
}

function rootOf(record: HeldRecord): Hex {
  return isDisclosure(record) ? rootOfDisclosure({ schema: record.schema, fields: record.fields }) : recordRoot(record);
}

function anchorOf(entries: readonly Included[]): Hex {
  return entries.reduce<Hex>((anchor, { digest, included }) => nextAnchor(anchor, digest, included.time), ZERO);
}

function discloses(disclosure: Disclosure, fileDigest: Hex): boolean {
  const wanted = fileDigest.slice(2).toLowerCase();
  return disclosure.fields.some((field) => 'value' in field && field.value.toLowerCase() === wanted);
}

function check(name: string, passed: boolean, sentence: { readonly passed: string; readonly failed: string }): Check {
  return passed
    ? { name, result: 'passed', sentence: sentence.passed }
    : { name, result: 'failed', sentence: sentence.failed };
}

function notApplicable(name: string, sentence: string): Check {
  return { name, result: 'not applicable', sentence };
}

function verification(checks: readonly Check[], asOf: Verification['asOf']): Verification {
  return {
    verified: checks.every(({ result }) => result !== 'failed'),
    checks,
    trust: TRUST,
    ...(asOf && { asOf: { number: asOf.number, hash: asOf.hash, time: asOf.time } }),
  };
}
