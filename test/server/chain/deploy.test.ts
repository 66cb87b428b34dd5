/** A deployment that was cut off begins anew, on the same chain. */
import { expect } from 'chai';

import { hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { keccakHex, keccakOfText } from '../../../protocol/hashing.ts';
import { deployLedger } from '../../../server/chain/deploy.ts';
import { openEndpoint } from '../../../server/chain/embedded/endpoint.ts';
import { openEmbedded, type EmbeddedEngine } from '../../../server/chain/embedded/engine.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import { quantity } from '../../../server/chain/rpc.ts';
import { expectCode } from './support/chain.ts';
import { clock, emptyFolder, FOUNDING_BYTES } from './support/places.ts';

const DEPLOYER = keccakOfText('unbroken/test/deployer');
const CONTRACTS = 4;
/** Selector of `foundingHash()`. */
const FOUNDING_HASH = keccakOfText('foundingHash()').slice(0, 10);

describe('chain: deployment', () => {
  for (let done = 0; done < CONTRACTS; done++) {
    it(`is done again after ${done} contracts`, async () => {
      const folder = emptyFolder();
      const first = await openEmbedded(folder, clock);
      await expectCode('DEPLOYMENT', deploy(failingAfter(first, done)));
      await first.close();

      const engine = await openEmbedded(folder, clock);
      try {
        const ledger = await deploy(engine);
        expect(ledger.foundingHash).to.equal(keccakHex(hexToBytes(FOUNDING_BYTES)));
        const { consortium, custody } = ledger.contracts;
        const codeAt = (number: number): Promise<Hex> =>
          engine.request<Hex>('eth_getCode', [consortium.address, quantity(number)]);
        expect([await codeAt(ledger.foundedAt - 1), (await codeAt(ledger.foundedAt)).length > 2]).to.deep.equal([
          '0x',
          true,
        ]);
        const word = await engine.request<Hex>('eth_call', [{ to: custody.address, data: FOUNDING_HASH }, 'latest']);
        expect(word).to.equal(ledger.foundingHash);
      } finally {
        await engine.close();
      }
    }).timeout(120_000);
  }
});

async function deploy(engine: EmbeddedEngine) {
  const endpoint = await openEndpoint(engine, 0);
  try {
    return await deployLedger(engine, endpoint.url, DEPLOYER, FOUNDING_BYTES);
  } finally {
    await endpoint.close();
  }
}

/** Takes so many transactions and then none. */
function failingAfter(engine: EmbeddedEngine, taken: number): EmbeddedEngine {
  let left = taken;
  return {
    ...engine,
    request(method, parameters) {
      if (method === 'eth_sendRawTransaction' && left-- <= 0) {
        return Promise.reject(new ChainError('UNREACHABLE', 'the chain was killed'));
      }
      return engine.request(method, parameters);
    },
  };
}
