/** How a ledger stands at the end of a story, in the words that the contracts store. */
import type { Hex } from '../../../protocol/bytes.ts';
import { packNumbers, packOrigins, type KeyState, type LineState } from '../../../protocol/ledger.ts';
import { codeWord } from '../../../protocol/lists.ts';
import { packKey, packTerms, stateWord } from '../../../protocol/state-words.ts';
import type { MutableWorld } from '../../../protocol/world.ts';
import type { VectorKey, VectorLine } from './vector.ts';

/** A world that remembers what was put to it. */
export interface WatchedWorld extends MutableWorld {
  lines(): LineState[];
  keys(): KeyState[];
  /** forgets what was put so far */
  forget(): void;
}

export function watch(world: MutableWorld): WatchedWorld {
  const lines = new Map<string, LineState>();
  const keys = new Map<Hex, KeyState>();
  return {
    ...world,
    putLine(line) {
      lines.set(`${line.kind} ${line.subject}`, line);
      world.putLine(line);
    },
    putKey(key) {
      keys.set(key.id, key);
      world.putKey(key);
    },
    lines: () => [...lines.values()],
    keys: () => [...keys.values()],
    forget() {
      lines.clear();
      keys.clear();
    },
  };
}

export function writeLine(line: LineState): VectorLine {
  const { kind, subject, head, anchor } = line;
  const written = { kind, subject, head, anchor, state: stateWord(line) };
  switch (line.kind) {
    case 'evidence':
      return { ...written, origins: packOrigins(subject, line.state.origins), bases: packNumbers(line.state.bases) };
    case 'hold':
      return { ...written, listHash: line.state.itemsHash };
    case 'agreement':
      return { ...written, listHash: line.state.termsHash, terms: packTerms(line.state.terms) };
    case 'consent':
      return { ...written, evidence: line.state.evidence, used: line.state.used };
    case 'participant':
      return { ...written, code: codeWord(line.state.code) };
    case 'request':
    case 'consortium':
      return written;
  }
}

export function writeKey(key: KeyState): VectorKey {
  return { id: key.id, info: packKey(key), x: key.x, y: key.y };
}
