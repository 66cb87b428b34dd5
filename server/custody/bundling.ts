/**
 * Bundles: everything that a court needs to verify a trail, made at the newest final block.
 *
 * What was followed says which statements there are; the node proves them at the block up to which it was followed.
 * The proof is kept, so that the bundle can be given again when the node can't.
 */
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { Bundle, BundleDisclosure, Timestamp } from '../../protocol/bundle/form.ts';
import type { LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import type { SlotsToProve } from '../../protocol/bundle/make.ts';
import { isDisclosure, limitRecord, type HeldRecord } from '../../protocol/dossier.ts';
import type { LineOf } from '../../protocol/ledger.ts';
import { participantOf } from '../../protocol/world.ts';
import { consentsOn, layOut, statementsOfTrail } from './bundle-lines.ts';
import type { ConsortiumView } from './consortium.ts';
import { checkCourtUse } from './court-use.ts';
import {
  CustodyError,
  type BundleRequest,
  type Caller,
  type Gateway,
  type MadeBundle,
  type ProvenTrail,
} from './gateway.ts';
import type {
  BlockPosition,
  BundleMaker,
  ChainProver,
  Clock,
  IncludedStatement,
  Keyring,
  Store,
  TimestampAuthority,
} from './ports.ts';

interface BundlingParts {
  readonly store: Store;
  readonly consortium: ConsortiumView;
  readonly keyring: Pick<Keyring, 'verify'>;
  readonly prover: ChainProver;
  readonly maker: BundleMaker;
  /** Undefined where the operator named none. */
  readonly authority: TimestampAuthority | undefined;
  readonly ledger: LedgerFile;
  readonly clock: Clock;
}

/** How often it follows the node to a newer block, when that has dropped the state of the one before. */
const ATTEMPTS = 5;
/** Milliseconds. */
const PAUSE = 300;

export function openBundling(parts: BundlingParts): Pick<Gateway, 'bundle' | 'proveTrails'> {
  return {
    async bundle(caller, subject, request) {
      const [line] = await parts.store.loadLines([{ kind: 'evidence', subject }]);
      if (line?.kind !== 'evidence') throw notIncluded();
      await permit(parts, caller, line, request);
      const made = await makeBundle(parts, subject);
      return { ...made, bundle: { ...made.bundle, disclosures: await disclosuresFor(parts, caller, made, request) } };
    },

    async proveTrails(cursor, limit) {
      const { items, next } = await parts.store.searchEvidence(undefined, {}, cursor, limit);
      const proven: ProvenTrail[] = [];
      // One after the other: others want bundles meanwhile.
      for (const { subject } of items) proven.push(await proveOne(parts, subject));
      return { items: proven, ...(next !== undefined && { next }) };
    },
  };
}

/**
 * Proves what is proven no more as it stands, or was never. What one gateway has proven and what nothing was stated
 * about since is left as it is, so that it may be repeated.
 */
async function proveOne(parts: BundlingParts, subject: Hex): Promise<ProvenTrail> {
  const { store } = parts;
  const kept = await store.findProof(subject);
  const cursor = await store.cursor();
  if (kept !== undefined && cursor !== undefined) {
    const statements = await statementsOfTrail(store, subject, cursor.number);
    const newest = statements.at(-1)?.place.block ?? cursor.number;
    if (newest <= kept.block.number) return { subject, block: kept.block, fresh: false };
  }
  try {
    const { asOf, kept: earlier } = await makeBundle(parts, subject);
    if (earlier) throw notProvable(undefined);
    return { subject, block: asOf, fresh: true };
  } catch (error) {
    if (error instanceof CustodyError && error.code === 'BUNDLE_TOO_LARGE') return { subject, trouble: error.code };
    throw error;
  }
}

async function permit(
  { store, consortium }: BundlingParts,
  caller: Caller,
  line: LineOf<'evidence'>,
  { purpose }: BundleRequest,
): Promise<void> {
  const { world } = await consortium.current();
  const forCourt = purpose === 'court' || participantOf(world, caller.participant)?.kind === 'court';
  if (!forCourt) return;
  checkCourtUse(world, line, caller.participant, await consentsOn(store, line.subject));
}

interface Unproven {
  readonly bundle: Bundle;
  readonly statements: readonly IncludedStatement[];
}

type Made = Omit<MadeBundle, 'bundle'> & Unproven;

/**
 * The bundle of an item without any record, with a proof that holds.
 * @throws CustodyError NOT_FOUND, BUNDLE_TOO_LARGE or UNAVAILABLE
 */
async function makeBundle(parts: BundlingParts, subject: Hex): Promise<Made> {
  const { store, prover, maker, clock } = parts;
  let trouble: unknown;
  let known: { readonly statements: readonly IncludedStatement[]; readonly slots: SlotsToProve } | undefined;
  try {
    const founded = await prover.foundedTime();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
      const block = await store.cursor();
      if (block === undefined) break;
      const unproven = await unprovenBundle(parts, subject, block, founded);
      // On a busy chain nodes drop states while slots are computed: those of the same statements are the same.
      if (known === undefined || !isSame(known.statements, unproven.statements)) {
        known = { statements: unproven.statements, slots: await maker.slots(unproven.bundle) };
      }
      const { slots } = known;
      const answer = await prover.prove(block, slots);
      if (answer === undefined) continue;
      const proof = await maker.prove(unproven.bundle, slots, answer);
      if (proof === undefined) continue;
      const stamped = await stampsOver(parts, block);
      const bundle = { ...unproven.bundle, proof, ...stamped };
      await checkProven(parts, bundle, block);
      await store.keepProof({ subject, block, founded, proof, ...stamped, time: clock() });
      return { ...unproven, bundle, asOf: block, kept: false };
    }
  } catch (error) {
    if (!isOfChain(error)) throw error;
    trouble = error;
  }
  const kept = await keptBundle(parts, subject);
  if (kept === undefined) throw notProvable(trouble);
  return kept;
}

/** Of one trail, as it was followed at two blocks. */
function isSame(one: readonly IncludedStatement[], other: readonly IncludedStatement[]): boolean {
  return one.length === other.length && one.every(({ digest }, at) => digest === other[at]!.digest);
}

async function keptBundle(parts: BundlingParts, subject: Hex): Promise<Made | undefined> {
  const kept = await parts.store.findProof(subject);
  if (kept === undefined) return undefined;
  const { block, founded, proof, timestamps } = kept;
  const unproven = await unprovenBundle(parts, subject, block, founded);
  const bundle = { ...unproven.bundle, proof, ...(timestamps && { timestamps }) };
  await checkProven(parts, bundle, block);
  return { ...unproven, bundle, asOf: block, kept: true };
}

/** Trusted time bounds what leaked keys of validators could forge. A bundle without it is one all the same. */
async function stampsOver(
  { authority }: BundlingParts,
  { hash }: BlockPosition,
): Promise<{ readonly timestamps?: readonly Timestamp[] }> {
  const token = await authority?.stamp(hash);
  return token === undefined ? {} : { timestamps: [{ over: 'block', token }] };
}

async function unprovenBundle(
  { store, consortium, keyring, ledger }: BundlingParts,
  subject: Hex,
  block: BlockPosition,
  foundedTime: number,
): Promise<Unproven> {
  const statements = await statementsOfTrail(store, subject, block.number);
  if (statements.length === 0) throw notIncluded();
  const { world } = await consortium.current();
  const laid = await layOut(store, statements, { world, keyring });
  return { statements, bundle: { version: 1, subject, ledger, foundedTime, ...laid, disclosures: [] } };
}

/** Nothing leaves this gateway that would not verify. */
async function checkProven({ maker, clock }: BundlingParts, bundle: Bundle, block: BlockPosition): Promise<void> {
  const faults = await maker.faults(bundle, { block, now: clock() });
  if (faults.length === 0) return;
  throw new CustodyError(
    'UNAVAILABLE',
    `What was followed and what the node proves differ: ${faults.join(' ')} Try again; if it stays, tell the operator.`,
  );
}

/** Of the records that the caller may see, what was chosen; every other field is named as withheld. */
async function disclosuresFor(
  { store }: BundlingParts,
  caller: Caller,
  { statements }: Unproven,
  { show }: BundleRequest,
): Promise<readonly BundleDisclosure[]> {
  if (caller.role === 'auditor') return [];
  const committing = statements.filter(({ stated }) => stated.statement.record !== ZERO);
  const records = await store.records(
    caller.participant,
    committing.map(({ digest }) => digest),
  );
  return committing.flatMap(({ digest }) => {
    const record = records.get(digest);
    if (record === undefined || record === 'erased') return [];
    return [{ digest, disclosure: limitRecord(withoutSender(record), (label) => isShown(show, label)) }];
  });
}

/** What came from another participant says from whom, which is no part of a disclosure. */
function withoutSender(record: HeldRecord): HeldRecord {
  return isDisclosure(record) ? { schema: record.schema, fields: record.fields } : record;
}

/** By labels, or beginnings of labels that end in `*`. */
function isShown(show: BundleRequest['show'], label: string): boolean {
  if (show === undefined) return true;
  return show.some((known) => (known.endsWith('*') ? label.startsWith(known.slice(0, -1)) : label === known));
}

/** Of the chain's adapter, known by its name, since custody knows ports only. */
function isOfChain(error: unknown): boolean {
  return error instanceof Error && error.name === 'ChainError';
}

function notIncluded(): CustodyError {
  return new CustodyError(
    'NOT_FOUND',
    'The ledger has no such item yet. Check the id; what was just stated can be proven as soon as it is final.',
  );
}

function notProvable(cause: unknown): CustodyError {
  return new CustodyError(
    'UNAVAILABLE',
    'The node does not prove anything now, and no earlier proof of this item is kept here. Try again in a few seconds.',
    { cause },
  );
}
