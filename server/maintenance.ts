/**
 * What an operator does to a store while no gateway, or an older one, runs on it: `node server/maintenance.ts migrate`,
 * `move-store` and `follow-anew`. The command `unbroken` starts it, with the same settings as the gateway (docs/cli.md).
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { hexToBytes } from '../protocol/bytes.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { existingSecrets, runProgram, storeAddress, takeStore } from './operator.ts';
import { openDatabase, readSchema } from './store/database.ts';
import type { SchemaState } from './store/migrating.ts';
import { migrations } from './store/migrations/index.ts';
import { moveStore } from './store/moving.ts';
import { KEY_SCHEMA, keyMigrations } from './store/record-keys.ts';
import { keysBeside, openStore, STORE_SCHEMA } from './store/store.ts';

const say = (step: string): void => console.error(step);

await runProgram(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      apply: { type: 'boolean', default: false },
      from: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (positionals[0] === 'migrate') await migrate(readConfig(), values.apply, values.json);
  else if (positionals[0] === 'move-store') await move(values.from, values.to, values.json);
  else if (positionals[0] === 'follow-anew') await followAnew(readConfig(), values.apply, values.json);
  else {
    const usage = 'migrate [--apply] | move-store --from DIR --to URL | follow-anew [--apply]';
    throw new ConfigError(`Usage: node server/maintenance.ts ${usage}`);
  }
});

async function migrate(config: Config, apply: boolean, json: boolean): Promise<void> {
  const sqlite = config.storeUrl === 'sqlite';
  const address = storeAddress(config);
  const databases = [
    { name: 'store', address, schema: STORE_SCHEMA, migrations },
    { name: 'keys', address: keysBeside(address), schema: KEY_SCHEMA, migrations: keyMigrations },
  ];
  if (apply) {
    if (sqlite && !existsSync(address)) throw new ConfigError(`There is no store in ${config.dataDirectory}.`);
    const use = takeStore(config);
    for (const each of databases) await (await openDatabase(each.address, each.schema, each.migrations)).close();
    use.end();
  }
  const states: Record<string, SchemaState> = {};
  for (const each of databases) states[each.name] = await readSchema(each.address, each.schema, each.migrations);
  if (json) {
    console.log(JSON.stringify(states));
    return;
  }
  for (const [name, { applied, pending, newer }] of Object.entries(states)) {
    for (const one of applied)
      console.log(`${name}  ${one}  ${newer.includes(one) ? 'applied by a newer version' : 'applied'}`);
    for (const one of pending) console.log(`${name}  ${one}  pending`);
  }
  const pending = Object.values(states).flatMap((state) => state.pending);
  console.log(
    pending.length === 0
      ? 'The store is up to date.'
      : sqlite
        ? 'Stop the gateway, take a backup, then `unbroken migrate --apply`.'
        : 'Take a backup, then `unbroken migrate --apply`. Gateways of the version before may go on meanwhile.',
  );
}

/** After a chain has undone blocks that counted as final, or was put back from a back-up. */
async function followAnew(config: Config, apply: boolean, json: boolean): Promise<void> {
  const masterKey = hexToBytes(existingSecrets(config.dataDirectory).masterKey);
  const use = takeStore(config);
  try {
    const store = await openStore({ database: storeAddress(config), masterKey });
    try {
      if ((await store.ledgers()).length > 1) {
        throw new ConfigError(
          'This store has followed a ledger that was retired before this one, and could not follow that again. Restore it from the back-up of before the blocks that were undone.',
        );
      }
      const { statements } = await store.counts();
      if (apply) await store.forgetLedger();
      const pending = await store.countPending();
      if (json) console.log(JSON.stringify({ statements, pending, applied: apply }));
      else if (apply) {
        console.log(
          `Forgotten; ${pending} statements that were accepted here wait. Start the gateway: it follows the ledger from its beginning and sends again what the chain does not have.`,
        );
      } else {
        console.log(
          `${statements} statements were followed. Stop every process of this gateway, take a back-up, find out with the other operators which chain goes on, then \`unbroken follow-anew --apply\`. Records, receipts and promises stay.`,
        );
      }
    } finally {
      await store.close();
    }
  } finally {
    use.end();
  }
}

async function move(from: string | undefined, to: string | undefined, json: boolean): Promise<void> {
  if (from === undefined || to === undefined) throw new ConfigError('Name --from DIR and --to postgres://…');
  const masterKey = hexToBytes(existingSecrets(from).masterKey);
  const tables = await moveStore({ from, to, masterKey, say });
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (json) {
    console.log(JSON.stringify({ rows, tables }));
    return;
  }
  for (const { table, rows: count, digest } of tables) console.log(`${table}  ${count}  ${digest.slice(0, 16)}`);
  console.log(
    `${rows} rows moved and compared. Now set STORE_URL to the same URL and start the gateway with the same DATA_DIR: ` +
      'secrets.json and ledger.json are still read there. When it runs, destroy unbroken.sqlite and keys.sqlite with ' +
      'their backups: what is erased from now on would otherwise live on in them.',
  );
}
