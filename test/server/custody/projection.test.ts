import { expect } from 'chai';

import { ACT, CODE } from '../../../protocol/acts.ts';
import { foundedWorld } from '../../../protocol/founding.ts';
import { MARK_LATE } from '../../../protocol/ledger.ts';
import { digestOf, stated, type Stated } from '../../../protocol/statement.ts';
import { project } from '../../../server/custody/projection.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { BKA, FOUNDED_AT, FOUNDING, KOELN, type Actor } from '../../protocol/support/actors.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { following, sheetOf, subjectOf } from '../store/samples.ts';

const NOW = FOUNDED_AT + 1_000;

onEachEngine('the ledger as it will be', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
  });
  afterEach(() => place.leave());

  const by = ({ participant, id }: Actor) => ({ participant, key: id, time: NOW, expires: NOW + 500 });
  const subject = subjectOf(BKA.participant);
  const collecting = stated({ ...by(BKA), subject, act: ACT.collect, code: 1 });
  const previous = digestOf(collecting.statement);
  const { participant: recipient } = KOELN;
  const release = stated({ ...by(BKA), subject, previous, act: ACT.release, code: CODE.releaseLate, recipient });
  const acceptance = following(release, { ...by(KOELN), act: ACT.accept });
  const next = following(acceptance);

  const collected = { head: previous, count: 1, holder: BKA.participant, marks: 0, early: false };

  async function projected(now = NOW) {
    const line = { kind: 'evidence', subject } as const;
    const { world, isEarly } = await project(store, foundedWorld(FOUNDING, FOUNDED_AT), [line], now);
    const { head, count, state } = world.line('evidence', subject)!;
    return { head, count, holder: state.holder, marks: state.marks, early: isEarly(line) };
  }
  const accept = (...items: readonly Stated[]): Promise<void> =>
    store.accept({
      sheets: items.map((item) => sheetOf([item], { key: item.statement.key })),
      answers: [],
      time: NOW,
    });

  it('has both sides of a late declaration, and what follows them', async () => {
    await accept(collecting);
    await accept(release, acceptance);
    await accept(next);
    const head = digestOf(next.statement);
    expect(await projected()).to.deep.equal({ head, count: 4, holder: recipient, marks: MARK_LATE, early: false });
  });

  it('has what was promised by a clock that was ahead, and says that it waits for its time', async () => {
    await accept(collecting);
    await accept(release, acceptance);
    const head = digestOf(acceptance.statement);
    const all = { head, count: 3, holder: recipient, marks: MARK_LATE };
    expect(await projected(NOW - 120)).to.deep.equal({ ...all, early: false });
    expect(await projected(NOW - 121)).to.deep.equal({ ...all, early: true });
  });

  it('has neither where the ledger will take neither', async () => {
    await accept(collecting);
    await accept(release, following(release, { ...by(BKA), act: ACT.accept }));
    expect(await projected()).to.deep.equal(collected);
  });

  it('has no late release whose acceptance is not there', async () => {
    await accept(collecting);
    await accept(release);
    expect(await projected()).to.deep.equal(collected);
  });
});
