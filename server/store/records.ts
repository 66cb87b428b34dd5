/** What people wrote: kept encrypted, found blindly, erased by destroying a key. */
import type { Hex } from '../../protocol/bytes.ts';
import type { WrittenRecord } from '../../protocol/record.ts';
import type { SearchTerm, TenantRecord } from '../custody/ports.ts';
import { inParts, insertRows, type Insert, type Row } from './bulk.ts';
import { bytesOf, hexOf } from './columns.ts';
import { bytesOfTokens, tokensOfBytes } from './blind-index.ts';
import type { StoreParts } from './parts.ts';
import type { RecordKey, RecordReference } from './record-keys.ts';
import type { Bytes } from './tables.ts';

export const RECORD_ROWS: Insert = { table: 'record', columns: ['tenant', 'digest', 'key_id', 'sealed', 'tokens'] };
export const BLIND_ROWS: Insert = {
  table: 'blind',
  columns: ['tenant', 'kind', 'token', 'digest'],
  conflict: 'do nothing',
};

const KEPT_ROWS: Insert = { ...RECORD_ROWS, conflict: '(tenant, digest) do nothing' };

/** In place of an erased record's ciphertext. */
const NOTHING = new Uint8Array(0);
const PAGE = 500;

interface SealedRows {
  readonly keys: readonly RecordKey[];
  readonly records: readonly Row[];
  readonly blind: readonly Row[];
}

/** Encrypts records under fresh keys; nothing is stored yet. */
export function sealRecords({ cipher, blind }: StoreParts, records: readonly TenantRecord[]): SealedRows {
  const rows = { keys: [] as RecordKey[], records: [] as Row[], blind: [] as Row[] };
  for (const { tenant, digest, record } of records) {
    const { keyId, wrappedKey, sealed } = cipher.seal(tenant, digest, record);
    const bytes = bytesOf(digest);
    rows.keys.push({ id: keyId, tenant, digest, wrapped: wrappedKey });
    const tokens = blind.tokens(tenant, record);
    rows.records.push([tenant, bytes, keyId, sealed, bytesOfTokens(tokens)]);
    for (const { kind, token } of tokens) rows.blind.push([tenant, kind, token, bytes]);
  }
  return rows;
}

/** Keeps records that came in a dossier; one that is there, or was erased, stays as it is. */
export async function keepRecords(parts: StoreParts, records: readonly TenantRecord[], time: number): Promise<void> {
  const { database, keys } = parts;
  const fresh = await withoutKnown(parts, records);
  const sealed = sealRecords(parts, fresh);
  await keys.keep(sealed.keys, time);
  await database.transact(async (transaction) => {
    await insertRows(transaction, database.engine, KEPT_ROWS, sealed.records);
    await insertRows(transaction, database.engine, BLIND_ROWS, sealed.blind);
  });
}

async function withoutKnown({ database, keys }: StoreParts, records: readonly TenantRecord[]): Promise<TenantRecord[]> {
  const known = await database.read((queries) =>
    inParts(records, (part) =>
      queries
        .selectFrom('record')
        .select(['tenant', 'digest'])
        .where(
          'digest',
          'in',
          part.map(({ digest }) => bytesOf(digest)),
        )
        .execute(),
    ),
  );
  const taken = new Set(known.map(({ tenant, digest }) => `${tenant} ${hexOf(digest)}`));
  const fresh: TenantRecord[] = [];
  for (const record of records) {
    const name = `${record.tenant} ${record.digest}`;
    if (taken.has(name) || (await keys.isErased(record))) continue;
    taken.add(name);
    fresh.push(record);
  }
  return fresh;
}

/**
 * Clear text of a tenant's records. An erased one is `erased`; one whose key is missing though
 * nobody erased it is left out, as one that this gateway does not have.
 */
export async function readRecords(
  { database, keys, cipher }: StoreParts,
  tenant: number,
  digests: readonly Hex[],
): Promise<ReadonlyMap<Hex, WrittenRecord | 'erased'>> {
  const rows = await database.read((queries) =>
    inParts(digests, (part) =>
      queries
        .selectFrom('record')
        .select(['digest', 'key_id', 'sealed'])
        .where('tenant', '=', tenant)
        .where('digest', 'in', part.map(bytesOf))
        .execute(),
    ),
  );
  const wrapped = await keys.find(rows.map(({ key_id: id }) => id));
  const records = new Map<Hex, WrittenRecord | 'erased'>();
  for (const { digest: bytes, key_id: keyId, sealed } of rows) {
    const digest = hexOf(bytes);
    const key = wrapped.get(hexOf(keyId));
    if (key !== undefined) records.set(digest, cipher.open(tenant, digest, keyId, key, sealed));
    else if (await keys.isErased({ tenant, digest })) records.set(digest, 'erased');
  }
  return records;
}

export async function findByTerm(
  { database, blind }: StoreParts,
  tenant: number,
  term: SearchTerm,
  value: string,
): Promise<readonly Hex[]> {
  const { kind, token } = blind.token(tenant, term, value);
  const rows = await database.read((queries) =>
    queries
      .selectFrom('blind')
      .select('digest')
      .where('tenant', '=', tenant)
      .where('kind', '=', kind)
      .where('token', '=', token)
      .orderBy('digest')
      .execute(),
  );
  return rows.map(({ digest }) => hexOf(digest));
}

/**
 * Erases a tenant's record: its key first, then what the store has of it. Durable when it
 * returns; may be repeated. Says whether there was such a record.
 */
export async function eraseRecord(
  { database, keys }: StoreParts,
  record: RecordReference,
  time: number,
): Promise<boolean> {
  const row = await database.read((queries) =>
    queries
      .selectFrom('record')
      .select('key_id')
      .where('tenant', '=', record.tenant)
      .where('digest', '=', bytesOf(record.digest))
      .executeTakeFirst(),
  );
  if (row === undefined) return false;
  await keys.destroy(record, [row.key_id], time);
  await clear(database, [record]);
  return true;
}

/**
 * Clears again what was erased before: after a crash in the middle of an erasure, or when an
 * older copy of the store was restored. Part of every opening.
 */
export async function clearErased({ database, keys }: StoreParts): Promise<void> {
  for (let after: RecordReference | undefined; ;) {
    const page = await keys.erasures(after, PAGE);
    if (page.length === 0) return;
    await clear(database, page);
    after = page.at(-1);
  }
}

async function clear(database: StoreParts['database'], records: readonly RecordReference[]): Promise<void> {
  const wanted = new Set(records.map(({ tenant, digest }) => `${tenant} ${digest}`));
  await database.transact(async (transaction) => {
    const rows = await inParts(records, (part) =>
      transaction
        .selectFrom('record')
        .select(['tenant', 'digest', 'tokens'])
        .where(
          'digest',
          'in',
          part.map(({ digest }) => bytesOf(digest)),
        )
        .where('sealed', '!=', NOTHING)
        .execute(),
    );
    for (const { tenant, digest, tokens } of rows) {
      if (!wanted.has(`${tenant} ${hexOf(digest)}`)) continue;
      for (const { kind, token } of tokensOfBytes(tokens)) {
        const found = transaction.deleteFrom('blind').where('tenant', '=', tenant).where('kind', '=', kind);
        await found.where('token', '=', token).where('digest', '=', digest).execute();
      }
      const row = transaction.updateTable('record').set({ sealed: NOTHING, tokens: NOTHING });
      await row.where('tenant', '=', tenant).where('digest', '=', digest).execute();
    }
  });
}

/**
 * Removes keys made before this time that no record refers to: what a crash between the two
 * commits of `accept` left. Never run it on a store that was just restored from a backup: the
 * keys of what came after that backup look the same. Says how many.
 */
export async function sweepKeys({ database, keys }: StoreParts, before: number): Promise<number> {
  let swept = 0;
  for (let after: Bytes | undefined; ;) {
    const made = await keys.madeBefore(before, after, PAGE);
    if (made.length === 0) return swept;
    const used = await database.read((queries) =>
      queries
        .selectFrom('record')
        .select('key_id')
        .where(
          'digest',
          'in',
          made.map(({ digest }) => bytesOf(digest)),
        )
        .execute(),
    );
    const known = new Set(used.map(({ key_id: id }) => hexOf(id)));
    const orphans = made.map(({ id }) => id).filter((id) => !known.has(hexOf(id)));
    await keys.discard(orphans);
    swept += orphans.length;
    after = made.at(-1)?.id;
  }
}
