/** Whether a handover is what it says: before anything is accepted on the strength of it. */
import { ACT, actOf } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { verifySignature } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import { digestsOf, sheetHash } from '../../protocol/sheet.ts';
import { digestOf, type Statement } from '../../protocol/statement.ts';
import { Failure } from '../failure.ts';
import { statementsOf, type HandedSheet } from './handover.ts';
import { follow, lineBefore, type KnownLine } from './lines.ts';
import type { Snapshot, SnapshotKey } from './snapshot.ts';

/** One item that was handed over, and what stands behind it. */
export interface Handed {
  readonly subject: Hex;
  readonly release: Hex;
  readonly from: number;
  /** seconds */
  readonly claimedAt: number;
  readonly expires: number;
  /** Whether the whole line is here or in the snapshot; else that it was held stands on the signature alone. */
  readonly known: boolean;
}

/**
 * @param lineKnown the line as it is known here
 * @throws Failure refused with what is wrong
 */
export function checkHandover(
  sheets: readonly HandedSheet[],
  snapshot: Snapshot,
  lineKnown: (subject: Hex) => KnownLine | undefined,
  now: number,
): readonly Handed[] {
  for (const sheet of sheets) checkSignature(sheet, snapshot);
  const statements = statementsOf(sheets).map(({ statement }) => statement);
  return [...new Set(statements.map(({ subject }) => subject))].map((subject) =>
    checkLine(
      statements.filter((each) => each.subject === subject),
      snapshot,
      lineKnown(subject),
      now,
    ),
  );
}

function checkSignature({ key: id, signature, items }: HandedSheet, snapshot: Snapshot): void {
  const key = snapshot.keys.find((each) => each.id === id);
  if (key === undefined) throw wrong('It is signed by a key that your snapshot does not know. Fetch a new one first.');
  if (key.revoked) throw wrong('The key that signed it was revoked. Take nothing over on the strength of it.');
  const hash = sheetHash(digestsOf(items), snapshot.foundingHash);
  const publicKey = { scheme: SCHEME[key.scheme], x: key.x, y: key.y };
  if (!verifySignature(publicKey, hash, signature)) {
    throw wrong('A signature does not fit: it was changed, or is of another ledger.');
  }
  for (const item of items) if (typeof item !== 'string') checkAuthority(item.statement, key);
}

function checkAuthority({ act, participant, time }: Statement, key: SnapshotKey): void {
  const may = participant === key.participant && key.acts.includes(actOf(act)) && time >= key.from && time < key.until;
  if (!may) throw wrong('The key that signed it may not state this, or could not at that time.');
}

function checkLine(
  statements: readonly Statement[],
  snapshot: Snapshot,
  known: KnownLine | undefined,
  now: number,
): Handed {
  const digests = new Set(statements.map(digestOf));
  const first = statements.find(({ previous }) => !digests.has(previous))!;
  // The line may have been fetched when a part of this was on the ledger already.
  const fits = known !== undefined && (known.head === first.previous || digests.has(known.head));
  if (known !== undefined && !fits) {
    throw wrong('It follows another state of the item than the one in your snapshot. Fetch a new one first.');
  }
  const { line, followed } = follow(lineBefore(first), statements);
  if (followed.length < statements.length) throw wrong('Its statements do not follow each other.');
  const last = followed.at(-1)!;
  if (last.act !== ACT.release) throw wrong('It ends with no release: nothing is handed over to anyone.');
  if (last.recipient !== snapshot.participant) throw wrong('It is released to another participant than yours.');
  const expired = statements.find(({ expires }) => expires < now);
  if (expired)
    throw wrong('What was signed can no longer come to the ledger: its time is over. Ask for a new release.');
  return {
    subject: line.subject,
    release: line.head,
    from: last.participant,
    claimedAt: last.time,
    expires: last.expires,
    known: fits || first.previous === ZERO,
  };
}

function wrong(message: string): Failure {
  return new Failure('refused', message);
}
