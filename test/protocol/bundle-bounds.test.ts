/** What is too much to be a bundle is refused before anything is made of it. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { areBytesWithinBounds, BUNDLE_BYTES_MAX, isValueWithinBounds } from '../../protocol/bundle/bounds.ts';
import { decodeBundle, parseBundle } from '../../protocol/bundle/form.ts';
import { utf8 } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { BundleVector } from './stories/bundles.ts';
import { vectorFiles } from './support/files.ts';

function expectRefused(value: unknown): void {
  expect(isValueWithinBounds(value)).to.equal(false);
  expect(() => parseBundle(value))
    .to.throw(ProtocolError)
    .with.property('code', 'BUNDLE');
}

function expectBytesRefused(text: string): void {
  expect(areBytesWithinBounds(utf8(text))).to.equal(false);
  expect(() => decodeBundle(utf8(text)))
    .to.throw(ProtocolError)
    .with.property('code', 'BUNDLE');
}

describe('bounds of bundles', () => {
  it('leave room for every vector, with quotes and braces in its texts', () => {
    for (const { path } of vectorFiles('bundles')) {
      const { bundle } = JSON.parse(readFileSync(path, 'utf8')) as BundleVector;
      expect(decodeBundle(utf8(JSON.stringify(bundle)))).to.deep.equal(parseBundle(bundle));
    }
    expect(areBytesWithinBounds(utf8(JSON.stringify('"[{\\"'.repeat(100))))).to.equal(true);
  });

  it('are on bytes, also of a value', () => {
    const half = 'x'.repeat(BUNDLE_BYTES_MAX / 2);
    expectRefused([half, half]);
    expectRefused({ [half]: half });
    expectBytesRefused(' '.repeat(BUNDLE_BYTES_MAX + 1));
  });

  it('are on depth, also of a value that contains itself', () => {
    expectBytesRefused('['.repeat(100_000));
    expectBytesRefused('{"a":'.repeat(17));
    const own: unknown[] = [];
    own.push(own);
    expectRefused(own);
  });

  it('are on the number of values', () => {
    expectBytesRefused(`[${'0,'.repeat(4_000_001)}0]`);
    expectBytesRefused(`[${'[],'.repeat(2_000_001)}0]`);
    expectRefused(Array.from({ length: 4_000_001 }, () => 0));
  });
});
