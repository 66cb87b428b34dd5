import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { ContextNode, Unmapped, UnmappedReason } from './plan.ts';
import type { Reader } from './reader.ts';
import type { Family } from './vocabulary.ts';

const REASONS: Readonly<Record<Family, readonly [UnmappedReason, string]>> = {
  provenance: ['not-evidence', 'A provenance record of nothing that can be evidence.'],
  case: ['not-evidence', 'A case groups evidence and is not evidence.'],
  relationship: ['not-evidence', 'A relationship between things that are not evidence here.'],
  'investigative action': ['names-no-evidence', 'The action names no evidence, neither as object nor as result.'],
  action: ['not-investigative', 'Not an investigative action, and it touches no provenance record.'],
  lifecycle: ['order-of-actions', 'Orders or groups actions; the statements have their own order.'],
  facet: ['not-evidence', 'Describes something that is not evidence here.'],
  value: [
    'not-evidence',
    'Part of the description of something that is not evidence here, or not readable as what it says it is.',
  ],
  observable: ['not-evidence', 'No provenance record and no investigative action takes it as evidence.'],
  person: ['not-evidence', 'A person or organisation that no action names.'],
  role: ['not-evidence', 'A role that no action names.'],
  location: ['not-evidence', 'A place that no action names.'],
  tool: ['not-evidence', 'A tool that no action names.'],
  annotation: ['not-evidence', 'An annotation of something that is not evidence here.'],
  authorization: [
    'not-evidence',
    'An authorization; the ledger keeps agreements and requests by statements of their own.',
  ],
  grouping: ['grouping', 'Groups nodes; each of them is accounted for by itself.'],
  marking: ['not-evidence', 'A data marking; restrictions are stated at release.'],
  vocabulary: ['not-evidence', 'Defines a word.'],
  unknown: ['not-evidence', 'No provenance record and no investigative action takes it as evidence.'],
};

/** Every node is stated, context or unmapped, and so is every property of what is not unmapped as a whole. */
export function account(
  graph: Graph,
  reader: Reader,
  stated: { readonly items: ReadonlySet<string>; readonly actions: ReadonlySet<string> },
  known: readonly Unmapped[],
): { context: ContextNode[]; unmapped: Unmapped[] } {
  const context: ContextNode[] = [];
  const unmapped: Unmapped[] = [...known];
  const listed = new Set(known.flatMap((entry) => (entry.property === null ? [entry.iri] : [])));

  for (const node of graph.nodes.values()) {
    const role = reader.roles.get(node.id);
    const isStated = stated.items.has(node.id) || stated.actions.has(node.id);
    if (!isStated && role === undefined) {
      if (!listed.has(node.id)) unmapped.push(whole(reader, node));
      continue;
    }
    if (!isStated && role !== undefined) context.push({ iri: node.id, types: [...node.types], role });
    for (const property of node.properties.keys()) {
      if (reader.isRead(node, property)) continue;
      unmapped.push({
        iri: node.id,
        types: [...node.types],
        property,
        item: null,
        reason: 'property',
        text: `The import has no use for this property of ${stated.items.has(node.id) ? 'an item' : (role ?? 'an action')}.`,
      });
    }
  }
  return { context, unmapped };
}

function whole(reader: Reader, node: Node): Unmapped {
  const described = node.types.size > 0 || node.properties.size > 0;
  const [reason, text] = described
    ? REASONS[reader.family(node.id)]
    : (['not-described', 'Mentioned, but not described in this document.'] as const);
  return { iri: node.id, types: [...node.types], property: null, item: null, reason, text };
}
