/** The package, unpacked. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { strFromU8, unzipSync } from 'fflate';
import { decodeBundle, parseBundle } from '../../protocol/bundle/form.ts';
import { verifyBundle } from '../../protocol/bundle/verify.ts';
import { packageOf } from '../../papers/package/package.ts';
import type { BundleVector } from '../protocol/stories/bundles.ts';
import { vectorPath } from '../protocol/support/files.ts';

describe('the package for discovery', function () {
  this.timeout(60_000);
  const { bundle: written, ledger } = JSON.parse(
    readFileSync(vectorPath('bundles/valid/phone-across-the-border'), 'utf8'),
  ) as BundleVector;
  const bundle = parseBundle(written);
  const verification = verifyBundle(bundle, { ...(ledger && { ledger }) });
  const make = (): Promise<Uint8Array> => packageOf(bundle, verification, { language: 'en', timeZone: 'UTC' });

  it('has everything, with digests that are right, and a bundle that verifies', async () => {
    const files = unzipSync(await make());
    const lines = strFromU8(files['MANIFEST.sha256']!).trimEnd().split('\n');
    expect(lines).to.have.length(Object.keys(files).length - 1);
    for (const line of lines) {
      const [digest, name = ''] = line.split('  ');
      expect(createHash('sha256').update(files[name]!).digest('hex')).to.equal(digest);
    }
    expect(verifyBundle(decodeBundle(files['bundle.json']!), { ...(ledger && { ledger }) }).verdict).to.equal(
      'verified',
    );
    expect(strFromU8(files['verify.html']!)).to.include('Content-Security-Policy');
    expect(strFromU8(files['certificate.pdf']!.slice(0, 5), true)).to.equal('%PDF-');
  });

  it('is the same bytes each time, and brings no ledger file', async () => {
    const one = await make();
    expect(Buffer.from(one).equals(Buffer.from(await make()))).to.equal(true);
    expect(Object.keys(unzipSync(one)).some((name) => name.includes('ledger'))).to.equal(false);
  });
});
