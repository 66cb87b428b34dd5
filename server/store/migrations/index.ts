/** The store's migrations, in order, the same for both engines. Never change one that was released. */
import type { Migration } from 'kysely/migration';
import type { Engine } from '../engine.ts';
import { columnTypes } from './column-types.ts';
import { ledger } from './0001-ledger.ts';
import { promises } from './0002-promises.ts';
import { records } from './0003-records.ts';
import { policies } from './0004-policies.ts';
import { exchange } from './0005-exchange.ts';
import { transfers } from './0006-transfers.ts';
import { receipts } from './0007-receipts.ts';
import { bases } from './0008-bases.ts';
import { bundles } from './0009-bundles.ts';
import { processes } from './0010-processes.ts';
import { successions } from './0011-successions.ts';

export function migrations(engine: Engine): Record<string, Migration> {
  const types = columnTypes(engine);
  return {
    '0001-ledger': ledger(types),
    '0002-promises': promises(types),
    '0003-records': records(types),
    '0004-policies': policies(types),
    '0005-exchange': exchange(types),
    '0006-transfers': transfers(types),
    '0007-receipts': receipts(types),
    '0008-bases': bases(),
    '0009-bundles': bundles(types),
    '0010-processes': processes(types),
    '0011-successions': successions(types),
  };
}
