/** The vectors of bundles, run from their JSON alone: each check has one that fails it, and nothing else. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { CheckName } from '../../protocol/bundle/check.ts';
import { parseBundle } from '../../protocol/bundle/form.ts';
import { verifyBundle, type BundleVerification } from '../../protocol/bundle/verify.ts';
import type { BundleVector } from './stories/bundles.ts';
import { vectorFiles } from './support/files.ts';

const VECTORS = vectorFiles('bundles').map(({ name, path }) => ({
  name,
  vector: JSON.parse(readFileSync(path, 'utf8')) as BundleVector,
}));

function verify({ bundle, ledger, files, asked }: BundleVector): BundleVerification {
  return verifyBundle(parseBundle(bundle), {
    ...(ledger && { ledger }),
    ...(files && { files }),
    ...(asked && { asked }),
  });
}

describe('vectors of bundles', () => {
  for (const { name, vector } of VECTORS) {
    it(`${name}: ${vector.about}`, () => {
      const { verdict, trust, checks, completeAsOf } = verify(vector);
      const failed = checks.filter(({ result }) => result === 'failed').map((check) => check.name);
      const got = { verdict, trust, failed, ...(completeAsOf && { complete: completeAsOf.number }) };
      expect(got).to.deep.equal(vector.expected);
    });
  }

  it('fail each check once and alone, but for trusted time, which needs an authority', () => {
    const names = verify(VECTORS[0]!.vector)
      .checks.map(({ name }) => name)
      .filter((name) => name !== 'trusted time');
    for (const { name, vector } of VECTORS) expect(vector.expected.failed.length, name).to.be.at.most(1);
    const failed = VECTORS.flatMap(({ vector }): readonly CheckName[] => vector.expected.failed);
    expect([...failed].sort()).to.deep.equal([...names].sort());
  });

  it('with other fields verify to the same head', () => {
    const named = (name: string): BundleVector => VECTORS.find((each) => each.name.endsWith(name))!.vector;
    const [all, few] = [named('phone-across-the-border'), named('other-fields')].map(verify);
    expect(all!.head).to.equal(few!.head);
    expect(JSON.stringify(named('other-fields').bundle)).to.not.include('Jane Doe');
  });

  it('are proven by less than 64 KB', () => {
    for (const { vector } of VECTORS) {
      expect(JSON.stringify(vector.bundle.proof ?? {}).length).to.be.below(64 * 1024);
    }
  });
});
