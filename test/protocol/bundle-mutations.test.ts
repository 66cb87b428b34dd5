/** Bundles that somebody changed: none crashes, and none of which a signed or proven byte was changed verifies. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parseBundle } from '../../protocol/bundle/form.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { STRANGE } from './support/mutations.ts';

interface Outcome {
  /** not usable, not verified */
  readonly unusable: number;
  readonly refused: number;
  readonly faults: readonly string[];
}

interface Mutated extends Outcome {
  readonly mutations: number;
  readonly shapes: number;
  /** how many were harmless, by why */
  readonly why: Readonly<Record<string, number>>;
  /** bytes that were hashed, as a multiple of what the original takes */
  readonly mostHashed: number;
}

interface Flipped extends Outcome {
  readonly flips: number;
}

const here = (name: string): string => path.join(import.meta.dirname, name);

async function run(what: 'mutations' | 'flips'): Promise<unknown> {
  const hooks = pathToFileURL(here('support/counting/hooks.child.ts')).href;
  const child = [`--import=${hooks}`, here('bundle-mutations.child.ts'), what];
  const { stdout } = await promisify(execFile)(process.execPath, child);
  return JSON.parse(stdout);
}

describe('mutations of bundles', () => {
  let outcome: Mutated;
  let flipped: Flipped;
  before(async function () {
    this.timeout(600_000);
    [outcome, flipped] = (await Promise.all([run('mutations'), run('flips')])) as [Mutated, Flipped];
  });

  it('at least 10,000, of bundles of different shape, are refused or proven harmless; none crashes', () => {
    expect(outcome.faults).to.deep.equal([]);
    expect(outcome.mutations).to.be.at.least(10_000);
    expect(outcome.shapes).to.be.above(10);
    // That most are refused for what they say, and not for their form alone.
    expect(outcome.refused).to.be.above(outcome.mutations / 4);
    const untouched = Object.values(outcome.why).reduce((sum, count) => sum + count, 0);
    expect(untouched).to.be.below(outcome.mutations / 10);
  });

  it('make the verifier hash at most twice the bytes of the original', () => {
    expect(outcome.mostHashed).to.be.within(1, 2);
  });

  it('of any single byte of a whole bundle are refused', () => {
    expect(flipped.faults).to.deep.equal([]);
    expect(flipped.flips).to.be.above(5_000);
    expect(flipped.refused).to.be.above(1_000);
  });

  it('no JSON that is no bundle crashes', () => {
    const proto: unknown = JSON.parse('{"__proto__":{"version":1}}');
    for (const value of [...STRANGE, { version: 1 }, { version: 2 }, 'bundle', proto]) {
      expect(() => parseBundle(value)).to.throw(ProtocolError);
    }
  });
});
