/**
 * `rebuild`: a gateway that lost its store follows the ledger again from its beginning, from the chain alone, into an empty
 * SQLite store, with every judgement made anew. Items are collected, recorded, released and accepted, in sheets of several.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ACT } from '../../protocol/acts.ts';
import { bytesToHex, type Hex } from '../../protocol/bytes.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf, stated, type Stated, type Statement } from '../../protocol/statement.ts';
import { encodeStatements } from '../../protocol/wire.ts';
import { submitCall, type EncodedSheet } from '../../server/chain/calldata.ts';
import { openFollower } from '../../server/chain/follower.ts';
import { openThreadedStore } from '../../server/store/threaded-store.ts';
import { openBenchLedger, type BenchLedger, type Signer } from './ledger.ts';
import type { Report } from './report.ts';

const STATEMENTS = 20_000;
/** Statements under one signature, and in one transaction. */
const SHEET = 16;
const TRANSACTION = 128;
/** Transactions that are sent at once. */
const AT_ONCE = 8;
/** Lines whose last statement must be there. */
const LOOKED_AT = 100;

export async function rebuild(report: Report): Promise<void> {
  const bench = await openBenchLedger();
  try {
    const heads = await fill(bench, STATEMENTS);
    const lost = await follow(bench, heads);
    const again = await follow(bench, heads);
    if (JSON.stringify(again.counts) !== JSON.stringify(lost.counts)) {
      throw new Error(`rebuilt ${JSON.stringify(again.counts)}, lost ${JSON.stringify(lost.counts)}`);
    }
    const value = again.counts.statements / again.seconds;
    report.figure({ bench: 'rebuild', metric: 'statements_per_second', case: 'sqlite', value, unit: '1/s' });
  } finally {
    await bench.close();
  }
}

/** Into a new store, until the chain's end. */
async function follow({ engine, ledger }: BenchLedger, heads: readonly Hex[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-rebuild-'));
  try {
    const store = await openThreadedStore({
      database: path.join(folder, 'unbroken.sqlite'),
      masterKey: new Uint8Array(32),
    });
    const started = performance.now();
    const follower = await openFollower({
      rpc: engine,
      ledger,
      store,
      finality: 0,
      clock: () => Math.floor(Date.now() / 1000),
      applied: () => undefined,
      report(error) {
        throw error;
      },
    });
    const seconds = (performance.now() - started) / 1000;
    await follower.close();
    const { statements, lines } = await store.counts();
    for (const head of heads.slice(0, LOOKED_AT)) {
      if ((await store.statement(head))?.progress !== 'final') throw new Error(`${head} is not final`);
    }
    await store.close();
    return { seconds, counts: { statements, lines } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Item {
  readonly subject: Hex;
  head: Hex;
}

/** @returns the last digest of every line */
async function fill(bench: BenchLedger, count: number): Promise<Hex[]> {
  const { holder, recipient } = bench;
  const steps: readonly { readonly by: Signer; readonly fields: Partial<Statement> }[] = [
    { by: holder, fields: { act: ACT.collect, code: 1 } },
    { by: holder, fields: { act: ACT.record, code: 2 } },
    { by: holder, fields: { act: ACT.release, code: 1, recipient: recipient.participant } },
    { by: recipient, fields: { act: ACT.accept, code: 1 } },
  ];
  const items = Array.from({ length: count / steps.length }, (): Item => ({
    subject: `0x${holder.participant.toString(16).padStart(8, '0')}${randomBytes(28).toString('hex')}`,
    head: `0x${'0'.repeat(64)}`,
  }));
  for (const { by, fields } of steps) {
    const transactions = parted(items, TRANSACTION).map((part) =>
      submitCall(parted(part, SHEET).map((each) => sheetOf(bench, by, each, fields))),
    );
    for (const part of parted(transactions, AT_ONCE)) {
      const signed: Hex[] = [];
      for (const data of part)
        signed.push(await bench.relay.sign(bench.ledger.contracts.custody.address, bytesToHex(data)));
      await bench.relay.send(signed);
    }
  }
  return items.map(({ head }) => head);
}

function sheetOf(bench: BenchLedger, by: Signer, items: readonly Item[], fields: Partial<Statement>): EncodedSheet {
  const time = Math.floor(Date.now() / 1000);
  const statements = items.map((item): Stated => {
    const { subject, head } = item;
    const common = { subject, previous: head, participant: by.participant, key: by.key, time, expires: time + 3_600 };
    const next = stated({ ...common, ...fields });
    item.head = digestOf(next.statement);
    return next;
  });
  const hash = sheetHash(
    statements.map(({ statement }) => digestOf(statement)),
    bench.ledger.foundingHash,
  );
  return { key: by.key, signature: by.sign(hash), statements: encodeStatements(statements) };
}

function parted<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}
