/** From the ledger's logs to judged sheets, each statement judged once more and held against the ledger's outcome. */
import { ACT, CODE, type Keeper } from '../../protocol/acts.ts';
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { decodeEndorsed, decodeJudged, ENDORSED_TOPIC, type Endorsement, type Outcome } from '../../protocol/event.ts';
import { isLatePair, judge, judgeLate } from '../../protocol/judge.ts';
import type { Judgement } from '../../protocol/judging.ts';
import { digestsOf, sheetHash, type Sheet } from '../../protocol/sheet.ts';
import type { Stated } from '../../protocol/statement.ts';
import { provenEndorsements, SCHEMES_P256 } from '../../protocol/submission.ts';
import { apply, type MutableWorld } from '../../protocol/world.ts';
import type { JudgedSheet, JudgedStatement } from '../custody/ports.ts';
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

export function readLogs(logs: readonly Log[], ledger: Pick<LedgerFile, 'contracts'>): ReadSheet[] {
  const keepers = new Map(Object.entries(ledger.contracts).map(([keeper, { address }]) => [address, keeper as Keeper]));
  const ordered = [...logs].sort((a, b) => Number(a.logIndex) - Number(b.logIndex));
  const sheets: ReadSheet[] = [];
  let endorsements: readonly Endorsement[] = [];
  for (const { address, topics, data, transactionHash, logIndex } of ordered) {
    const keeper = keepers.get(address.toLowerCase() as Hex);
    if (keeper === undefined) continue;
    if (topics[0] === ENDORSED_TOPIC) {
      // Always right before the Judged that it belongs to.
      ({ endorsements } = decodeEndorsed(topics, hexToBytes(data)));
      continue;
    }
    const { sheet, outcomes } = decodeJudged(topics, hexToBytes(data));
    sheets.push({ keeper, sheet, outcomes, endorsements, transaction: transactionHash, logIndex: Number(logIndex) });
    endorsements = [];
  }
  return sheets;
}

/**
 * Judges the sheets of one block in order on `world`, which then shows their effects.
 * @throws ChainError WRONG_CHAIN if the ledger's outcome is another one
 */
export function judgeLogs(
  world: MutableWorld,
  sheets: readonly ReadSheet[],
  blockTime: number,
  foundingHash: Hex,
): JudgedSheet[] {
  return sheets.map((read, index) => {
    const digests = digestsOf(read.sheet.items);
    const hash = sheetHash(digests, foundingHash);
    const statements = read.sheet.items.flatMap((item, position): JudgedStatement[] => {
      if (typeof item === 'string') return [];
      const outcome = read.outcomes[position]!;
      const judgement =
        judgeLateRelease(world, item, digests[position]!, outcome, sheets[index + 1], blockTime) ??
        judge(world, item, {
          blockTime,
          digest: digests[position]!,
          keeper: read.keeper,
          endorsements: provenEndorsements({ world, foundingHash, schemes: SCHEMES_P256 }, item, hash, read.endorsements),
        });
      const changes = agreed(judgement, outcome, item, digests[position]!);
      apply(world, changes);
      const reason = outcome === 'included' || outcome === 'digest' ? {} : { reason: outcome };
      return [{ digest: digests[position]!, stated: item, sheet: hash, position, changes, ...reason }];
    });
    const { key, signature } = read.sheet;
    const { transaction, logIndex, endorsements } = read;
    return { hash, key, signature, digests, transaction, logIndex, endorsements, statements };
  });
}

/** A late release that was taken, judged with the acceptance that came in the same call. */
function judgeLateRelease(
  world: MutableWorld,
  release: Stated,
  digest: Hex,
  outcome: Outcome,
  next: ReadSheet | undefined,
  blockTime: number,
): Judgement | undefined {
  const acceptance = next?.sheet.items[0];
  if (outcome !== 'included' || typeof acceptance !== 'object') return undefined;
  if (!isLatePair(release.statement, digest, acceptance.statement)) return undefined;
  return judgeLate(world, release, acceptance, { blockTime }).release;
}

function agreed(judgement: Judgement, outcome: Outcome, { statement }: Stated, digest: Hex) {
  if ('changes' in judgement) {
    if (outcome === 'included') return judgement.changes;
  } else {
    // A late release that was not taken has the reason of the pair, which may be another than its own.
    const late = statement.act === ACT.release && statement.code === CODE.releaseLate;
    if (judgement.reason === outcome || (late && outcome !== 'included')) return [];
  }
  throw new ChainError(
    'WRONG_CHAIN',
    `The ledger judged statement ${digest} as ${outcome}, this gateway as ${'reason' in judgement ? judgement.reason : 'included'}. ` +
      'One of them is not what the ledger file says it is; nothing more is followed until an operator has looked.',
  );
}
