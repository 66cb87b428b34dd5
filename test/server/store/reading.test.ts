import { expect } from 'chai';

import { ACT } from '../../../protocol/acts.ts';
import type { Hex } from '../../../protocol/bytes.ts';
import { EVIDENCE_STATUS } from '../../../protocol/transitions.ts';
import type { Stated } from '../../../protocol/statement.ts';
import type { EvidenceFilter, Page } from '../../../server/custody/ports.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { blockOf, collected, following, judged, lineOf, NOW, sheetOf, written } from './samples.ts';

onEachEngine('reading', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  let height = 0;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
    height = 0;
  });
  afterEach(() => place.leave());

  /** Includes statements as others state them; `fields` are of the line's state. */
  async function include(items: readonly Stated[], fields: Parameters<typeof lineOf>[1] = {}): Promise<void> {
    const base = judged(sheetOf(items));
    const statements = base.statements.map((statement) => ({
      ...statement,
      changes: [{ change: 'moved', line: lineOf(statement.stated, fields) } as const],
    }));
    const block = blockOf(++height, [{ ...base, statements }]);
    await store.applyBlocks([block], block);
  }

  async function all<T>(
    page: (cursor: string | undefined) => Promise<Page<T>>,
    between?: () => Promise<void>,
  ): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | undefined; ;) {
      const { items: more, next } = await page(cursor);
      items.push(...more);
      if (next === undefined) return items;
      await between?.();
      cursor = next;
    }
  }

  const search = (filter: EvidenceFilter, tenant = 1): Promise<Hex[]> =>
    all((cursor) => store.searchEvidence(tenant, filter, cursor, 2)).then((lines) =>
      lines.map(({ subject }) => subject),
    );

  it('pages a trail: judged in the order of the ledger, then waiting', async () => {
    const line: Stated[] = [collected()];
    for (let i = 0; i < 6; i++) line.push(following(line.at(-1)!));
    await store.accept({ sheets: [sheetOf(line.slice(4, 6)), sheetOf(line.slice(6))], answers: [], time: NOW });
    await include(line.slice(0, 1));
    await include(line.slice(1, 4));
    const reference = { kind: 'evidence', subject: line[0]!.statement.subject } as const;
    for (const limit of [1, 2, 3, 4, 5, 100]) {
      const entries = await all((cursor) => store.trail(reference, cursor, limit));
      expect(
        entries.map(({ stated }) => stated),
        `pages of ${limit}`,
      ).to.deep.equal(line);
      expect(entries.map(({ progress }) => progress)).to.deep.equal(line.map((_, i) => (i < 4 ? 'final' : 'accepted')));
    }
    expect((await store.trail({ ...reference, kind: 'hold' }, undefined, 5)).items).to.deep.equal([]);
    const exact = await store.trail(reference, undefined, line.length);
    expect(exact).not.to.have.property('next');
  });

  it('neither repeats nor hides an entry when the trail grows between two pages', async () => {
    const line: Stated[] = [collected()];
    for (let i = 0; i < 5; i++) line.push(following(line.at(-1)!));
    await include(line.slice(0, 2));
    await store.accept({ sheets: [sheetOf(line.slice(2, 4))], answers: [], time: NOW });
    const reference = { kind: 'evidence', subject: line[0]!.statement.subject } as const;
    const steps = [
      () => include(line.slice(2, 3)),
      () => store.accept({ sheets: [sheetOf(line.slice(4, 5))], answers: [], time: NOW }),
      () => store.accept({ sheets: [sheetOf(line.slice(5))], answers: [], time: NOW }),
    ];
    const entries = await all(
      (cursor) => store.trail(reference, cursor, 1),
      async () => steps.shift()?.(),
    );
    expect(entries.map(({ stated }) => stated)).to.deep.equal(line);
  });

  it('finds evidence by holder, recipient and state, newest first', async () => {
    const items = Array.from({ length: 5 }, () => collected());
    for (const item of items) await include([item]);
    const moving = collected(2);
    await include([moving], { status: 'in-transit', recipient: 3 });
    const subjects = items.map(({ statement }) => statement.subject).reverse();
    expect(await search({ holder: 1 })).to.deep.equal(subjects);
    expect(await search({ status: EVIDENCE_STATUS['in-transit'] })).to.deep.equal([moving.statement.subject]);
    expect(await search({ recipient: 3 })).to.deep.equal([moving.statement.subject]);
    expect(await search({ holder: 1, recipient: 3 })).to.deep.equal([]);
    expect(await search({})).to.deep.equal([moving.statement.subject, ...subjects]);
    await include([following(moving, { act: ACT.accept })], { status: 'held', holder: 3 });
    expect(await search({ recipient: 3 })).to.deep.equal([]);
    expect(await search({ holder: 3 })).to.deep.equal([moving.statement.subject]);
  });

  it('pages a search without repeating or hiding when lines are opened meanwhile', async () => {
    const items = Array.from({ length: 5 }, () => collected());
    await include(items);
    const found = await all(
      (cursor) => store.searchEvidence(1, { holder: 1 }, cursor, 2),
      () => include([collected()]),
    );
    expect(found.map(({ subject }) => subject)).to.deep.equal(
      items.map(({ statement }) => statement.subject).reverse(),
    );
  });

  it('finds evidence by what the tenant wrote about it', async () => {
    const opening = written(collected(), [{ label: 'exhibit', value: 'A-17' }]);
    const theirs = written(collected(2), [{ label: 'exhibit', value: 'A-17' }]);
    const next = written(following(opening.stated), [{ label: 'case', value: 'Op X' }]);
    await store.accept({ sheets: [sheetOf([opening, next]), sheetOf([theirs])], answers: [], time: NOW });
    const exhibit = { kind: 'exhibit', value: 'a-17' } as const;
    expect(await search({ term: exhibit }), 'not on the ledger yet').to.deep.equal([]);
    await include([opening.stated, theirs.stated]);
    await include([next.stated]);
    const subject = opening.stated.statement.subject;
    expect(await search({ term: exhibit })).to.deep.equal([subject]);
    expect(await search({ term: exhibit }, 2)).to.deep.equal([theirs.stated.statement.subject]);
    expect(await search({ term: exhibit }, 3)).to.deep.equal([]);
    expect(await search({ term: { kind: 'case', value: 'op x' }, holder: 1 })).to.deep.equal([subject]);
    expect(await search({ term: { kind: 'case', value: 'op x' }, holder: 2 })).to.deep.equal([]);
    const nobody = store.searchEvidence(undefined, { term: exhibit }, undefined, 5);
    expect((await failureOf(nobody)).code).to.equal('MISUSE');
  });

  it('takes only its own cursors, and pages of one entry or more', async () => {
    const line = { kind: 'evidence', subject: collected().statement.subject } as const;
    const forged = [
      '',
      'x',
      'null',
      '["trail"]',
      '["evidence",1]',
      '["trail",1,2,3,"4"]',
      '["trail",0,1e99,0,0]',
      '{}',
    ];
    for (const text of forged) {
      const call = store.trail(line, Buffer.from(text).toString('base64url'), 5);
      expect((await failureOf(call)).code, text).to.equal('MISUSE');
    }
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      expect((await failureOf(store.trail(line, undefined, limit))).code).to.equal('MISUSE');
    }
    expect((await failureOf(store.searchEvidence(1, {}, 'zzz', 5))).code).to.equal('MISUSE');
  });

  it('keeps tokens by their hash', async () => {
    const hash = `0x${'11'.repeat(32)}` as const;
    const token = { id: 'a', name: 'nul\0 ключ', role: 'officer', participant: 1, createdAt: NOW } as const;
    await store.tokens.create({ ...token, hash });
    expect(await store.tokens.find(hash)).to.deep.equal(token);
    expect(await store.tokens.find(`0x${'12'.repeat(32)}`)).to.equal(undefined);
    expect(await failureOf(store.tokens.create({ ...token, id: 'b', hash }))).to.include({
      code: 'CONFLICT',
      conflict: 'token',
    });
    expect(await store.tokens.revoke('a', NOW + 1)).to.equal(true);
    expect(await store.tokens.revoke('a', NOW + 2)).to.equal(false);
    expect(await store.tokens.list()).to.deep.equal([{ ...token, revokedAt: NOW + 1 }]);
  });
});
