import { expect } from 'chai';

import { digestOf } from '../../../protocol/statement.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { participantSubject, type LineState } from '../../../protocol/ledger.ts';
import type { KeptProof } from '../../../server/custody/ports.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { blockOf, collected, following, judged, KEY, NOW, sheetOf, word } from './samples.ts';
import { FOLLOWED } from '../../support/followed-ledger.ts';

onEachEngine('what bundles are made of', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  const items = [word(), word(), word()];
  const hold = (on: readonly Hex[]): LineState => ({
    ...{ kind: 'hold', subject: word(), head: word(), anchor: word(), count: 1 },
    state: { status: 'on', participant: 1, items: on, itemsHash: word() },
  });
  const holds = [hold([items[0]!, items[1]!]), hold([items[1]!]), hold([items[2]!])];

  const member: LineState = {
    ...{ kind: 'participant', subject: participantSubject(1), head: word(), anchor: word(), count: 1 },
    state: { number: 1, code: 'DE-BKA', jurisdiction: 'DE', kind: 'agency', sponsor: 0, status: 'active' },
  };

  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
    // A founding has no holds; it is the shortest way to have some.
    await store.found({ lines: [...holds, member], keys: [] }, { number: 0, hash: word(), time: NOW }, FOLLOWED);
  });
  afterEach(() => place.leave());

  it('are the included statements of lines in the order of the ledger, up to a block', async () => {
    const [one, other, strange] = [collected(1), collected(2), collected(3)];
    const [next, last] = [following(one), following(other)];
    const blocks = [
      blockOf(4, [judged(sheetOf([other, strange]), {}, { logIndex: 1 }), judged(sheetOf([one]), {}, { logIndex: 0 })]),
      blockOf(5, [judged(sheetOf([last, next]), { 0: 'STALE' })]),
      blockOf(6, [judged(sheetOf([last]))]),
    ];
    await store.applyBlocks(blocks, blocks.at(-1)!);
    const lines = [one, other].map(({ statement }) => ({ kind: 'evidence', subject: statement.subject }) as const);
    const until = async (block: number): Promise<unknown> =>
      (await store.inclusions(lines, block)).map(({ digest, kind, time, place: { block: at } }) => [
        digest,
        kind,
        time,
        at,
      ]);
    const row = ({ statement }: typeof one, block: number): unknown => [
      digestOf(statement),
      'evidence',
      NOW + block,
      block,
    ];
    expect(await until(6)).to.deep.equal([row(one, 4), row(other, 4), row(next, 5), row(last, 6)]);
    expect(await until(5)).to.deep.equal([row(one, 4), row(other, 4), row(next, 5)]);
    expect(await until(3)).to.deep.equal([]);
    expect(await store.inclusions([{ kind: 'hold', subject: lines[0]!.subject }], 6)).to.deep.equal([]);
    const [found] = await store.inclusions(lines, 4);
    expect(found).to.deep.include({ stated: one, position: 0 });
  });

  it('are the holds on items', async () => {
    const found = async (...of: readonly Hex[]): Promise<Hex[]> => [...(await store.holdsOn(of))].sort();
    const subjects = holds.map(({ subject }) => subject);
    expect(await found(items[1]!)).to.deep.equal(subjects.slice(0, 2).sort());
    expect(await found(items[0]!, items[2]!)).to.deep.equal([subjects[0]!, subjects[2]!].sort());
    expect(await found(word())).to.deep.equal([]);
    expect(await found()).to.deep.equal([]);
  });

  it('are the lines of the consortium, and none beside', async () => {
    expect(await store.consortiumLines()).to.deep.equal([{ kind: 'participant', subject: member.subject }]);
  });

  it('are sheets with the further signatures', async () => {
    const endorsements = [{ key: KEY, signature: `0x${'1c'.repeat(65)}` }] as const;
    const [plain, endorsed] = [sheetOf([collected()]), sheetOf([collected()], { endorsements })];
    await store.accept({ sheets: [plain, endorsed], answers: [], time: NOW });
    const sheets = new Map((await store.loadSheets([plain.hash, endorsed.hash])).map((sheet) => [sheet.hash, sheet]));
    expect(sheets.get(plain.hash)).to.not.have.property('endorsements');
    expect(sheets.get(endorsed.hash)?.endorsements).to.deep.equal(endorsements);
  });

  it('are the newest proofs', async () => {
    const subject = word();
    const proof = (block: number): KeptProof => ({
      ...{ subject, founded: NOW - 5, time: NOW + block },
      block: { number: block, hash: word(), time: NOW + block },
      proof: { header: word(), validators: [word()], nodes: [word(), word()] },
      ...(block === 7 && { timestamps: [{ over: 'block', token: '0x3082' }] as const }),
    });
    expect(await store.findProof(subject)).to.equal(undefined);
    const [old, newer, stamped] = [proof(5), proof(6), proof(7)];
    for (const each of [newer, newer, old]) await store.keepProof(each);
    expect(await store.findProof(subject)).to.deep.equal(newer);
    await store.keepProof(stamped);
    expect(await store.findProof(subject)).to.deep.equal(stamped);
  });
});
