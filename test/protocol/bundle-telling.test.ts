/** What bundles tell, on their vectors. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseBundle } from '../../protocol/bundle/form.ts';
import { tellBundle, type Told } from '../../protocol/bundle/tell.ts';
import type { BundleVector } from './stories/bundles.ts';
import { vectorFiles } from './support/files.ts';

function told(name: string): Told {
  const { path } = vectorFiles('bundles').find((file) => file.name.endsWith(name))!;
  return tellBundle(parseBundle((JSON.parse(readFileSync(path, 'utf8')) as BundleVector).bundle));
}

describe('what a bundle tells', () => {
  it('is who held the item after each step', () => {
    const { subject, steps, items } = told('phone-across-the-border');
    const own = steps.filter((step) => step.subject === subject);
    expect(own.map(({ act, then }) => [act, then?.status, then?.holder])).to.deep.equal([
      ['collect', 'held', 1],
      ['release', 'in-transit', 1],
      ['accept', 'held', 2],
    ]);
    expect(items[0]).to.include({ subject, status: 'held', holder: 2, late: false });
  });

  it('is which release crossed a border, and on what basis', () => {
    const { steps, agreements, participants } = told('phone-across-the-border');
    const [release] = steps.filter(({ crossing }) => crossing);
    expect(release?.act).to.equal('release');
    expect(agreements.map(({ subject }) => subject)).to.include(release?.agreement);
    expect(participants.map(({ jurisdiction }) => jurisdiction)).to.include.members(['DE', 'FR']);
  });

  it('is no more than what is disclosed', () => {
    expect(JSON.stringify(told('other-fields'))).to.not.include('Jane Doe');
    expect(JSON.stringify(told('phone-across-the-border'))).to.include('Jane Doe');
  });

  it('ends where the ledger’s rules do', () => {
    const { steps } = told('invalid/rules');
    expect(steps.at(-1)).to.not.have.property('then');
  });
});
