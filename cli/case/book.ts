import type { Details } from './details.ts';
import { fieldsUpTo } from './fields.ts';
import { idempotencyKey, sha256Hex, type Role } from './key.ts';
import type { Field, Party, PlannedItem, PlannedStatement, Remark, RemarkCode, Unmapped } from './plan.ts';
import type { Action } from './survey.ts';
import { derivedCode, type Deed } from './verbs.ts';

export interface Told {
  readonly items: readonly PlannedItem[];
  readonly statements: readonly PlannedStatement[];
  readonly unmapped: readonly Unmapped[];
  readonly remarks: readonly Remark[];
  /** Actions that at least one statement comes from. */
  readonly stated: ReadonlySet<string>;
}

/** docs/protocol.md, section 4. */
const MAX_PARENTS = 8;

export interface Line {
  status: 'held' | 'in transit' | 'disposed' | 'lost';
  holder: Party | null;
  /** While in transit: its place in the statements, so that the receiver can still be learnt. */
  release: number;
}

export type DeriveCode = Extract<Deed, { kind: 'derive' }>['code'];
/** A union without what every statement shares. */
export type StatementBody = PlannedStatement extends infer S
  ? S extends PlannedStatement
    ? Omit<
        S,
        | 'idempotencyKey'
        | 'item'
        | 'action'
        | 'sources'
        | 'occurred'
        | 'performer'
        | 'location'
        | 'instruments'
        | 'holder'
        | 'fields'
      >
    : never
  : never;

export type Book = ReturnType<typeof bookOf>;

/** What was planned so far, and the state of every line as the ledger would have it: how lines are opened and continued. */
export function bookOf(details: Details) {
  const items: PlannedItem[] = [];
  const statements: PlannedStatement[] = [];
  const unmapped: Unmapped[] = [];
  const remarks: Remark[] = [];
  const stated = new Set<string>();
  const lines = new Map<string, Line>();
  const gatherings = new Map<readonly string[], readonly string[]>();
  let asked: { sources: readonly string[]; usable: readonly string[]; gone: readonly string[] } | undefined;

  const remark = (code: RemarkCode, iri: string, text: string): string => {
    remarks.push({ code, iri, text });
    return text;
  };
  const cannotFollow = (action: Action, item: string, text: string): void => {
    unmapped.push({
      iri: action.id,
      types: [...action.node.types],
      property: null,
      item,
      reason: 'cannot-follow',
      text,
    });
  };

  /** Adds one statement about one item. */
  const state = (
    role: Role,
    item: string,
    action: Action | null,
    body: StatementBody,
    notes: readonly string[],
    opening: readonly Field[] = [],
  ): void => {
    const line = lines.get(item);
    const fields = fieldsUpTo(250);
    const all = [
      ...opening,
      ...(action === null ? [] : details.action(action).fields),
      ...(action === null || role === 'open' ? [] : details.assigned(action, item)),
    ];
    for (const field of all) fields.add(field.label, field.value);
    for (const note of notes) fields.add('note', note);
    if (action !== null) stated.add(action.id);
    statements.push({
      ...body,
      idempotencyKey: idempotencyKey(role, item, action?.id ?? null),
      item,
      action: action?.name ?? null,
      sources: action === null ? [item] : [action.id],
      occurred: action?.occurred ?? { from: null, until: null },
      performer: action?.performers[0] ?? null,
      location: action?.location ?? null,
      instruments: action?.instruments ?? [],
      holder: line?.holder ?? null,
      fields: fields.list,
    });
  };

  const open = (
    iri: string,
    action: Action | null,
    how:
      | { origin: 'collect'; code: PlannedItem['code'] }
      | { origin: 'derive'; code: PlannedItem['code']; parents: readonly string[] },
    holder: Party | null,
    notes: readonly string[],
  ): void => {
    const item = details.item(iri, action);
    const parents = how.origin === 'derive' ? how.parents : [];
    lines.set(iri, { status: 'held', holder, release: -1 });
    items.push({
      iri,
      ...how,
      parents,
      exhibitNumbers: item.exhibitNumbers,
      description: item.description,
      types: item.types,
      caseName: item.caseName,
      occurred: action?.occurred ?? item.occurred,
      performer: action?.performers[0] ?? null,
      location: action?.location ?? null,
      instruments: action?.instruments ?? [],
      file: item.file,
      gathering: false,
      idempotencyKey: idempotencyKey('open', iri, null),
      sources: [...new Set([iri, ...item.sources, ...(action === null ? [] : [action.id])])],
    } as PlannedItem);
    const fields: Field[] = [...item.fields];
    parents.forEach((parent, index) =>
      fields.push({ label: index === 0 ? 'parent' : `parent.${index + 1}`, value: details.label(parent) }),
    );
    const body =
      how.origin === 'derive' ? { act: 'derive', code: how.code, parents } : { act: 'collect', code: how.code };
    state('open', iri, action, body as StatementBody, notes, fields);
  };

  /** More than eight sources are gathered by eights, so that every source's origins, restrictions and bases are inherited. */
  const gathered = (sources: readonly string[], action: Action | null): readonly string[] => {
    if (sources.length <= MAX_PARENTS) return sources;
    const known = gatherings.get(sources);
    if (known !== undefined) return known;
    const level: string[] = [];
    const sorted = [...sources].sort();
    for (let start = 0; start < sorted.length; start += MAX_PARENTS) {
      const parents = sorted.slice(start, start + MAX_PARENTS);
      const iri = `urn:unbroken:case:gathering:${sha256Hex(JSON.stringify(parents))}`;
      level.push(iri);
      if (!lines.has(iri)) openGathering(iri, parents, action, sources.length);
    }
    const result = gathered(level, action);
    gatherings.set(sources, result);
    return result;
  };
  const openGathering = (iri: string, parents: readonly string[], action: Action | null, total: number): void => {
    const note = remark(
      'parents-gathered',
      iri,
      `Not a piece of evidence of the document: ${parents.length} of the ${total} sources of what follows, gathered because a statement names at most ${MAX_PARENTS} parents.`,
    );
    const holder = lines.get(parents[0] ?? '')?.holder ?? null;
    const description = `Gathered sources (${parents.length} of ${total})`;
    lines.set(iri, { status: 'held', holder, release: -1 });
    items.push({
      iri,
      origin: 'derive',
      code: 'extraction',
      parents,
      exhibitNumbers: [],
      description,
      types: [],
      caseName: null,
      occurred: action?.occurred ?? { from: null, until: null },
      performer: action?.performers[0] ?? null,
      location: null,
      instruments: [],
      file: null,
      gathering: true,
      idempotencyKey: idempotencyKey('open', iri, null),
      sources: action === null ? parents : [action.id],
    });
    const fields: Field[] = [
      { label: 'description', value: description },
      { label: 'source', value: iri },
    ];
    parents.forEach((parent, index) =>
      fields.push({ label: index === 0 ? 'parent' : `parent.${index + 1}`, value: details.label(parent) }),
    );
    state('open', iri, action, { act: 'derive', code: 'extraction', parents }, [note], fields);
  };

  /** Asked once for all results of an action: nothing is disposed of or handed over between them. */
  const atHand = (sources: readonly string[]): { usable: readonly string[]; gone: readonly string[] } => {
    if (asked?.sources === sources) return asked;
    const usable = sources.filter((source) => lines.get(source)?.status === 'held');
    const gone = sources
      .filter((source) => lines.get(source)?.status !== 'held')
      .slice(0, 20)
      .map((source) => details.label(source));
    asked = { sources, usable, gone };
    return asked;
  };

  /** Opens an item that comes from others, as far as these are at hand. */
  const derive = (
    item: string,
    code: DeriveCode,
    sources: readonly string[],
    action: Action | null,
    notes: string[],
  ): void => {
    const { usable, gone } = atHand(sources);
    if (gone.length > 0) {
      notes.push(
        remark(
          'parents-unavailable',
          item,
          `The document also names as source what is disposed of, lost, in transit or not yet there by then: ${gone.join('; ')}.`,
        ),
      );
    }
    if (usable.length === 0) {
      open(item, action, { origin: 'collect', code: 'produced' }, action?.performers[0] ?? null, notes);
      return;
    }
    const parents = gathered(usable, action);
    const holders = new Set(parents.map((parent) => lines.get(parent)?.holder?.iri ?? null));
    if (holders.size > 1)
      remark(
        'parents-apart',
        item,
        'By this document its sources are held by different people; one participant must hold them all to derive from them.',
      );
    const facts = details.item(item, action);
    open(
      item,
      action,
      { origin: 'derive', code: derivedCode(code, facts.types, facts.description), parents },
      lines.get(parents[0] ?? '')?.holder ?? null,
      notes,
    );
  };

  const appear = (item: string, why: 'collection-not-told' | 'cycle'): void => {
    const note = remark(
      why,
      item,
      why === 'cycle'
        ? 'The document derives this item, in a circle, from what is derived from it.'
        : 'The document does not tell how this item was collected.',
    );
    open(item, null, { origin: 'collect', code: 'produced' }, null, [note]);
  };

  return {
    lines,
    statements,
    remark,
    cannotFollow,
    state,
    open,
    derive,
    appear,
    told: (): Told => ({ items, statements, unmapped: [...unmapped, ...details.unmapped], remarks, stated }),
  };
}
