/** Sheets and what is signed: protocol.md section 2, EIP-712. */
import { hexToBytes, writeHex, type Hex } from './bytes.ts';
import { keccakHex, keccakOfText } from './hashing.ts';
import { digestOf, STATEMENT_FIELDS, STATEMENT_TYPE, type Statement } from './statement.ts';
import type { Item } from './wire.ts';

/** A list of statements under one signature, as sent or published: some positions may be digests only. */
export interface Sheet {
  /** id of the key that signed */
  readonly key: Hex;
  readonly signature: Hex;
  readonly items: readonly Item[];
}

const DOMAIN_FIELDS = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'salt', type: 'bytes32' },
] as const;

const DOMAIN_TYPE_HASH = keccakOfText('EIP712Domain(string name,string version,bytes32 salt)');
const NAME_HASH = keccakOfText('Unbroken');
const VERSION_HASH = keccakOfText('1');
const SHEET_TYPE_HASH = keccakOfText(`Sheet(Statement[] statements)${STATEMENT_TYPE}`);

export function domainSeparator(foundingHash: Hex): Hex {
  return hashWords([DOMAIN_TYPE_HASH, NAME_HASH, VERSION_HASH, foundingHash]);
}

/** The hash that is signed for a sheet of these digests on the ledger with this founding hash. */
export function sheetHash(digests: readonly Hex[], foundingHash: Hex): Hex {
  return typedHash(hashWords([SHEET_TYPE_HASH, hashWords(digests)]), foundingHash);
}

/** `keccak256(0x1901 ‖ domainSeparator ‖ hashStruct)`. */
export function typedHash(structHash: Hex, foundingHash: Hex): Hex {
  const bytes = new Uint8Array(66);
  bytes[0] = 0x19;
  bytes[1] = 0x01;
  bytes.set(hexToBytes(domainSeparator(foundingHash)), 2);
  writeHex(bytes, 34, structHash, 32);
  return keccakHex(bytes);
}

/** keccak256 of words, one after another. */
export function hashWords(words: readonly Hex[]): Hex {
  const bytes = new Uint8Array(32 * words.length);
  words.forEach((word, i) => writeHex(bytes, 32 * i, word, 32));
  return keccakHex(bytes);
}

/** The digest of every position, whether its statement is here or not. */
export function digestsOf(items: readonly Item[]): Hex[] {
  return items.map((item) => (typeof item === 'string' ? item : digestOf(item.statement)));
}

/** The typed data of a sheet for a wallet (`eth_signTypedData_v4`); ethers wants its types without EIP712Domain. */
export function typedData(statements: readonly Statement[], foundingHash: Hex) {
  return {
    domain: { name: 'Unbroken', version: '1', salt: foundingHash },
    types: {
      EIP712Domain: DOMAIN_FIELDS,
      Sheet: [{ name: 'statements', type: 'Statement[]' }],
      Statement: STATEMENT_FIELDS,
    },
    primaryType: 'Sheet',
    message: { statements },
  } as const;
}
