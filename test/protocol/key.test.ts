import { createSign, createVerify, generateKeyPairSync, hash as digest } from 'node:crypto';
import { expect } from 'chai';
import { computeAddress, Signature, SigningKey } from 'ethers';
import * as fc from 'fast-check';
import { bytesToHex, hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { addressOf, keyId, publicKeyOf, signHash, verifySignature } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import { seeded, word } from './support/arbitraries.ts';
import { assert } from './support/webauthn.ts';

const PRIVATE = keccakOfText('a private key');
const HASH = keccakOfText('a hash');

describe('a key', () => {
  it('of secp256k1 has the address and signs as in ethers', () => {
    const theirs = new SigningKey(PRIVATE);
    const publicKey = publicKeyOf(SCHEME.secp256k1, PRIVATE);
    expect(addressOf(publicKey)).to.equal(computeAddress(theirs).toLowerCase());
    expect(signHash(SCHEME.secp256k1, PRIVATE, HASH)).to.equal(Signature.from(theirs.sign(HASH)).serialized);
    expect(verifySignature(publicKey, HASH, signHash(SCHEME.secp256k1, PRIVATE, HASH))).to.equal(true);
  });

  it('of P-256 verifies what Node signs, in its lower half, and Node verifies what it signs', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const ours = { scheme: SCHEME.p256, x: base64url(jwk.x!), y: base64url(jwk.y!) };
    // Node hashes by itself, so the hash that is signed is that of the text.
    const hash = bytesToHex(new Uint8Array(Buffer.from(sha256('text'), 'hex')));
    let lower = 0;
    for (let i = 0; i < 16; i++) {
      const signature = createSign('sha256').update('text').sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
      const isLower = BigInt(`0x${signature.subarray(32).toString('hex')}`) <= HALF;
      lower += isLower ? 1 : 0;
      expect(verifySignature(ours, hash, bytesToHex(signature))).to.equal(isLower);
    }
    expect(lower).to.be.within(1, 15);
    const secret = base64url(privateKey.export({ format: 'jwk' }).d!);
    expect(publicKeyOf(SCHEME.p256, secret)).to.deep.equal(ours);
    const mine = Buffer.from(hexToBytes(signHash(SCHEME.p256, secret, hash)));
    expect(createVerify('sha256').update('text').verify({ key: publicKey, dsaEncoding: 'ieee-p1363' }, mine)).to.equal(
      true,
    );
  });

  it('of WebAuthn verifies an assertion over the hash, and no other', () => {
    const publicKey = { ...publicKeyOf(SCHEME.p256, PRIVATE), scheme: SCHEME.webauthn };
    const signature = assert(PRIVATE, HASH);
    expect(verifySignature(publicKey, HASH, signature)).to.equal(true);
    expect(verifySignature(publicKey, keccakOfText('another'), signature)).to.equal(false);
    expect(verifySignature({ ...publicKey, scheme: SCHEME.p256 }, HASH, signature)).to.equal(false);
  });

  it('has an id by scheme and coordinates', () => {
    const publicKey = publicKeyOf(SCHEME.p256, PRIVATE);
    expect(keyId(publicKey)).to.not.equal(keyId({ ...publicKey, scheme: SCHEME.webauthn }));
  });

  it('proves nothing by a signature that was changed, and never throws', () => {
    const { numRuns, seed } = seeded(200);
    const schemes = [SCHEME.secp256k1, SCHEME.p256, SCHEME.webauthn];
    const keys = schemes.map((scheme) => {
      const curve = scheme === SCHEME.webauthn ? SCHEME.p256 : scheme;
      const signature = scheme === SCHEME.webauthn ? assert(PRIVATE, HASH) : signHash(scheme, PRIVATE, HASH);
      return { publicKey: { ...publicKeyOf(curve, PRIVATE), scheme }, signature: hexToBytes(signature) };
    });
    const change = fc.tuple(fc.constantFrom(...keys), fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([{ publicKey, signature }, at, by]) => {
        const changed = signature.slice();
        // Of an assertion only r and s are sure to matter in every bit.
        const end = publicKey.scheme === SCHEME.webauthn ? 64 : changed.length;
        changed[at % end]! ^= by;
        expect(verifySignature(publicKey, HASH, bytesToHex(changed))).to.equal(false);
      }),
      { numRuns, seed },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 2, 3, 4),
        word,
        word,
        word,
        fc.uint8Array({ maxLength: 400 }),
        (scheme, x, y, hash, bytes) => {
          expect(verifySignature({ scheme, x, y }, hash, bytesToHex(bytes))).to.equal(false);
        },
      ),
      { numRuns, seed },
    );
    expect(verifySignature(keys[0]!.publicKey, HASH, 'nonsense' as Hex)).to.equal(false);
  });

  it('is refused where it is none', () => {
    expect(() => publicKeyOf(SCHEME.secp256k1, `0x${'00'.repeat(32)}`))
      .to.throw(ProtocolError)
      .with.property('code', 'KEY');
    expect(() => signHash(SCHEME.webauthn, PRIVATE, HASH))
      .to.throw(ProtocolError)
      .with.property('code', 'KEY');
  });
});

const HALF = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n / 2n;

function base64url(text: string): Hex {
  return bytesToHex(Buffer.from(text, 'base64url'));
}

function sha256(text: string): string {
  return digest('sha256', text);
}
