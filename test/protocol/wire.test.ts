import { expect } from 'chai';
import * as fc from 'fast-check';
import { concat, equal, ZERO } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { stated } from '../../protocol/statement.ts';
import { decodeStatements, encodeStatements, SHEET_MAX, type Item } from '../../protocol/wire.ts';
import { anyStated, seeded, word } from './support/arbitraries.ts';

const sheet = fc
  .tuple(anyStated, fc.array(fc.oneof(anyStated, word), { maxLength: 6 }))
  .map(([first, others]) => [first, ...others] as Item[]);

/** Statements as `decodeStatements` gives them back: under one key, with no reference beside none. */
function underKey(items: readonly Item[], key: typeof ZERO): Item[] {
  return items.map((item) => (typeof item === 'string' ? item : { ...item, statement: { ...item.statement, key } }));
}

describe('the wire form', () => {
  it('gives back what went in', () => {
    fc.assert(
      fc.property(sheet, word, (items, key) => {
        const decoded = decodeStatements(encodeStatements(items), key);
        expect(decoded).to.deep.equal(underKey(items, key));
      }),
    );
  });

  it('is canonical: whatever can be read is written the same', () => {
    const { numRuns, seed } = seeded(3_000);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc.tuple(sheet, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })).map(([items, changes]) => {
        const changed = encodeStatements(items);
        for (const [at, value] of changes) changed[at % changed.length] = value;
        return changed;
      }),
      fc.tuple(sheet, fc.nat(), fc.uint8Array({ maxLength: 40 })).map(([items, cut, more]) => {
        const right = encodeStatements(items);
        return concat(right.subarray(0, cut % right.length), more);
      }),
    );
    let readable = 0;
    fc.assert(
      fc.property(bytes, (given) => {
        const items = readOrNot(given);
        if (items === undefined) return;
        readable++;
        expect(equal(encodeStatements(items), given)).to.equal(true);
      }),
      { numRuns, seed },
    );
    expect(readable, `seed ${seed}`).to.be.greaterThan(100);
  });

  it('takes bytes apart without looking beyond what they can hold', () => {
    const many = new Uint8Array(33 * 1_000_000);
    const started = performance.now();
    expect(readOrNot(many)).to.equal(undefined);
    expect(performance.now() - started).to.be.lessThan(1_000);
  });

  it('holds 256 positions, at least one of them a statement', () => {
    const item = stated({ act: 1 });
    const full = Array.from({ length: SHEET_MAX }, () => item);
    expect(decodeStatements(encodeStatements(full), ZERO)).to.have.length(SHEET_MAX);
    for (const items of [[], [ZERO], [...full, item]]) {
      expect(() => encodeStatements(items))
        .to.throw(ProtocolError)
        .with.property('code', 'UNREADABLE');
    }
  });

  it('is not written for a list that is not the reference’s, too long, or an act of none', () => {
    const item = stated({ act: 2 }, [ZERO]);
    const wrong = { ...item, statement: { ...item.statement, reference: ZERO } };
    const long = stated(
      { act: 2 },
      Array.from({ length: 256 }, () => ZERO),
    );
    for (const each of [wrong, long]) {
      expect(() => encodeStatements([each]))
        .to.throw(ProtocolError)
        .with.property('code', 'LIST');
    }
    expect(() => encodeStatements([stated({})]))
      .to.throw(ProtocolError)
      .with.property('code', 'RANGE');
  });
});

function readOrNot(bytes: Uint8Array): Item[] | undefined {
  try {
    return decodeStatements(bytes, ZERO);
  } catch (error) {
    expect(error).to.be.instanceOf(ProtocolError).with.property('code', 'UNREADABLE');
    return undefined;
  }
}
