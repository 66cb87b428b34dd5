/** The JSON Schema of bundles says of their form what the parser does. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parseBundle } from '../../protocol/bundle/form.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { BundleVector } from './stories/bundles.ts';
import { vectorFiles } from './support/files.ts';
import { mutate, numbersFrom, placesOf } from './support/mutations.ts';

const SCHEMA = path.join(import.meta.dirname, '../../docs/bundle.schema.json');
const MUTATIONS = 4_000;

/** What a schema of JSON can't say: hashes, texts in bytes and in NFC, what stands twice by a part of it. */
const BEYOND = [
  'the founding hash is not the hash of the founding',
  'a record is disclosed twice',
  'a label stands twice',
  'is Unicode in NFC',
  'is not the one that the founding names',
];

describe('the JSON Schema of bundles', () => {
  const validate = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as AnySchemaObject);
  const bundles = vectorFiles('bundles').map(({ path: file, name }) => ({
    name,
    bundle: (JSON.parse(readFileSync(file, 'utf8')) as BundleVector).bundle,
  }));

  function refusal(value: unknown): string | undefined {
    try {
      parseBundle(value);
      return undefined;
    } catch (error) {
      if (error instanceof ProtocolError)
        return `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`;
      throw error;
    }
  }

  function expectAgreement(value: unknown, said: string): void {
    const refused = refusal(value);
    if (refused !== undefined && BEYOND.some((what) => refused.includes(what))) return;
    expect(validate(value), `${said}: ${refused ?? 'taken'}`).to.equal(refused === undefined);
  }

  for (const { name, bundle } of bundles) {
    it(`takes ${name}`, () => {
      expect(validate(bundle), JSON.stringify(validate.errors)).to.equal(true);
    });
  }

  it('takes a bundle with timestamps', () => {
    const bundle = { ...bundles[0]!.bundle, timestamps: [{ over: 'head', token: '0x30' }] };
    expectAgreement(bundle, 'with a timestamp');
    expect(validate(bundle)).to.equal(true);
    expectAgreement({ ...bundle, timestamps: [{ over: 'time', token: '0x30' }] }, 'over something else');
    expectAgreement({ ...bundle, timestamps: Array(9).fill({ over: 'head', token: '0x30' }) }, 'nine timestamps');
  });

  it(`agrees with the parser on ${MUTATIONS} mutations`, () => {
    const below = numbersFrom(7);
    const texts = bundles.map(({ name, bundle }) => ({ name, text: JSON.stringify(bundle) }));
    for (let i = 0; i < MUTATIONS; i++) {
      const { name, text } = texts[i % texts.length]!;
      const changed: unknown = JSON.parse(text);
      const { what, path: at } = mutate(changed, below);
      expectAgreement(changed, `${name}: ${what} ${at}`);
    }
  });

  it('agrees with the parser on every place that is left out, of another type, or too large', () => {
    const { bundle } = bundles.find(({ name }) => name.endsWith('valid/other-fields'))!;
    const huge = `0x${'00'.repeat(140_000)}`;
    const others = [null, -1, 2 ** 49, 0.5, '0x00', '0XAB', huge, [], {}];
    for (const { path: at } of placesOf(bundle)) {
      // Lists are of one kind: the first three of each will do.
      if (/\/(?:[3-9]|\d\d+)(?:\/|$)/.test(at)) continue;
      for (const other of others) {
        expectAgreement(withAnother(bundle, at, other), `${at} is ${JSON.stringify(other).slice(0, 9)}`);
      }
    }
  });
});

/** The bundle with something else at one place. */
function withAnother(bundle: unknown, at: string, other: unknown): unknown {
  const copy = structuredClone(bundle);
  const names = at.split('/').slice(1);
  const last = names.pop()!;
  let container = copy as Record<string, unknown>;
  for (const name of names) container = container[name] as Record<string, unknown>;
  container[last] = other;
  return copy;
}
