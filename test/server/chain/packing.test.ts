/** Calls hold what fits, in order, and cost what was foreseen. */
import { expect } from 'chai';
import { FunctionFragment, Interface, Transaction as EthersTransaction } from 'ethers';
import hardhat from 'hardhat';

import { bytesToHex, type Hex } from '../../../protocol/bytes.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { encodeStatements } from '../../../protocol/wire.ts';
import { FUNCTIONS, submitCall } from '../../../server/chain/calldata.ts';
import { openEmbedded, type EmbeddedEngine } from '../../../server/chain/embedded/engine.ts';
import { readTraits } from '../../../server/chain/engine-traits.ts';
import { P256_SIGNATURE } from '../../../server/chain/gas.ts';
import { packCalls, type Limits } from '../../../server/chain/packing.ts';
import { openPatience } from '../../../server/chain/patience.ts';
import { openRelayAccount } from '../../../server/chain/relay-account.ts';
import { openRpc } from '../../../server/chain/rpc.ts';
import { signTransaction } from '../../../server/chain/transaction.ts';
import type { AcceptedSheet, SheetToSend } from '../../../server/custody/ports.ts';
import { BKA } from '../../protocol/support/actors.ts';
import { expectCode } from './support/chain.ts';
import { clock, ledgerPlace, RELAY_KEY, type Place } from './support/places.ts';
import { collected, latePairOf, recorded, sheetOf, type Stating } from './support/sheets.ts';

const LIMITS: Limits = { gas: 15_900_000, sheets: 256, p256: P256_SIGNATURE.precompile };

describe('chain: calls', function () {
  this.timeout(60_000);

  let place: Place;
  let engine: EmbeddedEngine;
  before(async () => {
    place = await ledgerPlace();
    engine = await openEmbedded(place.folder, clock);
  });
  after(() => engine.close());

  it('are those of the contracts', async () => {
    for (const [name, functions] of [
      ['Custody', [FUNCTIONS[0], FUNCTIONS[1], FUNCTIONS[3]]],
      ['Agreements', [FUNCTIONS[0]]],
      ['Consortium', [FUNCTIONS[2]]],
    ] as const) {
      const { abi } = await hardhat.artifacts.readArtifact(name);
      const compiled = new Interface(abi as never);
      for (const signature of functions) {
        const ours = FunctionFragment.from(signature);
        const theirs = compiled.getFunction(ours.format('sighash'));
        const outputs = ({ outputs }: FunctionFragment): string[] => outputs.map((output) => output.format('sighash'));
        expect(theirs && outputs(theirs)).to.deep.equal(outputs(ours));
      }
    }
  });

  it('are encoded as ethers does it', () => {
    const sheets = [1, 3].map((count) => {
      const { key, signature, statements } = sheetOf(place, BKA, collected(BKA, count));
      return { key, signature, statements: encodeStatements(statements.map(({ stated }) => stated)) };
    });
    const theirs = new Interface([FUNCTIONS[0]]).encodeFunctionData('submit', [sheets]);
    expect(bytesToHex(submitCall(sheets))).to.equal(theirs);
  });

  it('are signed as ethers does it', () => {
    const to: Hex = `0x${'ab'.repeat(20)}`;
    for (const nonce of [0, 1, 127, 128, 255, 256, 100_000]) {
      const { raw, hash } = signTransaction(
        { chainId: 31_337, nonce, to, data: Uint8Array.of(1, 2, 3), gas: 90_000 },
        secret(),
      );
      const parsed = EthersTransaction.from(raw);
      expect([parsed.nonce, parsed.hash, parsed.to?.toLowerCase(), parsed.data, parsed.gasPrice]).to.deep.equal([
        nonce,
        hash,
        to,
        '0x010203',
        0n,
      ]);
    }
  });

  for (const [sheets, statements] of [
    [1, 1],
    [120, 1],
    [10, 15],
    [1, 180],
  ] as const) {
    it(`of ${sheets} sheets of ${statements} cost no more than foreseen, and not much less`, async () => {
      const all = Array.from({ length: sheets }, () => collected(BKA, statements));
      await expectGas(all);
      await expectGas(all.map(({ items }) => recorded(BKA, items)));
    });
  }

  for (const left of [1, 6, 128]) {
    it(`of the ${left} last statements of a large sheet cost no more than foreseen`, async () => {
      const all = collected(BKA, 256);
      await expectGas([all], left);
      await expectGas([recorded(BKA, all.items)], left);
    });
  }

  it('carry every statement once, in order, and a sheet that is cut in one go', () => {
    const sheets = toSend([1, 256, 3, 256, 256].map((count) => sheetOf(place, BKA, collected(BKA, count))));
    const calls = [...packCalls(sheets, LIMITS)];
    expect(calls.every(({ gas }) => gas <= LIMITS.gas)).to.equal(true);
    const order = calls.flatMap((call) => call.sheets);
    expect(order).to.deep.equal([...order].sort((a, b) => a - b));
    calls.forEach((call, index) => {
      expect(call.continues).to.equal(call.sheets.at(-1) === calls[index + 1]?.sheets[0]);
    });
  });

  it('carry the two sheets of a late declaration together, between what came before and after', () => {
    const [before, after] = [1, 1].map((count) => sheetOf(place, BKA, collected(BKA, count)));
    const [release, acceptance] = latePairOf(place);
    const sheets = toSend([before!, release, acceptance, after!]);
    expect([...packCalls(sheets, LIMITS)].map((call) => call.sheets)).to.deep.equal([[0], [1, 2], [3]]);
  });

  it('never carry one of the two alone', () => {
    for (const half of latePairOf(place)) expect([...packCalls(toSend([half]), LIMITS)]).to.deep.equal([]);
  });

  it('try what nothing was judged of again, later, and a pair as a pair', () => {
    let now = 0;
    const patience = openPatience(() => now);
    const [release, acceptance] = latePairOf(place);
    const sheets = toSend([release, acceptance, sheetOf(place, BKA, collected(BKA, 1))]);
    const due = (): number[] => patience.due(sheets, []).map(({ id }) => id);
    expect(due()).to.deep.equal([0, 1, 2]);
    patience.sent(sheets);
    expect(due()).to.deep.equal([]);
    now += 60_000; // far beyond the first wait, which chance makes longer or shorter
    expect(due()).to.deep.equal([0, 1]);
    patience.sent(sheets.slice(0, 2));
    expect(due()).to.deep.equal([2]);
  });

  it('know what an engine can do', async () => {
    const { blockGas, ...traits } = await readTraits(engine);
    expect(traits).to.deep.equal({ transactionGas: 16_777_216, p256: P256_SIGNATURE.precompile });
    expect(blockGas).to.be.at.least(traits.transactionGas);
  });

  it('fail retryably where nobody answers', async () => {
    await expectCode('UNREACHABLE', openRpc('http://127.0.0.1:1').request('eth_chainId'));
  });

  let nonce = 0;
  /** @param left statements at the end of each sheet that are still open */
  async function expectGas(stating: readonly Stating[], left = Infinity): Promise<void> {
    const sheets = toSend(stating.map((one) => sheetOf(place, BKA, one)));
    const calls = [
      ...packCalls(
        sheets.map((sheet) => ({ ...sheet, open: sheet.open.slice(-left) })),
        LIMITS,
      ),
    ];
    expect(calls.length).to.equal(1);
    const { raw, hash } = openRelayAccount(RELAY_KEY, place.ledger).sign(calls[0]!, nonce++);
    await engine.request('eth_sendRawTransaction', [raw]);
    const receipt = await engine.request<{ status: Hex; gasUsed: Hex }>('eth_getTransactionReceipt', [hash]);
    expect(Number(receipt.status)).to.equal(1);
    expect(Number(receipt.gasUsed) / calls[0]!.gas).to.be.within(0.45, 0.97);
  }
});

function toSend(sheets: readonly AcceptedSheet[]): SheetToSend[] {
  return sheets.map(({ hash, key, signature, statements, lateWith }, id) => {
    const items = statements.map(({ stated }) => stated);
    const open = items.map((_, position) => position);
    return { id, hash, key, signature, items, open, ...(lateWith && { lateWith }) };
  });
}

function secret(): Uint8Array {
  return Uint8Array.from(Buffer.from(keccakOfText('anybody').slice(2), 'hex'));
}
