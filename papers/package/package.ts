/** A ZIP for discovery: a bundle with everything that helps to read and to verify it, and the digests of all of it. */
import { sha256 } from '@noble/hashes/sha2.js';
import { zipSync, type Zippable } from 'fflate';
import type { Bundle } from '../../protocol/bundle/form.ts';
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import { bytesToHex, utf8 } from '../../protocol/bytes.ts';
import { certificatePdf, type CertificateOptions } from '../certificate/certificate.ts';
import { courtPage } from '../court-page.ts';
import { caseOf } from '../interchange/case.ts';
import { provOf } from '../interchange/prov.ts';

/** ZIP begins with 1980, and knows no time zone: the same moment for all, so that the same bundle gives the same bytes. */
const TIME = new Date(1980, 0, 1);

const README = `What is in here, and what it is good for

bundle.json        the trail of custody with its proof; this is what proves
certificate.pdf    the same on paper, for reading; it proves nothing by itself
verify.html        verifies the bundle on your machine, with the network switched off
trail.case.jsonld  the trail as CASE 1.5.0, for other programs
trail.prov.jsonld  the trail as W3C PROV
MANIFEST.sha256    digests of these files: sha256sum -c MANIFEST.sha256

There is no ledger file in here, on purpose: it says whose keys and which validators count, and has to come from somebody
whom you trust, not from whoever gave you this package. In the same way, compare the SHA-256 of verify.html with the one
that your authority published, or verify with your own copy.
`;

/**
 * @param verification of this bundle, as the certificate says it
 * @returns the ZIP's bytes, the same for the same bundle, verification and options
 * @throws ProtocolError BUNDLE, UNREADABLE or FOUNDING if the bundle is not usable
 */
export async function packageOf(
  bundle: Bundle,
  verification: BundleVerification,
  options: CertificateOptions,
): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {
    'README.txt': utf8(README),
    'bundle.json': utf8(JSON.stringify(bundle)),
    'certificate.pdf': await certificatePdf(bundle, verification, options),
    'verify.html': utf8((await courtPage()).html),
    'trail.case.jsonld': utf8(JSON.stringify(caseOf(bundle), null, 2)),
    'trail.prov.jsonld': utf8(JSON.stringify(provOf(bundle), null, 2)),
  };
  const manifest = Object.entries(files).map(([name, bytes]) => `${bytesToHex(sha256(bytes)).slice(2)}  ${name}\n`);
  const entries: Zippable = { ...files, 'MANIFEST.sha256': utf8(manifest.join('')) };
  return zipSync(entries, { mtime: TIME, level: 9 });
}
