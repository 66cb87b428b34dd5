/** Names of nodes: IRIs that end in a UUID made from what they stand for (RFC 9562, version 5), as UCO suggests. */
import { sha1 } from '@noble/hashes/legacy.js';
import { concat, hexToBytes, utf8, type Hex } from '../../protocol/bytes.ts';

/** The namespace of the names, itself made from a name in the URL namespace of RFC 9562. */
const NAMESPACE: Hex = '0x6f0d8f1b7c0a5c0e9b8a1d2e3f405162';

/** The same node has the same name in each export of its ledger. */
export function nodeName(kind: string, ledger: Hex, what: string): string {
  return `urn:unbroken:${kind}-${uuidOf(`${ledger} ${kind} ${what}`)}`;
}

function uuidOf(name: string): string {
  const bytes = sha1(concat(hexToBytes(NAMESPACE), utf8(name))).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  );
}
