import type { Node, Value } from './node.ts';
import { sha256Hex } from './key.ts';

/** Fixed, so that a name depends on nothing but the node and what it is connected with. */
const ROUNDS_IN_CYCLES = 8;
const ROUNDS_FOR_TIES = 4;

type Colours = Map<string, string>;

/**
 * Names blank nodes by what they say, so that the same document gives the same names in whatever order it is written,
 * and a second document that says the same gives them too. Those that say the same are told apart by what refers to
 * them, and what is still equal by its order in the document, where swapping the two changes nothing.
 */
export function nameBlankNodes(nodes: ReadonlyMap<string, Node>): Map<string, Node> {
  const blanks = [...nodes.values()].filter((node) => node.blank);
  if (blanks.length === 0) return new Map(nodes);
  const content = coloursOfContent(blanks);
  const context = coloursOfContext(nodes, tied(blanks, content), content);

  const names = new Map<string, string>();
  const taken = new Map<string, number>();
  for (const node of blanks) {
    const colour = context.get(node.id) ?? content.get(node.id) ?? '';
    const times = (taken.get(colour) ?? 0) + 1;
    taken.set(colour, times);
    names.set(node.id, `_:${colour.slice(0, 32)}${times === 1 ? '' : `-${times}`}`);
  }
  return renamed(nodes, names);
}

/** From the leaves up, each node once; only what lies on or above a cycle needs rounds. */
function coloursOfContent(blanks: readonly Node[]): Colours {
  const colours: Colours = new Map();
  const waiting = new Map<string, number>();
  const parents = new Map<string, Node[]>();
  for (const node of blanks) {
    let children = 0;
    for (const values of node.properties.values()) {
      for (const value of values) {
        if (value.kind !== 'ref' || !value.id.startsWith('_:')) continue;
        children++;
        const known = parents.get(value.id);
        if (known === undefined) parents.set(value.id, [node]);
        else known.push(node);
      }
    }
    waiting.set(node.id, children);
  }
  const ready = blanks.filter((node) => waiting.get(node.id) === 0);
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    colours.set(node.id, colourOf(node, colours));
    for (const parent of parents.get(node.id) ?? []) {
      const left = (waiting.get(parent.id) ?? 0) - 1;
      waiting.set(parent.id, left);
      if (left === 0) ready.push(parent);
    }
  }
  const cyclic = blanks.filter((node) => !colours.has(node.id));
  for (let round = 0; round < ROUNDS_IN_CYCLES; round++) {
    const next = cyclic.map((node) => [node.id, colourOf(node, colours)] as const);
    for (const [id, colour] of next) colours.set(id, colour);
  }
  return colours;
}

function colourOf(node: Node, colours: Colours): string {
  const lines = [...node.types].map((type) => `@type ${type}`);
  for (const [property, values] of node.properties) {
    for (const value of values) {
      if (value.kind === 'text') lines.push(JSON.stringify([property, value.text, value.type, value.language]));
      else lines.push(`${property} <${value.id.startsWith('_:') ? (colours.get(value.id) ?? '') : value.id}>`);
    }
  }
  return sha256Hex(lines.sort().join('\n'));
}

function tied(blanks: readonly Node[], colours: Colours): Map<string, Node> {
  const counts = new Map<string, number>();
  for (const node of blanks) counts.set(colours.get(node.id) ?? '', (counts.get(colours.get(node.id) ?? '') ?? 0) + 1);
  return new Map(
    blanks.filter((node) => (counts.get(colours.get(node.id) ?? '') ?? 0) > 1).map((node) => [node.id, node]),
  );
}

function coloursOfContext(
  nodes: ReadonlyMap<string, Node>,
  ties: ReadonlyMap<string, Node>,
  content: Colours,
): Colours {
  const referrers = new Map<string, { property: string; from: Node }[]>([...ties.keys()].map((id) => [id, []]));
  if (ties.size > 0) {
    for (const from of nodes.values()) {
      for (const [property, values] of from.properties) {
        for (const value of values) if (value.kind === 'ref') referrers.get(value.id)?.push({ property, from });
      }
    }
  }
  const colours: Colours = new Map();
  for (let round = 0; round < ROUNDS_FOR_TIES; round++) {
    const next = [...ties.keys()].map((id) => {
      const lines = (referrers.get(id) ?? []).map(
        ({ property, from }) => `${property} ${from.blank ? (colours.get(from.id) ?? content.get(from.id)) : from.id}`,
      );
      return [id, sha256Hex([content.get(id), ...lines.sort()].join('\n'))] as const;
    });
    for (const [id, colour] of next) colours.set(id, colour);
  }
  return colours;
}

function renamed(nodes: ReadonlyMap<string, Node>, names: ReadonlyMap<string, string>): Map<string, Node> {
  const rename = (value: Value): Value =>
    value.kind === 'ref' ? { kind: 'ref', id: names.get(value.id) ?? value.id } : value;
  const result = new Map<string, Node>();
  for (const node of nodes.values()) {
    const id = names.get(node.id) ?? node.id;
    const properties = new Map([...node.properties].map(([property, values]) => [property, values.map(rename)]));
    result.set(id, { ...node, id, properties });
  }
  return result;
}
