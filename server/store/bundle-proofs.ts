/** The newest proof of each item's bundle: nodes drop old ones, and chains end. */
import type { Hex } from '../../protocol/bytes.ts';
import type { KeptProof } from '../custody/ports.ts';
import { bytesOf, fromJson, hexOf } from './columns.ts';
import type { StoreParts } from './parts.ts';

/** May be repeated; an older proof never takes the place of a newer one. */
export async function keepProof(
  { database }: StoreParts,
  { subject, block, founded, proof, timestamps, time }: KeptProof,
): Promise<void> {
  const row = {
    block: block.number,
    hash: bytesOf(block.hash),
    block_time: block.time,
    founded_time: founded,
    proof: JSON.stringify(proof),
    timestamps: timestamps === undefined ? null : JSON.stringify(timestamps),
    proven_at: time,
  };
  await database.transact((transaction) =>
    transaction
      .insertInto('bundle_proof')
      .values({ subject: bytesOf(subject), ...row })
      .onConflict((conflict) =>
        conflict.column('subject').doUpdateSet(row).where('bundle_proof.block', '<=', block.number),
      )
      .execute(),
  );
}

export async function findProof({ database }: StoreParts, subject: Hex): Promise<KeptProof | undefined> {
  const row = await database.read((queries) =>
    queries.selectFrom('bundle_proof').selectAll().where('subject', '=', bytesOf(subject)).executeTakeFirst(),
  );
  return (
    row && {
      subject,
      block: { number: row.block, hash: hexOf(row.hash), time: row.block_time },
      founded: row.founded_time,
      proof: fromJson(row.proof) as KeptProof['proof'],
      ...(row.timestamps !== null && {
        timestamps: fromJson(row.timestamps) as NonNullable<KeptProof['timestamps']>,
      }),
      time: row.proven_at,
    }
  );
}
