import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';

import { openBacklog } from '../../../server/custody/backlog.ts';

describe('what waits for the ledger', () => {
  it('is counted anew before somebody is refused for what became final meanwhile', async () => {
    const backlog = openBacklog({ pendingByParticipant: () => Promise.resolve([]) }, 40);
    expect(await backlog.room(1, 10)).to.equal(40);
    backlog.promised(1, 15);
    expect(await backlog.room(1, 5)).to.equal(10);
    await sleep(1_050);
    expect(await backlog.room(1, 5)).to.equal(10);
    expect(await backlog.room(1, 20)).to.equal(40);
  });
});
