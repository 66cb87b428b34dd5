/** What nodes say, by its code; and several nodes as if they were one. */
import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { openEndpoints } from '../../../server/chain/endpoints.ts';
import type { ChainErrorCode } from '../../../server/chain/errors.ts';
import { openRpc, type Rpc } from '../../../server/chain/rpc.ts';
import { expectCode, sleep, until } from './support/chain.ts';
import { openScriptedNode, type ScriptedNode } from './support/node.ts';

const GENESIS: Hex = `0x${'ab'.repeat(32)}`;

describe('chain: what nodes say', () => {
  /** In the words of Besu 26.8 and of GoQuorum 22.7, as far as the code alone does not tell. */
  const SAID: readonly (readonly [ChainErrorCode, number, string])[] = [
    ['NONCE_USED', -32001, 'Nonce too low'],
    ['NONCE_USED', -32000, 'nonce too low'],
    ['NONCE_AHEAD', -32000, 'Transaction nonce is too distant from current sender nonce'],
    ['KNOWN', -32000, 'Known transaction'],
    ['KNOWN', -32000, 'already known'],
    // Another transaction has its nonce; what becomes of that one decides.
    ['NODE', -32000, 'replacement transaction underpriced'],
    ['GAS', -32005, 'Transaction gas limit exceeds block gas limit'],
    ['GAS', -32000, 'exceeds block gas limit'],
    ['GAS', -32000, 'Transaction gas limit is too high for the per-transaction cap'],
    ['TOO_MUCH', -32005, 'Requested range exceeds maximum range limit'],
    ['REFUSED', -32007, 'Sender account not authorized to send transactions'],
    ['REFUSED', -32601, 'the method eth_feeHistory does not exist'],
    ['REVERTED', 3, 'execution reverted'],
    ['NODE', -39001, 'Unknown block'],
  ];

  let node: ScriptedNode;
  beforeEach(async () => {
    node = await openScriptedNode(() => ({ result: '0x1' }));
  });
  afterEach(() => node.close());

  for (const [code, number, message] of SAID) {
    it(`${number} ${message}: ${code}`, async () => {
      node.answer = () => ({ error: { code: number, message } });
      await expectCode(code, openRpc(node.url).request('eth_sendRawTransaction'));
    });
  }

  it('anything but JSON-RPC: UNREACHABLE', async () => {
    // The last one is what proxies say.
    for (const answer of [502, undefined, { error: 'Bad gateway' }, { error: null }]) {
      node.answer = () => answer;
      await expectCode('UNREACHABLE', openRpc(node.url).request('eth_blockNumber'));
    }
  });

  it('in their own time: no more is asked at once than they have sockets for', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    let asked = 0;
    node.answer = async () => {
      asked += 1;
      await opened;
      return { result: '0x1' };
    };
    const rpc = openRpc(node.url);
    const answers = Array.from({ length: 250 }, () => rpc.request('eth_blockNumber'));
    await sleep(2_000);
    expect(asked).to.be.within(2, 199);
    open();
    await Promise.all(answers);
    expect(asked).to.equal(250);
  });
});

describe('chain: several nodes', function () {
  this.timeout(30_000);

  const nodes: ScriptedNode[] = [];
  const reported: string[] = [];
  let rpc: Rpc;

  function well(height: () => number, genesis = GENESIS): ScriptedNode['answer'] {
    return (method) =>
      method === 'eth_getBlockByNumber' ? { result: { hash: genesis } } : { result: `0x${height().toString(16)}` };
  }

  async function open(...answers: ScriptedNode['answer'][]): Promise<void> {
    for (const answer of answers) nodes.push(await openScriptedNode(answer));
    const [first, ...others] = nodes.map(({ url }) => url);
    rpc = openEndpoints([first!, ...others], GENESIS, (error) => reported.push((error as { code: string }).code));
  }
  afterEach(async () => {
    reported.length = 0;
    for (const node of nodes.splice(0)) await node.close();
  });

  const height = async (): Promise<number> => Number(await rpc.request('eth_blockNumber'));

  it('are asked in turn until one answers, and that one from then on', async () => {
    await open(
      well(() => 1),
      well(() => 2),
    );
    expect(await height()).to.equal(1);
    nodes[0]!.answer = () => undefined;
    expect(await height()).to.equal(2);
    nodes[0]!.answer = well(() => 1);
    expect(await height()).to.equal(2);
    expect(reported).to.deep.equal(['UNREACHABLE']);
  });

  it('are unreachable when all are', async () => {
    await open(
      () => 503,
      () => undefined,
    );
    await expectCode('UNREACHABLE', height());
  });

  it('are not asked again for what one of them has answered with an error', async () => {
    await open(
      well(() => 1),
      well(() => 1),
    );
    await height();
    nodes[0]!.answer = () => ({ error: { code: -32000, message: 'nonce too low' } });
    await expectCode('NONCE_USED', rpc.request('eth_sendRawTransaction'));
    expect(nodes[1]!.asked).to.deep.equal([]);
  });

  it('are asked in turn when one has nothing but errors', async () => {
    for (const error of [
      { code: -32603, message: 'Internal error' },
      { code: -32007, message: 'Sender account not authorized to send transactions' },
    ]) {
      await open(
        well(() => 1),
        well(() => 2),
      );
      expect(await height()).to.equal(1);
      nodes[0]!.answer = () => ({ error });
      expect(await height()).to.equal(2);
      expect(await height()).to.equal(2);
      expect(nodes[0]!.asked.length).to.equal(3);
      // If all of them have, it is the first one's word that counts.
      nodes[1]!.answer = () => ({ error: { code: -32000, message: 'other words' } });
      nodes[0]!.answer = () => undefined;
      await expectCode('NODE', height());
      for (const node of nodes.splice(0)) await node.close();
    }
    expect(reported).to.deep.equal(['NODE', 'REFUSED']);
  });

  it('are never of another chain', async () => {
    await open(
      well(() => 9, `0x${'cd'.repeat(32)}`),
      well(() => 2),
    );
    expect(await height()).to.equal(2);
    expect(nodes[0]!.asked).to.deep.equal(['eth_getBlockByNumber']);
    nodes[1]!.answer = () => undefined;
    // Nobody says that the ledger is elsewhere while one of them can't be asked.
    await expectCode('UNREACHABLE', height());
  });

  it('are of another chain if all are', async () => {
    await open(well(() => 9, `0x${'cd'.repeat(32)}`));
    await expectCode('WRONG_CHAIN', height());
  });

  it('take over from one that stays behind', async () => {
    let newest = 5;
    await open(
      well(() => 5),
      well(() => newest),
    );
    expect(await height()).to.equal(5);
    newest = 20;
    await until(async () => {
      await sleep(200);
      return (await height()) === 20;
    }, 20);
    expect(reported).to.deep.equal(['NODE']);
  });
});
