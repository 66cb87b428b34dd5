/** What others may do to the embedded chain: read, and send what somebody signed. */
import { request as httpRequest } from 'node:http';

import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { openEndpoint, type Endpoint } from '../../../server/chain/embedded/endpoint.ts';
import { openEmbedded, type EmbeddedEngine } from '../../../server/chain/embedded/engine.ts';
import { openRpc, type Rpc } from '../../../server/chain/rpc.ts';
import { blocksOf, expectCode } from './support/chain.ts';
import { clock, ledgerPlace, type Place } from './support/places.ts';
import { collections } from './support/transactions.ts';

const CHANGING = [
  'anvil_setBalance',
  'anvil_setCode',
  'anvil_setStorageAt',
  'anvil_reset',
  'anvil_reorg',
  'anvil_rollback',
  'anvil_dumpState',
  'anvil_loadState',
  'anvil_impersonateAccount',
  'anvil_mine',
  'anvil_dropAllTransactions',
  'evm_mine',
  'evm_revert',
  'evm_snapshot',
  'evm_increaseTime',
  'evm_setNextBlockTimestamp',
  'evm_setAutomine',
  'hardhat_setStorageAt',
  'hardhat_reset',
  'tenderly_setStorageAt',
  'eth_sendTransaction',
  'eth_sendUnsignedTransaction',
  'eth_sign',
  'eth_newFilter',
  'eth_subscribe',
  'personal_unlockAccount',
  'debug_traceCall',
  'txpool_content',
  'ots_getApiLevel',
  'wallet_sendCalls',
  'ETH_SENDTRANSACTION',
  '__proto__',
];

describe('chain: endpoint', () => {
  let place: Place;
  let engine: EmbeddedEngine;
  let endpoint: Endpoint;
  let rpc: Rpc;
  before(async function () {
    this.timeout(60_000);
    place = await ledgerPlace();
    engine = await openEmbedded(place.folder, clock);
    endpoint = await openEndpoint(engine, 0);
    rpc = openRpc(endpoint.url);
  });
  after(async () => {
    await endpoint.close();
    await engine.close();
  });

  for (const method of CHANGING) {
    it(`refuses ${method}`, async () => {
      const before = await blocksOf(engine);
      await expectCode('REFUSED', rpc.request(method, []));
      expect(await blocksOf(engine)).to.deep.equal(before);
    });
  }

  it('gives what the engine gives', async () => {
    const { custody } = place.ledger.contracts;
    const questions = [
      ['eth_chainId', []],
      ['eth_getBlockByNumber', ['latest', true]],
      ['eth_getCode', [custody.address, 'latest']],
      ['eth_getProof', [custody.address, [`0x${'0'.repeat(64)}`], 'latest']],
    ] as const;
    for (const [method, parameters] of questions) {
      expect(await rpc.request(method, parameters)).to.deep.equal(await engine.request(method, parameters));
    }
  });

  it('takes a signed transaction into a block', async () => {
    const { raw, hash } = collections(place)();
    expect(await rpc.request('eth_sendRawTransaction', [raw])).to.equal(hash);
    const receipt = await rpc.request<{ status: Hex }>('eth_getTransactionReceipt', [hash]);
    expect(receipt.status).to.equal('0x1');
    await expectCode('NONCE_USED', rpc.request('eth_sendRawTransaction', [raw]));
  });

  it('passes on why a call reverts', async () => {
    const to = place.ledger.contracts.custody.address;
    await expectCode('REVERTED', rpc.request('eth_call', [{ to, data: '0x12345678' }, 'latest']));
  });

  it('answers batches', async () => {
    const answers = (await (
      await post(
        JSON.stringify([
          { jsonrpc: '2.0', id: 1, method: 'eth_chainId' },
          { jsonrpc: '2.0', id: 2, method: 'evm_mine' },
          7,
        ]),
      )
    ).json()) as { id: unknown; error?: { code: number } }[];
    expect(answers.map(({ id, error }) => [id, error?.code])).to.deep.equal([
      [1, undefined],
      [2, -32601],
      [null, -32600],
    ]);
  });

  for (const body of [
    '',
    'nonsense',
    '[]',
    '{}',
    '{"method":"eth_chainId","params":{}}',
    JSON.stringify(Array(101).fill({})),
  ]) {
    it(`says that ${body.slice(0, 40) || 'nothing'} is no request`, async () => {
      const answer = (await (await post(body)).json()) as { error: { code: number } };
      expect(answer.error.code).to.equal(-32600);
    });
  }

  it('serves no page that has another name resolve to this machine', async () => {
    const { port } = new URL(endpoint.url);
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'evil.example', 'content-type': 'application/json' };
      httpRequest({ host: '127.0.0.1', port, method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }));
    });
    expect(status).to.equal(403);
  });

  function post(body: string): Promise<Response> {
    return fetch(endpoint.url, { method: 'POST', body });
  }
});
