/** Headers out of what nodes answer, and those from which validators follow. */
import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { bytesToHex, hexToBytes, type Hex } from '../../../protocol/bytes.ts';
import { parseHeader } from '../../../protocol/proof/header.ts';
import { followValidators } from '../../../protocol/proof/seals.ts';
import { ChainError } from '../../../server/chain/errors.ts';
import { headerOf, rawHeaderAt, type RpcBlock } from '../../../server/chain/raw-header.ts';
import type { Rpc } from '../../../server/chain/rpc.ts';
import { headersOfChanges } from '../../../server/chain/validators.ts';
import { vectorPath } from '../../protocol/support/files.ts';
import { sealedHeader, validator, type Validator } from '../../protocol/support/sealed-chain.ts';
import { keccakOfText } from '../../../protocol/hashing.ts';
import { expectCode } from './support/chain.ts';

interface Vector {
  readonly block: RpcBlock;
  readonly rawHeader: Hex;
}

const BLOCKS = JSON.parse(readFileSync(vectorPath('besu-qbft/storage-proofs'), 'utf8')) as readonly Vector[];

/** A node that answers by method. */
function node(answers: Readonly<Record<string, (number: number) => unknown>>): Rpc & { asked: number } {
  const rpc = {
    asked: 0,
    request<Result>(method: string, [number]: readonly unknown[] = []) {
      rpc.asked += 1;
      const answer = answers[method];
      if (answer === undefined) return Promise.reject(new ChainError('REFUSED', `no ${method}`));
      return Promise.resolve(answer(Number(number)) as Result);
    },
  };
  return rpc;
}

describe('chain: headers', () => {
  it('of Besu are put together from the fields of a block', () => {
    for (const { block, rawHeader } of BLOCKS) expect(headerOf(block)).to.equal(rawHeader);
  });

  it('are put together of older forks too, whatever else a node says', async () => {
    const { block } = BLOCKS[0]!;
    const { baseFeePerGas: _fee, ...berlin } = block;
    expect(headerOf(berlin)).to.equal(undefined);
    const rpc = node({ eth_getBlockByNumber: () => ({ ...block, author: '0x', totalDifficulty: '0x1' }) });
    expect(await rawHeaderAt(rpc, 1)).to.equal(BLOCKS[0]!.rawHeader);
  });

  it('are asked for where a fork is not known, and must have the block’s hash', async () => {
    const [first, second] = [BLOCKS[0]!, BLOCKS.at(-1)!];
    const unknown = { ...first.block, extraData: '0x' };
    const raw = (rawHeader: Hex) => node({ eth_getBlockByNumber: () => unknown, debug_getRawHeader: () => rawHeader });
    expect(await rawHeaderAt(raw(first.rawHeader), 1)).to.equal(first.rawHeader);
    await expectCode('NODE', rawHeaderAt(raw(second.rawHeader), 1));
    await expectCode('NODE', rawHeaderAt(node({ eth_getBlockByNumber: () => null }), 1));
    await expectCode('REFUSED', rawHeaderAt(node({ eth_getBlockByNumber: () => unknown }), 1));
  });
});

describe('chain: validators', () => {
  const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map((name): Validator => validator(name));
  const SETS: readonly (readonly [number, readonly Validator[]])[] = [
    [0, [a!, b!, c!, d!]],
    [100, [a!, b!, c!, d!, e!]],
    [300, [b!, c!, d!, e!]],
    [301, [b!, c!, d!, e!, f!]],
  ];
  const setAt = (number: number): readonly Validator[] => SETS.findLast(([from]) => from <= number)![1];
  const headers = new Map<number, Hex>();
  const headerAt = (number: number): Hex => {
    const validators = setAt(number);
    const raw =
      headers.get(number) ??
      sealedHeader({
        ...{ number, time: 1_000 + number, stateRoot: keccakOfText(`state ${number}`), round: 0 },
        ...{ validators, sealers: validators },
      });
    headers.set(number, raw);
    return raw;
  };
  const chain = () =>
    node({
      eth_getBlockByNumber: (number) => ({ hash: parseHeader(hexToBytes(headerAt(number))).hash }),
      debug_getRawHeader: headerAt,
    });
  const ledger = { validators: setAt(0).map(({ address }) => address), foundedAt: 3 };
  const numbersOf = (raws: readonly Hex[]): number[] => raws.map((raw) => parseHeader(hexToBytes(raw)).number);

  it('follow from the headers at which they changed, which few questions find', async () => {
    const rpc = chain();
    const found = await headersOfChanges(rpc, ledger, 1_000);
    expect(numbersOf(found)).to.deep.equal([100, 300, 301]);
    expect(rpc.asked).to.be.below(100);
    const followed = followValidators(
      ledger.validators,
      [...found, headerAt(1_000)].map((raw) => parseHeader(hexToBytes(raw))),
    );
    expect(followed.validators).to.deep.equal(setAt(1_000).map(({ address }) => address));
    expect(bytesToHex(hexToBytes(found[0]!))).to.equal(headerAt(100));
  });

  it('that are still the same need no header, nor those of a chain without any', async () => {
    expect(await headersOfChanges(chain(), ledger, 99)).to.deep.equal([]);
    expect(await headersOfChanges(chain(), ledger, 100)).to.deep.equal([]);
    const none = node({});
    expect(await headersOfChanges(none, { ...ledger, validators: [] }, 1_000)).to.deep.equal([]);
    expect(none.asked).to.equal(0);
  });
});
