/**
 * The statements whose records belong to a dossier. Sender and recipient each take them from the ledger that they
 * followed themselves, so that neither has to believe the other what the trail is.
 */
import { ACT } from '../../protocol/acts.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import type { LineReference, Store, TrailEntry } from '../custody/ports.ts';

const PAGE = 200;
/** Lines of one trail: an item with more ancestors than that has a dossier without the farthest of them. */
const LINES_MAX = 512;

/**
 * Included statements with a record on the item's line up to its release, on the lines that it was derived from, and
 * of the requests and consents that releases on them name: what was included until the release's block.
 * @param release as the ledger included it
 */
export async function recordsOfTrail(
  store: Pick<Store, 'trail'>,
  release: TrailEntry,
): Promise<ReadonlyMap<Hex, TrailEntry>> {
  const { subject } = release.stated.statement;
  const until = release.included?.number ?? 0;
  const lines: LineReference[] = [{ kind: 'evidence', subject }];
  const known = new Set([nameOf(lines[0]!)]);
  const found = new Map<Hex, TrailEntry>();
  const add = (line: LineReference): void => {
    if (known.has(nameOf(line)) || known.size >= LINES_MAX) return;
    known.add(nameOf(line));
    lines.push(line);
  };
  for (const line of lines) {
    for await (const entry of included(store, line, until)) {
      const { statement, list } = entry.stated;
      if (statement.record !== ZERO) found.set(entry.digest, entry);
      if (statement.act === ACT.derive) for (const parent of list) add({ kind: 'evidence', subject: parent });
      if (statement.act === ACT.release) {
        if (statement.request !== ZERO) add({ kind: 'request', subject: statement.request });
        for (const consent of list) add({ kind: 'consent', subject: consent });
      }
      if (entry.digest === release.digest) break;
    }
  }
  return found;
}

async function* included(store: Pick<Store, 'trail'>, line: LineReference, until: number): AsyncGenerator<TrailEntry> {
  for (let cursor: string | undefined; ;) {
    const page = await store.trail(line, cursor, PAGE);
    for (const entry of page.items) {
      if (entry.included !== undefined && entry.included.number <= until) yield entry;
    }
    if (page.next === undefined) return;
    cursor = page.next;
  }
}

function nameOf({ kind, subject }: LineReference): string {
  return `${kind} ${subject}`;
}
