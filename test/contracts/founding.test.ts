/** What founds no ledger by the protocol founds none on the chain. */
import { expect } from 'chai';
import { bytesToHex, concat } from '../../protocol/bytes.ts';
import { decodeFounding, encodeFounding } from '../../protocol/founding.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { FOUNDED_AT, FOUNDING } from '../protocol/support/actors.ts';
import { BAD_FOUNDINGS } from '../protocol/support/foundings.ts';
import { deployLedger, startChain, type Chain } from './support/chain.ts';

describe('a founding, on the contract', () => {
  let chain: Chain;
  let founding = FOUNDED_AT;
  before(async () => {
    chain = await startChain(FOUNDED_AT - 1_000);
  });
  after(() => chain.close());

  async function deploys(bytes: Uint8Array): Promise<boolean> {
    founding += 100;
    try {
      await deployLedger(chain, bytesToHex(bytes), founding, [1]);
      return true;
    } catch {
      return false;
    }
  }

  it('is taken if it is good', async () => {
    expect(await deploys(encodeFounding(FOUNDING))).to.equal(true);
  });

  for (const [about, bad] of BAD_FOUNDINGS) {
    it(`is not taken with ${about}`, async () => {
      expect(await deploys(encodeFounding(bad))).to.equal(false);
    });
  }

  const right = encodeFounding(FOUNDING);
  const changed = (at: number, value: number) => right.map((byte, i) => (i === at ? value : byte));
  for (const [about, bytes] of [
    ['bytes left over', concat(right, new Uint8Array(32))],
    ['a byte missing', right.subarray(0, right.length - 1)],
    ['another offset', changed(31, 64)],
    ['a lower-case code', changed(160, 0x64)],
    ['a jurisdiction that is none', changed(160 + 63, 0x65)],
    ['a kind that there is not', changed(160 + 95, 6)],
  ] as const) {
    it(`is not taken with ${about}`, async () => {
      expect(() => decodeFounding(bytes))
        .to.throw(ProtocolError)
        .with.property('code', 'FOUNDING');
      expect(await deploys(bytes)).to.equal(false);
    });
  }
});
