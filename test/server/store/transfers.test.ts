import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

import { expect } from 'chai';

import { ACT, CODE } from '../../../protocol/acts.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { participantSubject, type LineState } from '../../../protocol/ledger.ts';
import { stated, type Stated } from '../../../protocol/statement.ts';
import type { Page } from '../../../server/custody/ports.ts';
import type { Derivation, Transfer, TransferFilter } from '../../../server/custody/transfers.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { blockOf, collected, following, judged, NOW, sheetOf, subjectOf, word, written } from './samples.ts';
import { FOLLOWED } from '../../support/followed-ledger.ts';

const JURISDICTIONS = ['DE', 'FR', 'FR', 'ES'];

onEachEngine('transfers', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  let height = 0;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
    height = 0;
    const lines = JURISDICTIONS.map((jurisdiction, i): LineState => ({
      ...{ kind: 'participant', subject: participantSubject(i + 1), head: word(), anchor: word(), count: 1 },
      state: { number: i + 1, code: `P-${i + 1}`, jurisdiction, kind: 'agency', sponsor: 0, status: 'active' },
    }));
    await store.found({ lines, keys: [] }, { number: 0, hash: word(), time: NOW }, FOLLOWED);
  });
  afterEach(() => place.leave());

  async function include(...items: Stated[]): Promise<void> {
    const block = blockOf(++height, [judged(sheetOf(items))]);
    await store.applyBlocks([block], block);
  }

  const released = (item: Stated, recipient: number, fields: Parameters<typeof following>[1] = {}): Stated =>
    following(item, { act: ACT.release, code: 1, recipient, ...fields });
  const answered = (item: Stated, act: number, fields: Parameters<typeof following>[1] = {}): Stated =>
    following(item, { act, code: 1, participant: item.statement.recipient, ...fields });

  const find = async (filter: TransferFilter = {}, now = NOW): Promise<readonly Transfer[]> =>
    (await store.transfers(1, filter, now, undefined, 100)).items;

  it('say what was released to whom, and what became of it', async () => {
    const opening = collected();
    const agreement = word();
    const request = word();
    const release = released(opening, 2, { agreement, request, purpose: 4, restrictions: 2, time: NOW - 600 });
    const acceptance = answered(release, ACT.accept, { code: 2, time: NOW - 60 });
    await include(opening, release);
    const subject = opening.statement.subject;
    const [waiting] = await find();
    expect(waiting).to.deep.include({ subject, sender: 1, recipient: 2, fromJurisdiction: 'DE', toJurisdiction: 'FR' });
    expect(waiting).to.deep.include({ agreement, request, purpose: 4, restrictions: 2, late: false });
    expect(waiting).to.include({ state: 'in-transit', overdue: false });
    expect(waiting?.release).to.include({ claimedAt: NOW - 600, includedAt: NOW + 1, block: 1 });
    expect(waiting).not.to.have.any.keys('outcome', 'end');
    await include(acceptance);
    const [accepted] = await find();
    expect(accepted?.state).to.equal('accepted');
    expect(accepted?.outcome).to.include({ code: 2, claimedAt: NOW - 60, includedAt: NOW + 2 });
    expect(accepted?.release).to.deep.equal(waiting?.release);
  });

  it('end by refusal and return, by recall, or by loss', async () => {
    const items = [collected(), collected(), collected(), collected()];
    const releases = items.map((item) => released(item, 2));
    await include(...items, ...releases);
    const refusal = answered(releases[0]!, ACT.refuse, { code: 3 });
    const returned = following(refusal, { act: ACT.return, participant: 1 });
    const second = answered(releases[1]!, ACT.refuse);
    await include(
      refusal,
      second,
      following(releases[2]!, { act: ACT.recall }),
      following(releases[3]!, { act: ACT.dispose, code: CODE.disposeLost }),
    );
    const states = async () => {
      const byRelease = new Map((await find()).map((each) => [each.subject, each]));
      return items.map(({ statement }) => byRelease.get(statement.subject)?.state);
    };
    expect(await states()).to.deep.equal(['refused', 'refused', 'recalled', 'lost']);
    await include(returned, following(second, { act: ACT.dispose, code: CODE.disposeLost, participant: 1 }));
    expect(await states()).to.deep.equal(['returned', 'lost', 'recalled', 'lost']);
    const [one] = await find({ state: 'returned' });
    expect(one?.outcome?.code).to.equal(3);
    expect(one?.end).to.include({ includedAt: NOW + 3 });
  });

  it('are told apart though an item is passed on within one block', async () => {
    const opening = collected();
    const first = released(opening, 2);
    const accepted = answered(first, ACT.accept);
    const second = released(accepted, 3, { participant: 2 });
    await include(opening, first, accepted, second);
    expect((await find()).map(({ sender, recipient, state }) => [sender, recipient, state])).to.deep.equal([
      [2, 3, 'in-transit'],
      [1, 2, 'accepted'],
    ]);
  });

  it('are found by every filter, and by several at once', async () => {
    const agreement = word();
    const request = word();
    const opening = collected();
    const abroad = released(opening, 2, { agreement, request, purpose: 5, restrictions: 1 });
    const inside = collected(2);
    const passed = released(inside, 3, { code: CODE.releaseLate });
    const spanish = collected(4);
    const third = released(spanish, 1, { purpose: 2, expires: NOW + 10 });
    await include(opening, abroad);
    await include(inside, passed, answered(passed, ACT.accept));
    await include(spanish, third);
    const senders = async (filter: TransferFilter, now = NOW) => (await find(filter, now)).map(({ sender }) => sender);
    const cases: [TransferFilter, number[]][] = [
      [{}, [4, 2, 1]],
      [{ subject: opening.statement.subject }, [1]],
      [{ fromJurisdiction: 'DE' }, [1]],
      [{ toJurisdiction: 'FR' }, [2, 1]],
      [{ fromJurisdiction: 'FR', toJurisdiction: 'FR' }, [2]],
      [{ crossing: true }, [4, 1]],
      [{ crossing: false }, [2]],
      [{ sender: 2 }, [2]],
      [{ recipient: 1 }, [4]],
      [{ agency: 1 }, [4, 1]],
      [{ agreement }, [1]],
      [{ request }, [1]],
      [{ request: word() }, []],
      [{ purpose: 6 }, [4, 1]],
      [{ restrictions: 1 }, [1]],
      [{ state: 'accepted' }, [2]],
      [{ state: 'in-transit', agency: 4 }, [4]],
      [{ late: true }, [2]],
      [{ since: NOW + 2 }, [4, 2]],
      [{ since: NOW + 1, until: NOW + 3 }, [2, 1]],
      [{ state: 'overdue' }, []],
    ];
    for (const [filter, expected] of cases) {
      expect(await senders(filter), JSON.stringify(filter)).to.deep.equal(expected);
    }
    expect(await senders({ state: 'overdue' }, NOW + 11)).to.deep.equal([4]);
    expect((await find({ sender: 4 }, NOW + 11))[0]).to.include({ overdue: true });
  });

  it('are found by what a participant wrote, by that participant alone', async () => {
    const item = written(collected(), [{ label: 'case', value: 'K-1' }]);
    await store.accept({ sheets: [sheetOf([item])], answers: [], time: NOW });
    await include(item.stated, released(item.stated, 2), collected(), released(collected(), 2));
    const filter: TransferFilter = { term: { kind: 'case', value: 'K-1' } };
    expect(await find(filter)).to.have.length(1);
    expect((await store.transfers(2, filter, NOW, undefined, 9)).items).to.be.empty;
  });

  async function everything<T>(page: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | undefined; ;) {
      const { items: some, next } = await page(cursor);
      items.push(...some);
      if (next === undefined) return items;
      cursor = next;
    }
  }

  it('come in pages that join, though more are released meanwhile', async () => {
    const items = Array.from({ length: 7 }, () => collected());
    await include(...items, ...items.map((item) => released(item, 2)));
    const all = await find();
    let more = 0;
    const paged = await everything(async (cursor) => {
      const page = await store.transfers(1, {}, NOW, cursor, 3);
      const opening = collected();
      if (more++ < 2) await include(opening, released(opening, 3));
      return page;
    });
    expect(paged).to.deep.equal(all);
    expect(await failureOf(store.transfers(1, {}, NOW, 'nonsense', 3))).to.include({ code: 'MISUSE' });
  });

  const derived = (...parents: Stated[]): Stated =>
    stated(
      { ...collected().statement, subject: subjectOf(1), act: ACT.derive, code: 1 },
      parents.map(({ statement }) => statement.subject),
    );

  it('know what was made of an item, and what it was made of', async () => {
    const phone = collected();
    const other = collected();
    const image = derived(phone);
    const report = derived(image, other);
    const copy = derived(report, image);
    await include(phone, other, image);
    await include(report, copy, collected());
    const edges = async (from: Stated, direction: 'forward' | 'backward'): Promise<[Hex, Hex][]> => {
      const found = await everything<Derivation>((cursor) =>
        store.derivations(from.statement.subject, direction, cursor, 2),
      );
      return found.map(({ parent, child }) => [parent, child]);
    };
    const edge = (parent: Stated, child: Stated) => [parent.statement.subject, child.statement.subject];
    const all = [edge(phone, image), edge(image, report), edge(other, report), edge(report, copy), edge(image, copy)];
    expect(await edges(copy, 'backward')).to.deep.equal(all);
    expect(await edges(phone, 'forward')).to.deep.equal([all[0], all[1], all[3], all[4]]);
    expect(await edges(other, 'forward')).to.deep.equal([all[2], all[3]]);
    expect(await edges(phone, 'backward')).to.deep.equal([]);
    expect((await store.derivations(phone.statement.subject, 'forward', undefined, 9)).whole).to.be.true;
  });

  it('are forgotten with the ledger, and made again by following it', async () => {
    const opening = collected();
    const image = derived(opening);
    const release = released(opening, 2);
    const block = blockOf(1, [judged(sheetOf([opening, image, release, answered(release, ACT.accept)]))]);
    await store.applyBlocks([block], block);
    const before = await find();
    await store.forgetLedger();
    expect(await find()).to.be.empty;
    expect((await store.derivations(opening.statement.subject, 'forward', undefined, 9)).items).to.be.empty;
    const lines = JURISDICTIONS.map((jurisdiction, i): LineState => ({
      ...{ kind: 'participant', subject: participantSubject(i + 1), head: word(), anchor: word(), count: 1 },
      state: { number: i + 1, code: `P-${i + 1}`, jurisdiction, kind: 'agency', sponsor: 0, status: 'active' },
    }));
    await store.found({ lines, keys: [] }, { number: 0, hash: word(), time: NOW }, FOLLOWED);
    await store.applyBlocks([block], block);
    expect(await find()).to.deep.equal(before);
  });

  it('are made once from statements that were here before', async () => {
    const items = Array.from({ length: 3 }, () => collected());
    const releases = items.map((item) => released(item, 2));
    await include(...items, ...releases, answered(releases[0]!, ACT.accept), derived(items[1]!));
    const before = await find();
    await store.close();
    await behindItsBack(
      place,
      "delete from transfer; delete from derivation; insert into remaking values ('transfers')",
    );
    store = await place.open();
    expect(await find()).to.deep.equal(before);
    const subject = items[1]!.statement.subject;
    expect((await store.derivations(subject, 'forward', undefined, 9)).items).to.have.length(1);
  });
});

async function behindItsBack({ database, shared }: Place, commands: string): Promise<void> {
  if (!shared) {
    const file = new DatabaseSync(database);
    file.exec(commands);
    file.close();
    return;
  }
  const url = new URL(database);
  const schema = url.searchParams.get('schema') ?? '';
  url.searchParams.delete('schema');
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`set search_path to ${schema}; ${commands}`);
  await client.end();
}
