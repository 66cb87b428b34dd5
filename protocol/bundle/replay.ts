/** Replays a bundle's statements through the ledger's own judgement, in the order of inclusion. */
import { ACT, CODE, kindOf, ruleOf, type LineKind } from '../acts.ts';
import { hexToBytes, ZERO, type Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import { decodeFounding, foundedWorld } from '../founding.ts';
import { isLatePair, judge, judgeLate } from '../judge.ts';
import type { Judgement } from '../judging.ts';
import { EVERY_PURPOSE, participantSubject, type LineOf, type LineState } from '../ledger.ts';
import type { Reason } from '../reasons.ts';
import { digestsOf, sheetHash } from '../sheet.ts';
import type { Stated } from '../statement.ts';
import { provenEndorsements, type Proving } from '../submission.ts';
import { decodeStatements } from '../wire.ts';
import { apply, memoryWorld, type Change, type MutableWorld, type World } from '../world.ts';
import { notBundle, type Bundle, type BundleSheet } from './form.ts';

/** A sheet, read. */
export interface ReadSheet extends BundleSheet {
  readonly digests: readonly Hex[];
  /** what the signature is over */
  readonly hash: Hex;
}

/** An included statement. */
export interface Entry {
  readonly digest: Hex;
  readonly stated: Stated;
  readonly sheet: ReadSheet;
  readonly kind: LineKind;
  /** time of the block */
  readonly time: number;
}

/** The statements of a bundle, laid out. */
export interface Contents {
  readonly sheets: readonly ReadSheet[];
  readonly entries: readonly Entry[];
}

/**
 * Every statement of a bundle with its inclusion.
 * @throws ProtocolError BUNDLE or UNREADABLE
 */
export function readContents({ ledger, sheets, inclusions }: Bundle): Contents {
  let statements = 0;
  const read = sheets.map((sheet) => {
    const items = decodeStatements(hexToBytes(sheet.statements), sheet.key);
    statements += items.filter((item) => typeof item === 'object').length;
    const digests = digestsOf(items);
    return { ...sheet, items, digests, hash: sheetHash(digests, ledger.foundingHash) };
  });
  if (new Set(read.map(({ hash }) => hash)).size < read.length) throw notBundle('a sheet stands twice');
  const entries = inclusions.map(({ sheet: index, position, time }): Entry => {
    const sheet = read[index];
    const item = sheet?.items[position];
    if (sheet === undefined || item === undefined || typeof item === 'string') {
      throw notBundle('an inclusion of what is not here');
    }
    const rule = ruleOf(item.statement.act);
    if (rule === undefined) throw notBundle('an act that there is not');
    // A code beyond the table has no line; judgement rejects it as malformed.
    const kind = (kindOf(rule, item.statement) as LineKind | undefined) ?? rule.kinds[0]!;
    return { digest: sheet.digests[position]!, stated: item, sheet, kind, time };
  });
  if (new Set(entries.map(({ digest }) => digest)).size < entries.length || entries.length !== statements) {
    throw notBundle('each statement has one inclusion');
  }
  return { sheets: read, entries };
}

/** Where replaying stopped. */
export interface Stop {
  readonly entry: Entry;
  readonly reason: Reason | 'RETIRED';
}

export interface Replay {
  readonly world: World;
  /** as they are at the end */
  readonly lines: readonly LineState[];
  /** absent: the ledger's rules take every statement */
  readonly stopped?: Stop;
}

/**
 * Judges everything once more, from the founding on.
 * @param after is told of each statement that was taken, and of the ledger after it
 * @throws ProtocolError FOUNDING
 */
export function replay(
  bundle: Bundle,
  { entries }: Contents,
  proven: Pick<Proving, 'schemes' | 'verify'>,
  after?: (entry: Entry, world: World) => void,
): Replay {
  const { foundingHash, founding } = bundle.ledger;
  const subjects = new Map<string, { readonly kind: LineKind; readonly subject: Hex }>();
  const memory = memoryWorld();
  const world: MutableWorld = {
    ...memory,
    putLine(line) {
      subjects.set(`${line.kind} ${line.subject}`, { kind: line.kind, subject: line.subject });
      memory.putLine(line);
    },
  };
  foundedWorld(decodeFounding(hexToBytes(founding)), bundle.foundedTime, world);
  const here = new Set(entries.filter(({ kind }) => kind === 'evidence').map(({ stated }) => stated.statement.subject));
  const proving = { world, foundingHash, ...proven };

  function judgeOne(entry: Entry): Judgement {
    const { stated, sheet, time: blockTime, digest } = entry;
    const endorsements = provenEndorsements(proving, stated, sheet.hash, sheet.endorsements ?? []);
    const { act } = stated.statement;
    if (act !== ACT.hold && act !== ACT.lift) return judge(world, stated, { blockTime, digest, endorsements });
    const judgement = judge(withStrangers(world, stated, here), stated, { blockTime, digest });
    if ('reason' in judgement) return judgement;
    return { changes: judgement.changes.filter((change) => !isStrange(change, here)) };
  }

  const step = (at: number): { readonly judgements: readonly Judgement[] } => {
    const entry = entries[at]!;
    const { statement } = entry.stated;
    const next = entries[at + 1];
    const late = statement.act === ACT.release && statement.code === CODE.releaseLate;
    if (!late || next?.time !== entry.time || !isLatePair(statement, entry.digest, next.stated.statement)) {
      return { judgements: [judgeOne(entry)] };
    }
    const { release, acceptance } = judgeLate(world, entry.stated, next.stated, { blockTime: entry.time });
    return { judgements: [release, acceptance] };
  };

  const result = (stopped?: Stop): Replay => ({
    world,
    lines: [...subjects.values()].map(({ kind, subject }) => world.line(kind, subject)!),
    ...(stopped && { stopped }),
  });
  for (let at = 0; at < entries.length;) {
    let judgements: readonly Judgement[];
    try {
      ({ judgements } = step(at));
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'RETIRED') throw error;
      return result({ entry: entries[at]!, reason: 'RETIRED' });
    }
    for (const judgement of judgements) {
      if ('reason' in judgement) return result({ entry: entries[at]!, reason: judgement.reason });
      apply(world, judgement.changes);
      after?.(entries[at]!, world);
      at += 1;
    }
  }
  return result();
}

/**
 * A hold may be on items that a bundle is not about. Whether it was right for those is not judged here: they count as
 * held by whoever placed it.
 */
function withStrangers(world: World, { statement, list }: Stated, here: ReadonlySet<Hex>): World {
  const strange = new Set(list.filter((subject) => !here.has(subject)));
  return {
    ...world,
    line: <K extends LineKind>(kind: K, subject: Hex): LineOf<K> | undefined =>
      kind === 'evidence' && strange.has(subject)
        ? (stranger(subject, statement.participant) as LineOf<LineKind> as LineOf<K>)
        : world.line(kind, subject),
  };
}

function isStrange(change: Change, here: ReadonlySet<Hex>): boolean {
  return change.change === 'touched' && change.line.kind === 'evidence' && !here.has(change.line.subject);
}

function stranger(subject: Hex, holder: number): LineOf<'evidence'> {
  const nothing = { crossing: false, recipient: 0, recipientKey: 0, releaseKey: 0, agreement: 0, purpose: 0 };
  return {
    kind: 'evidence',
    subject,
    head: ZERO,
    anchor: ZERO,
    count: 0,
    state: {
      ...nothing,
      status: 'held',
      marks: 0,
      holds: 1,
      holder,
      restrictions: 0,
      purposes: EVERY_PURPOSE,
      releaseRestrictions: 0,
      origins: [holder],
      bases: [],
    },
  };
}

/** Whether a release goes to a recipient of another jurisdiction. */
export function isAbroad(world: World, { participant, recipient }: Entry['stated']['statement']): boolean {
  const jurisdictionOf = (number: number): string | undefined =>
    world.line('participant', participantSubject(number))?.state.jurisdiction;
  return jurisdictionOf(participant) !== jurisdictionOf(recipient);
}
