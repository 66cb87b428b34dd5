/**
 * Whether an erasure may be stated. The ledger takes any, since it knows no record; a gateway refuses one that names
 * what is on hold, or nothing that there is. What the ledger includes is carried out by the exchange.
 */
import { ACT, kindOf, ruleOf } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import type { Stated } from '../../protocol/statement.ts';
import type { World } from '../../protocol/world.ts';
import { CustodyError } from './gateway.ts';
import type { LineReference, Store } from './ports.ts';

/** By each item of an erasure, the line whose record or records it names. */
export type Erasable = ReadonlyMap<Hex, LineReference>;

/** @param items the lists of all erasures that are judged together */
export async function findErasable(
  store: Pick<Store, 'statement' | 'loadLines'>,
  items: readonly Hex[],
): Promise<Erasable> {
  const found = new Map<Hex, LineReference>();
  for (const item of new Set(items)) {
    const entry = await store.statement(item);
    const rule = entry && ruleOf(entry.stated.statement.act);
    if (entry && rule) {
      const { statement } = entry.stated;
      found.set(item, { kind: kindOf(rule, statement), subject: statement.subject });
    }
  }
  const subjects = items.filter((item) => !found.has(item)).map((subject) => ({ kind: 'evidence', subject }) as const);
  for (const { kind, subject } of await store.loadLines(subjects)) found.set(subject, { kind, subject });
  return found;
}

/** @throws CustodyError REJECTED with ON_HOLD, or NOT_FOUND */
export function checkErasable(world: World, { statement, list }: Stated, erasable: Erasable): void {
  if (statement.act !== ACT.erase) return;
  for (const item of list) {
    const line = erasable.get(item);
    if (line === undefined) {
      throw new CustodyError(
        'NOT_FOUND',
        `There is no statement and no evidence ${item} whose record could be erased.`,
      );
    }
    if (line.kind === 'evidence' && (world.line('evidence', line.subject)?.state.holds ?? 0) > 0) {
      throw new CustodyError(
        'REJECTED',
        `A hold is on evidence ${line.subject}: its records are kept until it is lifted.`,
        {
          reason: 'ON_HOLD',
        },
      );
    }
  }
}
