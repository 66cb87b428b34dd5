import type { Node } from './node.ts';
import type { FileFacts, Named, Party } from './plan.ts';
import type { Reader } from './reader.ts';
import { localName } from './vocabulary.ts';

/** A relationship between two nodes, read once. */
export interface Relation {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly target: string;
}

export interface Relations {
  readonly all: readonly Relation[];
  readonly from: ReadonlyMap<string, readonly Relation[]>;
  readonly to: ReadonlyMap<string, readonly Relation[]>;
}

export function relationsOf(reader: Reader): Relations {
  const all: Relation[] = [];
  const from = new Map<string, Relation[]>();
  const to = new Map<string, Relation[]>();
  for (const node of reader.graph.nodes.values()) {
    if (reader.family(node.id) !== 'relationship') continue;
    const kind = reader.texts(node, 'uco-core:kindOfRelationship').join(' / ') || 'related';
    reader.values(node, 'uco-core:isDirectional');
    const targets = reader.refs(node, 'uco-core:target');
    for (const source of reader.refs(node, 'uco-core:source')) {
      for (const target of targets) {
        const relation = { id: node.id, kind, source, target };
        all.push(relation);
        push(from, source, relation);
        push(to, target, relation);
      }
    }
  }
  return { all, from, to };
}

export function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

/** `Has_Role`, `has role`, `HasRole`: one spelling. */
export function kindOf(relation: Relation): string {
  return relation.kind
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
}

const NAME_FACETS: readonly (readonly string[])[] = [
  ['uco-identity:givenName', 'uco-identity:familyName'],
  [
    'uco-location:street',
    'uco-location:postalCode',
    'uco-location:locality',
    'uco-location:region',
    'uco-location:country',
  ],
  ['uco-location:latitude', 'uco-location:longitude'],
  ['uco-observable:manufacturer', 'uco-observable:model'],
];

/** What people call the node; else what its facets say; else the last part of its identifier. */
export function nameOf(reader: Reader, id: string): string {
  return givenName(reader, id) ?? localName(id);
}

export function givenName(reader: Reader, id: string): string | undefined {
  const node = reader.node(id);
  if (node === undefined) return undefined;
  const own = [...reader.texts(node, 'uco-core:name'), ...reader.texts(node, 'rdfs:label')];
  if (own.length > 0) return joined(own);
  for (const facetId of reader.refs(node, 'uco-core:hasFacet')) {
    const facet = reader.node(facetId);
    if (facet === undefined) continue;
    for (const properties of NAME_FACETS) {
      if (!properties.some((property) => facet.properties.has(property))) continue;
      const parts = properties.flatMap((property) => reader.texts(facet, property));
      if (parts.length === 0) continue;
      reader.use(facetId, 'facet');
      return joined(parts, ' ');
    }
  }
  return undefined;
}

export function joined(texts: readonly string[], between = ' / '): string {
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))].join(between);
}

export function toolOf(reader: Reader, id: string): Named {
  const node = reader.node(id);
  const version =
    node === undefined
      ? []
      : [...reader.texts(node, 'uco-tool:version'), ...reader.texts(node, 'uco-observable:version')];
  return { iri: id, name: joined([nameOf(reader, id), ...version], ' ') };
}

const EMPLOYED = /\b(employ\w*|affiliat\w*|member|works? (for|at|in)|belongs?|part of|assigned|contained within)\b/;

/** Resolves a role to the person who plays it, so that one person in two roles is one party. */
export function partyReader(reader: Reader, relations: Relations): (id: string) => Party {
  const known = new Map<string, Party>();
  const read = (id: string): Party => {
    reader.use(id, reader.family(id) === 'role' ? 'role' : 'party');
    const players = new Set<string>();
    if (reader.family(id) === 'role') {
      for (const relation of relations.to.get(id) ?? []) {
        if (kindOf(relation) !== 'has role' || relation.source === id) continue;
        players.add(relation.source);
        reader.use(relation.id, 'relationship');
      }
    }
    const [player, another] = players;
    if (player !== undefined && another === undefined && reader.family(player) !== 'role') {
      const person = partyOf(player);
      const role = givenName(reader, id);
      return role === undefined || person.name.includes(`(${role})`)
        ? person
        : { ...person, name: `${person.name} (${role})` };
    }
    let organisation: Party['organisation'] = null;
    for (const relation of relations.from.get(id) ?? []) {
      if (!EMPLOYED.test(kindOf(relation)) || reader.family(relation.target) !== 'person') continue;
      organisation = { iri: relation.target, name: nameOf(reader, relation.target) };
      reader.use(relation.id, 'relationship');
      reader.use(relation.target, 'party');
      break;
    }
    return { iri: id, name: nameOf(reader, id), organisation };
  };
  const partyOf = (id: string): Party => {
    let party = known.get(id);
    if (party === undefined) {
      party = read(id);
      known.set(id, party);
    }
    return party;
  };
  return partyOf;
}

/** One spelling for the names of hash functions: `SHA-256`, `sha256` and `SHA256` are one. */
export function digestName(method: string): string {
  const plain = method.toLowerCase().replace(/[^a-z0-9]+/g, '');
  const sha3 = /^sha3(224|256|384|512)$/.exec(plain);
  return sha3 === null ? plain : `sha3-${sha3[1]}`;
}

const HEX_LENGTH: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
  'sha3-224': 56,
  'sha3-256': 64,
  'sha3-384': 96,
  'sha3-512': 128,
};

/** Reads name, size and digests; what does not have the length of its hash function is left to be carried as it is. */
export function fileFactsOf(reader: Reader, node: Node): FileFacts | null {
  const holders = [node, ...reader.refs(node, 'uco-core:hasFacet').flatMap((id) => reader.node(id) ?? [])];
  /** Of the first holder that has it; what another says besides is carried with the other properties. */
  const first = (property: string, valid: RegExp): string | null => {
    for (const holder of holders) {
      const values = holder.properties.get(property) ?? [];
      if (values.length === 0 || !values.every((value) => value.kind === 'text' && valid.test(value.text))) continue;
      if (holder !== node) reader.use(holder.id, 'facet');
      return joined(reader.texts(holder, property));
    }
    return null;
  };
  const digests = new Map<string, string>();
  for (const holder of holders) {
    if (!holder.properties.has('uco-observable:hash')) continue;
    for (const id of reader.refs(holder, 'uco-observable:hash')) {
      const hash = reader.node(id);
      const [method] = hash === undefined ? [] : (hash.properties.get('uco-types:hashMethod') ?? []);
      const [value] = hash === undefined ? [] : (hash.properties.get('uco-types:hashValue') ?? []);
      if (hash === undefined || method?.kind !== 'text' || value?.kind !== 'text') continue;
      const name = digestName(localName(method.text));
      const hex = value.text.trim().replace(/^0x/i, '').toLowerCase();
      if (
        !/^[0-9a-f]+$/.test(hex) ||
        (HEX_LENGTH[name] ?? hex.length) !== hex.length ||
        digests.has(name) ||
        name === ''
      )
        continue;
      digests.set(name, hex);
      reader.values(hash, 'uco-types:hashMethod');
      reader.values(hash, 'uco-types:hashValue');
      reader.use(id, 'digest');
      if (holder !== node) reader.use(holder.id, 'facet');
    }
  }
  const size = first('uco-observable:sizeInBytes', /^\d{1,15}$/);
  const facts = {
    name: first('uco-observable:fileName', /\S/),
    path: first('uco-observable:filePath', /\S/),
    size: size === null || !/^\d+$/.test(size) ? null : Number(size),
    mediaType: first('uco-observable:mimeType', /\S/),
    digests: Object.fromEntries(digests),
  };
  return facts.name === null && facts.path === null && size === null && facts.mediaType === null && digests.size === 0
    ? null
    : facts;
}
