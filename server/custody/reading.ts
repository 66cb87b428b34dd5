/** What officers, courts and auditors read: lines, trails, statements, records. Nothing here changes anything. */
import type { Hex } from '../../protocol/bytes.ts';
import type { LineKind } from '../../protocol/acts.ts';
import { POWER } from '../../protocol/names.ts';
import { isDisclosure, limitRecord } from '../../protocol/dossier.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { discloseRecord, type Disclosure, type WrittenRecord } from '../../protocol/record.ts';
import type { ConsortiumView } from './consortium.ts';
import type { DossierStore } from './dossiers.ts';
import { CustodyError, type Caller, type EvidenceView, type Gateway, type TrailView } from './gateway.ts';
import type { Clock, Store, TrailEntry, ReceivedRecord } from './ports.ts';
import { project } from './projection.ts';

type Reading = Pick<
  Gateway,
  | 'statement'
  | 'evidence'
  | 'search'
  | 'trail'
  | 'find'
  | 'disclose'
  | 'owedDossiers'
  | 'erasureNotices'
  | 'participants'
  | 'keys'
  | 'agreements'
>;

/** Debts and notices that are shown at once. */
const LISTED = 1_000;

export function openReading(store: Store, dossiers: DossierStore, consortium: ConsortiumView, clock: Clock): Reading {
  /** Clear text only for those whose own records they are; an auditor sees the skeleton of everything. */
  async function recordsFor(
    caller: Caller,
    digests: readonly Hex[],
  ): Promise<ReadonlyMap<Hex, WrittenRecord | ReceivedRecord | 'erased'>> {
    return caller.role === 'auditor' ? new Map() : store.records(caller.participant, digests);
  }

  async function dossierFor(caller: Caller, subject: Hex): Promise<EvidenceView['dossier']> {
    if (caller.role === 'auditor') return undefined;
    const release = await dossiers.lastRelease(subject, caller.participant);
    if (release === undefined) return undefined;
    return (await dossiers.isComplete(release.digest)) ? 'received' : 'awaited';
  }

  async function service(entries: readonly TrailEntry[]): Promise<(entry: TrailEntry) => boolean> {
    const { world } = await consortium.current();
    const powers = new Map(
      entries.map(({ stated }) => [stated.statement.key, world.key(stated.statement.key)?.powers ?? 0]),
    );
    return ({ stated }) => ((powers.get(stated.statement.key) ?? 0) & POWER.service) !== 0;
  }

  return {
    async statement(caller, digest) {
      const entry = await store.statement(digest);
      if (!entry) return undefined;
      const record = (await recordsFor(caller, [digest])).get(digest);
      const isService = await service([entry]);
      return { ...entry, service: isService(entry), ...(record && { record }) };
    },

    async evidence(caller, subject): Promise<EvidenceView | undefined> {
      const reference = { kind: 'evidence', subject } as const;
      const [line] = await store.loadLines([reference]);
      const { world: below } = await consortium.current();
      const { world } = await project(store, below, [reference], clock());
      const projected = world.line('evidence', subject);
      if (!projected) return undefined;
      const dossier = await dossierFor(caller, subject);
      return { ...(line && { line }), projected, ...(dossier && { dossier }) };
    },

    async search(caller, filter, cursor, limit) {
      if (filter.term && caller.role === 'auditor') throw noRecords();
      return store.searchEvidence(caller.participant, filter, cursor, limit);
    },

    async trail(caller, kind: LineKind, subject, cursor, limit): Promise<TrailView> {
      const [[line], page] = await Promise.all([
        store.loadLines([{ kind, subject }]),
        store.trail({ kind, subject }, cursor, limit),
      ]);
      const records = await recordsFor(
        caller,
        page.items.map(({ digest }) => digest),
      );
      const isService = await service(page.items);
      const items = page.items.map((entry) => {
        const record = records.get(entry.digest);
        return { ...entry, service: isService(entry), ...(record && { record }) };
      });
      return { subject, kind, ...(line && { line }), entries: { ...page, items } };
    },

    async find(caller, kind, value) {
      if (caller.role === 'auditor') throw noRecords();
      const digests = await store.findByTerm(caller.participant, kind, value);
      const entries = (await Promise.all(digests.map((digest) => store.statement(digest)))).filter(
        (entry) => entry !== undefined,
      );
      const isService = await service(entries);
      return entries.map((entry) => ({ ...entry, service: isService(entry) }));
    },

    async disclose(caller, digest, labels): Promise<Disclosure | undefined> {
      const record = (await recordsFor(caller, [digest])).get(digest);
      if (record === undefined) return undefined;
      if (record === 'erased') throw new CustodyError('NOT_FOUND', 'This record was erased; the statement remains.');
      return isDisclosure(record) ? discloseReceived(record, labels) : discloseRecord(record, labels);
    },

    owedDossiers: () => dossiers.owed(LISTED),
    erasureNotices: (caller) => dossiers.notices(caller.participant, LISTED),

    async participants() {
      return (await consortium.current()).participants;
    },
    async keys(participant) {
      return (await consortium.current()).keys.filter((key) => key.participant === participant);
    },
    async agreements() {
      return (await consortium.current()).agreements;
    },
  };
}

/**
 * What was disclosed to a participant it may show in turn, and no more.
 * @throws ProtocolError RECORD for a label that is withheld from it, or that the record does not have
 */
function discloseReceived({ schema, fields }: ReceivedRecord, labels: readonly string[] | 'all'): Disclosure {
  const shown = fields.filter((field) => 'value' in field).map(({ label }) => label);
  const missing = labels === 'all' ? [] : labels.filter((label) => !shown.includes(label));
  if (missing.length > 0) {
    throw new ProtocolError('RECORD', `your participant has no field ${missing.join(', ')} of this record`);
  }
  return limitRecord({ schema, fields }, (label) => labels === 'all' || labels.includes(label));
}

function noRecords(): CustodyError {
  return new CustodyError(
    'NOT_ALLOWED',
    'An auditor sees the skeleton of everything and no record; search by holder or state.',
  );
}
