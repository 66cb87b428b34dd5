/**
 * Bundles with proofs: what was followed says which statements there are; the node proves them at the block up to which
 * it was followed. Proofs are kept, since nodes drop old ones, and chains end.
 */
import type { Keeper } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import type { Bundle, EarlierLedger, Timestamp } from '../../protocol/bundle/form.ts';
import type { ChainAnswer, SlotsToProve } from '../../protocol/bundle/make.ts';
import { layOut, statementsOfTrail } from './bundle-lines.ts';
import type { ConsortiumView } from './consortium.ts';
import { CustodyError, type MadeBundle } from './gateway.ts';
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

export interface ProvingParts {
  readonly store: Store;
  readonly consortium: ConsortiumView;
  readonly keyring: Pick<Keyring, 'verify'>;
  readonly prover: ChainProver;
  readonly maker: BundleMaker;
  /** Undefined where the operator named none. */
  readonly authority: TimestampAuthority | undefined;
  readonly clock: Clock;
  /** That the node could not be reached. */
  readonly report: (error: unknown) => void;
}

/** How often it follows the node to a newer block, when that has dropped the state of the one before. */
const ATTEMPTS = 5;
/** Milliseconds. */
const PAUSE = 300;

/** What was followed of a trail, not proven yet. */
interface Draft {
  readonly bundle: Bundle;
  /** Of the bundle's ledger. */
  readonly base: number;
  readonly statements: readonly IncludedStatement[];
}

/** A bundle without any record, with the statements in it. */
export type ProvenBundle = Omit<MadeBundle, 'bundle'> & Draft;

/**
 * Bundles of items without any record, with proofs that hold, all of one block.
 * @returns undefined if the node can't prove them now
 * @throws CustodyError NOT_FOUND, BUNDLE_TOO_LARGE or UNAVAILABLE
 */
export async function proveBundles(
  parts: ProvingParts,
  subjects: readonly Hex[],
): Promise<readonly ProvenBundle[] | undefined> {
  const { store, prover } = parts;
  const slotsOf = openSlots(parts);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
      const block = await store.cursor();
      if (block === undefined) break;
      const drafts: (Draft & { readonly slots: SlotsToProve })[] = [];
      for (const subject of subjects) {
        const draft = await draftBundle(parts, subject, block);
        drafts.push({ ...draft, slots: await slotsOf(draft) });
      }
      const answer = await prover.prove(block, joined(drafts.map(({ slots }) => slots)));
      const proven = answer && (await finish(parts, drafts, answer, block));
      if (proven !== undefined) return proven;
    }
  } catch (error) {
    if (!isOfChain(error)) throw error;
    parts.report(error);
  }
  return undefined;
}

/** Undefined if the node left something out. */
async function finish(
  parts: ProvingParts,
  drafts: readonly (Draft & { readonly slots: SlotsToProve })[],
  answer: ChainAnswer,
  block: BlockPosition,
): Promise<readonly ProvenBundle[] | undefined> {
  const { store, maker, clock } = parts;
  const stamped = await stampsOver(parts, block);
  const proven: ProvenBundle[] = [];
  for (const { bundle: unproven, statements, base, slots } of drafts) {
    const proof = await maker.prove(unproven, slots, answer);
    if (proof === undefined) return undefined;
    const bundle = { ...unproven, proof, ...stamped };
    await checkProven(parts, { bundle, base }, block);
    await store.keepProof({
      subject: bundle.subject,
      block,
      founded: bundle.foundedTime,
      proof,
      ...stamped,
      time: clock(),
    });
    proven.push({ bundle, base, statements, asOf: block, kept: false });
  }
  return proven;
}

/**
 * On a busy chain nodes drop states while slots are computed. Those of the same statements are the same, so they are
 * not computed again for a newer block.
 */
function openSlots({ maker }: ProvingParts): (draft: Draft) => Promise<SlotsToProve> {
  const known = new Map<Hex, { readonly statements: readonly IncludedStatement[]; readonly slots: SlotsToProve }>();
  return async ({ bundle, statements }) => {
    const before = known.get(bundle.subject);
    if (before !== undefined && isSame(before.statements, statements)) return before.slots;
    const slots = await maker.slots(bundle);
    known.set(bundle.subject, { statements, slots });
    return slots;
  };
}

/** Of one trail, as it was followed at two blocks. */
function isSame(one: readonly IncludedStatement[], other: readonly IncludedStatement[]): boolean {
  return one.length === other.length && one.every(({ digest }, at) => digest === other[at]!.digest);
}

function joined(all: readonly SlotsToProve[]): SlotsToProve {
  const of = (keeper: Keeper): Hex[] => [...new Set(all.flatMap((slots) => slots[keeper]))];
  return { consortium: of('consortium'), agreements: of('agreements'), custody: of('custody') };
}

/** The bundle with the newest proof that is kept. */
export async function keptBundle(parts: ProvingParts, subject: Hex): Promise<ProvenBundle | undefined> {
  const kept = await parts.store.findProof(subject);
  if (kept === undefined) return undefined;
  const { block, proof, timestamps } = kept;
  const draft = await draftBundle(parts, subject, block);
  const bundle = { ...draft.bundle, proof, ...(timestamps && { timestamps }) };
  await checkProven(parts, { bundle, base: draft.base }, block);
  return { ...draft, bundle, asOf: block, kept: true };
}

/** Trusted time bounds what leaked keys of validators could forge. A bundle without it is one all the same. */
async function stampsOver(
  { authority }: ProvingParts,
  { hash }: BlockPosition,
): Promise<{ readonly timestamps?: readonly Timestamp[] }> {
  const token = await authority?.stamp(hash);
  return token === undefined ? {} : { timestamps: [{ over: 'block', token }] };
}

/** On the ledger that the block is of, with what the ledgers before it left. */
async function draftBundle(
  { store, consortium, keyring }: ProvingParts,
  subject: Hex,
  block: BlockPosition,
): Promise<Draft> {
  const ledgers = (await store.ledgers()).filter(({ base }) => base < block.number || base === 0);
  const { file: ledger, foundedTime, base } = ledgers.at(-1)!;
  if (ledgers[0]!.file.heritage !== undefined) throw beganBefore();
  const statements = await statementsOfTrail(store, subject, block.number);
  if (statements.length === 0) throw notIncluded();
  const { world } = await consortium.current();
  const laid = await layOut(store, statements, { world, keyring });
  const earlier = await Promise.all(
    ledgers.slice(0, -1).map(async (each, index): Promise<EarlierLedger> => {
      const own = statements.filter(({ place }) => place.block > each.base && place.block <= each.last!);
      const until = statements.filter(({ place }) => place.block <= each.last!);
      const lines = until.map(({ kind, stated }) => ({ kind, subject: stated.statement.subject }));
      const left = await store.leaves(ledgers[index + 1]!.base, lines);
      return { ledger: each.file, foundedTime: each.foundedTime, inclusions: own.length, left };
    }),
  );
  const bundle: Bundle = {
    version: 1,
    subject,
    ledger,
    ...(earlier.length > 0 && { earlier }),
    foundedTime,
    ...laid,
    disclosures: [],
  };
  return { statements, bundle, base };
}

/** Nothing leaves this gateway that would not verify. */
async function checkProven(
  { maker, clock }: ProvingParts,
  { bundle, base }: Pick<Draft, 'bundle' | 'base'>,
  at: BlockPosition,
): Promise<void> {
  const block = { ...at, number: at.number - base };
  const faults = await maker.faults(bundle, { block, now: clock() });
  if (faults.length === 0) return;
  throw new CustodyError(
    'UNAVAILABLE',
    `What was followed and what the node proves differ: ${faults.join(' ')} Try again; if it stays, tell the operator.`,
  );
}

/** Of the chain's adapter, known by its name, since custody knows ports only. */
function isOfChain(error: unknown): boolean {
  return error instanceof Error && error.name === 'ChainError';
}

function beganBefore(): CustodyError {
  return new CustodyError(
    'UNAVAILABLE',
    'This gateway did not follow the ledger before this one, and what was stated there is part of every bundle. Ask a gateway that did, or the operator to restore a backup of the store.',
  );
}

export function notIncluded(): CustodyError {
  return new CustodyError(
    'NOT_FOUND',
    'The ledger has no such item yet. Check the id; what was just stated can be proven as soon as it is final.',
  );
}
