/** Each trouble is told at the part from which it comes, and what is not known is not told. */
import { expect } from 'chai';

import { ChainError } from '../../server/chain/errors.ts';
import { troubleOf, type Trouble } from '../../server/chain/trouble.ts';
import type { Health } from '../../server/custody/gateway.ts';
import { openHealth, type HealthParts } from '../../server/health.ts';
import { StoreError } from '../../server/store/errors.ts';

const BLOCK = { number: 7, hash: `0x${'11'.repeat(32)}`, time: 1_000 } as const;
const READ_ONLY = new StoreError('UNAVAILABLE', 'the database takes no writes');
const OUT = new StoreError('UNAVAILABLE', 'the database can not be reached');
const SILENT = new ChainError('UNREACHABLE', 'nobody answers');
const REFUSED = new ChainError('REFUSED', 'the network takes no transactions from 0x5e');
const CLOCK: Trouble = { from: 'here', message: 'the clock is ahead' };

interface Said {
  readonly probe?: Error;
  readonly count?: Error;
  readonly following?: Trouble;
  readonly sending?: Trouble;
  readonly halted?: string;
  readonly stuck?: Trouble;
}

function healthWhere({ probe, count, following, sending, halted, stuck }: Said): Promise<Health> {
  const answer = <Result>(error: Error | undefined, result: Result): Promise<Result> =>
    error === undefined ? Promise.resolve(result) : Promise.reject(error);
  const parts: HealthParts = {
    store: {
      probe: () => answer(probe, undefined),
      countPending: () => answer(count, 3),
      dossiers: { countWaiting: () => answer(count, 2) },
    },
    follower: { trouble: () => following, position: () => BLOCK },
    submitter: { trouble: () => sending, halted: () => halted, stuck: () => stuck, isSender: () => false },
    clock: () => 1_000,
  };
  return openHealth(parts)();
}

const KNOWN = { sender: false, pending: 3, dossiers: 2, block: BLOCK };
const WELL = { store: 'well', chain: 'well', follower: 'well', submitter: 'well' };

describe('the health of a gateway', () => {
  it('is well when all is', async () => {
    expect(await healthWhere({})).to.deep.equal({ ...KNOWN, ...WELL, ready: true });
  });

  it('names the store alone when that takes no writes', async () => {
    const trouble = troubleOf(READ_ONLY);
    const said = { probe: READ_ONLY, following: trouble, sending: trouble };
    expect(await healthWhere(said)).to.deep.equal({
      ...{ ...KNOWN, ready: false, store: READ_ONLY.message },
      ...{ chain: 'not known', follower: 'not known', submitter: 'not known' },
    });
  });

  it('counts nothing that it does not know', async () => {
    const health = await healthWhere({ probe: OUT, count: OUT });
    expect(health).to.include({ ready: false, store: OUT.message, block: BLOCK }).and.not.have.any.keys('pending');
    expect(health).to.not.have.property('dossiers');
  });

  it('names the nodes when they are silent, and when the network halts', async () => {
    const silent = troubleOf(SILENT);
    expect(await healthWhere({ following: silent, sending: silent })).to.deep.equal({
      ...{ ...KNOWN, ready: false, store: 'well', chain: SILENT.message },
      ...{ follower: 'not known', submitter: 'not known' },
    });
    const halted = await healthWhere({ halted: 'no block for 20 s' });
    expect(halted).to.include({ ready: false, store: 'well', chain: 'no block for 20 s', submitter: 'not known' });
  });

  it('names what is sent when the network refuses it, and is not ready when that lasts', async () => {
    const refused = troubleOf(REFUSED);
    const told = { ...KNOWN, ...WELL, submitter: REFUSED.message };
    expect(await healthWhere({ sending: refused })).to.deep.equal({ ...told, ready: true });
    expect(await healthWhere({ sending: refused, stuck: refused })).to.deep.equal({ ...told, ready: false });
    const elsewhere: Trouble = { from: 'here', message: 'none took the transaction' };
    expect(await healthWhere({ stuck: elsewhere })).to.include({ ready: false, submitter: elsewhere.message });
  });

  it('names the follower when its clock is wrong', async () => {
    expect(await healthWhere({ following: CLOCK })).to.deep.equal({
      ...{ ...KNOWN, ...WELL, follower: CLOCK.message, ready: false },
    });
  });

  it('says of the submitter’s failures at the store those that last', async () => {
    const conflict = troubleOf(new StoreError('CONFLICT', 'another process sends now'));
    expect(await healthWhere({ sending: conflict })).to.include({ ready: true, store: 'well' });
    expect(await healthWhere({ sending: conflict, stuck: conflict })).to.include({
      ...{ ready: false, store: conflict.message, submitter: 'not known' },
    });
  });
});
