/**
 * The way to the only node there is goes bad, in each of the ways that trials of faults know, one after another and under
 * load: the gateway says so where nothing comes through, goes on by itself, and what it promised is on the ledger once.
 */
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';

import { WIRE_FAULTS, type WireFault } from '../../scripts/chaos/wire.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { putUnderLoad } from '../../scripts/trial/load.ts';
import { expectAsPromised } from './support/as-promised.ts';
import { overAWire } from './support/over-a-wire.ts';

/** Nothing comes through: nobody may call himself ready. */
const CUT_OFF: ReadonlySet<WireFault> = new Set(['hang', 'drop', 'swallow', 'page', 'cut', 'errors']);
/** Milliseconds for which the others last. */
const LASTS = 3_000;

describe('a bad way to the chain', function () {
  this.timeout(120_000);

  const over = overAWire();

  for (const fault of WIRE_FAULTS) {
    it(`${fault}: nothing is lost, nothing done twice`, async () => {
      const { chain, wire, consortium } = over();
      const gateway = consortium.gateways[0]!;
      const load = putUnderLoad(consortium, 4);
      await eventually(() => Promise.resolve(load.accepted() >= 20));
      wire.fault = fault;
      if (CUT_OFF.has(fault)) {
        await eventually(async () => (await gateway.readiness()) === 503);
        const metrics = await gateway.metrics();
        expect([metrics.get('ready'), metrics.get('chain_well')]).to.deep.equal([0, 0]);
      } else await sleep(LASTS);
      wire.fault = undefined;
      await eventually(async () => (await gateway.readiness()) === 200);
      const promised = load.accepted();
      await eventually(() => Promise.resolve(load.accepted() >= promised + 20));
      await load.stop();
      await expectAsPromised(consortium, load, chain);
    });
  }
});
