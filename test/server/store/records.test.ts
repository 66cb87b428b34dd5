import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import type { AcceptedSheet } from '../../../server/custody/ports.ts';
import { recordCipher } from '../../../server/store/record-cipher.ts';
import type { OpenedStore } from '../../../server/store/store.ts';
import { MASTER_KEY, onEachEngine, type Place } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { collected, NOW, recordOf, sheetOf, word, written } from './samples.ts';

const SHA256 = 'ab'.repeat(32);
const FIELDS = [
  { label: 'exhibit', value: 'A-17/ß' },
  { label: 'case', value: 'Op Straße' },
  { label: 'file.1.sha256', value: SHA256 },
  { label: 'file.12.sha3-256', value: 'CD'.repeat(32) },
  { label: 'description', value: 'one phone' },
];

onEachEngine('records', (newPlace) => {
  let place: Place;
  let store: OpenedStore;
  let sheet: AcceptedSheet;
  let digest: Hex;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
    sheet = sheetOf([written(collected(), FIELDS), written(collected(), FIELDS)]);
    digest = sheet.statements[0]!.digest;
    await store.accept({ sheets: [sheet], answers: [], time: NOW });
  });
  afterEach(() => place.leave());

  it('are found by exhibit, case and file digest, however these are written', async () => {
    const both = sheet.statements.map((statement) => statement.digest).sort();
    const found = [
      ...[['exhibit', 'A-17/ß'] as const, ['exhibit', '  a-17/SS\t'] as const, ['exhibit', 'Ａ-17/ß'] as const],
      ...[
        ['case', 'OP STRASSE'] as const,
        ['digest', SHA256.toUpperCase()] as const,
        ['digest', `0x${SHA256}`] as const,
      ],
      ['digest', 'cd'.repeat(32)] as const,
    ];
    for (const [kind, value] of found) expect(await store.findByTerm(1, kind, value), value).to.deep.equal(both);
    for (const [kind, value] of [
      ['case', 'A-17/ß'] as const,
      ['exhibit', 'A-17'] as const,
      ['digest', 'one phone'] as const,
    ]) {
      expect(await store.findByTerm(1, kind, value), value).to.deep.equal([]);
    }
  });

  it('belong to one tenant', async () => {
    expect(await store.findByTerm(2, 'exhibit', 'A-17/ß')).to.deep.equal([]);
    expect(await store.records(2, [digest])).to.deep.equal(new Map());
    const theirs = { tenant: 2, digest, record: recordOf([{ label: 'exhibit', value: 'B-1' }]) };
    await store.keepRecords([theirs], NOW);
    expect((await store.records(2, [digest])).get(digest)).to.deep.equal(theirs.record);
    expect((await store.records(1, [digest])).get(digest)).to.deep.equal(sheet.statements[0]!.record);
    await store.eraseRecord({ tenant: 2, digest }, NOW);
    expect((await store.records(1, [digest])).get(digest)).to.deep.equal(sheet.statements[0]!.record);
    expect(await store.findByTerm(1, 'exhibit', 'A-17/ß')).to.include(digest);
  });

  it('that came from elsewhere do not replace what is there', async () => {
    const other = recordOf([{ label: 'exhibit', value: 'forged' }]);
    await store.keepRecords([{ tenant: 1, digest, record: other }], NOW);
    expect((await store.records(1, [digest])).get(digest)).to.deep.equal(sheet.statements[0]!.record);
    expect(await store.findByTerm(1, 'exhibit', 'forged')).to.deep.equal([]);
  });

  it('are gone once they are erased, and stay gone', async () => {
    expect(await store.eraseRecord({ tenant: 1, digest }, NOW)).to.equal(true);
    expect(await store.eraseRecord({ tenant: 1, digest }, NOW)).to.equal(true);
    expect(await store.eraseRecord({ tenant: 1, digest: word() }, NOW)).to.equal(false);
    const other = sheet.statements[1]!;
    expect(await store.records(1, [digest, other.digest])).to.deep.equal(
      new Map<Hex, unknown>([
        [digest, 'erased'],
        [other.digest, other.record],
      ]),
    );
    expect(await store.findByTerm(1, 'exhibit', 'A-17/ß')).to.deep.equal([other.digest]);
    await store.keepRecords([{ tenant: 1, digest, record: sheet.statements[0]!.record! }], NOW);
    expect((await store.records(1, [digest])).get(digest)).to.equal('erased');
    expect(await store.statement(digest), 'the statement stays').to.include({ progress: 'accepted' });
  });

  it('stay erased when an older copy of the store is restored', async () => {
    await store.close();
    const copy = await place.backup();
    store = await place.open();
    await store.eraseRecord({ tenant: 1, digest }, NOW);
    await store.close();
    const restored = await place.open({ database: copy });
    const other = sheet.statements[1]!;
    expect(await restored.records(1, [digest, other.digest])).to.deep.equal(
      new Map<Hex, unknown>([
        [digest, 'erased'],
        [other.digest, other.record],
      ]),
    );
    expect(await restored.findByTerm(1, 'digest', SHA256)).to.deep.equal([other.digest]);
  });

  it('whose key got lost are not called erased', async () => {
    await store.close();
    const copy = await place.backup();
    const separate = await newPlace();
    const restored = await separate.open({ database: copy });
    expect(await restored.records(1, [digest])).to.deep.equal(new Map());
    await separate.leave();
  });

  it('open with their master key only', async () => {
    await store.close();
    expect(await failureOf(place.open({ masterKey: new Uint8Array(32).fill(8) }))).to.include({
      code: 'CORRUPT',
      retryable: false,
    });
    expect((await failureOf(place.open({ masterKey: new Uint8Array(31) }))).code).to.equal('MISUSE');
    store = await place.open();
    expect((await store.records(1, [digest])).get(digest)).to.deep.equal(sheet.statements[0]!.record);
  });

  it('keep their keys when orphans are swept', async () => {
    expect(await store.sweepKeys(NOW + 1)).to.equal(0);
    expect((await store.records(1, [digest])).get(digest)).to.deep.equal(sheet.statements[0]!.record);
    await store.close();
    const empty = await newPlace();
    const swept = await place.open({ database: empty.database });
    expect(await swept.sweepKeys(NOW), 'made at this time').to.equal(0);
    expect(await swept.sweepKeys(NOW + 1)).to.equal(2);
    await swept.close();
    await empty.leave();
  });
});

describe('the cipher of records', () => {
  const cipher = recordCipher(MASTER_KEY);
  const record = recordOf(FIELDS);
  const digest = word();

  it('binds a record to tenant, statement and key', () => {
    const { keyId, wrappedKey, sealed } = cipher.seal(1, digest, record);
    expect(cipher.open(1, digest, keyId, wrappedKey, sealed)).to.deep.equal(record);
    const other = cipher.seal(1, digest, record);
    for (const open of [
      () => cipher.open(2, digest, keyId, wrappedKey, sealed),
      () => cipher.open(1, word(), keyId, wrappedKey, sealed),
      () => cipher.open(1, digest, other.keyId, wrappedKey, sealed),
      () => cipher.open(1, digest, keyId, wrappedKey, other.sealed),
      () => cipher.open(1, digest, keyId, wrappedKey, sealed.subarray(0, 20)),
      () => recordCipher(new Uint8Array(32)).open(1, digest, keyId, wrappedKey, sealed),
    ]) {
      expect(open).to.throw().with.property('code', 'CORRUPT');
    }
  });

  it('never writes clear text or the same bytes twice', () => {
    const { sealed, wrappedKey } = cipher.seal(1, digest, record);
    const again = cipher.seal(1, digest, record);
    expect(Buffer.from(sealed).includes('one phone')).to.equal(false);
    expect(Buffer.from(sealed).equals(again.sealed)).to.equal(false);
    expect(Buffer.from(wrappedKey).equals(again.wrappedKey)).to.equal(false);
  });
});
