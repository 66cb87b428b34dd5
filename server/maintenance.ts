/**
 * What an operator does to a store while no gateway, or an older one, runs on it: `node server/maintenance.ts migrate`
 * and `move-store`. The command `unbroken` starts it, with the same settings as the gateway (docs/cli.md).
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
import { keysBeside, STORE_SCHEMA } from './store/store.ts';

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
  else throw new ConfigError('Usage: node server/maintenance.ts migrate [--apply] | move-store --from DIR --to URL');
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
