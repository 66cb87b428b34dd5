/** Two minutes of faults at random, of every kind that `npm run chaos` has: nothing promised is lost, doubled or wrong. */
import { expect } from 'chai';

import { chaos } from '../../scripts/chaos/chaos.ts';
import { openWorld, type World } from '../../scripts/chaos/world.ts';
import { needPostgres } from '../support/postgres.ts';
import { needEngine } from './support/engine.ts';

const SECONDS = 120;

describe('faults at random', function () {
  this.timeout(900_000);

  let world: World | undefined;
  before(async function () {
    needPostgres(this);
    await needEngine(this, 'what faults at random do');
    world = await openWorld(() => undefined);
  });
  after(() => world?.close());

  it(`leave every promise as it was given, for ${SECONDS} s`, async () => {
    const seed = Number(process.env['UNBROKEN_SEED'] ?? Date.now() % 1_000_000);
    const steps: string[] = [];
    const { accepted, wrong } = await chaos(world!, { seconds: SECONDS, seed, officers: 2 }, (step) =>
      steps.push(step),
    );
    expect(wrong, `seed ${seed}:\n${steps.join('\n')}`).to.deep.equal([]);
    expect(accepted).to.be.greaterThan(100);
  });
});
