/** A graph in JSON-LD: nodes by IRI, each once, in the order in which they were first said. */

export interface Reference {
  readonly '@id': string;
}

export interface Typed {
  readonly '@type': string;
  readonly '@value': string;
}

export type Value = string | boolean | Reference | Typed;

export interface Graph {
  /** Says something more of a node; what was said already is not said twice. */
  say(
    id: string,
    types: readonly string[],
    properties?: Readonly<Record<string, Value | readonly Value[] | undefined>>,
  ): Reference;
  document(context: Readonly<Record<string, string>>): object;
}

export function openGraph(): Graph {
  const nodes = new Map<string, Map<string, Value[]>>();
  const types = new Map<string, Set<string>>();
  return {
    say(id, its, properties = {}) {
      const node = nodes.get(id) ?? new Map<string, Value[]>();
      nodes.set(id, node);
      const known = types.get(id) ?? new Set<string>();
      types.set(id, known);
      for (const type of its) known.add(type);
      for (const [name, given] of Object.entries(properties)) {
        if (given === undefined) continue;
        const values = node.get(name) ?? [];
        node.set(name, values);
        for (const value of Array.isArray(given) ? (given as readonly Value[]) : [given as Value]) {
          if (!values.some((each) => JSON.stringify(each) === JSON.stringify(value))) values.push(value);
        }
      }
      return { '@id': id };
    },
    document: (context) => ({
      '@context': context,
      '@graph': [...nodes].map(([id, node]) => ({
        '@id': id,
        '@type': [...(types.get(id) ?? [])],
        ...Object.fromEntries([...node].map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
      })),
    }),
  };
}

/** @param time seconds */
export function dateTime(time: number): Typed {
  return { '@type': 'xsd:dateTime', '@value': new Date(time * 1000).toISOString() };
}
