/** PostgreSQL for a suite that is nothing without it. */
import type { Context } from 'mocha';

import { findPostgres, HOW_TO_INSTALL } from '../../scripts/trial/postgres.ts';

/**
 * Folder of its programs; the suite is skipped where it is not installed.
 * @throws where tests must not be skipped
 */
export function needPostgres(suite: Context): string {
  const binaries = findPostgres();
  if (binaries !== undefined) return binaries;
  if (process.env['CI'] === 'true') throw new Error(HOW_TO_INSTALL);
  return suite.skip();
}
