import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { utf8, type Hex } from '../../../protocol/bytes.ts';
import type { BundleVerifier } from '../../../server/custody/ports.ts';
import type { HelperLimits } from '../../../server/verifier/helper.ts';
import { openVerifier } from '../../../server/verifier/verifier.ts';
import type { BundleVector } from '../../protocol/stories/bundles.ts';
import { vectorFiles } from '../../protocol/support/files.ts';

type Options = Parameters<BundleVerifier['verify']>[1];

describe('the process that verifies bundles', function () {
  this.timeout(60_000);
  type Verifier = ReturnType<typeof openVerifier>;
  const opened: Verifier[] = [];
  afterEach(async () => {
    for (const verifier of opened.splice(0)) await verifier.close();
  });

  const { path } = vectorFiles('bundles').find(({ name }) => name.endsWith('phone-across-the-border'))!;
  const vector = JSON.parse(readFileSync(path, 'utf8')) as BundleVector;
  const bytes = utf8(JSON.stringify(vector.bundle));
  const open = (limits: Partial<HelperLimits> = {}): Verifier => {
    const verifier = openVerifier({ seconds: 30, askSeconds: 5, waiting: 2, mebibytes: 256, ...limits });
    opened.push(verifier);
    return verifier;
  };
  const options = (more: Partial<Options> = {}): Options => ({
    ledger: vector.ledger!,
    files: [],
    now: 4_000_000_000,
    blockHash: () => Promise.resolve(undefined),
    ...more,
  });
  const never = (): Promise<Hex | undefined> => new Promise(() => undefined);
  const codeOf = (verifying: Promise<unknown>): Promise<string> =>
    verifying.then(
      () => 'verified',
      (error: unknown) => (error as { code: string }).code,
    );

  it('verifies one after the other', async () => {
    const { verify } = open();
    const found = await Promise.all([1, 2, 3].map(() => verify(bytes, options())));
    expect(found.map(({ verdict, trust }) => [verdict, trust])).to.deep.equal(Array(3).fill(['verified', 'seals']));
  });

  it('refuses what is no bundle, and goes on', async () => {
    const { verify } = open();
    for (const wrong of ['', 'null', '{}', '[[[[', JSON.stringify({ ...vector.bundle, sheets: 1 })]) {
      expect(await codeOf(verify(utf8(wrong), options()))).to.equal('INVALID');
    }
    expect((await verify(bytes, options())).verdict).to.equal('verified');
  });

  it('takes a node that does not answer for one that vouches for nothing', async () => {
    const { verify } = open({ askSeconds: 0.05 });
    const rejecting = (): Promise<never> => Promise.reject(new Error('no node'));
    for (const blockHash of [never, rejecting]) {
      const { checks } = await verify(bytes, options({ blockHash }));
      expect(checks.find(({ name }) => name === 'node')?.result).to.equal('not applicable');
    }
  });

  it('ends what takes too long, or too much memory, and goes on with the next', async () => {
    const hurried = open({ seconds: 0.5 });
    expect(await codeOf(hurried.verify(bytes, options({ blockHash: never })))).to.equal('BUNDLE_TOO_LARGE');
    const small = open({ mebibytes: 16 });
    const large = utf8(JSON.stringify(Array.from({ length: 1_000_000 }, (_, i) => ({ [i]: [] }))));
    expect(await codeOf(small.verify(large, options()))).to.equal('BUNDLE_TOO_LARGE');
    expect(await codeOf(small.verify(utf8('{}'), options()))).to.equal('INVALID');
  });

  it('lets only a few wait', async () => {
    const { verify } = open({ waiting: 1 });
    const codes = await Promise.all([1, 2, 3].map(() => codeOf(verify(bytes, options()))));
    expect(codes).to.deep.equal(['verified', 'verified', 'OVERLOADED']);
  });
});
