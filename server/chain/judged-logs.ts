/** From the ledger's logs to judged sheets, each statement judged once more and held against the ledger's outcome. */
import { ACT, CODE, type Keeper } from '../../protocol/acts.ts';
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import {
  decodeEndorsed,
  decodeInherited,
  decodeJudged,
  ENDORSED_TOPIC,
  INHERITED_TOPIC,
  type Endorsement,
  type Outcome,
} from '../../protocol/event.ts';
import { inherit, type ProvenLeaf } from '../../protocol/heritage.ts';
import { isLatePair, judge, judgeLate } from '../../protocol/judge.ts';
import type { Judgement } from '../../protocol/judging.ts';
import { digestsOf, sheetHash, type Sheet } from '../../protocol/sheet.ts';
import { stated, type Stated } from '../../protocol/statement.ts';
import { provenEndorsements, SCHEMES_P256 } from '../../protocol/submission.ts';
import { apply, type Change, type MutableWorld } from '../../protocol/world.ts';
import type { InheritedLeaf, JudgedSheet, JudgedStatement } from '../custody/ports.ts';
import { ChainError } from './errors.ts';
import type { LedgerFile } from './ledger-file.ts';

/** As eth_getLogs gives it. */
export interface Log {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly logIndex: Hex;
}

/** A sheet with the outcomes that the ledger gave it. */
export interface ReadSheet {
  readonly keeper: Keeper;
  readonly sheet: Sheet;
  readonly outcomes: readonly Outcome[];
  readonly endorsements: readonly Endorsement[];
  readonly transaction: Hex;
  readonly logIndex: number;
}

/** A line or key that the ledger inherited. */
export interface ReadLeaf {
  readonly leaf: ProvenLeaf;
  readonly logIndex: number;
}

export interface ReadLogs {
  readonly sheets: readonly ReadSheet[];
  readonly leaves: readonly ReadLeaf[];
}

export function readLogs(logs: readonly Log[], ledger: Pick<LedgerFile, 'contracts'>): ReadLogs {
  const keepers = new Map(Object.entries(ledger.contracts).map(([keeper, { address }]) => [address, keeper as Keeper]));
  const ordered = [...logs].sort((a, b) => Number(a.logIndex) - Number(b.logIndex));
  const sheets: ReadSheet[] = [];
  const leaves: ReadLeaf[] = [];
  let endorsements: readonly Endorsement[] = [];
  for (const { address, topics, data, transactionHash, logIndex } of ordered) {
    const keeper = keepers.get(address.toLowerCase() as Hex);
    if (keeper === undefined) continue;
    if (topics[0] === ENDORSED_TOPIC) {
      // Always right before the Judged that it belongs to.
      ({ endorsements } = decodeEndorsed(topics, hexToBytes(data)));
      continue;
    }
    if (topics[0] === INHERITED_TOPIC) {
      leaves.push({ leaf: decodeInherited(topics, hexToBytes(data)), logIndex: Number(logIndex) });
      continue;
    }
    const { sheet, outcomes } = decodeJudged(topics, hexToBytes(data));
    sheets.push({ keeper, sheet, outcomes, endorsements, transaction: transactionHash, logIndex: Number(logIndex) });
    endorsements = [];
  }
  return { sheets, leaves };
}

/**
 * Judges the sheets of one block in order on `world`, which then shows their effects, and takes up what was inherited
 * between them.
 * @throws ChainError WRONG_CHAIN if the ledger's outcome is another one, ProtocolError LEAF
 */
export function judgeLogs(
  world: MutableWorld,
  { sheets, leaves }: ReadLogs,
  blockTime: number,
  { foundingHash, heritage }: Pick<LedgerFile, 'foundingHash' | 'heritage'>,
): { readonly sheets: readonly JudgedSheet[]; readonly inherited: readonly InheritedLeaf[] } {
  const proving = { world, foundingHash, schemes: SCHEMES_P256 };
  const waiting = [...leaves];
  const inherited: InheritedLeaf[] = [];
  const inheritUntil = (logIndex: number): void => {
    while (waiting[0] !== undefined && waiting[0].logIndex < logIndex) {
      const { leaf } = waiting.shift()!;
      const change = inheritance(world, leaf, heritage);
      apply(world, [change]);
      inherited.push({ leaf, change });
    }
  };
  const judged = sheets.map((read, index): JudgedSheet => {
    inheritUntil(read.logIndex);
    const digests = digestsOf(read.sheet.items);
    const hash = sheetHash(digests, foundingHash);
    const statements = read.sheet.items.flatMap((item, position): JudgedStatement[] => {
      if (typeof item === 'string') return [];
      const outcome = read.outcomes[position]!;
      const digest = digests[position]!;
      const endorsements = provenEndorsements(proving, item, hash, read.endorsements);
      const at = { blockTime, digest, keeper: read.keeper, endorsements };
      const changes = agreed(judgementsOf(world, item, at, sheets[index + 1]), outcome, digest);
      apply(world, changes);
      const reason = outcome === 'included' || outcome === 'digest' ? {} : { reason: outcome };
      return [{ digest, stated: item, sheet: hash, position, changes, ...reason }];
    });
    const { key, signature } = read.sheet;
    const { transaction, logIndex, endorsements } = read;
    return { hash, key, signature, digests, transaction, logIndex, endorsements, statements };
  });
  inheritUntil(Infinity);
  return { sheets: judged, inherited };
}

function inheritance(world: MutableWorld, leaf: ProvenLeaf, heritage: LedgerFile['heritage']): Change {
  const inherited = heritage && inherit(world, heritage, leaf);
  if (inherited === undefined) {
    throw new ChainError('WRONG_CHAIN', `The ledger inherited ${leaf.words[1]}, which it has already, or from nobody.`);
  }
  return 'key' in inherited ? { change: 'enrolled', key: inherited.key } : { change: 'touched', line: inherited.line };
}

/**
 * What judgement may say of a statement: by itself, and of a late release also as half of a pair, since its event
 * doesn't tell in which call it came.
 */
function judgementsOf(world: MutableWorld, item: Stated, at: At, next: ReadSheet | undefined): readonly Judgement[] {
  const alone = judge(world, item, at);
  const { statement } = item;
  if (statement.act !== ACT.release || statement.code !== CODE.releaseLate) return [alone];
  const { digest, blockTime } = at;
  const other = next?.sheet.items[0];
  if (typeof other === 'object' && isLatePair(statement, digest, other.statement)) {
    return [alone, judgeLate(world, item, other, { blockTime }).release];
  }
  // An acceptance whose signature did not prove leaves no event.
  const acceptance = stated({ act: ACT.accept, subject: statement.subject, previous: digest });
  return [alone, judgeLate(world, item, acceptance, { blockTime, unproven: ['acceptance'] }).release];
}

interface At {
  readonly blockTime: number;
  readonly digest: Hex;
  readonly keeper: Keeper;
  readonly endorsements: readonly Hex[];
}

/** The changes that the ledger's outcome makes, which has to be one of the judgements. */
function agreed(judgements: readonly Judgement[], outcome: Outcome, digest: Hex): readonly Change[] {
  for (const judgement of judgements) {
    if ('changes' in judgement ? outcome === 'included' : outcome === judgement.reason) {
      return 'changes' in judgement ? judgement.changes : [];
    }
  }
  const ours = judgements.map((judgement) => ('reason' in judgement ? judgement.reason : 'included')).join(' or ');
  throw new ChainError(
    'WRONG_CHAIN',
    `The ledger judged statement ${digest} as ${outcome}, this gateway as ${ours}. ` +
      'One of them is not what the ledger file says it is; nothing more is followed until an operator has looked.',
  );
}
