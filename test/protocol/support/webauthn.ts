/** An authenticator in software: assertions as a security key would give them, in ERC-7913 encoding. */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concat, hexToBytes, utf8, wordOf, type Hex } from '../../../protocol/bytes.ts';

/** What an authenticator may get wrong. */
export interface Assertion {
  readonly flags?: number;
  readonly type?: string;
  readonly challenge?: Hex;
}

export function assert(privateKey: Hex, hash: Hex, assertion: Assertion = {}): Hex {
  const { flags = 0x05, type = 'webauthn.get', challenge = hash } = assertion;
  const authenticatorData = concat(sha256(utf8('unbroken.example')), Uint8Array.of(flags, 0, 0, 0, 7));
  const encoded = Buffer.from(hexToBytes(challenge)).toString('base64url');
  const clientData = `{"type":"${type}","challenge":"${encoded}","origin":"https://unbroken.example"}`;
  const signed = sha256(concat(authenticatorData, sha256(utf8(clientData))));
  const signature = p256.sign(signed, hexToBytes(privateKey), { prehash: false, lowS: true, format: 'compact' });
  const challengeIndex = clientData.indexOf('"challenge"');
  const words = [challengeIndex, clientData.indexOf('"type"'), 192, 192 + 32 + 64].map((n) => hexToBytes(wordOf(n)));
  return bytesToHex(concat(signature, ...words, sized(authenticatorData), sized(utf8(clientData))));
}

function sized(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 32) * 32);
  padded.set(bytes);
  return concat(hexToBytes(wordOf(bytes.length)), padded);
}
