import { givenName, joined, kindOf, nameOf, partyReader, push, relationsOf, toolOf, type Relations } from './facts.ts';
import type { Node } from './node.ts';
import type { CaseInfo, Named, Occurred, Party } from './plan.ts';
import { momentOf, type Reader } from './reader.ts';
import { deedOf, type Deed } from './verbs.ts';
import { localName } from './vocabulary.ts';

export interface ProvenanceRecord {
  readonly id: string;
  readonly items: readonly string[];
  readonly exhibitNumbers: readonly string[];
  readonly rootExhibitNumbers: readonly string[];
  readonly description: string;
}

export interface Action {
  readonly id: string;
  readonly node: Node;
  readonly name: string;
  readonly deed: Deed;
  readonly objects: readonly string[];
  readonly results: readonly string[];
  /** The provenance records among its results, by item. */
  readonly recordsOf: ReadonlyMap<string, readonly ProvenanceRecord[]>;
  readonly performers: readonly Party[];
  readonly participants: readonly Party[];
  readonly occurred: Occurred;
  readonly location: Named | null;
  readonly instruments: readonly Named[];
  readonly environment: readonly Named[];
}

export interface SurveyedItem {
  readonly iri: string;
  readonly node: Node;
  readonly records: readonly ProvenanceRecord[];
  readonly caseNames: readonly string[];
}

/** The evidence, the actions and what connects them, before anything is put in order. */
export interface Survey {
  readonly cases: readonly CaseInfo[];
  readonly actions: readonly Action[];
  readonly items: ReadonlyMap<string, SurveyedItem>;
  readonly relations: Relations;
  readonly annotations: ReadonlyMap<string, readonly Node[]>;
  readonly parties: ReadonlyMap<string, Party>;
  /** Said outright: this item comes from those. */
  readonly derivedFrom: ReadonlyMap<string, readonly string[]>;
  /** Said in passing (contained in, root exhibit): used where nothing else says where the item comes from. */
  readonly belongsTo: ReadonlyMap<string, readonly string[]>;
  readonly party: (id: string) => Party;
}

const OBJECT = ['uco-action:object', 'uco-core:object'];
const RESULT = 'uco-action:result';
const ACTION_PROPERTIES = [
  'uco-action:performer',
  'uco-action:instrument',
  'uco-action:participant',
  'uco-action:result',
];
const MAX_PAIRS = 10_000;
const PERSONS: ReadonlySet<string> = new Set(['person', 'role', 'unknown', 'observable', 'tool', 'grouping']);
const DERIVATIONS =
  /^(extracted|derived|copied|imaged|sampled|recovered|carved|exported|decoded|decrypted|generated|produced|created|taken|downloaded) (from|by)$|^(was derived from|copy of|image of|sample of|duplicate of|part of|fragment of|excerpt of|extract of)$/;
const CONTAINMENTS =
  /^(contained within|contained in|attachment of|located at|stored on|found on|found in|installed on)$/;

export function survey(reader: Reader): Survey {
  const relations = relationsOf(reader);
  const party = partyReader(reader, relations);
  const nodes = [...reader.graph.nodes.values()];
  const recordNodes = nodes.filter((node) => reader.family(node.id) === 'provenance');
  const actionNodes = nodes.filter((node) => isInvestigative(reader, node));

  const records = new Map(recordNodes.map((node) => [node.id, readRecord(reader, node)]));
  const evidence = new Set([...records.values()].flatMap((record) => record.items));
  /** An identifier stands for itself, a provenance record for what it records. */
  const resolve = (ids: readonly string[], accept: (id: string) => boolean): string[] => [
    ...new Set(ids.flatMap((id) => records.get(id)?.items ?? (accept(id) ? [id] : []))),
  ];
  const isThing = (id: string): boolean =>
    evidence.has(id) || (['observable', 'unknown'].includes(reader.family(id)) && !isStrayName(reader, id));

  const read = actionNodes.map((node) => {
    const resultIds = reader.refs(node, RESULT);
    const results = resolve(resultIds, isThing);
    for (const item of results) evidence.add(item);
    return {
      node,
      results,
      resultIds,
      objectIds: OBJECT.flatMap((property) => reader.refs(node, property)),
      ...named(reader, node),
    };
  });
  for (const action of read) {
    // What was seized lay somewhere ("object": the house, the suspect's server): that is no evidence unless something says so.
    if (action.deed.kind !== 'collect' || action.results.length === 0)
      for (const item of resolve(action.objectIds, isThing)) evidence.add(item);
  }
  addDerived(reader, records, evidence, isThing);
  const parties = new Map<string, Party>();
  const actions = read.map((action): Action => {
    const { node, name, deed } = action;
    const recordsOf = new Map<string, ProvenanceRecord[]>();
    for (const id of action.resultIds) {
      const record = records.get(id);
      for (const item of record?.items ?? []) if (record !== undefined) push(recordsOf, item, record);
    }
    const people = (property: string): Party[] => readPeople(reader, node, property, party, parties);
    let performers = people('uco-action:performer');
    if (performers.length === 0) performers = people('uco-core:createdBy');
    return {
      id: node.id,
      node,
      name,
      deed,
      results: action.results,
      recordsOf,
      performers,
      objects: resolve(action.objectIds, (id) => evidence.has(id)),
      participants: people('uco-action:participant'),
      occurred: occurredOf(reader, node),
      location: thingsNamed(reader, node, 'uco-action:location', 'location')[0] ?? null,
      instruments: thingsNamed(reader, node, 'uco-action:instrument', 'instrument'),
      environment: thingsNamed(reader, node, 'uco-action:environment', 'environment'),
    };
  });

  const cases = readCases(reader, nodes);
  return {
    actions,
    relations,
    parties,
    party,
    cases: cases.map(({ info }) => info),
    items: surveyItems(reader, evidence, records, actions, cases),
    annotations: readAnnotations(reader, nodes),
    ...readOrigins(reader, evidence, records, relations),
  };
}

/**
 * What an action names may be described in another document; but the identifier of a record or relationship that this
 * document does not have is no thing.
 */
function isStrayName(reader: Reader, id: string): boolean {
  const node = reader.node(id);
  return (
    node !== undefined &&
    node.types.size === 0 &&
    node.properties.size === 0 &&
    /provenance.?record|relationship/i.test(localName(id))
  );
}

/** What is said to be derived from evidence is evidence, though no action tells how it came about. */
function addDerived(
  reader: Reader,
  records: ReadonlyMap<string, ProvenanceRecord>,
  evidence: Set<string>,
  isThing: (id: string) => boolean,
): void {
  const derived = new Map<string, string[]>();
  for (const node of reader.graph.nodes.values()) {
    if (!isThing(node.id)) continue;
    for (const value of node.properties.get('case-investigation:wasDerivedFrom') ?? []) {
      if (value.kind === 'ref')
        for (const source of records.get(value.id)?.items ?? [value.id]) push(derived, source, node.id);
    }
  }
  // What is added on the way is visited too.
  for (const item of evidence) for (const child of derived.get(item) ?? []) evidence.add(child);
}

function isInvestigative(reader: Reader, node: Node): boolean {
  const family = reader.family(node.id);
  if (family === 'investigative action') return true;
  if (family !== 'action' && family !== 'unknown') return false;
  if (family === 'unknown' && !ACTION_PROPERTIES.some((property) => node.properties.has(property))) return false;
  if (node.types.has('uco-analysis:Analysis')) return true;
  // A plain action is as likely the suspect's as the investigator's; what makes or takes a provenance record is the latter's.
  const touched = [...OBJECT, RESULT].flatMap((property) => node.properties.get(property) ?? []);
  if (touched.some((value) => value.kind === 'ref' && reader.family(value.id) === 'provenance')) return true;
  return family === 'unknown' && named(reader, node).deed.kind !== 'other';
}

/** The name says what was done; where it doesn't, the type of an extension or the description may. */
function named(reader: Reader, node: Node): { name: string; deed: Deed } {
  const names = [...reader.texts(node, 'uco-core:name'), ...reader.texts(node, 'rdfs:label')];
  const types = [...node.types].filter((type) => !type.startsWith('uco-') && !type.startsWith('case-')).map(localName);
  const descriptions = (node.properties.get('uco-core:description') ?? []).flatMap((value) =>
    value.kind === 'text' ? [value.text] : [],
  );
  return {
    name: joined(names) || joined(types) || joined(descriptions).slice(0, 120) || 'an action without a name',
    deed: deedOf(...names, ...types, ...(names.length === 0 ? descriptions : [])),
  };
}

function readRecord(reader: Reader, node: Node): ProvenanceRecord {
  const exhibitNumbers = reader
    .texts(node, 'case-investigation:exhibitNumber')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const items = OBJECT.flatMap((property) => reader.refs(node, property)).filter((id) => {
    const family = reader.family(id);
    if (family === 'observable' || family === 'unknown') return true;
    return (
      exhibitNumbers.length > 0 && ['location', 'annotation', 'tool', 'authorization', 'grouping'].includes(family)
    );
  });
  reader.use(node.id, 'provenance record');
  return {
    id: node.id,
    items: [...new Set(items)],
    exhibitNumbers,
    rootExhibitNumbers: reader.texts(node, 'case-investigation:rootExhibitNumber'),
    description: joined([
      ...reader.texts(node, 'uco-core:description'),
      ...(node.properties.has('uco-core:description') ? [] : reader.texts(node, 'uco-core:name')),
    ]),
  };
}

function readPeople(
  reader: Reader,
  node: Node,
  property: string,
  party: (id: string) => Party,
  parties: Map<string, Party>,
): Party[] {
  const people: Party[] = [];
  const values = node.properties.get(property) ?? [];
  const isParty = (id: string): boolean => PERSONS.has(reader.family(id));
  // Where one of them is no party (an action, say), the property stays unread and is carried as the document has it.
  const ids = values.flatMap((value) =>
    value.kind === 'ref' ? [value.id] : reader.graph.nodes.has(value.text) ? [value.text] : [],
  );
  if (ids.every(isParty)) reader.values(node, property);
  for (const id of ids.filter(isParty)) people.push(party(id));
  for (const value of values) {
    // A name in place of a node: the name is all there is to know the person by.
    if (value.kind === 'text' && !reader.graph.nodes.has(value.text))
      people.push({
        iri: `urn:unbroken:case:name:${encodeURIComponent(value.text.toWellFormed())}`,
        name: value.text,
        organisation: null,
      });
  }
  const distinct = [...new Map(people.map((one) => [one.iri, one])).values()];
  for (const one of distinct) if (one.iri !== null) parties.set(one.iri, one);
  return distinct;
}

function thingsNamed(reader: Reader, node: Node, property: string, role: string): Named[] {
  const things: Named[] = reader.refs(node, property).map((id) => {
    reader.use(id, role);
    return role === 'location' ? { iri: id, name: nameOf(reader, id) } : toolOf(reader, id);
  });
  return [...things, ...reader.texts(node, property).map((name) => ({ iri: null, name }))];
}

export function occurredOf(reader: Reader, node: Node): Occurred {
  const moment = (...properties: string[]) => {
    for (const property of properties) {
      const texts = node.properties.has(property) ? reader.texts(node, property) : [];
      if (texts.length > 0) return momentOf(joined(texts));
    }
    return null;
  };
  return {
    from: moment('uco-action:startTime', 'uco-core:objectCreatedTime', 'uco-observable:observableCreatedTime'),
    until: moment('uco-action:endTime'),
  };
}

interface ReadCase {
  readonly info: CaseInfo;
  readonly members: ReadonlySet<string>;
}

function readCases(reader: Reader, nodes: readonly Node[]): ReadCase[] {
  return nodes
    .filter((node) => reader.family(node.id) === 'case')
    .map((node) => {
      reader.use(node.id, 'case');
      const description = joined(reader.texts(node, 'uco-core:description')) || null;
      return {
        info: { iri: node.id, name: givenName(reader, node.id) ?? localName(node.id), description },
        members: new Set(OBJECT.flatMap((property) => reader.refs(node, property))),
      };
    });
}

function surveyItems(
  reader: Reader,
  evidence: ReadonlySet<string>,
  records: ReadonlyMap<string, ProvenanceRecord>,
  actions: readonly Action[],
  cases: readonly ReadCase[],
): Map<string, SurveyedItem> {
  const recordsOf = new Map<string, ProvenanceRecord[]>();
  for (const record of records.values()) for (const item of record.items) push(recordsOf, item, record);
  const actionsOf = new Map<string, string[]>();
  for (const action of actions)
    for (const item of new Set([...action.objects, ...action.results])) push(actionsOf, item, action.id);

  const casesOf = new Map<string, CaseInfo[]>();
  for (const { info, members } of cases) for (const id of members) push(casesOf, id, info);

  const items = new Map<string, SurveyedItem>();
  for (const iri of evidence) {
    const node = reader.node(iri);
    if (node === undefined) continue;
    const own = recordsOf.get(iri) ?? [];
    const traces = [iri, ...own.map((record) => record.id), ...(actionsOf.get(iri) ?? [])];
    const found = new Set(traces.flatMap((id) => casesOf.get(id) ?? []));
    if (found.size === 0 && cases[0] !== undefined && cases.length === 1) found.add(cases[0].info);
    items.set(iri, { iri, node, records: own, caseNames: [...found].map((info) => info.name) });
  }
  return items;
}

function readAnnotations(reader: Reader, nodes: readonly Node[]): Map<string, Node[]> {
  const annotations = new Map<string, Node[]>();
  for (const node of nodes) {
    if (reader.family(node.id) !== 'annotation') continue;
    for (const id of OBJECT.flatMap((property) =>
      (node.properties.get(property) ?? []).flatMap((value) => (value.kind === 'ref' ? [value.id] : [])),
    ))
      push(annotations, id, node);
  }
  return annotations;
}

function readOrigins(
  reader: Reader,
  evidence: ReadonlySet<string>,
  records: ReadonlyMap<string, ProvenanceRecord>,
  relations: Relations,
): { derivedFrom: Map<string, string[]>; belongsTo: Map<string, string[]> } {
  const derivedFrom = new Map<string, string[]>();
  const belongsTo = new Map<string, string[]>();
  const itemsOf = (id: string): readonly string[] => records.get(id)?.items ?? (evidence.has(id) ? [id] : []);
  const note = (map: Map<string, string[]>, child: string, parent: string): void => {
    const children = itemsOf(child);
    const sources = itemsOf(parent);
    // Sets derived from sets multiply; a document that goes beyond this says nothing about any one item any more.
    if (children.length * sources.length > MAX_PAIRS) return;
    for (const item of children) for (const source of sources) if (item !== source) push(map, item, source);
  };
  for (const node of reader.graph.nodes.values()) {
    if (!node.properties.has('case-investigation:wasDerivedFrom') || itemsOf(node.id).length === 0) continue;
    const parents = (node.properties.get('case-investigation:wasDerivedFrom') ?? []).flatMap((value) =>
      value.kind === 'ref' ? [value.id] : [],
    );
    for (const parent of parents) note(derivedFrom, node.id, parent);
  }
  for (const relation of relations.all) {
    if (DERIVATIONS.test(kindOf(relation))) note(derivedFrom, relation.source, relation.target);
    else if (CONTAINMENTS.test(kindOf(relation))) note(belongsTo, relation.source, relation.target);
  }
  const byExhibit = new Map<string, string[]>();
  for (const record of records.values())
    for (const number of record.exhibitNumbers) for (const item of record.items) push(byExhibit, number, item);
  for (const record of records.values()) {
    for (const root of record.rootExhibitNumbers) {
      const [source, another] = new Set(byExhibit.get(root.trim()) ?? []);
      if (source !== undefined && another === undefined) note(belongsTo, record.id, source);
    }
  }
  const distinct = (map: Map<string, string[]>): Map<string, string[]> =>
    new Map([...map].map(([item, sources]) => [item, [...new Set(sources)]]));
  return { derivedFrom: distinct(derivedFrom), belongsTo: distinct(belongsTo) };
}
