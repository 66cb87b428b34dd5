import { givenName } from './facts.ts';
import type { Node } from './node.ts';
import type { Field, Named, Occurred, Party, Unmapped } from './plan.ts';
import type { Reader } from './reader.ts';
import { localName } from './vocabulary.ts';

/** docs/protocol.md, section 3. */
const MAX_LABEL_BYTES = 128;
const MAX_VALUE_BYTES = 65_536;
/** How deep facets of facets are carried. */
const MAX_PATH = 6;

/** Collects the fields of one record: labels are unique, a second value of a label gets a number. */
export interface Fields {
  readonly list: readonly Field[];
  /** False if the record can't hold it. */
  add(label: string, value: string): boolean;
}

export function fieldsUpTo(limit: number): Fields {
  const list: Field[] = [];
  const counts = new Map<string, number>();
  return {
    list,
    add(label, value) {
      const times = (counts.get(label) ?? 0) + 1;
      const numbered = (times === 1 ? label : `${label}.${times}`).normalize('NFC');
      if (list.length >= limit || bytes(numbered) > MAX_LABEL_BYTES || bytes(value) > MAX_VALUE_BYTES) return false;
      counts.set(label, times);
      list.push({ label: numbered, value: value.toWellFormed().normalize('NFC') });
      return true;
    },
  };
}

function bytes(text: string): number {
  // Normalising can lengthen a text threefold in UTF-8; three bytes a unit is the most that a unit takes.
  return text.length * 3 <= MAX_LABEL_BYTES ? text.length * 3 : new TextEncoder().encode(text.normalize('NFC')).length;
}

export function addOccurred(fields: Fields, occurred: Occurred): void {
  if (occurred.from !== null) fields.add('occurred', occurred.from.text);
  if (occurred.until !== null) fields.add('occurred.until', occurred.until.text);
}

export function addParties(fields: Fields, label: string, parties: readonly Party[]): void {
  for (const party of parties) {
    fields.add(label, party.name);
    if (party.iri !== null) fields.add(`${label}.id`, party.iri);
    if (party.organisation !== null) fields.add(`${label}.organisation`, party.organisation.name);
  }
}

export function addNamed(fields: Fields, label: string, things: readonly Named[]): void {
  for (const thing of things)
    fields.add(label, thing.iri === null || thing.name.length === 0 ? thing.name : `${thing.name} <${thing.iri}>`);
}

/** Carries what a node says besides what was read: its own properties, and those of the facets and values it consists of. */
export function carry(reader: Reader, node: Node, prefix: string, fields: Fields, unmapped: Unmapped[]): void {
  const visited = new Set<string>([node.id]);
  const walk = (current: Node, path: string, depth: number): void => {
    for (const property of current.properties.keys()) {
      if (current === node && property !== 'uco-core:hasFacet' && reader.isRead(current, property)) continue;
      if (current !== node && reader.isRead(current, property)) continue;
      for (const value of reader.values(current, property)) {
        const label = `${path}.${localName(property)}`;
        if (value.kind === 'ref' && isPartOf(reader, value.id) && !visited.has(value.id) && depth < MAX_PATH) {
          const part = reader.node(value.id);
          if (part === undefined) continue;
          visited.add(value.id);
          reader.use(value.id, reader.family(value.id) === 'facet' ? 'facet' : 'part');
          walk(part, property === 'uco-core:hasFacet' ? `${path}.${facetName(part)}` : label, depth + 1);
          continue;
        }
        const text =
          value.kind === 'text'
            ? value.language === ''
              ? value.text
              : `${value.text} (${value.language})`
            : described(reader, value.id);
        if (property === 'uco-core:hasFacet' && value.kind === 'ref' && visited.has(value.id)) continue;
        if (fields.add(label, text)) {
          if (value.kind === 'ref') reader.use(value.id, 'mentioned');
          continue;
        }
        const tooLong = bytes(text) > MAX_VALUE_BYTES || bytes(label) > MAX_LABEL_BYTES - 6;
        unmapped.push({
          iri: current.id,
          types: [...current.types],
          property,
          item: null,
          reason: tooLong ? 'too-long' : 'too-many-fields',
          text: tooLong
            ? 'Label or value is longer than a field can be.'
            : 'The record has as many fields as it can have.',
        });
      }
    }
  };
  walk(node, prefix, 0);
}

/** Has no meaning but as a part of the node that refers to it. */
function isPartOf(reader: Reader, id: string): boolean {
  const family = reader.family(id);
  return (
    family === 'facet' ||
    family === 'value' ||
    (family === 'unknown' && id.startsWith('_:') && reader.roles.get(id) === undefined)
  );
}

function facetName(facet: Node): string {
  const names = [...facet.types].map(localName).filter((name) => name !== 'Facet');
  return names[0] ?? 'Facet';
}

export function described(reader: Reader, id: string): string {
  const name = givenName(reader, id);
  return name === undefined ? id : `${name} <${id}>`;
}
