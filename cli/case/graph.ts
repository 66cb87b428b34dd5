import jsonld from 'jsonld';
import { nameBlankNodes } from './blank.ts';
import { CaseError } from './error.ts';
import { guardedCopy } from './guard.ts';
import { sha256Hex } from './key.ts';
import type { Node, Value } from './node.ts';
import { DEFAULT_CONTEXT, termOf } from './vocabulary.ts';

export interface Graph {
  readonly nodes: ReadonlyMap<string, Node>;
  /** What the JSON-LD algorithms leave out by their rules, in words. */
  readonly dropped: readonly { readonly what: string; readonly why: string }[];
  /** Some identifiers have no scheme, and were made absolute with this base. */
  readonly relativeBase: string | undefined;
}

interface JsonLdEvent {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const DROPPED_EVENTS = new Set([
  'empty object',
  'free-floating scalar',
  'invalid @language value',
  'invalid property',
  'null @id value',
  'null @value value',
  'object with only @language',
  'object with only @list',
  'object with only @value',
  'reserved @id value',
  'reserved @reverse value',
  'reserved term',
  'relative @type reference',
  'relative @vocab reference',
]);

/**
 * Expands a JSON-LD document and gathers its nodes. Only `expand` is taken from the library: its flattening compares
 * every value with every other and keeps nodes in plain objects, which is slow for large and unsafe for hostile input.
 *
 * @param base makes identifiers without a scheme absolute; by default one that is peculiar to this very document
 */
export async function readGraph(document: unknown, base?: string): Promise<Graph> {
  const copy = guardedCopy(document);
  const dropped: { what: string; why: string }[] = [];
  let refused: CaseError | undefined;
  const options: object = {
    base: '',
    expandContext: DEFAULT_CONTEXT,
    keepFreeFloatingNodes: true,
    documentLoader: (url: string) => {
      refused = remoteContext(url);
      throw refused;
    },
    eventHandler: ({ event, next }: { event: JsonLdEvent; next: () => void }) => {
      if (DROPPED_EVENTS.has(event.code)) dropped.push({ what: shown(event.details), why: event.message });
      next();
    },
  };
  let expanded: unknown;
  try {
    expanded = await jsonld.expand(copy as jsonld.JsonLdDocument, options as jsonld.Options.Expand);
  } catch (cause) {
    if (refused !== undefined) throw refused;
    throw new CaseError(
      'INVALID_JSON_LD',
      `The document is not valid JSON-LD: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const relative = { base: base ?? '', used: false, document: copy };
  const gathered = gather(expanded as unknown[], relative);
  return { nodes: nameBlankNodes(gathered), dropped, relativeBase: relative.used ? relative.base : undefined };
}

function remoteContext(url: string): CaseError {
  return new CaseError(
    'REMOTE_CONTEXT',
    `The document refers to the remote context ${url}, and the import never loads anything. Put that context into the document ("@context": {...}) and try again.`,
  );
}

function shown(details: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(details['property'] ?? details['id'] ?? details['type'] ?? details['value'] ?? details);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

interface Relative {
  base: string;
  used: boolean;
  readonly document: unknown;
}

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Recursion is bounded by the guard's depth. */
function gather(expanded: readonly unknown[], relative: Relative): Map<string, Node> {
  const nodes = new Map<string, Node>();
  let unnamed = 0;

  const absolute = (id: string): string => {
    if (ABSOLUTE.test(id)) return id;
    // Two documents may both speak of "#phone": without a base they must not be taken for one.
    if (relative.base === '')
      relative.base = `urn:unbroken:case:document:${sha256Hex(JSON.stringify(relative.document))}/`;
    relative.used = true;
    return relative.base + id;
  };
  const nodeOf = (id: string): Node => {
    let node = nodes.get(id);
    if (node === undefined) {
      node = { id, blank: id.startsWith('_:'), order: nodes.size, types: new Set(), properties: new Map() };
      nodes.set(id, node);
    }
    return node;
  };
  const add = (node: Node, property: string, value: Value): void => {
    const term = termOf(property);
    const values = node.properties.get(term);
    if (values === undefined) node.properties.set(term, [value]);
    else values.push(value);
  };

  const visitNode = (element: Record<string, unknown>): string => {
    const id = typeof element['@id'] === 'string' ? element['@id'] : undefined;
    const node = nodeOf(id === undefined ? `_:unnamed ${unnamed++}` : absolute(id));
    for (const [key, content] of Object.entries(element)) {
      if (key === '@id') continue;
      if (key === '@type') for (const type of list(content)) node.types.add(termOf(String(type)));
      else if (key === '@graph' || key === '@included') for (const inner of list(content)) visit(inner);
      else if (key === '@reverse') {
        for (const [property, sources] of Object.entries(content as Record<string, unknown>)) {
          for (const source of list(sources)) {
            for (const value of valuesOf(source))
              if (value.kind === 'ref') add(nodeOf(value.id), property, { kind: 'ref', id: node.id });
          }
        }
      } else if (key.startsWith('@')) add(node, key, text(content, '', ''));
      else for (const inner of list(content)) for (const value of valuesOf(inner)) add(node, key, value);
    }
    return node.id;
  };
  const valuesOf = (element: unknown): Value[] => {
    if (!isObject(element)) return [text(element, '', '')];
    if ('@list' in element) return list(element['@list']).flatMap(valuesOf);
    if ('@set' in element) return list(element['@set']).flatMap(valuesOf);
    if ('@value' in element)
      return [
        text(
          element['@value'],
          typeof element['@type'] === 'string' ? termOf(element['@type']) : '',
          typeof element['@language'] === 'string' ? element['@language'] : '',
        ),
      ];
    return [{ kind: 'ref', id: visitNode(element) }];
  };
  const visit = (element: unknown): void => {
    if (isObject(element) && !('@value' in element)) {
      if ('@list' in element || '@set' in element)
        for (const inner of list(element['@list'] ?? element['@set'])) visit(inner);
      else visitNode(element);
    }
  };

  for (const element of expanded) visit(element);
  for (const node of nodes.values())
    for (const [property, values] of node.properties)
      if (values.length > 1) node.properties.set(property, distinct(values));
  for (const node of [...nodes.values()])
    for (const values of node.properties.values())
      for (const value of values) if (value.kind === 'ref') nodeOf(value.id);
  return nodes;
}

function text(value: unknown, type: string, language: string): Value {
  return { kind: 'text', text: typeof value === 'string' ? value : JSON.stringify(value), type, language };
}

function distinct(values: readonly Value[]): Value[] {
  const byKey = new Map<string, Value>();
  for (const value of values) byKey.set(valueKey(value), value);
  return [...byKey.values()];
}

function valueKey(value: Value): string {
  return value.kind === 'ref' ? `r${value.id}` : `t${value.type}\n${value.language}\n${value.text}`;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
