/** What people wrote: kept encrypted, found blindly, erased by destroying a key. */
import type { Hex } from '../../protocol/bytes.ts';
import { isDisclosure, joinDisclosures } from '../../protocol/dossier.ts';
import type { Disclosure, WrittenRecord } from '../../protocol/record.ts';
import type { TenantRecord, ReceivedRecord } from '../custody/ports.ts';
import type { SearchTerm } from '../custody/search-term.ts';
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

const KEPT_ROWS: Insert = {
  table: 'record',
  columns: [...RECORD_ROWS.columns, 'sender'],
  conflict: '(tenant, digest) do nothing',
};

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

/**
 * Keeps records that came from elsewhere. One that was erased, or that the tenant wrote itself, stays as it is; one
 * that it has in part is completed.
 */
/** @returns whether any of it was new */
export async function keepRecords(parts: StoreParts, records: readonly TenantRecord[], time: number): Promise<boolean> {
  const { database, keys } = parts;
  const { fresh, known } = await sorted(parts, records);
  const sealed = sealRecords(parts, fresh);
  await keys.keep(sealed.keys, time);
  await database.transact(async (transaction) => {
    const rows = sealed.records.map((row, at) => [...row, fresh[at]?.from ?? null]);
    await insertRows(transaction, database.engine, KEPT_ROWS, rows);
    await insertRows(transaction, database.engine, BLIND_ROWS, sealed.blind);
  });
  let news = fresh.length > 0;
  for (const record of known) if (await complete(parts, record, time)) news = true;
  return news;
}

interface SortedRecords {
  readonly fresh: readonly TenantRecord[];
  /** Came before, from another participant. */
  readonly known: readonly TenantRecord[];
}

async function sorted({ database, keys }: StoreParts, records: readonly TenantRecord[]): Promise<SortedRecords> {
  const rows = await database.read((queries) =>
    inParts(records, (part) =>
      queries
        .selectFrom('record')
        .select(['tenant', 'digest', 'sender'])
        .where(
          'digest',
          'in',
          part.map(({ digest }) => bytesOf(digest)),
        )
        .execute(),
    ),
  );
  const senders = new Map(rows.map(({ tenant, digest, sender }) => [`${tenant} ${hexOf(digest)}`, sender]));
  const fresh: TenantRecord[] = [];
  const known: TenantRecord[] = [];
  for (const record of records) {
    const name = `${record.tenant} ${record.digest}`;
    const sender = senders.get(name);
    if (sender === null || (await keys.isErased(record))) continue;
    (sender === undefined ? fresh : known).push(record);
    if (sender === undefined) senders.set(name, null);
  }
  return { fresh, known };
}

/**
 * Puts what two disclosures show together under a new key; the key of the lesser one is destroyed. One whose key got
 * lost, as after restoring an older copy, is kept anew.
 * @returns whether anything came to what was shown before
 */
async function complete(parts: StoreParts, { tenant, digest, record }: TenantRecord, time: number): Promise<boolean> {
  const { database, keys } = parts;
  const now = (await readRecords(parts, tenant, [digest])).get(digest);
  if (now === 'erased' || (now && !isDisclosure(now)) || !isDisclosure(record)) return false;
  const joined = now ? joinDisclosures({ schema: now.schema, fields: now.fields }, record) : record;
  if (now && shownIn(joined) === shownIn(now)) return false;
  const sealed = sealRecords(parts, [{ tenant, digest, record: joined }]);
  const [row] = sealed.records;
  const [, , keyId, text, tokens] = row as [number, Bytes, Bytes, Bytes, Bytes];
  await keys.keep(sealed.keys, time);
  const replaced = await database.transact(async (transaction) => {
    const found = transaction.selectFrom('record').select('key_id').where('tenant', '=', tenant);
    const before = await found.where('digest', '=', bytesOf(digest)).where('sealed', '!=', NOTHING).executeTakeFirst();
    if (before === undefined) return keyId;
    const update = transaction.updateTable('record').set({ key_id: keyId, sealed: text, tokens });
    await update.where('tenant', '=', tenant).where('digest', '=', bytesOf(digest)).execute();
    await insertRows(transaction, database.engine, BLIND_ROWS, sealed.blind);
    return before.key_id;
  });
  await keys.discard([replaced]);
  return true;
}

function shownIn({ fields }: Disclosure): number {
  return fields.filter((field) => 'value' in field).length;
}

/**
 * Clear text of a tenant's records. An erased one is `erased`; one whose key is missing though
 * nobody erased it is left out, as one that this gateway does not have.
 */
export async function readRecords(
  { database, keys, cipher }: StoreParts,
  tenant: number,
  digests: readonly Hex[],
): Promise<ReadonlyMap<Hex, WrittenRecord | ReceivedRecord | 'erased'>> {
  const rows = await database.read((queries) =>
    inParts(digests, (part) =>
      queries
        .selectFrom('record')
        .select(['digest', 'key_id', 'sealed', 'sender'])
        .where('tenant', '=', tenant)
        .where('digest', 'in', part.map(bytesOf))
        .execute(),
    ),
  );
  const wrapped = await keys.find(rows.map(({ key_id: id }) => id));
  const records = new Map<Hex, WrittenRecord | ReceivedRecord | 'erased'>();
  for (const { digest: bytes, key_id: keyId, sealed, sender } of rows) {
    const digest = hexOf(bytes);
    const key = wrapped.get(hexOf(keyId));
    if (key !== undefined) {
      const record = cipher.open(tenant, digest, keyId, key, sealed);
      records.set(digest, isDisclosure(record) ? { ...record, from: sender ?? 0 } : record);
    } else if (await keys.isErased({ tenant, digest })) records.set(digest, 'erased');
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
 * returns; may be repeated. Noted also if there is none, so that it can't come in a dossier
 * afterwards. Says whether there was such a record.
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
  await keys.destroy(record, row === undefined ? [] : [row.key_id], time);
  if (row !== undefined) await clear(database, [record]);
  return row !== undefined;
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
