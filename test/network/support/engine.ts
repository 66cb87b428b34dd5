/** An engine for a suite that is nothing without it. */
import type { Context } from 'mocha';

import { findEngine } from '../../../scripts/network/network.ts';

/**
 * The suite is skipped, loudly, where there is none. Building one for the first time takes a minute or more.
 * @param what is not tested then
 * @throws where tests must not be skipped
 */
export async function needEngine(suite: Context, what: string): Promise<void> {
  if ((await findEngine(undefined, () => undefined)) !== undefined) return;
  if (process.env['CI']) throw new Error(`Neither Besu nor Go is here: ${what} was not tested.`);
  console.error(`NOT TESTED: ${what}. Install Besu, or Go, to test it.`);
  suite.skip();
}
