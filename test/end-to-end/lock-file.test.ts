/** package-lock.json installs everywhere, and says nothing of the registry that it was made with. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('package-lock.json', () => {
  const file = path.join(import.meta.dirname, '../../package-lock.json');
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Readonly<Record<string, Entry>> };

  /** What `name` means to the package at `place`: the nearest node_modules above it that has one. */
  function found(place: string, name: string): Entry | undefined {
    const here = packages[`${place === '' ? '' : `${place}/`}node_modules/${name}`];
    if (here !== undefined || place === '') return here;
    return found(place.slice(0, Math.max(place.lastIndexOf('/node_modules/'), 0)), name);
  }

  // npm leaves out what the registry at hand doesn't serve, and then `npm ci` refuses the lock file everywhere.
  it('has the native parts for every platform, in the version that their package asks for', () => {
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies)
        .filter(([name, range]) => {
          const version = found(place, name)?.version;
          return version === undefined || (/^\d/.test(range) && version !== range);
        })
        .map(([name, range]) => `${name}@${range}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('records no download addresses', () => {
    const addresses = Object.values(packages).flatMap(({ resolved = [] }) => resolved);
    expect(addresses).to.deep.equal([]);
  });
});
