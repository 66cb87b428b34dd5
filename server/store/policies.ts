/** Field policies, by the hash that stands in the terms of agreements. */
import type { Hex } from '../../protocol/bytes.ts';
import { parsePolicy, policyHash, policyText, type FieldPolicy } from '../../protocol/field-policy.ts';
import { bytesOf, fromJson } from './columns.ts';
import type { StoreParts } from './parts.ts';

/** May be repeated. */
export async function savePolicy({ database }: StoreParts, policy: FieldPolicy): Promise<void> {
  await database.transact((transaction) =>
    transaction
      .insertInto('policy')
      .values({ hash: bytesOf(policyHash(policy)), text: policyText(policy) })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
}

export async function findPolicy({ database }: StoreParts, hash: Hex): Promise<FieldPolicy | undefined> {
  const row = await database.read((queries) =>
    queries.selectFrom('policy').select('text').where('hash', '=', bytesOf(hash)).executeTakeFirst(),
  );
  return row && parsePolicy(fromJson(row.text));
}
