import type { Graph } from './graph.ts';
import type { Node, Value } from './node.ts';
import type { Moment } from './plan.ts';
import { familyOf, termOf, type Family } from './vocabulary.ts';

/** Reads nodes and remembers what was read, so that the rest can be listed. */
export interface Reader {
  readonly graph: Graph;
  node(id: string): Node | undefined;
  family(id: string): Family;
  /** Every value; counts as read. */
  values(node: Node, property: string): readonly Value[];
  /** Identifiers of nodes; a plain string that is one of the document's identifiers counts as a reference. */
  refs(node: Node, property: string): readonly string[];
  /** Texts only, without those that are references. */
  texts(node: Node, property: string): readonly string[];
  isRead(node: Node, property: string): boolean;
  /** The node was used; the first role that is given stays. */
  use(id: string, role: string): void;
  readonly roles: ReadonlyMap<string, string>;
}

export function readerOf(graph: Graph): Reader {
  const superclasses = new Map<string, readonly string[]>();
  for (const node of graph.nodes.values()) {
    const parents = (node.properties.get('rdfs:subClassOf') ?? []).flatMap((value) =>
      value.kind === 'ref' ? [value.id] : [],
    );
    // Class nodes keep their IRI as identifier, types are terms: both spellings lead to the parents.
    if (parents.length > 0) for (const name of [node.id, termOf(node.id)]) superclasses.set(name, parents.map(termOf));
  }
  const families = new Map<string, Family>();
  const read = new Map<string, Set<string>>();
  const roles = new Map<string, string>();

  const values = (node: Node, property: string): readonly Value[] => {
    const found = node.properties.get(property);
    if (found === undefined) return [];
    const properties = read.get(node.id);
    if (properties === undefined) read.set(node.id, new Set([property]));
    else properties.add(property);
    return found;
  };
  const isReference = (value: Value): boolean => value.kind === 'ref' || graph.nodes.has(value.text);
  return {
    graph,
    roles,
    node: (id) => graph.nodes.get(id),
    family(id) {
      let family = families.get(id);
      if (family === undefined) {
        family = familyOf(graph.nodes.get(id)?.types ?? [], superclasses);
        families.set(id, family);
      }
      return family;
    },
    values,
    refs: (node, property) => [
      ...new Set(
        values(node, property).flatMap((value) =>
          value.kind === 'ref' ? [value.id] : graph.nodes.has(value.text) ? [value.text] : [],
        ),
      ),
    ],
    texts: (node, property) =>
      values(node, property).flatMap((value) => (value.kind === 'text' && !isReference(value) ? [value.text] : [])),
    isRead: (node, property) => read.get(node.id)?.has(property) === true,
    use(id, role) {
      if (!roles.has(id)) roles.set(id, role);
    },
  };
}

const DATE_TIME =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?(Z|[+-]\d{2}:\d{2})?)?)?$/i;

/** ISO 8601 and the date types of XML Schema; everything else stays text. */
export function momentOf(text: string): Moment {
  const match = DATE_TIME.exec(text.trim());
  if (match === null) return { text, at: null };
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', , zone, dateZone] = match;
  let offset = (zone ?? dateZone ?? 'Z').toUpperCase();
  if (offset !== 'Z' && !offset.includes(':')) offset = `${offset.slice(0, 3)}:${offset.slice(3)}`;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const milliseconds =
    Number(day) > days ? Number.NaN : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return { text, at: Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000) };
}
