/** Moving a store from SQLite to PostgreSQL: what is read there is what was read here. */
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

import type { Hex } from '../../../protocol/bytes.ts';
import type { ChainProof } from '../../../protocol/bundle/form.ts';
import { moveStore, type MovedTable } from '../../../server/store/moving.ts';
import { takeSoleUse } from '../../../server/store/sole-use.ts';
import { openStore, type OpenedStore } from '../../../server/store/store.ts';
import { findPostgres, startPostgres, type PostgresServer } from '../../../scripts/trial/postgres.ts';
import { needPostgres } from '../../support/postgres.ts';
import { MASTER_KEY } from '../../support/stores.ts';
import { failureOf } from './failure.ts';
import { blockOf, collected, following, judged, NOW, sheetOf, word, written } from './samples.ts';
import { rightOf } from './sending.ts';

const FIELDS = [
  { label: 'exhibit', value: 'A-17/ß' },
  { label: 'description', value: 'one phone' },
];

describe('moving a store', function () {
  this.timeout(60_000);

  let postgres: PostgresServer;
  let folder: string;
  let to: string;
  let digests: readonly Hex[];
  before(async function () {
    postgres = await startPostgres(needPostgres(this));
  });
  after(async () => {
    if (findPostgres() !== undefined) await postgres.stop();
  });
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'unbroken-move-'));
    to = await postgres.createDatabase();
    digests = await fill(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const move = (): Promise<readonly MovedTable[]> =>
    moveStore({ from: folder, to, masterKey: MASTER_KEY, say: () => undefined });
  const openSource = (): Promise<OpenedStore> =>
    openStore({ database: path.join(folder, 'unbroken.sqlite'), masterKey: MASTER_KEY });
  const openTarget = (): Promise<OpenedStore> => openStore({ database: to, masterKey: MASTER_KEY });

  it('gives the same trails, records, erasures, tokens, proofs and promises', async () => {
    const before = await readAll(await openSource(), digests);
    const moved = await move();
    expect(moved.find(({ table }) => table === 'statement')?.rows).to.equal(6);
    const store = await openTarget();
    const after = await readAll(store, digests, false);
    expect(after).to.deep.equal(before);
    expect(JSON.stringify(after)).to.include('erased');
    // It goes on where it was: numbers count on, what was sent is known, what was erased stays so.
    const more = sheetOf([written(collected(), FIELDS)]);
    await store.accept({ sheets: [more], answers: [], time: NOW });
    expect((await store.sheetsToSend(100)).at(-1)?.hash).to.equal(more.hash);
    await store.saveTransaction({ hash: word(), nonce: 9, raw: '0x00', sheets: [] }, await rightOf(store));
    await store.close();
  });

  it('leaves nothing when it is cut off, and can be repeated', async () => {
    const cut = moveStore({
      ...{ from: folder, to, masterKey: MASTER_KEY },
      say(step) {
        if (step.startsWith('record_key')) throw new Error('cut off');
      },
    });
    await failureOf(cut);
    expect(await rowsIn(to)).to.equal(0);
    await move();
    expect(await rowsIn(to)).to.equal(6);
  });

  it('is refused where the target has rows', async () => {
    await move();
    expect((await failureOf(move())).code).to.equal('MISUSE');
  });

  it('is refused while a gateway runs on the folder, without a store, and with another master key', async () => {
    const running = takeSoleUse(path.join(folder, 'unbroken.lock'));
    expect((await failureOf(move())).code).to.equal('BUSY');
    running.end();
    const other = { from: folder, to, masterKey: new Uint8Array(32).fill(9), say: () => undefined };
    expect((await failureOf(moveStore(other))).code).to.equal('CORRUPT');
    expect((await failureOf(moveStore({ ...other, from: tmpdir() }))).code).to.equal('MISUSE');
    expect(await rowsIn(to)).to.equal(0);
  });
});

/** Of everything something: included, rejected, pending, sent, erased, proven. */
async function fill(folder: string): Promise<readonly Hex[]> {
  const store = await openStore({ database: path.join(folder, 'unbroken.sqlite'), masterKey: MASTER_KEY });
  const first = collected();
  const sheets = [
    sheetOf([written(first, FIELDS), written(collected(), FIELDS)]),
    sheetOf([written(collected(), FIELDS)]),
    sheetOf([collected(), collected()]),
  ];
  await store.accept({
    sheets,
    answers: [{ participant: 1, idempotencyKey: 'ключ', request: word(), digests: [word()] }],
    time: NOW,
  });
  const [sent] = await store.sheetsToSend(1);
  const transaction = word();
  await store.saveTransaction(
    { hash: transaction, nonce: 3, raw: '0xc0ffee', sheets: [sent!.id] },
    await rightOf(store),
  );
  const block = blockOf(1, [judged(sheets[0]!, { 1: 'KEY_ACT' }, { transaction })]);
  await store.applyBlocks([block], block);
  await store.accept({ sheets: [sheetOf([following(first)])], answers: [], time: NOW });
  await store.eraseRecord({ tenant: 1, digest: sheets[1]!.statements[0]!.digest }, NOW);
  await store.tokens.create({
    ...{ id: 't1', hash: word(), name: 'Ö\n' },
    role: 'officer',
    participant: 1,
    createdAt: NOW,
  });
  await store.keepProof({
    ...{ subject: first.statement.subject, block, founded: NOW, time: NOW },
    proof: { account: 'é' } as unknown as ChainProof,
  });
  await store.close();
  return sheets.flatMap(({ statements }) => statements.map(({ digest }) => digest));
}

async function readAll(store: OpenedStore, digests: readonly Hex[], close = true): Promise<unknown> {
  const statements = await Promise.all(digests.map((digest) => store.statement(digest)));
  const subjects = [...new Set(statements.map((entry) => entry!.stated.statement.subject))];
  const read = {
    statements,
    trails: await Promise.all(subjects.map((subject) => store.trail({ kind: 'evidence', subject }, undefined, 50))),
    records: byName([...(await store.records(1, digests))]),
    proof: await store.findProof(subjects[0]!),
    found: await store.findByTerm(1, 'exhibit', 'a-17/SS'),
    tokens: await store.tokens.list(),
    open: await store.openTransactions(),
    waiting: await store.sheetsToSend(100),
    receipts: byName(await store.findReceipts(digests)),
    answers: await store.findAnswers(1, ['ключ']),
    cursor: await store.cursor(),
    counts: await store.counts(),
  };
  if (close) await store.close();
  return read;
}

/** In an order of their own: the engines have none. */
function byName<T>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function rowsIn(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>('select count(*) as count from unbroken.statement');
    return Number(rows[0]?.count);
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return 0;
    throw error;
  } finally {
    await client.end();
  }
}
