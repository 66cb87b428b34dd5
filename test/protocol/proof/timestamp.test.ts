/** Timestamps of a real authority: OpenSSL's. */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ContentInfo, SignedData } from 'pkijs';
import { bytesToHex, hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { timestampRequest, tokenOfResponse, verifyTimestamp } from '../../../protocol/proof/timestamp.ts';
import { openAuthority, type Authority } from '../support/authority.ts';

const HASH = keccakOfText('a block');
const OTHER = keccakOfText('another block');

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const DATA = '1.2.840.113549.1.7.1';

/** What is signed in a token. */
function contentOf(token: Hex): Uint8Array {
  const content = ContentInfo.fromBER(new Uint8Array(hexToBytes(token))).content as object;
  return new Uint8Array(new SignedData({ schema: content }).encapContentInfo.eContent!.getValue());
}

async function refused(run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    expect(error).to.be.instanceOf(ProtocolError).with.property('code', 'PROOF');
    return;
  }
  expect.fail('it was taken');
}

describe('timestamps of an authority', () => {
  const nonce = randomBytes(8);
  let authority: Authority;
  let token: Hex;

  before(() => {
    authority = openAuthority();
    token = tokenOfResponse(authority.answer(timestampRequest(HASH, nonce)), HASH, nonce);
  });
  after(() => {
    authority.close();
  });

  it('verify offline against its root', async () => {
    const { time, authority: name } = await verifyTimestamp(token, HASH, [authority.root]);
    expect(name).to.equal('Authority of the test');
    expect(Math.abs(time - Date.now() / 1000)).to.be.below(600);
  });

  it('are of what was stamped, and of nothing else', () =>
    refused(() => verifyTimestamp(token, OTHER, [authority.root])));

  it('need an authority that is trusted', async () => {
    await refused(() => verifyTimestamp(token, HASH, []));
    const stranger = openAuthority();
    await refused(() => verifyTimestamp(token, HASH, [stranger.root]));
    stranger.close();
  });

  it('need a certificate that is for timestamps alone', async () => {
    const info = contentOf(token);
    const signing = openAuthority('signing');
    await refused(() => verifyTimestamp(bytesToHex(signing.sign(info, TST_INFO)), HASH, [signing.root]));
    signing.close();
    const { time } = await verifyTimestamp(bytesToHex(authority.sign(info, TST_INFO)), HASH, [authority.root]);
    expect(time).to.be.above(0);
  });

  it('are signed as timestamps', () =>
    refused(() => verifyTimestamp(bytesToHex(authority.sign(contentOf(token), DATA)), HASH, [authority.root])));

  it('answer the request that was made', async () => {
    const answer = authority.answer(timestampRequest(HASH, nonce));
    await refused(() => tokenOfResponse(answer, OTHER, nonce));
    await refused(() => tokenOfResponse(answer, HASH, randomBytes(8)));
    await refused(() => tokenOfResponse(answer.subarray(0, 40), HASH, nonce));
    await refused(() => tokenOfResponse(new Uint8Array(70_000), HASH, nonce));
  });

  it('are refused where a byte is changed that the authority vouched for', async () => {
    const bytes = hexToBytes(token);
    const content = contentOf(token);
    const from = Buffer.from(bytes).indexOf(content);
    for (let at = 0; at < bytes.length; at++) {
      const isContent = at >= from && at < from + content.length;
      if (!isContent && at % 16 !== 0) continue;
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      const said = await verifyTimestamp(bytesToHex(changed), HASH, [authority.root]).catch((error: unknown) => error);
      // The root's own certificate travels along, and is not needed where it is trusted already.
      if (isContent || said instanceof Error) {
        expect(said, `byte ${at}`).to.be.instanceOf(ProtocolError).with.property('code', 'PROOF');
      }
    }
  });
});
