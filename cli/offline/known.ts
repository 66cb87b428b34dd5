/** All that is known here without a gateway: the snapshot, and every statement on disk. */
import type { Hex } from '../../protocol/bytes.ts';
import { digestOf, type Statement } from '../../protocol/statement.ts';
import { usage } from '../failure.ts';
import { openFolder, type OfflineFolder, type QueuedSheet } from './folder.ts';
import { decodeHandover, statementsOf } from './handover.ts';
import { follow, lineBefore, type KnownLine } from './lines.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

export interface Known {
  readonly folder: OfflineFolder;
  readonly snapshot: Snapshot;
  line(subject: Hex): KnownLine | undefined;
  /** The statement that a line ends with, if it is here. */
  statement(digest: Hex): Statement | undefined;
  /** Own sheets that carry these lines on from where the snapshot has them, oldest first. */
  sheetsOn(subjects: ReadonlySet<Hex>): readonly QueuedSheet[];
  /** Number of the participant with this code. @throws Failure usage */
  numberOf(code: string): number;
  codeOf(number: number): string;
}

/** @throws Failure usage if nothing was fetched */
export function openKnown(place: string): Known {
  const folder = openFolder(place);
  const snapshot = readSnapshot(folder);
  const own = [...folder.settled(), ...folder.queued()]
    .map(({ sheet }) => sheet)
    .filter(({ outcomes = [] }) => outcomes.every(({ progress }) => progress === 'final'));
  const statements = [
    ...folder.received().flatMap((bytes) => statementsOf(decodeHandover(bytes)).map(({ statement }) => statement)),
    ...own.flatMap((sheet) => sheet.statements.map(({ statement }) => statement)),
  ];
  const byDigest = new Map(statements.map((each) => [digestOf(each), each]));
  const lineFrom = (subject: Hex): KnownLine | undefined => {
    const fetched = snapshot.lines.find((line) => line.subject === subject);
    const first = statements.find((each) => each.subject === subject && !byDigest.has(each.previous));
    return fetched ?? (first && lineBefore(first));
  };
  return {
    folder,
    snapshot,
    line(subject) {
      const from = lineFrom(subject);
      return from && follow(from, statements).line;
    },
    statement: (digest) => byDigest.get(digest),
    sheetsOn(subjects) {
      const froms = [...subjects].flatMap((subject) => lineFrom(subject) ?? []);
      const since = new Set(froms.flatMap((from) => follow(from, statements).followed).map(digestOf));
      const fresh = own.filter((sheet) => sheet.statements.some(({ statement }) => since.has(digestOf(statement))));
      // Released and synced here: its recipient may still have no gateway.
      return fresh.length > 0
        ? fresh
        : own.filter((sheet) => sheet.statements.some(({ statement }) => subjects.has(statement.subject)));
    },
    numberOf(code) {
      const found = snapshot.participants.find((each) => each.code === code);
      if (!found) throw usage(`Your snapshot knows no participant ${code}. Fetch a new one, or check the code.`);
      if (!found.active)
        throw usage(`${code} was suspended when the snapshot was taken: nothing can be released to it.`);
      return found.number;
    },
    codeOf: (number) => snapshot.participants.find((each) => each.number === number)?.code ?? `participant ${number}`,
  };
}
