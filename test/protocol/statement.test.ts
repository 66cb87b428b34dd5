import { expect } from 'chai';
import { TypedDataEncoder } from 'ethers';
import * as fc from 'fast-check';
import { keccakOfText } from '../../protocol/hashing.ts';
import { domainSeparator, sheetHash, typedData } from '../../protocol/sheet.ts';
import { digestOf, listHash, newStatement, stated } from '../../protocol/statement.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { anyStated, word } from './support/arbitraries.ts';

const SALT = keccakOfText('a founding');

function encoderOf(statements: Parameters<typeof typedData>[0]) {
  const { domain, types, message } = typedData(statements, SALT);
  const own = {
    Sheet: types.Sheet.map((field) => ({ ...field })),
    Statement: types.Statement.map((field) => ({ ...field })),
  };
  return { domain, own, message };
}

describe('a statement', () => {
  it('has the digest that ethers computes by EIP-712', () => {
    fc.assert(
      fc.property(anyStated, ({ statement }) => {
        const { own } = encoderOf([statement]);
        expect(digestOf(statement)).to.equal(
          TypedDataEncoder.hashStruct('Statement', { Statement: own.Statement }, statement),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('is signed, in a sheet, by the hash that ethers computes', () => {
    fc.assert(
      fc.property(fc.array(anyStated, { minLength: 1, maxLength: 4 }), (items) => {
        const statements = items.map((item) => item.statement);
        const { domain, own, message } = encoderOf(statements);
        const expected = TypedDataEncoder.hash(domain, own, message);
        expect(sheetHash(statements.map(digestOf), SALT)).to.equal(expected);
      }),
      { numRuns: 50 },
    );
    expect(domainSeparator(SALT)).to.equal(TypedDataEncoder.hashDomain({ name: 'Unbroken', version: '1', salt: SALT }));
  });

  it('refers to its list by the hash of the words', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 9 }), (list) => {
        expect(stated({}, list).statement.reference).to.equal(listHash(list));
      }),
    );
    expect(stated({}).statement).to.deep.equal(newStatement({}));
  });

  for (const [about, fields, code] of [
    ['a number beyond its field', { code: 65_536 }, 'RANGE'],
    ['a negative number', { time: -1 }, 'RANGE'],
    ['a fraction', { participant: 0.5 }, 'RANGE'],
    ['a short word', { subject: '0x00' }, 'HEX'],
    ['an upper-case word', { subject: `0x${'AA'.repeat(32)}` }, 'HEX'],
    ['a word that is none', { subject: `0x${'zz'.repeat(32)}` }, 'HEX'],
    ['a word with characters beyond a byte', { subject: `0x${'ā0'.repeat(32)}` }, 'HEX'],
  ] as const) {
    it(`has no digest with ${about}`, () => {
      const statement = newStatement(fields);
      expect(() => digestOf(statement))
        .to.throw(ProtocolError)
        .with.property('code', code);
    });
  }
});
