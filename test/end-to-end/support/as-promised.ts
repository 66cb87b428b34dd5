/** What a trial ends with: all that officers were promised is on the ledger, once, and every refusal told them to come again. */
import { expect } from 'chai';

import { eventually } from '../../../scripts/federation/federation.ts';
import { audit } from '../../../scripts/trial/audit.ts';
import type { Chain } from '../../../scripts/trial/chain.ts';
import type { Consortium } from '../../../scripts/trial/consortium.ts';
import type { Load } from '../../../scripts/trial/load.ts';

/** @param load that was stopped */
export async function expectAsPromised(consortium: Consortium, load: Load, chain: Chain): Promise<void> {
  for (const { status, detail } of load.refused) expect(status, detail).to.equal(503);
  await eventually(async () => (await consortium.gateways[0]!.health()).pending === 0);
  expect(await audit(consortium, load, chain.urls[0]!)).to.deep.equal({ statements: load.accepted(), faults: [] });
}
