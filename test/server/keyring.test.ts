import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { bytesToHex, type Hex } from '../../protocol/bytes.ts';
import { keyId, publicKeyOf, verifySignature } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import { openKeyring } from '../../server/keyring/keyring.ts';
import { openSecrets } from '../../server/keyring/secrets.ts';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const PRIVATE_KEY: Hex = `0x${'11'.repeat(32)}`;

const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex);

describe('the secrets of a gateway', () => {
  it('may be from before there were encryption keys, and are kept as they are', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-secrets-'));
    const file = path.join(folder, 'secrets.json');
    try {
      const made = openSecrets(file);
      const { encryption: _, ...older } = made;
      writeFileSync(file, JSON.stringify(older));
      expect(openSecrets(file)).to.deep.equal({ ...made, encryption: [] });
      const encryption = [{ participant: 3, privateKey: PRIVATE_KEY }];
      writeFileSync(file, JSON.stringify({ ...older, encryption }));
      expect(openSecrets(file).encryption).to.deep.equal(encryption);
      writeFileSync(file, JSON.stringify({ ...older, encryption: [{ participant: 0, privateKey: PRIVATE_KEY }] }));
      expect(() => openSecrets(file)).to.throw('not a secrets file');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('keyring', () => {
  const keyring = openKeyring([{ participant: 7, privateKey: PRIVATE_KEY }]);
  const publicKey = publicKeyOf(SCHEME.secp256k1, PRIVATE_KEY);

  it('holds the service key of its participants and of nobody else', () => {
    expect(keyring.serviceKey(7)).to.equal(keyId(publicKey));
    expect(keyring.serviceKey(8)).to.equal(undefined);
    expect(() => keyring.sign(`0x${'00'.repeat(32)}`, `0x${'22'.repeat(32)}`)).to.throw('does not hold');
  });

  it('signs what the protocol verifies', () => {
    fc.assert(
      fc.property(word, (hash) => {
        const signature = keyring.sign(keyId(publicKey), hash);
        expect(verifySignature(publicKey, hash, signature)).to.equal(true);
        expect(keyring.verify(publicKey, hash, signature)).to.equal(true);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what the protocol refuses: the other form of s, another v, another hash, a changed or cut signature', () => {
    const hash: Hex = `0x${'33'.repeat(32)}`;
    const signature = keyring.sign(keyId(publicKey), hash);
    const s = BigInt(`0x${signature.slice(66, 130)}`);
    const otherV = signature.endsWith('1b') ? '1c' : '1b';
    const high: Hex = `0x${signature.slice(2, 66)}${(ORDER - s).toString(16).padStart(64, '0')}${otherV}`;
    const changed: Hex = `0x${signature[2] === '0' ? '1' : '0'}${signature.slice(3)}`;
    const wrong: readonly [Hex, Hex][] = [
      [hash, high],
      [hash, `0x${signature.slice(2, 130)}${otherV}`],
      [hash, `0x${signature.slice(2, 130)}00`],
      [hash, changed],
      [hash, `0x${signature.slice(2, 130)}`],
      [hash, '0x'],
      [hash, `0x${'00'.repeat(64)}1b`],
      [`0x${'34'.repeat(32)}`, signature],
    ];
    for (const [signedHash, candidate] of wrong) {
      expect(verifySignature(publicKey, signedHash, candidate), candidate).to.equal(false);
      expect(keyring.verify(publicKey, signedHash, candidate), candidate).to.equal(false);
    }
  });

  it('agrees with the protocol on garbage', () => {
    fc.assert(
      fc.property(word, fc.uint8Array({ maxLength: 70 }).map(bytesToHex), (hash, signature) => {
        expect(keyring.verify(publicKey, hash, signature)).to.equal(verifySignature(publicKey, hash, signature));
      }),
      { numRuns: 200 },
    );
  });
});
