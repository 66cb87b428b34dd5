import { expect } from 'chai';
import { concat, hexToBytes, wordOf, ZERO, type Hex } from '../../protocol/bytes.ts';
import { decodeInherited, INHERITED_TOPIC } from '../../protocol/event.ts';
import { foundedWorld } from '../../protocol/founding.ts';
import {
  heritageHash,
  inherit,
  leafHash,
  leafOfKey,
  leafOfLine,
  leave,
  readLeaf,
  rootOf,
  type ProvenLeaf,
} from '../../protocol/heritage.ts';
import { openedSubject, tagOf, openerOf } from '../../protocol/ledger.ts';
import { memoryWorld } from '../../protocol/world.ts';
import { FOUNDED_AT } from './support/actors.ts';
import { newStory } from './support/story.ts';
import { livelyLedger, successorOf } from './stories/succession.ts';

const story = newStory('what is left', { whole: true });
livelyLedger(story);
const [lines, keys] = [story.world.lines(), story.world.keys()];
const estate = leave(lines, keys);

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a heritage', () => {
  it('has a leaf of every line and key, but for the consortium’s line, each with its way to the root', () => {
    const leaves = [...estate.leaves()];
    expect(leaves).to.have.length(lines.length - 1 + keys.length);
    for (const { words, proof } of leaves) expect(rootOf(leafHash(words), proof)).to.equal(estate.heritage.root);
  });

  it('is the same for everybody who followed the ledger, in whatever order', () => {
    const other = leave([...lines].reverse(), [...keys].reverse());
    expect(heritageHash(other.heritage)).to.equal(heritageHash(estate.heritage));
  });

  it('has a tree for any number of leaves', () => {
    for (let count = 1; count <= 33; count++) {
      const some = Array.from({ length: count }, (_, i) => ({ ...keys[0]!, number: i + 1, id: wordOf(i + 1) }));
      const { heritage, leaves } = leave([], some);
      for (const { words, proof } of leaves()) expect(rootOf(leafHash(words), proof)).to.equal(heritage.root);
    }
    expect(codeOf(() => leave([], []))).to.equal('LEAF');
  });

  it('says of each line and key what it was', () => {
    for (const line of lines) {
      if (line.kind === 'consortium') continue;
      const again = readLeaf(leafOfLine(line));
      if (line.kind === 'consent' && line.state.used) {
        expect(again).to.have.nested.property('line.state.status', 'withdrawn');
        continue;
      }
      expect(again).to.deep.equal({ line: { ...line, count: 0 } });
    }
    for (const key of keys) expect(readLeaf(leafOfKey(key))).to.deep.equal({ key });
  });

  it('has no leaf that is written in another way', () => {
    for (const { words } of estate.leaves()) {
      const wrong = [
        words.slice(0, -1),
        words.slice(0, 2),
        [],
        [...words, ZERO],
        [wordOf(8), ...words.slice(1)],
        [wordOf(2n ** 255n), ...words.slice(1)],
        words.map((word, at) => (at === (words[0] === wordOf(7) ? 2 : 4) ? (`0xff${word.slice(4)}` as Hex) : word)),
      ];
      for (const each of wrong) {
        // What a hold or an agreement lists may be longer or shorter: then it is another leaf.
        const code = codeOf(() => readLeaf(each));
        if (code === undefined) expect(leafHash(each)).to.not.equal(leafHash(words));
        else expect(code).to.equal('LEAF');
      }
    }
  });

  it('is taken up once, and only as it was left', () => {
    const world = foundedWorld(successorOf(estate), FOUNDED_AT, memoryWorld());
    const [leaf, other] = [...estate.leaves()] as [ProvenLeaf, ProvenLeaf];
    expect(codeOf(() => inherit(world, estate.heritage, { ...leaf, proof: other.proof }))).to.equal('LEAF');
    const inherited = inherit(world, estate.heritage, leaf)!;
    if ('key' in inherited) world.putKey(inherited.key);
    else world.putLine(inherited.line);
    expect(inherit(world, estate.heritage, leaf)).to.equal(undefined);
  });

  it('comes in events that are read within their bounds', () => {
    const word = (value: number): Uint8Array => hexToBytes(wordOf(value));
    const data = concat(word(64), word(160), word(2), word(1), word(2), word(1), word(3));
    expect(decodeInherited([INHERITED_TOPIC], data)).to.deep.equal({
      words: [wordOf(1), wordOf(2)],
      proof: [wordOf(3)],
    });
    const enormous = concat(word(64), word(96), word(2 ** 31), word(0));
    for (const bad of [data.subarray(0, -1), new Uint8Array(), enormous]) {
      expect(codeOf(() => decodeInherited([INHERITED_TOPIC], bad))).to.equal('EVENT');
    }
    expect(codeOf(() => decodeInherited([ZERO], data))).to.equal('EVENT');
  });

  it('leaves room for chance in the subjects of its successor', () => {
    const chance = new Uint8Array(28).fill(7);
    expect(openedSubject(5, chance)).to.equal(`0x00000005${'07'.repeat(28)}`);
    const tagged = openedSubject(5, chance, '0x1122334455667788');
    expect([openerOf(tagged), tagOf(tagged), tagged.length]).to.deep.equal([5, '0x1122334455667788', 66]);
    expect(tagged.endsWith('07'.repeat(20))).to.equal(true);
  });
});
