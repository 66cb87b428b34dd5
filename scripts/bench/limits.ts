/**
 * `limits`: what the parts of this machine bear by themselves, how far from each a gateway is, and where its time goes.
 * On the embedded chain, with single statements as in `ingest`.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import pg from 'pg';

import { keccakOfText } from '../../protocol/hashing.ts';
import { publicKeyOf, signHash } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import { openRpc } from '../../server/chain/rpc.ts';
import { openKeyring } from '../../server/keyring/keyring.ts';
import { removeFolder, throwawayFolder } from '../gateway-process.ts';
import { findPostgres, startPostgres } from '../trial/postgres.ts';
import { gasSince, heightOf } from '../blocks.ts';
import { chainProcessOf, CONNECTIONS, onDemonstration } from './demonstration.ts';
import { profiling, readProfiles } from './profile.ts';
import type { Report } from './report.ts';
import { sendSingles, settled } from './stories.ts';
import { taken } from './usage.ts';

const CHECKS = 2_000;
const COMMITS = 500;
/** Bytes of what is committed. */
const ROW = 1_024;
const WARM_UP = 2_000;
const SINGLE = 20_000;

export async function limits(report: Report): Promise<void> {
  const figure = (metric: string, name: string, value: number, unit: string): void =>
    report.figure({ bench: 'limits', metric, case: name, value, unit });
  const folder = throwawayFolder();
  try {
    for (const [scheme, perSecond] of await signatureChecks()) {
      figure('signature_checks_per_second', `${scheme}, one core`, perSecond, '1/s');
    }
    figure('commits_per_second', 'SQLite', await commitsOfSqlite(path.join(folder, 'commits.sqlite')), '1/s');
    const binaries = findPostgres();
    if (binaries !== undefined) figure('commits_per_second', 'PostgreSQL', await commitsOfPostgres(binaries), '1/s');

    const profiles = path.join(folder, 'profiles');
    mkdirSync(profiles);
    await onDemonstration(async ({ gateway, client }) => {
      await sendSingles(client, WARM_UP, CONNECTIONS);
      await settled(client);
      const chain = openRpc(gateway.chainUrl);
      const first = await heightOf(chain);
      const processes = {
        gateway: () => [gateway.process.pid!],
        chain: () => [chainProcessOf(gateway)],
        client: () => [process.pid],
      };
      const { seconds, processors } = await taken(processes, async () => {
        await sendSingles(client, SINGLE, CONNECTIONS);
        await settled(client);
      });
      figure('statements_per_second_final', 'reached, while it is profiled', SINGLE / seconds, '1/s');
      for (const [who, time] of Object.entries(processors)) {
        figure('processor_milliseconds_per_statement', who, (1000 * time) / SINGLE, 'ms');
      }
      const gas = await gasSince(chain, first);
      figure('gas_per_statement', 'as they came together', gas / SINGLE, 'gas');
      figure('gas_per_second', 'reached', gas / seconds, 'gas/s');
      figure('gas_per_second', 'of the engine, a core of its own', gas / processors.chain, 'gas/s');
      figure('blocks_per_second', 'reached', ((await heightOf(chain)) - first) / seconds, '1/s');
    }, profiling(profiles));
    const parts = readProfiles(profiles);
    const all = [...parts.values()].reduce((sum, time) => sum + time, 0);
    for (const [part, time] of parts) figure('share_of_the_gateway_s_time', part, (100 * time) / all, '%');
  } finally {
    removeFolder(folder);
  }
}

/** As the gateway checks what officers sign, one after the other. */
async function signatureChecks(): Promise<ReadonlyMap<string, number>> {
  const hash = keccakOfText('limits');
  const secret = keccakOfText('officer');
  const { verify } = openKeyring([]);
  const measured = new Map<string, number>();
  for (const scheme of ['secp256k1', 'p256'] as const) {
    const key = publicKeyOf(SCHEME[scheme], secret);
    const signature = signHash(SCHEME[scheme], secret, hash);
    const perSecond = await rateOf(CHECKS, () => {
      if (!verify(key, hash, signature)) throw new Error('a signature of the benchmark does not prove');
    });
    measured.set(scheme, perSecond);
  }
  return measured;
}

async function rateOf(times: number, work: () => unknown): Promise<number> {
  const begun = performance.now();
  for (let time = 0; time < times; time++) await work();
  return (1000 * times) / (performance.now() - begun);
}

/** As durable as the store's. */
async function commitsOfSqlite(file: string): Promise<number> {
  const database = new DatabaseSync(file);
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = full; create table kept (bytes blob)');
    const insert = database.prepare('insert into kept values (?)');
    const row = new Uint8Array(ROW);
    return await rateOf(COMMITS, () => insert.run(row));
  } finally {
    database.close();
  }
}

async function commitsOfPostgres(binaries: string): Promise<number> {
  const server = await startPostgres(binaries, { durable: true });
  try {
    const client = new pg.Client({ connectionString: await server.createDatabase() });
    await client.connect();
    await client.query('create table kept (bytes bytea)');
    const row = Buffer.alloc(ROW);
    const perSecond = await rateOf(COMMITS, () => client.query('insert into kept values ($1)', [row]));
    await client.end();
    return perSecond;
  } finally {
    await server.stop();
  }
}
