/** Replays a bundle's statements through the ledger's own judgement, in the order of inclusion. */
import { ACT, CODE, kindOf, ruleOf, type LineKind } from '../acts.ts';
import { hexToBytes, wordOf, ZERO, type Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import { decodeFounding, foundedWorld, predecessorOf } from '../founding.ts';
import { leafHash, leafOfKey, leafOfLine, readLeaf, rootOf } from '../heritage.ts';
import { isLatePair, judge, judgeLate } from '../judge.ts';
import type { Judgement } from '../judging.ts';
import { EVERY_PURPOSE, participantSubject, type KeyState, type LineOf, type LineState } from '../ledger.ts';
import type { Reason } from '../reasons.ts';
import { digestsOf, sheetHash } from '../sheet.ts';
import type { Stated } from '../statement.ts';
import { provenEndorsements, SCHEMES_ALL, type Proving } from '../submission.ts';
import { decodeStatements } from '../wire.ts';
import { apply, memoryWorld, type Change, type MutableWorld, type World } from '../world.ts';
import { notBundle, type Bundle, type BundleSheet, type LeftBehind } from './form.ts';
import type { LedgerFile } from './ledger-file.ts';

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
export function readContents({ ledger, earlier = [], sheets, inclusions }: Bundle): Contents {
  let statements = 0;
  const foundings = foundingsOf(sheets.length, inclusions, [...earlier, { ledger, inclusions: inclusions.length }]);
  const read = sheets.map((sheet, index) => {
    const items = decodeStatements(hexToBytes(sheet.statements), sheet.key);
    statements += items.filter((item) => typeof item === 'object').length;
    const digests = digestsOf(items);
    return { ...sheet, items, digests, hash: sheetHash(digests, foundings[index] ?? ledger.foundingHash) };
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

/** The ledger that each sheet was signed for, by its founding hash. */
function foundingsOf(
  count: number,
  inclusions: Bundle['inclusions'],
  ledgers: readonly { readonly ledger: LedgerFile; readonly inclusions: number }[],
): readonly (Hex | undefined)[] {
  const foundings = new Array<Hex | undefined>(count).fill(undefined);
  let at = 0;
  for (const { ledger, inclusions: own } of ledgers) {
    for (const { sheet } of inclusions.slice(at, at + own)) {
      if ((foundings[sheet] ??= ledger.foundingHash) !== ledger.foundingHash) {
        throw notBundle('a sheet that two ledgers are said to have included');
      }
    }
    at += own;
  }
  return foundings;
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
  /** why a ledger does not go on where the one before it ended; what comes after was not replayed */
  readonly severed?: string;
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
  const here = new Set(entries.filter(({ kind }) => kind === 'evidence').map(({ stated }) => stated.statement.subject));
  const last = { ledger: bundle.ledger, foundedTime: bundle.foundedTime, inclusions: entries.length, left: [] };
  let at = 0;
  let before: Left | undefined;
  for (const { ledger, foundedTime, inclusions, left } of [...(bundle.earlier ?? []), last]) {
    const recorded = recordingWorld();
    const { world } = recorded;
    foundedWorld(decodeFounding(hexToBytes(ledger.founding)), foundedTime, world);
    const severed = inheritanceFault(ledger, before, world);
    if (severed !== undefined) return { world, lines: recorded.lines(), severed };
    const own = entries.slice(at, at + inclusions);
    // Which schemes an earlier ledger could prove, nothing says here; what it included, it could.
    const schemes = left === last.left ? proven.schemes : SCHEMES_ALL;
    const stopped = judgeAll(own, { ...proven, world, foundingHash: ledger.foundingHash, schemes }, here, after);
    if (stopped !== undefined) return { world, lines: recorded.lines(), stopped };
    at += own.length;
    before = { ...recorded, left, retirement: own.findLast(isRetirement)?.stated.statement.reference };
  }
  return { world: before!.world, lines: before!.lines() };
}

/** Judges the statements of one ledger on its world, in order. */
function judgeAll(
  entries: readonly Entry[],
  proving: Proving & { readonly world: MutableWorld },
  here: ReadonlySet<Hex>,
  after: ((entry: Entry, world: World) => void) | undefined,
): Stop | undefined {
  const { world } = proving;

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

  for (let at = 0; at < entries.length;) {
    let judgements: readonly Judgement[];
    try {
      ({ judgements } = step(at));
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'RETIRED') throw error;
      return { entry: entries[at]!, reason: 'RETIRED' };
    }
    for (const judgement of judgements) {
      if ('reason' in judgement) return { entry: entries[at]!, reason: judgement.reason };
      apply(world, judgement.changes);
      after?.(entries[at]!, world);
      at += 1;
    }
  }
  return undefined;
}

/** A world that remembers what was put into it. */
interface RecordingWorld {
  readonly world: MutableWorld;
  /** as they are now */
  lines(): LineState[];
  keys(): KeyState[];
}

function recordingWorld(): RecordingWorld {
  const subjects = new Map<string, { readonly kind: LineKind; readonly subject: Hex }>();
  const keys = new Set<Hex>();
  const memory = memoryWorld();
  const world: MutableWorld = {
    ...memory,
    putLine(line) {
      subjects.set(`${line.kind} ${line.subject}`, { kind: line.kind, subject: line.subject });
      memory.putLine(line);
    },
    putKey(key) {
      keys.add(key.id);
      memory.putKey(key);
    },
  };
  return {
    world,
    lines: () => [...subjects.values()].map(({ kind, subject }) => memory.line(kind, subject)!),
    keys: () => [...keys].map((id) => memory.key(id)!),
  };
}

/** A ledger at its end, and what is here of its tree. */
interface Left extends RecordingWorld {
  readonly left: readonly LeftBehind[];
  /** what its last retirement names; absent: it was not retired */
  readonly retirement: Hex | undefined;
}

function isRetirement({ stated }: Entry): boolean {
  return stated.statement.act === ACT.retire;
}

/**
 * Puts into a ledger's world what the one before it left.
 * @returns why it can't be so; undefined: it goes on from there, or is the first
 */
function inheritanceFault(
  { heritage, founding }: LedgerFile,
  before: Left | undefined,
  world: MutableWorld,
): string | undefined {
  if (heritage === undefined) return before && 'the founding names no ledger before it';
  if (before === undefined) return 'the ledger before it is not here';
  if (before.retirement === undefined) return 'the ledger before it was not retired';
  if (before.retirement !== predecessorOf(hexToBytes(founding))) {
    return 'its agencies signed another heritage than the founding names';
  }
  const { participants, keys, agreements } = before.world.tally();
  if (participants !== heritage.participants || keys !== heritage.keys || agreements !== heritage.agreements) {
    return 'a participant, a key or an agreement of the ledger before it is missing';
  }
  const leaves = [
    ...before.lines().flatMap((line) => (line.kind === 'consortium' ? [] : [leafOfLine(line)])),
    ...before.keys().map(leafOfKey),
  ];
  const proofs = new Map(before.left.map(({ kind, subject, proof }) => [`${wordOf(kind)} ${subject}`, proof]));
  if (proofs.size !== leaves.length || before.left.length !== leaves.length) {
    return 'what the ledger before it left is not all here';
  }
  for (const words of leaves) {
    const proof = proofs.get(`${words[0]} ${words[1]}`);
    if (proof === undefined || rootOf(leafHash(words), proof) !== heritage.root) {
      return `${words[1]} was not left as it is here`;
    }
    const inherited = readLeaf(words);
    if ('key' in inherited) world.putKey(inherited.key);
    else world.putLine(inherited.line);
  }
  return undefined;
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
