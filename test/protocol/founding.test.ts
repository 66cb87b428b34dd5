import { expect } from 'chai';
import { AbiCoder, keccak256 } from 'ethers';
import * as fc from 'fast-check';
import { bytesToHex, concat, hexToBytes, wordOf, ZERO } from '../../protocol/bytes.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { decodeFounding, encodeFounding, foundedWorld, foundingHash } from '../../protocol/founding.ts';
import { codeWord } from '../../protocol/lists.ts';
import { KIND } from '../../protocol/names.ts';
import { FOUNDED_AT, FOUNDING, PJ } from './support/actors.ts';
import { BAD_FOUNDINGS, withMembers } from './support/foundings.ts';
import { seeded } from './support/arbitraries.ts';

const KEY = 'tuple(uint8 scheme, uint8 powers, uint32 acts, uint40 from, uint40 until, bytes32 x, bytes32 y) key';
const MEMBER = `tuple(bytes32 code, uint16 jurisdiction, uint8 kind, uint32 sponsor, ${KEY})`;
const TYPE = `tuple(bytes32 nonce, bytes32 predecessor, ${MEMBER}[] members)`;

describe('a founding', () => {
  it('is encoded as by ethers’ AbiCoder', () => {
    const members = FOUNDING.members.map((member) => ({
      ...member,
      code: codeWord(member.code),
      jurisdiction: member.jurisdiction.charCodeAt(0) * 256 + member.jurisdiction.charCodeAt(1),
      kind: KIND[member.kind],
    }));
    const encoded = AbiCoder.defaultAbiCoder().encode([TYPE], [{ ...FOUNDING, members }]);
    expect(bytesToHex(encodeFounding(FOUNDING))).to.equal(encoded);
    expect(foundingHash(FOUNDING)).to.equal(keccak256(encoded));
    expect(decodeFounding(encodeFounding(FOUNDING))).to.deep.equal(FOUNDING);
  });

  for (const [about, founding] of BAD_FOUNDINGS) {
    it(`founds no ledger with ${about}`, () => {
      expect(() => foundedWorld(founding, FOUNDED_AT))
        .to.throw(ProtocolError)
        .with.property('code', 'FOUNDING');
    });
  }

  it('takes a sponsor that stands behind', () => {
    const [first, second] = FOUNDING.members;
    const world = foundedWorld(withMembers({ ...second!, kind: 'court', sponsor: 2, key: PJ.key }, first!), FOUNDED_AT);
    expect(world.tally()).to.deep.equal({ participants: 2, activeAgencies: 1, keys: 2, agreements: 0 });
  });

  it('is refused unless it is canonical', () => {
    const right = encodeFounding(FOUNDING);
    const changed = (at: number, value: number) => {
      const bytes = right.slice();
      bytes[at] = value;
      return bytes;
    };
    const broken = [
      new Uint8Array(),
      right.subarray(0, 100),
      right.subarray(0, right.length - 1),
      concat(right, hexToBytes(ZERO)),
      changed(31, 64),
      changed(127, 128),
      changed(159, 7),
      concat(right.subarray(0, 160), hexToBytes(wordOf(1)), right.subarray(192)),
    ];
    for (const bytes of broken) {
      expect(() => decodeFounding(bytes))
        .to.throw(ProtocolError)
        .with.property('code', 'FOUNDING');
    }
    fc.assert(
      fc.property(fc.nat(right.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        try {
          expect(bytesToHex(encodeFounding(decodeFounding(changed(at, value))))).to.equal(
            bytesToHex(changed(at, value)),
          );
        } catch (error) {
          expect(error).to.be.instanceOf(ProtocolError).with.property('code', 'FOUNDING');
        }
      }),
      seeded(300),
    );
  });
});
