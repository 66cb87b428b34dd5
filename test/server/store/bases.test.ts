import { expect } from 'chai';

import type { LineState } from '../../../protocol/ledger.ts';
import type { BasisFilter } from '../../../server/custody/bases.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { NOW, word } from './samples.ts';
import { FOLLOWED } from '../../support/followed-ledger.ts';

const COUNT = 1_203;

onEachEngine('requests and consents', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  let requests: LineState[];
  let consents: LineState[];
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
    const common = () => ({ subject: word(), head: word(), anchor: word(), count: 1 });
    requests = Array.from({ length: COUNT }, (_, i): LineState => ({
      ...common(),
      kind: 'request',
      state: {
        ...{ status: i % 2 === 0 ? 'open' : 'granted', code: (i % 6) + 1, purpose: 4 },
        ...{ requester: (i % 3) + 1, asked: 9, deadline: NOW + i - 600 },
      },
    }));
    const evidence = word();
    consents = [1, 2].map((giver): LineState => ({
      ...common(),
      kind: 'consent',
      state: {
        status: 'given',
        purpose: 4,
        giver,
        recipient: 3,
        evidence: giver === 1 ? evidence : word(),
        used: false,
      },
    }));
    // A founding has no such lines; it is the shortest way to have many of them.
    await store.found(
      { lines: [...requests, ...consents], keys: [] },
      { number: 0, hash: word(), time: NOW },
      FOLLOWED,
    );
  });
  afterEach(() => place.leave());

  async function all(filter: BasisFilter, limit: number): Promise<LineState[]> {
    const found: LineState[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await store.searchBases(filter, cursor, limit);
      expect(page.items.length).to.be.at.most(limit);
      found.push(...page.items);
      if (page.next === undefined) return found;
      cursor = page.next;
    }
  }
  const sought = (is: (line: LineState & { readonly kind: 'request' }) => boolean): LineState[] =>
    requests.filter((line) => line.kind === 'request' && is(line)).reverse();

  it('are found by who and where they stand, on pages that leave out none', async () => {
    const filter = { kind: 'request', now: NOW } as const;
    expect(await all(filter, 100)).to.deep.equal([...requests].reverse());
    expect(await all({ ...filter, requester: 2 }, 7)).to.deep.equal(sought(({ state }) => state.requester === 2));
    expect(await all({ ...filter, asked: 9, code: 3 }, 500)).to.deep.equal(sought(({ state }) => state.code === 3));
    expect(await all({ ...filter, standing: 'overdue' }, 50)).to.deep.equal(
      sought(({ state }) => state.status === 'open' && state.deadline < NOW),
    );
    expect(await all({ ...filter, standing: 'open' }, 50)).to.deep.equal(
      sought(({ state }) => state.status === 'open' && state.deadline >= NOW),
    );
    expect(await all({ ...filter, standing: 'refused' }, 50)).to.deep.equal([]);
  });

  it('of one kind are no other, and consents are found by item and people', async () => {
    const [first, second] = consents as [LineState, LineState];
    expect(await all({ kind: 'consent' }, 1)).to.deep.equal([second, first]);
    const evidence = first.kind === 'consent' ? first.state.evidence : word();
    expect(await all({ kind: 'consent', evidence }, 10)).to.deep.equal([first]);
    expect(await all({ kind: 'consent', giver: 2, recipient: 3 }, 10)).to.deep.equal([second]);
  });

  it('have cursors that are no other listing’s', async () => {
    const failure = await failureOf(store.searchBases({ kind: 'consent' }, 'WyJldmlkZW5jZSIsMV0', 5));
    expect(failure.code).to.equal('MISUSE');
  });
});
