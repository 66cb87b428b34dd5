/**
 * Searching what is encrypted: HMAC-SHA256 over the kind and the normalised value, under a key
 * of the tenant's own that HKDF derives from the master key.
 *
 * Equal values of one tenant give equal tokens and nothing else can be compared. Whoever holds
 * the master key can test a guess against the index (docs/decisions/0006-record-keys.md).
 */
import { createHmac, type KeyObject } from 'node:crypto';
import type { HeldRecord } from '../../protocol/dossier.ts';
import type { SearchTerm } from '../custody/search-term.ts';
import { derive } from './record-cipher.ts';
import type { Bytes } from './tables.ts';

/** Numbers are stored; never reuse one. */
const KIND: Readonly<Record<SearchTerm, number>> = { exhibit: 1, case: 2, digest: 3 };

/** 16 bytes: two of 2^40 values share a token with a chance of 2^-49. */
const TOKEN = 16;

const FILE_DIGEST = /^(?:digest|file(?:\.\d+)?\.(?:sha256|sha3-256))$/;
/** An item may have several numbers: `exhibit`, `exhibit.2` ... */
const EXHIBIT = /^exhibit(?:\.\d+)?$/;

export interface BlindToken {
  readonly kind: number;
  readonly token: Bytes;
}

export interface BlindIndex {
  token(tenant: number, term: SearchTerm, value: string): BlindToken;
  /** The tokens under which a record is found, each once. */
  tokens(tenant: number, record: HeldRecord): BlindToken[];
}

export function blindIndex(masterKey: Uint8Array): BlindIndex {
  const keys = new Map<number, KeyObject>();
  const token = (tenant: number, term: SearchTerm, value: string): BlindToken => {
    let key = keys.get(tenant);
    if (key === undefined) keys.set(tenant, (key = derive(masterKey, `unbroken/blind-index/1/${tenant}`)));
    const kind = KIND[term];
    const mac = createHmac('sha256', key).update(Uint8Array.of(kind)).update(normalised(term, value)).digest();
    return { kind, token: mac.subarray(0, TOKEN) };
  };
  return {
    token,
    tokens(tenant, record) {
      const found = new Map<string, BlindToken>();
      for (const field of record.fields) {
        const term = termOf(field.label);
        if (term === undefined || !('value' in field) || field.value === '') continue;
        const made = token(tenant, term, field.value);
        found.set(`${made.kind} ${Buffer.from(made.token).toString('hex')}`, made);
      }
      return [...found.values()];
    },
  };
}

/** Kind and token of each, one after another. */
export function bytesOfTokens(tokens: readonly BlindToken[]): Bytes {
  return Buffer.concat(tokens.flatMap(({ kind, token }) => [Uint8Array.of(kind), token]));
}

export function tokensOfBytes(bytes: Bytes): BlindToken[] {
  const size = 1 + TOKEN;
  return Array.from({ length: bytes.length / size }, (_, i) => ({
    kind: bytes[size * i] ?? 0,
    token: bytes.subarray(size * i + 1, size * (i + 1)),
  }));
}

function termOf(label: string): SearchTerm | undefined {
  if (label === 'case') return label;
  if (EXHIBIT.test(label)) return 'exhibit';
  return FILE_DIGEST.test(label) ? 'digest' : undefined;
}

/** People write ` a-17 ` and `A-17` for one exhibit; digests come with and without 0x. */
function normalised(term: SearchTerm, value: string): string {
  const trimmed = value.normalize('NFKC').trim();
  if (term === 'digest') return trimmed.toLowerCase().replace(/^0x/, '');
  // Upper case first folds what has one upper form only: ß and ss, the two small sigmas.
  return trimmed.toUpperCase().toLowerCase();
}
