import { fileFactsOf, givenName, joined, push } from './facts.ts';
import { addNamed, addOccurred, addParties, carry, described, fieldsUpTo, type Fields } from './fields.ts';
import type { Node } from './node.ts';
import type { Field, FileFacts, Occurred, Unmapped } from './plan.ts';
import type { Reader } from './reader.ts';
import { occurredOf, type Action, type ProvenanceRecord, type Survey } from './survey.ts';
import { localName } from './vocabulary.ts';

/** Together with the parents and notes of a statement these stay below the 256 fields of a record. */
const ITEM_FIELDS = 125;
const ACTION_FIELDS = 100;

export interface ItemDetails {
  readonly exhibitNumbers: readonly string[];
  readonly description: string;
  readonly types: readonly string[];
  readonly caseName: string | null;
  readonly occurred: Occurred;
  readonly file: FileFacts | null;
  readonly fields: readonly Field[];
  readonly sources: readonly string[];
}

export interface Details {
  item(iri: string, creator: Action | null): ItemDetails;
  action(action: Action): { readonly fields: readonly Field[] };
  /** Exhibit numbers that this action gave to an item that was there already. */
  assigned(action: Action, item: string): readonly Field[];
  /** How people call the item. */
  label(item: string): string;
  readonly unmapped: Unmapped[];
}

/** The texts of records: what was written about an item and an action. Each is put together once. */
export function detailsOf(reader: Reader, survey: Survey): Details {
  const unmapped: Unmapped[] = [];
  const items = new Map<string, ItemDetails>();
  const actions = new Map<string, { fields: readonly Field[] }>();
  const recordExtras = new Map<string, readonly Field[]>();
  const actionIds = new Set(survey.actions.map((action) => action.id));

  const annotate = (fields: Fields, label: string, id: string): void => {
    for (const note of survey.annotations.get(id) ?? []) {
      const text = joined([
        ...reader.texts(note, 'uco-core:description'),
        ...reader.texts(note, 'uco-core:name'),
        ...reader.texts(note, 'uco-core:statement'),
      ]);
      const tags = joined(reader.texts(note, 'uco-core:tag'), ', ');
      reader.values(note, 'uco-core:object');
      const value = [text, tags === '' ? '' : `[${tags}]`].filter((part) => part !== '').join(' ');
      if (value === '' || fields.add(label, value)) reader.use(note.id, 'annotation');
    }
  };
  /** A relationship is told where it starts; where that is nothing that has a record, where it ends. */
  const relate = (fields: Fields, label: string, id: string): void => {
    for (const relation of survey.relations.from.get(id) ?? []) {
      if (!fields.add(label, `${relation.kind}: ${described(reader, relation.target)}`)) return;
      reader.use(relation.id, 'relationship');
      reader.use(relation.target, 'mentioned');
    }
    for (const relation of survey.relations.to.get(id) ?? []) {
      if (survey.items.has(relation.source) || actionIds.has(relation.source)) continue;
      if (!fields.add(label, `${described(reader, relation.source)} ${relation.kind} this`)) return;
      reader.use(relation.id, 'relationship');
      reader.use(relation.source, 'mentioned');
    }
  };
  const extrasOf = (record: ProvenanceRecord): readonly Field[] => {
    let extras = recordExtras.get(record.id);
    if (extras === undefined) {
      const fields = fieldsUpTo(30);
      const node = reader.node(record.id);
      if (node !== undefined) carry(reader, node, 'record', fields, unmapped);
      extras = fields.list;
      recordExtras.set(record.id, extras);
    }
    return extras;
  };

  const readItem = (iri: string, creator: Action | null): ItemDetails => {
    const surveyed = survey.items.get(iri);
    const node = surveyed?.node as Node;
    const first = creator?.recordsOf.get(iri) ?? [];
    const records = [...new Set([...first, ...(surveyed?.records ?? [])])];
    const exhibitNumbers = [...new Set(records.flatMap((record) => record.exhibitNumbers))];
    const name = givenName(reader, iri);
    const file = fileFactsOf(reader, node);
    const own = [...reader.texts(node, 'uco-core:description'), name ?? ''];
    // What is written about a set tells its members not apart: their own names come first, if they have any.
    const [alone, together] = [
      records.filter((record) => record.items.length === 1),
      records.filter((record) => record.items.length > 1),
    ].map((some) => some.map((record) => record.description));
    const isNamed = [...(alone ?? []), ...own, file?.name ?? ''].some((text) => text.trim() !== '');
    const ofSets = (together ?? [])
      .filter((text) => text !== '')
      .map((text) => (isNamed ? text : `${text} (${localName(iri)})`));
    const texts = [...(alone ?? []), ...own, file?.name ?? '', ...ofSets].map((text) => text.trim());
    const descriptions = [...new Set(texts.filter((text) => text !== ''))];
    const description = descriptions[0] ?? localName(iri);

    const fields = fieldsUpTo(ITEM_FIELDS);
    for (const caseName of surveyed?.caseNames ?? []) fields.add('case', caseName);
    for (const exhibit of exhibitNumbers) fields.add('exhibit', exhibit);
    for (const root of new Set(records.flatMap((record) => record.rootExhibitNumbers)))
      fields.add('exhibit.root', root);
    for (const text of descriptions.length === 0 ? [description] : descriptions) {
      if (!fields.add('description', text))
        unmapped.push({
          iri,
          types: [...node.types],
          property: 'uco-core:description',
          item: null,
          reason: 'too-long',
          text: 'The description is longer than a field can be.',
        });
    }
    for (const type of node.types) fields.add('type', type);
    fields.add('source', iri);
    for (const record of records) fields.add('source.record', record.id);
    if (file !== null) addFile(fields, file);
    for (const record of records)
      for (const extra of extrasOf(record)) fields.add(extra.label.replace(/\.\d+$/, ''), extra.value);
    carry(reader, node, 'item', fields, unmapped);
    annotate(fields, 'item.annotation', iri);
    for (const record of records) annotate(fields, 'record.annotation', record.id);
    relate(fields, 'item.relation', iri);
    return {
      exhibitNumbers,
      description,
      file,
      fields: fields.list,
      types: [...node.types],
      caseName: joined(surveyed?.caseNames ?? []) || null,
      occurred: occurredOf(reader, node),
      sources: records.map((record) => record.id),
    };
  };
  const readAction = (action: Action): { fields: readonly Field[] } => {
    const fields = fieldsUpTo(ACTION_FIELDS);
    fields.add('action', action.name);
    fields.add('action.id', action.id);
    addOccurred(fields, action.occurred);
    addParties(fields, 'performer', action.performers);
    addParties(fields, 'participant', action.participants);
    addNamed(fields, 'location', action.location === null ? [] : [action.location]);
    addNamed(fields, 'instrument', action.instruments);
    addNamed(fields, 'environment', action.environment);
    annotate(fields, 'action.annotation', action.id);
    carry(reader, action.node, 'action', fields, unmapped);
    relate(fields, 'action.relation', action.id);
    return { fields: fields.list };
  };

  const details: Details = {
    unmapped,
    item(iri, creator) {
      let item = items.get(iri);
      if (item === undefined) {
        item = readItem(iri, creator);
        items.set(iri, item);
      }
      return item;
    },
    action(action) {
      let known = actions.get(action.id);
      if (known === undefined) {
        known = readAction(action);
        actions.set(action.id, known);
      }
      return known;
    },
    assigned(action, item) {
      const numbers = [...new Set((action.recordsOf.get(item) ?? []).flatMap((record) => record.exhibitNumbers))];
      return numbers.map((value, index) => ({ label: index === 0 ? 'exhibit' : `exhibit.${index + 1}`, value }));
    },
    label(iri) {
      const item = items.get(iri);
      if (item === undefined) return iri;
      return item.exhibitNumbers[0] === undefined
        ? `${item.description} <${iri}>`
        : `${item.description} (${item.exhibitNumbers[0]})`;
    },
  };
  return details;
}

function addFile(fields: Fields, file: FileFacts): void {
  if (file.name !== null) fields.add('file.name', file.name);
  if (file.path !== null) fields.add('file.path', file.path);
  if (file.size !== null) fields.add('file.size', String(file.size));
  if (file.mediaType !== null) fields.add('file.type', file.mediaType);
  for (const [name, digest] of Object.entries(file.digests)) fields.add(`file.${name}`, digest);
}

/** The same exhibit number on things that were recorded apart: people must see that. */
export function repeatedExhibits(survey: Survey): Map<string, string[]> {
  const records = new Map<string, Set<string>>();
  const items = new Map<string, string[]>();
  for (const item of survey.items.values()) {
    for (const record of item.records) {
      for (const number of record.exhibitNumbers) {
        push(items, number, item.iri);
        const ids = records.get(number);
        if (ids === undefined) records.set(number, new Set([record.id]));
        else ids.add(record.id);
      }
    }
  }
  const repeated = new Map<string, string[]>();
  for (const [number, iris] of items) {
    const distinct = [...new Set(iris)];
    if (distinct.length > 1 && (records.get(number)?.size ?? 0) > 1) repeated.set(number, distinct);
  }
  return repeated;
}
