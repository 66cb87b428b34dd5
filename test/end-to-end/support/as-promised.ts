/** What a trial ends with: all that officers were promised is on the ledger, once, and every refusal told them to come again. */
import { expect } from 'chai';

import { eventually } from '../../../scripts/federation/federation.ts';
import { audit } from '../../../scripts/trial/audit.ts';
import type { Chain } from '../../../scripts/trial/chain.ts';
import type { Consortium } from '../../../scripts/trial/consortium.ts';
import type { Load } from '../../../scripts/trial/load.ts';

/**
 * @param load that was stopped
 * @param patience milliseconds until all of it is on the ledger
 */
export async function expectAsPromised(
  consortium: Consortium,
  load: Load,
  chain: Chain,
  patience?: number,
): Promise<void> {
  for (const { status, detail } of load.refused) expect(status, detail).to.equal(503);
  for (const { health } of consortium.gateways) await eventually(async () => (await health()).pending === 0, patience);
  expect(await audit(consortium, load, chain.urls[0]!)).to.deep.equal({ statements: load.accepted(), faults: [] });
}
