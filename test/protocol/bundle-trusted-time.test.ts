/** Bundles that a real authority stamped: OpenSSL's. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { parseBundle, type Bundle, type Timestamp } from '../../protocol/bundle/form.ts';
import { examineTimestamps } from '../../protocol/bundle/trusted-time.ts';
import { verifyBundle, type BundleVerification } from '../../protocol/bundle/verify.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import { timestampRequest, tokenOfResponse } from '../../protocol/proof/timestamp.ts';
import type { BundleVector } from './stories/bundles.ts';
import { openAuthority, type Authority } from './support/authority.ts';
import { vectorPath } from './support/files.ts';

const VECTOR = JSON.parse(readFileSync(vectorPath('bundles/valid/handover'), 'utf8')) as BundleVector;
const BUNDLE = parseBundle(VECTOR.bundle);
const BLOCK = parseHeader(hexToBytes(BUNDLE.proof!.header)).hash;
const HEAD = verifyBundle(BUNDLE).head!;

describe('trusted time of a bundle', () => {
  let authority: Authority;
  before(() => {
    authority = openAuthority();
  });
  after(() => {
    authority.close();
  });

  function stamped(over: Timestamp['over'], hash: Hex): Bundle {
    const nonce = randomBytes(8);
    const token = tokenOfResponse(authority.answer(timestampRequest(hash, nonce)), hash, nonce);
    return parseBundle({ ...BUNDLE, timestamps: [{ over, token }] });
  }

  async function verify(bundle: Bundle, root: Uint8Array | undefined): Promise<BundleVerification> {
    return verifyBundle(bundle, {
      ...(VECTOR.ledger && { ledger: VECTOR.ledger }),
      ...(root && { stamps: await examineTimestamps(bundle, [root]) }),
    });
  }

  function resultOf({ checks }: BundleVerification): string | undefined {
    return checks.find(({ name }) => name === 'trusted time')?.result;
  }

  it('is vouched for by an authority that the reader trusts', async () => {
    for (const bundle of [stamped('block', BLOCK), stamped('head', HEAD)]) {
      const verification = await verify(bundle, authority.root);
      expect(verification.verdict).to.equal('verified');
      expect(resultOf(verification)).to.equal('passed');
    }
  });

  it('is not applicable without a timestamp, or an authority', async () => {
    expect(resultOf(await verify(BUNDLE, authority.root))).to.equal('not applicable');
    expect(resultOf(await verify(stamped('block', BLOCK), undefined))).to.equal('not applicable');
  });

  it('fails alone for a timestamp of something else, or of an authority that is not trusted', async () => {
    const stranger = openAuthority();
    for (const verification of [
      await verify(stamped('block', HEAD), authority.root),
      await verify(stamped('head', BLOCK), authority.root),
      await verify(stamped('block', BLOCK), stranger.root),
    ]) {
      expect(verification.verdict).to.equal('not verified');
      expect(verification.checks.filter(({ result }) => result === 'failed').map(({ name }) => name)).to.deep.equal([
        'trusted time',
      ]);
    }
    stranger.close();
  });
});
