/** The submitter with a real store and a real chain, and whatever can go wrong between it and the node. */
import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import type { Rpc } from '../../../server/chain/rpc.ts';
import type { AcceptedSheet } from '../../../server/custody/ports.ts';
import { BKA, LABO, PJ } from '../../protocol/support/actors.ts';
import { blocksOf, sleep, until } from './support/chain.ts';
import { openTestGateway, type TestGateway } from './support/gateway.ts';
import { collected, recorded, sheetOf } from './support/sheets.ts';
import { collections } from './support/transactions.ts';

describe('chain: submitter', function () {
  this.timeout(120_000);

  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openTestGateway();
  });
  afterEach(() => gateway.close());

  function sheets(count: number, statements = 1): AcceptedSheet[] {
    const actors = [BKA, PJ, LABO];
    return Array.from({ length: count }, (_, index) => {
      const actor = actors[index % actors.length]!;
      return sheetOf(gateway.place, actor, collected(actor, statements));
    });
  }

  async function expectAllFinalOnce(accepted: readonly AcceptedSheet[]): Promise<void> {
    expect(new Set(await gateway.outcomes(...accepted))).to.deep.equal(new Set(['final']));
    expect(await gateway.store.openTransactions()).to.deep.equal([]);
    expect(await gateway.store.sheetsToSend(10)).to.deep.equal([]);
  }

  it('takes sheets to the ledger', async () => {
    gateway.startSubmitter();
    const accepted = sheets(300);
    await gateway.accept(...accepted);
    await gateway.settled();
    await expectAllFinalOnce(accepted);
    expect(gateway.reported).to.deep.equal([]);
    expect((await blocksOf(gateway.engine)).length).to.be.below(20);
  });

  it('sends a sheet that is too large in parts, and nothing between them', async () => {
    gateway.startSubmitter();
    const all = collected(BKA, 256);
    const accepted = [
      sheetOf(gateway.place, BKA, all),
      sheetOf(gateway.place, BKA, recorded(BKA, all.items)),
      ...sheets(2),
    ];
    await gateway.accept(...accepted);
    await gateway.settled();
    await expectAllFinalOnce(accepted);
    expect(gateway.reported).to.deep.equal([]);
  });

  for (const [name, break_] of [
    ['lost requests', lostRequests],
    ['lost answers', lostAnswers],
    ['both', (rpc: Rpc) => lostRequests(lostAnswers(rpc))],
    ['a node that forgets what it was sent', forgetting],
    ['a node that lies about the nonce', lying],
    ['errors by the dozen', erring],
    ['answers that come too late', late],
  ] as const) {
    it(`bears ${name}`, async () => {
      const submitter = gateway.startSubmitter(break_(gateway.engine));
      const accepted: AcceptedSheet[] = [];
      for (let round = 0; round < 12; round++) {
        const more = sheets(3);
        accepted.push(...more);
        await gateway.accept(...more);
        await sleep(50);
      }
      await gateway.settled(90);
      await expectAllFinalOnce(accepted);
      await until(() => submitter.trouble() === undefined, 15);
    });
  }

  it('sends what was saved and not sent before a crash', async () => {
    const silent: Rpc = { request: () => Promise.reject(new ChainError('UNREACHABLE', 'nobody')) };
    const reading: Rpc = {
      request: (method, parameters) =>
        method === 'eth_sendRawTransaction' ? silent.request(method) : gateway.engine.request(method, parameters),
    };
    const first = gateway.startSubmitter(reading);
    const accepted = sheets(4);
    await gateway.accept(...accepted);
    await until(async () => (await gateway.store.openTransactions()).length > 0);
    await first.close();
    const [saved] = await gateway.store.openTransactions();

    gateway.startSubmitter();
    await gateway.settled();
    await expectAllFinalOnce(accepted);
    const mined = (await blocksOf(gateway.engine)).flatMap(({ transactions }) => transactions);
    expect(mined).to.include(saved?.hash);
  });

  it('goes on when the nonce was used by somebody else', async () => {
    const thief = collections(gateway.place)();
    let stolen = false;
    const stealing: Rpc = {
      async request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
        if (method === 'eth_sendRawTransaction' && !stolen) {
          stolen = true;
          await gateway.engine.request('eth_sendRawTransaction', [thief.raw]);
        }
        return gateway.engine.request<Result>(method, parameters);
      },
    };
    gateway.startSubmitter(stealing);
    const accepted = sheets(3);
    await gateway.accept(...accepted);
    await gateway.settled(60);
    await expectAllFinalOnce(accepted);
    expect(gateway.reported).to.deep.equal(['NONCE_USED']);
  });

  it('sends less when a node finds a transaction too large', async () => {
    const sizes: number[] = [];
    const small: Rpc = {
      request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
        if (method !== 'eth_sendRawTransaction') return gateway.engine.request<Result>(method, parameters);
        sizes.push((parameters[0] as string).length);
        if (sizes.length > 1) return gateway.engine.request<Result>(method, parameters);
        return Promise.reject(new ChainError('GAS', 'exceeds block gas limit'));
      },
    };
    gateway.startSubmitter(small);
    const accepted = sheets(30);
    await gateway.accept(...accepted);
    await gateway.settled(60);
    await expectAllFinalOnce(accepted);
    expect(gateway.reported).to.deep.equal(['GAS']);
    expect(sizes[1]).to.be.below(sizes[0]!);
  });

  it('says what to do where its account is not permitted, and goes on when it is', async () => {
    let permitted = false;
    const strict: Rpc = {
      request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
        if (method !== 'eth_sendRawTransaction' || permitted) return gateway.engine.request<Result>(method, parameters);
        return Promise.reject(new ChainError('REFUSED', 'Sender account not authorized to send transactions (-32007)'));
      },
    };
    const submitter = gateway.startSubmitter(strict);
    const accepted = sheets(2);
    await gateway.accept(...accepted);
    await until(() => /0x[0-9a-f]{40}.*permitted/.test(submitter.trouble()?.message ?? ''));
    permitted = true;
    await gateway.settled(60);
    await expectAllFinalOnce(accepted);
    expect(new Set(gateway.reported)).to.deep.equal(new Set(['REFUSED']));
  });

  it('is not held up by a sheet that the ledger passes over', async () => {
    gateway.startSubmitter();
    const [bad, ...good] = sheets(4);
    const forged = { ...bad!, signature: `0x${'11'.repeat(64)}1b` as Hex };
    await gateway.accept(forged, ...good);
    const more = sheets(3);
    await sleep(500);
    await gateway.accept(...more);
    await until(async () => (await gateway.store.counts()).pending === 1);
    expect(new Set(await gateway.outcomes(...good, ...more))).to.deep.equal(new Set(['final']));
    const blocks = (await blocksOf(gateway.engine)).length;
    await sleep(1_500);
    expect((await blocksOf(gateway.engine)).length - blocks).to.be.below(3);
  });

  it('leaves sending to the process whose turn it is', async () => {
    let turn = false;
    const { openSubmitter } = await import('../../../server/chain/submitter.ts');
    const { RELAY_KEY } = await import('./support/places.ts');
    const submitter = openSubmitter({
      ...{ rpc: gateway.engine, ledger: gateway.place.ledger, relayKey: RELAY_KEY, report: () => undefined },
      store: {
        ...gateway.store,
        holdSender: (account) => (turn ? gateway.store.holdSender(account) : Promise.resolve(undefined)),
      },
    });
    const accepted = sheets(1);
    await gateway.accept(...accepted);
    submitter.wake();
    await sleep(300);
    expect(await gateway.outcomes(...accepted)).to.deep.equal(['accepted']);
    turn = true;
    submitter.wake();
    await gateway.settled();
    await submitter.close();
    await expectAllFinalOnce(accepted);
  });
});

/** Every fifth request never arrives. */
function lostRequests(rpc: Rpc): Rpc {
  return failing(rpc, (request) => {
    if (Math.random() < 0.2) return Promise.reject(new ChainError('UNREACHABLE', 'lost'));
    return request();
  });
}

/** Every fifth is done, and the answer is lost. */
function lostAnswers(rpc: Rpc): Rpc {
  return failing(rpc, async (request) => {
    const answer = await request();
    if (Math.random() < 0.2) throw new ChainError('UNREACHABLE', 'done, and not acknowledged');
    return answer;
  });
}

/** Every second transaction is acknowledged and thrown away. */
function forgetting(rpc: Rpc): Rpc {
  return {
    async request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
      if (method === 'eth_sendRawTransaction' && Math.random() < 0.5) return '0x' as Result;
      return rpc.request<Result>(method, parameters);
    },
  };
}

/** The first time and every second after, it names another nonce: those that leave a gap, and used ones. */
function lying(rpc: Rpc): Rpc {
  let asked = 0;
  return {
    async request<Result>(method: string, parameters: readonly unknown[] = []): Promise<Result> {
      const answer = await rpc.request<Result>(method, parameters);
      if (method !== 'eth_getTransactionCount' || ++asked % 2 === 0) return answer;
      return `0x${Math.max(0, Number(answer) + (asked % 4 === 1 ? 3 : -2)).toString(16)}` as Result;
    },
  };
}

/** A dozen requests are refused, each for another reason; then some pass. */
function erring(rpc: Rpc): Rpc {
  const codes = ['NODE', 'UNREACHABLE', 'NONCE_AHEAD', 'KNOWN', 'NODE', 'TOO_MUCH'] as const;
  let asked = 0;
  return failing(rpc, (request) => {
    asked += 1;
    if (asked % 30 < 18) return request();
    return Promise.reject(new ChainError(codes[asked % codes.length]!, 'not now'));
  });
}

/** What is asked is done at once, and some of it answered only after the one who asked has given up. */
function late(rpc: Rpc): Rpc {
  return failing(rpc, async (request) => {
    const answer = await request();
    if (Math.random() < 0.8) return answer;
    await sleep(400);
    throw new ChainError('UNREACHABLE', 'no answer in time');
  });
}

function failing(rpc: Rpc, how: (request: () => Promise<unknown>) => Promise<unknown>): Rpc {
  return {
    request: <Result>(method: string, parameters: readonly unknown[] = []) =>
      how(() => rpc.request(method, parameters)) as Promise<Result>,
  };
}
