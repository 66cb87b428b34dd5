/** The vectors, run against the real contracts: outcomes, heads, anchors and state words are those of the protocol's judge. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Hex } from '../../protocol/bytes.ts';
import { vectorFiles } from '../protocol/support/files.ts';
import { FOUNDED_AT } from '../protocol/support/actors.ts';
import type { Vector } from '../protocol/support/vector.ts';
import { deployLedger, startChain, type Chain } from './support/chain.ts';

describe('vectors, on the contracts', () => {
  let chain: Chain;
  before(async () => {
    chain = await startChain(FOUNDED_AT - 1_000);
  });
  after(() => chain.close());

  let clean: Hex;
  beforeEach(async () => {
    clean = await chain.snapshot();
  });
  afterEach(() => chain.revert(clean));

  for (const { name, path } of vectorFiles('valid', 'stories', 'invalid')) {
    it(name, async () => {
      const vector = JSON.parse(readFileSync(path, 'utf8')) as Vector;
      await run(chain, vector);
    }).timeout(120_000);
  }
});

async function run(chain: Chain, vector: Vector): Promise<void> {
  const ledger = await deployLedger(chain, vector.founding, vector.foundedAt, vector.schemes);
  expect(await ledger.foundingHash()).to.equal(vector.foundingHash);
  for (const { contract, call, blockTime, sheets, reverts } of vector.submissions) {
    const told = await ledger.send(contract, call, blockTime, sheets);
    if (reverts !== undefined) {
      expect(told).to.equal(reverts);
      continue;
    }
    const heard = sheets.filter((sheet) => sheet.outcomes !== 'silent');
    expect(told).to.deep.equal(
      heard.map(({ key, outcomes, endorsements }) => ({
        key,
        statements: outcomes.length,
        outcomes,
        ...(endorsements === undefined || endorsements.length === 0 ? {} : { endorsements }),
      })),
    );
  }
  for (const line of vector.end.lines) expect(await ledger.line(line.kind, line.subject)).to.deep.equal(line);
  for (const key of vector.end.keys) expect(await ledger.key(key.id)).to.deep.equal(key);
  const { participants, activeAgencies, agreements } = vector.end;
  expect(await ledger.tally()).to.deep.equal({ participants, activeAgencies, agreements });
}
