/** Proofs that were made to cost, or to be read in two ways. */
import { expect } from 'chai';
import { bytesToHex, concat, hexToBytes, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { HEADER_BYTES_MAX, parseHeader, type Header } from '../../../protocol/proof/header.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../../../protocol/proof/rlp.ts';
import { followValidators } from '../../../protocol/proof/seals.ts';
import { NODES_MAX, openTrie } from '../../../protocol/proof/trie.ts';
import { sealedHeader, validator, type Validator } from '../support/sealed-chain.ts';

const FOUR = ['one', 'two', 'three', 'four'].map(validator);
const STRANGERS = ['a', 'b', 'c', 'd'].map(validator);
const ADDRESSES = FOUR.map(({ address }) => address);

function expectNoProof(attempt: () => unknown): void {
  expect(attempt).to.throw(ProtocolError).with.property('code', 'PROOF');
}

function nested(depth: number): RlpItem {
  let item: RlpItem = [];
  for (let i = 1; i < depth; i++) item = [item];
  return item;
}

/** Lists of nothing but lists, as long as they are deep. */
function deep(bytes: number): Uint8Array {
  let item: Uint8Array = Uint8Array.of(0xc0);
  while (item.length < bytes) {
    const size = item.length;
    const prefix = size < 56 ? [0xc0 + size] : size < 256 ? [0xf8, size] : [0xf9, size >> 8, size & 255];
    item = concat(Uint8Array.from(prefix), item);
  }
  return item;
}

function header(number: number, validators: readonly Validator[]): Hex {
  return sealedHeader({ number, time: 1, stateRoot: ZERO, validators });
}

describe('hostile proofs', () => {
  it('are nested eight deep and no deeper', () => {
    expect(decodeRlp(encodeRlp(nested(8)), 100)).to.deep.equal(nested(8));
    expectNoProof(() => decodeRlp(encodeRlp(nested(9)), 100));
  });

  it('are refused by their depth before anything is decoded', () => {
    // The decoder would copy what is left at every depth, and then refuse it by what stands at its end.
    const raw = deep(17_000);
    const broken = Uint8Array.of(...raw, 0xb8);
    for (const each of [raw, broken]) {
      expect(() => decodeRlp(each, HEADER_BYTES_MAX)).to.throw(ProtocolError, 'nested too deep');
      expect(() => parseHeader(each)).to.throw(ProtocolError, 'nested too deep');
    }
  });

  it('have no item that runs out of its list', () => {
    for (const bytes of ['0xc2820102', '0xc1b8', '0xf8', '0xbfffffffffffffffff', '0xffffffffffffffffff', '0xc2c201'])
      expectNoProof(() => decodeRlp(hexToBytes(bytes as Hex), 100));
  });

  it('have no header with a list for a field', () => {
    const fields = decodeRlp(hexToBytes(header(1, FOUR)), HEADER_BYTES_MAX) as readonly RlpItem[];
    for (const [i] of fields.entries()) expectNoProof(() => parseHeader(encodeRlp(fields.with(i, []))));
    expectNoProof(() => parseHeader(encodeRlp([...fields, [[]]])));
  });

  it('are read no further than to the header that does not follow', () => {
    let read = 0;
    function* headers(): Generator<Header, void> {
      for (const raw of [header(1, FOUR), header(2, STRANGERS), header(3, FOUR)]) {
        read += 1;
        yield parseHeader(hexToBytes(raw));
      }
    }
    expectNoProof(() => followValidators(ADDRESSES, headers()));
    expect(read).to.equal(2);
  });

  it('follow from no set in which a validator stands twice', () => {
    const headers = [parseHeader(hexToBytes(header(1, FOUR)))];
    expectNoProof(() => followValidators([...ADDRESSES, ADDRESSES[0]!], headers));
    expect(followValidators(ADDRESSES, headers).changes).to.equal(0);
  });

  it('have a bound on their nodes', () => {
    const nodes = Array.from({ length: NODES_MAX + 1 }, (): Hex => '0xc0');
    expect(() => openTrie(nodes)).to.throw(ProtocolError, 'more than');
    expectNoProof(() => openTrie([bytesToHex(new Uint8Array(601))]));
  });
});
