/**
 * The right to send with a relay account, which one process of a store has at a time.
 *
 * On PostgreSQL it is a session's advisory lock: when the process or its connection dies, the lock is free at once. A
 * process that hangs keeps its connection, so whoever has the right also shows signs of life; without them another
 * process ends its sessions. What then wakes up is kept out by the fence, which counts up with every hand-over and is
 * checked in the transaction that saves what will be sent:
 *
 * - a hand-over and a save wait for each other (both lock the row of the account), so whoever takes over sees all
 *   that was saved before, and nothing is saved with an older fence afterwards;
 * - two open transactions never have one nonce (unique index).
 *
 * So what a process that woke up may still send are the bytes that its successor knows and sends as well. Only if the
 * successor gave them up meanwhile may two transactions of one nonce reach the chain: it takes one, the follower says
 * which, and what the other carried goes again.
 */
import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type pg from 'pg';
import type { Hex } from '../../protocol/bytes.ts';
import type { SendingRight } from '../custody/ports.ts';
import { bytesOf } from './columns.ts';
import type { Database } from './database.ts';
import { storeError, StoreError } from './errors.ts';
import type { Tables } from './tables.ts';

/** Milliseconds between two signs of life, and between two attempts to get the right. */
const BEAT = 1_000;
const AGAIN = 500;
/** Seconds without a sign of life, by the database's clock, after which a process counts as hanging. */
const HUNG = 5;

const NOW = 'extract(epoch from clock_timestamp())::bigint';
// The lock is taken and the fence moved in one step: who has the one has the other.
const TAKE = `with taken as materialized (select pg_try_advisory_lock($1) as held)
  insert into sender (account, fence, holder, beat)
  select $2, 1, current_setting('application_name'), ${NOW} from taken where held
  on conflict (account) do update set fence = sender.fence + 1, holder = excluded.holder, beat = excluded.beat
  returning fence`;
const SHOW_LIFE = `update sender set beat = ${NOW} where account = $1 and fence = $2`;
// Their transactions with them, which would hold up everybody. A clock that was set back is no sign of life.
const END_HUNG = `select pg_terminate_backend(activity.pid) from sender
  join pg_stat_activity activity on activity.application_name = sender.holder and activity.datname = current_database()
  where sender.account = $1 and abs(${NOW} - sender.beat) > $2 and sender.holder <> current_setting('application_name')`;

export interface Sender {
  /** Takes the right, or says that it is still held; undefined while another process has it. */
  hold(account: Hex): Promise<SendingRight | undefined>;
  close(): Promise<void>;
}

export function openSender(database: Database<Tables>): Sender {
  return database.engine === 'sqlite' ? soleSender(database) : electedSender(database);
}

/** A file has one process, which is seen to elsewhere. */
function soleSender(database: Database<Tables>): Sender {
  let right: SendingRight | undefined;
  return {
    async hold(account) {
      if (right?.account === account) return right;
      const { fence } = await database.transact((transaction) =>
        transaction
          .insertInto('sender')
          .values({ account: bytesOf(account), fence: 1, holder: '', beat: 0 })
          .onConflict((conflict) => conflict.column('account').doUpdateSet({ fence: sql`sender.fence + 1` }))
          .returning('fence')
          .executeTakeFirstOrThrow(),
      );
      return (right = { account, fence });
    },
    close: () => Promise.resolve(),
  };
}

interface Candidacy {
  readonly client: pg.Client;
  readonly account: Hex;
  right: SendingRight | undefined;
  beating: NodeJS.Timeout | undefined;
}

function electedSender(database: Database<Tables>): Sender {
  let candidacy: Candidacy | undefined;
  let tried = -Infinity;
  let closed = false;

  async function stand(account: Hex): Promise<Candidacy> {
    const client = await database.session();
    const standing: Candidacy = { client, account, right: undefined, beating: undefined };
    const withdraw = (): void => void end(standing);
    client.once('error', withdraw);
    client.once('end', withdraw);
    candidacy = standing;
    if (closed) await end(standing);
    return standing;
  }

  async function end(standing: Candidacy): Promise<void> {
    clearInterval(standing.beating);
    standing.right = undefined;
    if (candidacy === standing) candidacy = undefined;
    await standing.client.end().catch(() => undefined);
  }

  async function take(standing: Candidacy): Promise<void> {
    const { client, account } = standing;
    const taken = await client.query<{ fence: number }>(TAKE, [lockOf(database.schema, account), bytesOf(account)]);
    const fence = taken.rows[0]?.fence;
    if (fence === undefined) {
      await client.query(END_HUNG, [bytesOf(account), HUNG]);
      return;
    }
    standing.right = { account, fence };
    standing.beating = setInterval(() => void beat(standing), BEAT).unref();
  }

  async function beat(standing: Candidacy): Promise<void> {
    const { client, account, right } = standing;
    if (right === undefined) return;
    const beaten = await client.query(SHOW_LIFE, [bytesOf(account), right.fence]).catch(() => undefined);
    if (beaten?.rowCount !== 1) await end(standing);
  }

  return {
    async hold(account) {
      if (candidacy?.account === account && candidacy.right !== undefined) return candidacy.right;
      if (closed || performance.now() - tried < AGAIN) return undefined;
      tried = performance.now();
      try {
        const standing = candidacy?.account === account ? candidacy : await stand(account);
        await take(standing);
        return standing.right;
      } catch (error) {
        // The lock may be ours and the fence not: both go with the session.
        if (candidacy !== undefined) await end(candidacy);
        throw storeError(error);
      }
    },
    async close() {
      closed = true;
      if (candidacy !== undefined) await end(candidacy);
    },
  };
}

/** Stores of one database may be of different gateways. */
function lockOf(schema: string, account: Hex): string {
  const hash = createHash('sha256').update(`sender ${schema} ${account.toLowerCase()}`).digest();
  return String(hash.readBigInt64BE(0));
}

/** @throws StoreError CONFLICT if the right passed to another process; none can take it until this transaction ends. */
export async function checkRight(
  transaction: Transaction<Tables>,
  engine: Database<Tables>['engine'],
  { account, fence }: SendingRight,
): Promise<void> {
  const query = transaction.selectFrom('sender').select('fence').where('account', '=', bytesOf(account));
  const row = await (engine === 'postgres' ? query.forShare() : query).executeTakeFirst();
  if (row?.fence !== fence) {
    throw new StoreError('CONFLICT', 'another process sends with this relay key now', { conflict: 'sender' });
  }
}
