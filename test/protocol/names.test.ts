import { expect } from 'chai';
import { ACTS, actOf, codeName, codeNumber, type Act } from '../../protocol/acts.ts';
import { anchorOf, nextAnchor } from '../../protocol/anchor.ts';
import { wordOf, ZERO } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { codeWord, readCode } from '../../protocol/lists.ts';
import {
  bitsOf,
  jurisdictionCode,
  jurisdictionNumber,
  KIND,
  nameOf,
  namesOf,
  numberOf,
  PURPOSES,
} from '../../protocol/names.ts';
import { outcomeOf } from '../../protocol/event.ts';
import { reasonName, REASONS } from '../../protocol/reasons.ts';
import { solidityPackedKeccak256 } from 'ethers';

function codeThrown(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'none';
}

describe('names and numbers', () => {
  it('of acts and codes go both ways', () => {
    for (const act of Object.keys(ACTS) as Act[]) {
      expect(actOf(ACTS[act].number)).to.equal(act);
      ACTS[act].codes.forEach((name, i) => {
        expect([codeName(act, i + 1), codeNumber(act, name)]).to.deep.equal([name, i + 1]);
      });
      expect(codeThrown(() => codeName(act, 0))).to.equal('UNKNOWN_NAME');
      expect(codeThrown(() => codeNumber(act, 'nothing'))).to.equal('UNKNOWN_NAME');
    }
    for (const number of [0, 25]) expect(codeThrown(() => actOf(number))).to.equal('UNKNOWN_NAME');
  });

  it('of bit sets go both ways', () => {
    expect(bitsOf(PURPOSES, ['court', 'arrest'])).to.equal(513);
    expect(namesOf(PURPOSES, 513)).to.deep.equal(['arrest', 'court']);
    for (const name of ['constructor', '__proto__', 'Court']) {
      expect(codeThrown(() => bitsOf(PURPOSES, [name]))).to.equal('UNKNOWN_NAME');
    }
    expect([numberOf(KIND, 'court'), nameOf(KIND, 2)]).to.deep.equal([2, 'court']);
    expect(codeThrown(() => nameOf(KIND, 6))).to.equal('UNKNOWN_NAME');
  });

  it('of jurisdictions and participants go both ways', () => {
    expect(jurisdictionNumber('DE')).to.equal(0x4445);
    expect(jurisdictionCode(0x4445)).to.equal('DE');
    for (const code of ['de', 'D', 'DEU', 'Ä1'])
      expect(codeThrown(() => jurisdictionNumber(code))).to.equal('UNKNOWN_NAME');
    expect(readCode(codeWord('DE-BKA'))).to.equal('DE-BKA');
    expect(codeThrown(() => codeWord('de-bka'))).to.equal('UNKNOWN_NAME');
  });

  it('of outcomes', () => {
    expect([outcomeOf(0), outcomeOf(255), outcomeOf(2)]).to.deep.equal(['included', 'digest', 'KEY_FOREIGN']);
    expect(codeThrown(() => outcomeOf(REASONS.length + 1))).to.equal('EVENT');
    for (const number of [0, REASONS.length + 1]) expect(codeThrown(() => reasonName(number))).to.equal('RANGE');
  });
});

describe('an anchor', () => {
  it('takes up digest and block time after what was before', () => {
    const digest = keccakOfText('a digest');
    const types = ['bytes32', 'bytes32', 'uint256'];
    const first = solidityPackedKeccak256(types, [ZERO, digest, 1_767_225_600]);
    expect(nextAnchor(ZERO, digest, 1_767_225_600)).to.equal(first);
    const second = solidityPackedKeccak256(types, [first, wordOf(7), 2 ** 40 - 1]);
    const inclusions = [
      { digest, blockTime: 1_767_225_600 },
      { digest: wordOf(7), blockTime: 2 ** 40 - 1 },
    ];
    expect(anchorOf(inclusions)).to.equal(second);
  });
});
