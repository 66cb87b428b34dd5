/** Bundles that somebody changed: none crashes, and none of which a signed or proven byte was changed verifies. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseBundle, type Bundle } from '../../protocol/bundle/form.ts';
import type { LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { verifyBundle, type BundleVerification } from '../../protocol/bundle/verify.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { verifySignature } from '../../protocol/key.ts';
import { newStory } from './support/story.ts';
import { ledgerOf, proven, reread, unprovenBundle } from './support/bundles.ts';
import { validator } from './support/sealed-chain.ts';
import type { BundleVector } from './stories/bundles.ts';
import { TALES } from './stories/tales.ts';
import { vectorPath } from './support/files.ts';

const MUTATIONS = 10_000;

/** Numbers that are the same each time (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Signatures that were verified once are known: what is changed is verified anew. */
function rememberingVerify(): typeof verifySignature {
  const known = new Map<string, boolean>();
  return (key, hash, signature) => {
    const name = `${key.scheme} ${key.x} ${key.y} ${hash} ${signature}`;
    const proves = known.get(name) ?? verifySignature(key, hash, signature);
    known.set(name, proves);
    return proves;
  };
}

type Parent = Record<string, unknown> | unknown[];

/** A place in a bundle: where it stands, and how it is reached. */
interface Place {
  readonly parent: Parent;
  readonly name: string;
  readonly path: string;
}

function placesOf(value: unknown, path = ''): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => [
    { parent: value as Parent, name, path: `${path}/${name}` },
    ...placesOf(child, `${path}/${name}`),
  ]);
}

const STRANGE = [null, true, -1, 1.5, 2 ** 60, '', '0x', '0xZZ', 'x'.repeat(70), [], {}, [[[[]]]], { __proto__: null }];

interface Mutation {
  readonly what: 'byte' | 'value' | 'left out' | 'doubled' | 'exchanged' | 'added' | 'strange';
  readonly path: string;
}

/** Changes one thing in a bundle. */
function mutate(bundle: unknown, below: (n: number) => number): Mutation {
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

/**
 * What may be changed without changing what is proven: an own list of validators, which no verifier reads; what is
 * shown of records, as a whole; what is more than enough (approvals, headers that are not needed); an order that
 * says nothing.
 */
const HARMLESS: readonly { readonly path: RegExp; readonly what: readonly Mutation['what'][] }[] = [
  { path: /^\/ledger\/validators/, what: ['byte', 'left out', 'exchanged', 'doubled', 'added', 'strange'] },
  { path: /^\/disclosures(\/\d+)?$/, what: ['left out', 'exchanged', 'strange'] },
  { path: /^\/sheets\/\d+\/endorsements/, what: ['left out', 'doubled', 'exchanged', 'strange'] },
  { path: /^\/proof(\/validators(\/\d+)?)?$/, what: ['left out', 'strange'] },
  { path: /^\/(proof\/nodes|inclusions|sheets)\/\d+$/, what: ['exchanged'] },
];

interface Subject {
  readonly name: string;
  readonly bundle: Bundle;
  readonly ledger: LedgerFile;
  readonly original: BundleVerification;
}

function subjects(verify: typeof verifySignature): Subject[] {
  const one = [validator('one')];
  const shapes = [
    'valid/membership',
    'valid/sheet-in-parts',
    'stories/late-declaration',
    'stories/onward-with-consent',
  ];
  const told = TALES.filter(({ file }) => shapes.includes(file)).map(({ file, about, setting, tell }) => {
    const story = newStory(about, setting);
    tell(story);
    const vector = story.vector();
    const subject = vector.end.lines.find(({ kind }) => kind === 'evidence')!.subject;
    const bundle = reread(proven(unprovenBundle(vector, subject), { validators: one }));
    return { name: file, bundle, ledger: ledgerOf(vector, one) };
  });
  const read = ['phone-across-the-border', 'later-validators'].map((name) => {
    const text = readFileSync(vectorPath(`bundles/valid/${name}`), 'utf8');
    const { bundle, ledger } = JSON.parse(text) as BundleVector;
    return { name, bundle, ledger: ledger! };
  });
  return [...told, ...read].map((each) => {
    const original = verifyBundle(each.bundle, { ledger: each.ledger, verify });
    expect(original.verdict, each.name).to.equal('verified');
    return { ...each, original };
  });
}

describe('mutations of bundles', () => {
  it(`${MUTATIONS} are refused, or proven harmless; none crashes`, () => {
    const below = numbersFrom(20_260_101);
    const verify = rememberingVerify();
    const shapes = subjects(verify).map((subject) => ({ ...subject, text: JSON.stringify(subject.bundle) }));
    const tally = { unusable: 0, refused: 0, harmless: 0 };
    for (let i = 0; i < MUTATIONS; i++) {
      const { name, text, ledger, original } = shapes[i % shapes.length]!;
      const changed: unknown = JSON.parse(text);
      const mutation = mutate(changed, below);
      if (JSON.stringify(changed) === text) continue;
      const said = `${name}: ${mutation.what} ${mutation.path}`;
      let result: BundleVerification;
      try {
        result = verifyBundle(parseBundle(changed), { ledger, verify });
      } catch (error) {
        expect(error, said).to.be.instanceOf(ProtocolError);
        tally.unusable += 1;
        continue;
      }
      if (result.verdict !== 'verified' || result.trust !== 'seals') {
        tally.refused += 1;
        continue;
      }
      const harmless = HARMLESS.some(({ path, what }) => path.test(mutation.path) && what.includes(mutation.what));
      expect(harmless, said).to.equal(true);
      expect(result.head, said).to.equal(original.head);
      expect(result.completeAsOf, said).to.deep.equal(original.completeAsOf);
      tally.harmless += 1;
    }
    expect(tally.refused).to.be.above(MUTATIONS / 4);
    expect(tally.harmless).to.be.below(MUTATIONS / 10);
  }).timeout(600_000);

  it('no JSON that is no bundle crashes', () => {
    for (const value of [
      ...STRANGE,
      { version: 1 },
      { version: 2 },
      'bundle',
      JSON.parse('{"__proto__":{"version":1}}'),
    ]) {
      expect(() => parseBundle(value)).to.throw(ProtocolError);
    }
  });
});
