/** Changes of bundles that know their structure, the same each time. */

/** Numbers that are the same each time (mulberry32). */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Parent = Record<string, unknown> | unknown[];

/** A place in a bundle: where it stands, and how it is reached. */
interface Place {
  readonly parent: Parent;
  readonly name: string;
  readonly path: string;
}

export function placesOf(value: unknown, path = ''): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => [
    { parent: value as Parent, name, path: `${path}/${name}` },
    ...placesOf(child, `${path}/${name}`),
  ]);
}

export const STRANGE = [
  ...[null, true, -1, 1.5, 2 ** 60, '', '0x', '0xZZ', 'x'.repeat(70), [], {}, [[[[]]]], { __proto__: null }],
];

export interface Mutation {
  readonly what: 'byte' | 'value' | 'left out' | 'doubled' | 'exchanged' | 'added' | 'strange';
  readonly path: string;
}

/** Changes one thing in a bundle. */
export function mutate(bundle: unknown, below: (n: number) => number): Mutation {
  const places = placesOf(bundle);
  const { parent, name, path } = places[below(places.length)]!;
  const at = parent as Record<string, unknown>;
  const value = at[name];
  const kind = below(8);
  if (kind <= 3 && typeof value === 'string' && value.length > 2) {
    const index = (value.startsWith('0x') ? 2 : 0) + below(value.length - (value.startsWith('0x') ? 2 : 0));
    const digit = '0123456789abcdef'[below(16)]!;
    const changed = digit === value[index] ? (digit === '0' ? '1' : '0') : digit;
    at[name] = value.slice(0, index) + changed + value.slice(index + 1);
    return { what: 'byte', path };
  }
  if (kind <= 3 && typeof value === 'number') {
    at[name] = value + 1 + below(3);
    return { what: 'value', path };
  }
  if (Array.isArray(parent) && kind <= 6) {
    if (kind === 4) parent.splice(Number(name), 1);
    else if (kind === 5) parent.splice(Number(name), 0, structuredClone(value));
    else {
      const other = below(parent.length);
      [parent[Number(name)], parent[other]] = [parent[other], parent[Number(name)]];
    }
    return { what: kind === 4 ? 'left out' : kind === 5 ? 'doubled' : 'exchanged', path };
  }
  if (kind === 4) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete at[name];
    return { what: 'left out', path };
  }
  if (kind === 5 && !Array.isArray(parent)) {
    Object.defineProperty(at, ['__proto__', 'constructor', 'extra'][below(3)]!, {
      value: {},
      enumerable: true,
      configurable: true,
    });
    return { what: 'added', path };
  }
  at[name] = STRANGE[below(STRANGE.length)];
  return { what: 'strange', path };
}

interface Harmless {
  readonly why: string;
  readonly path: RegExp;
  readonly what: readonly Mutation['what'][];
}

const TAKEN: readonly Mutation['what'][] = ['left out', 'strange'];

/** What may be changed without changing what is proven, and why. */
const HARMLESS: readonly Harmless[] = [
  {
    why: 'no verifier reads the validators that a bundle names itself: those of the reader count',
    path: /^\/ledger\/validators/,
    what: ['byte', 'left out', 'exchanged', 'doubled', 'added', 'strange'],
  },
  {
    why: 'a record that is not disclosed, or stands elsewhere in the list, says the same about what is signed',
    path: /^\/disclosures(\/\d+)?$/,
    what: ['left out', 'exchanged', 'strange'],
  },
  {
    why: 'approvals beyond the majority, or in another order, approve the same',
    path: /^\/sheets\/\d+\/endorsements/,
    what: ['left out', 'doubled', 'exchanged', 'strange'],
  },
  {
    why: 'headers from which nothing follows that is not trusted already',
    path: /^\/proof\/validators(\/\d+)?$/,
    what: TAKEN,
  },
  {
    why: 'nodes and sheets are found by their hashes and indices: their order says nothing',
    path: /^\/(proof\/nodes|inclusions|sheets)\/\d+$/,
    what: ['exchanged'],
  },
];

/** Of a bundle that is not proven, what the result calls the word of who made it. */
const UNPROVEN: readonly Harmless[] = [
  {
    why: 'times of inclusion are the word of who made the bundle, and the result says so',
    path: /^\/(foundedTime|inclusions\/\d+\/time)$/,
    what: ['value'],
  },
  { why: 'a list of records that is empty', path: /^\/disclosures$/, what: ['strange'] },
];

/** Why a mutation that verifies is harmless; undefined: it is not. */
export function harmless({ path, what }: Mutation, isProven: boolean): string | undefined {
  return [...HARMLESS, ...(isProven ? [] : UNPROVEN)].find((each) => each.path.test(path) && each.what.includes(what))
    ?.why;
}

/** Every byte, number and text of a bundle changed by one bit, one after the other. */
export function* flipped(bundle: unknown): Generator<{ readonly path: string; readonly changed: unknown }, void> {
  for (const { parent, name, path } of placesOf(bundle)) {
    const at = parent as Record<string, unknown>;
    const value = at[name];
    if (typeof value === 'number') at[name] = value ^ 1;
    if (typeof value === 'number') yield { path, changed: bundle };
    if (typeof value === 'string') {
      const isHex = value.startsWith('0x');
      for (let i = isHex ? 2 : 0; i < value.length; i += isHex ? 2 : 1) {
        at[name] = value.slice(0, i) + flip(value, i, isHex) + value.slice(i + (isHex ? 2 : 1));
        yield { path: `${path}[${i}]`, changed: bundle };
      }
    }
    at[name] = value;
  }
}

function flip(text: string, at: number, isHex: boolean): string {
  if (!isHex) return String.fromCharCode(text.charCodeAt(at) ^ 1);
  const byte = Number.parseInt(text.slice(at, at + 2), 16) ^ (1 << ((at / 2) % 8));
  return byte.toString(16).padStart(2, '0');
}
