/** The ledger as judgement sees it, and what a statement changes in it. */
import { ACT, type LineKind } from './acts.ts';
import { ZERO, type Hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import { participantSubject, type KeyState, type LineOf, type LineState, type ParticipantState } from './ledger.ts';
import type { Statement } from './statement.ts';

/** How many there are; the numbers of the newest. */
export interface Tally {
  readonly participants: number;
  /** agencies that are not suspended: those that vote */
  readonly activeAgencies: number;
  readonly keys: number;
  readonly agreements: number;
}

/** A ledger's state at one moment, for reading, synchronously. */
export interface World {
  line<K extends LineKind>(kind: K, subject: Hex): LineOf<K> | undefined;
  key(id: Hex): KeyState | undefined;
  /** the agreement of a number, as in the bases of evidence lines */
  agreement(number: number): LineOf<'agreement'> | undefined;
  tally(): Tally;
}

/** A ledger's state that goes on. */
export interface MutableWorld extends World {
  putLine(line: LineState): void;
  putKey(key: KeyState): void;
}

/** One effect of an included statement. */
export type Change =
  /** the line of the statement, opened or gone on: its head is the statement's digest */
  | { readonly change: 'moved'; readonly line: LineState }
  /** another line, whose state changed and whose head did not: holds counted, a consent used, a status */
  | { readonly change: 'touched'; readonly line: LineState }
  /** the line of a new participant begins */
  | { readonly change: 'admitted'; readonly line: LineOf<'participant'> }
  | { readonly change: 'enrolled'; readonly key: KeyState }
  | { readonly change: 'revoked'; readonly key: KeyState };

/** Makes the changes of an included statement in a world. */
export function apply(world: MutableWorld, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.change === 'enrolled' || change.change === 'revoked') world.putKey(change.key);
    else world.putLine(change.line);
  }
}

export function participantOf(world: World, number: number): ParticipantState | undefined {
  return number === 0 ? undefined : world.line('participant', participantSubject(number))?.state;
}

/** Whether the ledger takes nothing more. */
export function isRetired(world: World): boolean {
  return world.line('consortium', ZERO)?.state.status === 'retired';
}

/**
 * A retired ledger takes nothing more but that it is retired, once again: where other statements overtook the first
 * one, so that the heritage it names is not the last.
 * @param statement absent: any other
 * @throws ProtocolError RETIRED
 */
export function refuseRetired(world: World, statement?: Statement): void {
  if (statement?.act === ACT.retire || !isRetired(world)) return;
  throw new ProtocolError('RETIRED', 'the ledger is retired and takes nothing more');
}

/** A world in memory: for tests, verification and caches. */
export function memoryWorld(): MutableWorld {
  return layeredWorld(undefined);
}

/** A world that reads through to another one and keeps what is put to itself. */
export function overlayWorld(below: World): MutableWorld {
  return layeredWorld(below);
}

function layeredWorld(below: World | undefined): MutableWorld {
  const lines = new Map<string, LineState>();
  const keys = new Map<Hex, KeyState>();
  const agreements = new Map<number, Hex>();
  let tally = below?.tally() ?? { participants: 0, activeAgencies: 0, keys: 0, agreements: 0 };

  const line = <K extends LineKind>(kind: K, subject: Hex): LineOf<K> | undefined =>
    (lines.get(`${kind} ${subject}`) as LineOf<K> | undefined) ?? below?.line(kind, subject);
  const key = (id: Hex): KeyState | undefined => keys.get(id) ?? below?.key(id);

  return {
    line,
    key,
    agreement(number) {
      const subject = agreements.get(number);
      return subject === undefined ? below?.agreement(number) : line('agreement', subject);
    },
    tally: () => tally,
    putLine(next) {
      if (next.kind === 'participant') {
        const before = line('participant', next.subject);
        tally = {
          ...tally,
          participants: tally.participants + (before === undefined ? 1 : 0),
          activeAgencies: tally.activeAgencies + vote(next.state) - vote(before?.state),
        };
      } else if (next.kind === 'agreement') {
        if (line('agreement', next.subject) === undefined) tally = { ...tally, agreements: tally.agreements + 1 };
        agreements.set(next.state.number, next.subject);
      }
      lines.set(`${next.kind} ${next.subject}`, next);
    },
    putKey(next) {
      if (key(next.id) === undefined) tally = { ...tally, keys: tally.keys + 1 };
      keys.set(next.id, next);
    },
  };
}

function vote(participant: ParticipantState | undefined): number {
  return participant?.kind === 'agency' && participant.status === 'active' ? 1 : 0;
}
