/** Bundles: everything that a court needs to verify a trail, for who may have it, with the fields that were chosen. */
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { BundleDisclosure } from '../../protocol/bundle/form.ts';
import { isDisclosure, limitRecord, type HeldRecord } from '../../protocol/dossier.ts';
import type { LineOf } from '../../protocol/ledger.ts';
import { participantOf } from '../../protocol/world.ts';
import { consentsOn, statementsOfTrail } from './bundle-lines.ts';
import { checkCourtUse } from './court-use.ts';
import { CustodyError, type BundleRequest, type Caller, type Gateway, type ProvenTrail } from './gateway.ts';
import type { Store } from './ports.ts';
import { keptBundle, notIncluded, proveBundles, type ProvenBundle, type ProvingParts } from './proven-bundle.ts';

export function openBundling(parts: ProvingParts): Pick<Gateway, 'bundle' | 'proveTrails'> {
  return {
    async bundle(caller, subject, request) {
      const [line] = await parts.store.loadLines([{ kind: 'evidence', subject }]);
      if (line?.kind !== 'evidence') throw notIncluded();
      await permit(parts, caller, line, request);
      const made = (await proveBundles(parts, [subject]))?.[0] ?? (await keptBundle(parts, subject));
      if (made === undefined) throw notProvable();
      return { ...made, bundle: { ...made.bundle, disclosures: await disclosuresFor(parts, caller, made, request) } };
    },

    async proveTrails(cursor, limit) {
      const { items, next } = await parts.store.searchEvidence(undefined, {}, cursor, limit);
      const until = (await parts.store.cursor())?.number ?? 0;
      const base = (await parts.store.ledgers()).at(-1)?.base ?? 0;
      const found = new Map<Hex, ProvenTrail>();
      for (const { subject } of items) {
        const standing = await standingOf(parts.store, subject, { base, until });
        if (standing !== 'due') found.set(subject, standing);
      }
      const due = items.map(({ subject }) => subject).filter((subject) => !found.has(subject));
      const proven = due.length === 0 ? [] : await proveBundles(parts, due);
      if (proven === undefined) throw notProvable();
      for (const { bundle, asOf } of proven)
        found.set(bundle.subject, { subject: bundle.subject, block: asOf, fresh: true });
      return { items: items.map(({ subject }) => found.get(subject)!), ...(next !== undefined && { next }) };
    },
  };
}

/** Whether a trail has to be proven on the newest ledger: not if nothing that it rests on was stated since its newest proof. */
async function standingOf(
  store: Store,
  subject: Hex,
  { base, until }: { readonly base: number; readonly until: number },
): Promise<ProvenTrail | 'due'> {
  const kept = await store.findProof(subject);
  try {
    const statements = await statementsOfTrail(store, subject, until);
    const newest = statements.at(-1)?.place.block ?? 0;
    return kept !== undefined && newest <= kept.block.number && kept.block.number > base
      ? { subject, block: kept.block, fresh: false }
      : 'due';
  } catch (error) {
    if (error instanceof CustodyError && error.code === 'BUNDLE_TOO_LARGE') return { subject, trouble: error.code };
    throw error;
  }
}

async function permit(
  { store, consortium }: ProvingParts,
  caller: Caller,
  line: LineOf<'evidence'>,
  { purpose }: BundleRequest,
): Promise<void> {
  const { world } = await consortium.current();
  const forCourt = purpose === 'court' || participantOf(world, caller.participant)?.kind === 'court';
  if (!forCourt) return;
  checkCourtUse(world, line, caller.participant, await consentsOn(store, line.subject));
}

/** Of the records that the caller may see, what was chosen; every other field is named as withheld. */
async function disclosuresFor(
  { store }: ProvingParts,
  caller: Caller,
  { statements }: ProvenBundle,
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

function notProvable(): CustodyError {
  return new CustodyError(
    'UNAVAILABLE',
    'The node does not prove anything now, and no earlier proof of this item is kept here. Try again in a few seconds.',
  );
}
