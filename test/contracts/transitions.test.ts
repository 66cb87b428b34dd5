/** Every cell of the table act × state × who (protocol.md 4.2), by everybody, on the contract. */
import { expect } from 'chai';
import { judge } from '../../protocol/judge.ts';
import { TRANSITIONS, type Row } from '../../protocol/transitions.ts';
import { FOUNDED_AT } from '../protocol/support/actors.ts';
import { newStory, sheetOf } from '../protocol/support/story.ts';
import { bring, ROLES, stateRow, STATUSES, type Role } from '../protocol/support/table.ts';
import { deployLedger, startChain, type Chain } from './support/chain.ts';

describe('the table of acts, states and who, on the contract', () => {
  let chain: Chain;
  before(async () => {
    chain = await startChain(FOUNDED_AT - 1_000);
  });
  after(() => chain.close());

  for (const status of STATUSES) {
    it(`in ${status}`, async () => {
      const clean = await chain.snapshot();
      const story = newStory(status);
      const item = bring(story, status);
      const { founding, foundedAt, schemes, submissions } = story.vector();
      const ledger = await deployLedger(chain, founding, foundedAt, schemes);
      for (const { contract, call, blockTime, sheets } of submissions)
        await ledger.send(contract, call, blockTime, sheets);

      let reached = await chain.snapshot();
      for (const row of Object.keys(TRANSITIONS) as Row[]) {
        for (const [role, by] of Object.entries(ROLES) as [Role, (typeof ROLES)[Role]][]) {
          const stated = stateRow(story, row, by, item);
          const judged = judge(story.world, stated, { blockTime: story.now() });
          const expected = 'reason' in judged ? judged.reason : 'included';
          const sheet = sheetOf({ by, items: [stated] }, story.foundingHash);
          const told = await ledger.send('custody', 'submit', story.now(), [sheet]);
          expect(told, `${row} by the ${role}`).to.have.nested.property('[0].outcomes[0]', expected);
          await chain.revert(reached);
          reached = await chain.snapshot();
        }
      }
      await chain.revert(clean);
    }).timeout(60_000);
  }
});
