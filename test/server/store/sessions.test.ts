/** Sessions of PostgreSQL that are ended at any moment, as an administrator does: whoever uses them is told, no process ends. */
import { expect } from 'chai';
import pg from 'pg';

import { openSession } from '../../../server/store/postgres.ts';
import { onPostgres } from '../../support/stores.ts';

const SESSIONS = 150;

onPostgres('a session that is ended as soon as it is there', (newPlace) => {
  it('fails, and nothing else does', async () => {
    const place = await newPlace();
    const plain = new URL(place.database);
    plain.searchParams.delete('schema');
    const administrator = new pg.Client({ connectionString: plain.href });
    await administrator.connect();
    let outcomes = { opened: 0, failed: 0 };
    let ending = true;
    const endAll = async (): Promise<void> => {
      while (ending) {
        await administrator.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and application_name like 'unbroken-%'`,
        );
      }
    };
    const ended = endAll();
    for (let count = 0; count < SESSIONS; count++) {
      await openSession(plain.href, 'public').then(
        async (client) => {
          outcomes = { ...outcomes, opened: outcomes.opened + 1 };
          await client.end().catch(() => undefined);
        },
        () => (outcomes = { ...outcomes, failed: outcomes.failed + 1 }),
      );
    }
    ending = false;
    await ended;
    await administrator.end();
    await place.leave();
    expect(outcomes.opened + outcomes.failed).to.equal(SESSIONS);
    expect(outcomes.failed).to.be.greaterThan(0);
  });
});
