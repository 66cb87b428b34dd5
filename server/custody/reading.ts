/** What officers, courts and auditors read: lines, trails, statements, records. Nothing here changes anything. */
import type { Hex } from '../../protocol/bytes.ts';
import type { LineKind } from '../../protocol/acts.ts';
import { POWER } from '../../protocol/names.ts';
import { discloseRecord, type Disclosure, type WrittenRecord } from '../../protocol/record.ts';
import type { ConsortiumView } from './consortium.ts';
import { CustodyError, type Caller, type EvidenceView, type Gateway, type TrailView } from './gateway.ts';
import type { Clock, Store, TrailEntry } from './ports.ts';
import { projectedWorld } from './projection.ts';

type Reading = Pick<
  Gateway,
  'statement' | 'evidence' | 'search' | 'trail' | 'find' | 'disclose' | 'participants' | 'keys' | 'agreements'
>;

export function openReading(store: Store, consortium: ConsortiumView, clock: Clock): Reading {
  /** Clear text only for those whose own records they are; an auditor sees the skeleton of everything. */
  async function recordsFor(
    caller: Caller,
    digests: readonly Hex[],
  ): Promise<ReadonlyMap<Hex, WrittenRecord | 'erased'>> {
    return caller.role === 'auditor' ? new Map() : store.records(caller.participant, digests);
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

    async evidence(_caller, subject): Promise<EvidenceView | undefined> {
      const reference = { kind: 'evidence', subject } as const;
      const [line] = await store.loadLines([reference]);
      const { world: below } = await consortium.current();
      const world = await projectedWorld(store, below, [reference], clock());
      const projected = world.line('evidence', subject);
      if (!projected) return undefined;
      return { ...(line && { line }), projected };
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
      return discloseRecord(record, labels);
    },

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

function noRecords(): CustodyError {
  return new CustodyError(
    'NOT_ALLOWED',
    'An auditor sees the skeleton of everything and no record; search by holder or state.',
  );
}
