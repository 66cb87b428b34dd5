/** What has to be known of a ledger before one states without a gateway: fetched once, some kilobytes, kept as a file. */
import { z } from 'zod';
import { isHex, type Hex } from '../../protocol/bytes.ts';
import { successorTag } from '../../protocol/founding.ts';
import { bitsOf, RESTRICTIONS } from '../../protocol/names.ts';
import { EVIDENCE_STATUS } from '../../protocol/transitions.ts';
import { Failure, usage } from '../failure.ts';
import type { EvidenceLine, Key } from '../gateway/answers.ts';
import type { Session } from '../session.ts';
import type { KnownLine } from './lines.ts';
import type { OfflineFolder } from './folder.ts';

const word = z.custom<Hex>((value) => isHex(value, 32));
const number = z.int().min(0);

const snapshotSchema = z.strictObject({
  format: z.literal('unbroken/snapshot/1'),
  /** seconds */
  takenAt: number,
  foundingHash: word,
  /** of a ledger that has a predecessor: what its subjects begin with, after the participant */
  tag: z.custom<Hex>((value) => isHex(value, 8)).exactOptional(),
  /** number of one's own */
  participant: number.min(1),
  participants: z.array(z.strictObject({ number, code: z.string(), active: z.boolean() })),
  keys: z.array(
    z.strictObject({
      id: word,
      participant: number,
      scheme: z.enum(['secp256k1', 'p256', 'webauthn']),
      x: word,
      y: word,
      acts: z.array(z.string()),
      from: number,
      until: number,
      revoked: z.boolean(),
    }),
  ),
  lines: z.array(
    z.strictObject({
      subject: word,
      head: word,
      status: z.enum(Object.keys(EVIDENCE_STATUS) as [keyof typeof EVIDENCE_STATUS]),
      holder: number,
      recipient: number,
      restrictions: number,
      releaseRestrictions: number,
    }),
  ),
});

export type Snapshot = z.infer<typeof snapshotSchema>;
export type SnapshotKey = Snapshot['keys'][number];

/** Lines that are fetched where none is named. */
const LINES_MOST = 1_000;

/** @param subjects empty: what one's own participant holds, and what is in transit to it */
export async function takeSnapshot({ gateway }: Session, subjects: readonly Hex[], now: number): Promise<Snapshot> {
  const [{ foundingHash, heritage }, { participant }, participants] = await Promise.all([
    gateway.ledger(),
    gateway.caller(),
    gateway.participants(),
  ]);
  const keys = (await Promise.all(participants.map((each) => gateway.keys(each.number)))).flat();
  return {
    format: 'unbroken/snapshot/1',
    takenAt: now,
    foundingHash,
    ...(heritage !== undefined && { tag: successorTag(foundingHash) }),
    participant: participant.number,
    participants: participants.map((each) => ({
      number: each.number,
      code: each.code,
      active: each.status === 'active',
    })),
    keys: keys.filter(signsCustody).map(keyOf),
    lines: (await linesOf(gateway, subjects, participant.code ?? '')).map(lineOf),
  };
}

/** @throws Failure usage if there is none, or it can't be read */
export function readSnapshot(folder: OfflineFolder): Snapshot {
  const read = folder.readSnapshot();
  if (read === undefined) {
    throw usage('Nothing was fetched for work without a gateway. While there is one: `unbroken offline fetch`.');
  }
  const parsed = snapshotSchema.safeParse(read);
  if (!parsed.success) throw usage('The snapshot was damaged. Fetch it again: `unbroken offline fetch`.');
  return parsed.data;
}

async function linesOf(gateway: Session['gateway'], subjects: readonly Hex[], own: string): Promise<EvidenceLine[]> {
  if (subjects.length > 0) {
    return (await Promise.all(subjects.map((subject) => gateway.evidence(subject)))).map(({ projected }) => projected);
  }
  const [held, coming] = await Promise.all([
    gateway.search({ holder: own }, LINES_MOST),
    gateway.search({ recipient: own, state: 'in-transit' }, LINES_MOST),
  ]);
  if (held.next !== undefined || coming.next !== undefined) {
    throw new Failure('refused', `That are more than ${LINES_MOST} items. Name those that you take along.`);
  }
  return [...new Map([...held.items, ...coming.items].map((line) => [line.subject, line])).values()];
}

function lineOf(line: EvidenceLine): KnownLine & { status: keyof typeof EVIDENCE_STATUS } {
  return {
    subject: line.subject,
    head: line.head,
    status: line.state as keyof typeof EVIDENCE_STATUS,
    holder: line.holder.number,
    recipient: line.release?.recipient.number ?? 0,
    restrictions: bitsOf(RESTRICTIONS, line.restrictions),
    releaseRestrictions: bitsOf(RESTRICTIONS, line.release?.restrictions ?? []),
  };
}

function signsCustody({ powers }: Key): boolean {
  return powers.includes('custody') || powers.includes('service');
}

function keyOf(key: Key): SnapshotKey {
  const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);
  return {
    id: key.id,
    participant: key.participant.number,
    scheme: key.scheme as SnapshotKey['scheme'],
    x: key.x,
    y: key.y,
    acts: [...key.acts],
    from: seconds(key.validFrom),
    until: seconds(key.validUntil),
    revoked: key.revokedAt !== undefined,
  };
}
