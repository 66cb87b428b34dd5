/** What the operator does to a gateway's own store: the gateway's program for it is started, on this machine. */
import type { Command } from 'commander';
import { runBeside } from './beside.ts';
import { teach } from './flags.ts';

const PROGRAM = 'server/maintenance.ts';

export function addStoreCommands(program: Command): void {
  teach(
    program
      .command('migrate')
      .summary('what a new version changes in the store (operators)')
      .description('Shows which migrations the store of this machine has, and applies those that are pending.')
      .option('--apply', 'apply them'),
    {
      meaning:
        'Reads STORE_URL and DATA_DIR as the gateway does, which also migrates by itself when it starts. On PostgreSQL the gateways of the version before go on while it is applied; on SQLite stop the gateway first.',
      examples: ['migrate', 'migrate --apply'],
      next: 'start the gateways of the new version, one after the other.',
    },
  ).action(showOrApply);
  teach(
    program
      .command('move-store')
      .summary('move the store from SQLite to PostgreSQL (operators)')
      .description('Moves the store in a data folder, record keys included, to an empty PostgreSQL database.')
      .requiredOption('--from <folder>', 'the data folder (DATA_DIR) of a gateway that is stopped')
      .requiredOption('--to <url>', 'postgres://user@host/database, which has to be empty; ?schema= names a schema'),
    {
      meaning:
        'One transaction: all of it is there and compared row by row, or nothing. The files stay as they are. Put the password into PGPASSWORD rather than the URL, which a process list shows.',
      examples: ['move-store --from /var/lib/unbroken --to postgres://unbroken@db.example/unbroken'],
      next: 'set STORE_URL to the same URL and start the gateway.',
    },
  ).action(async ({ from, to }: { readonly from: string; readonly to: string }, command: Command) => {
    await runBeside(command, PROGRAM, ['move-store', '--from', from, '--to', to]);
  });
  teach(
    program
      .command('follow-anew')
      .summary('follow the ledger again from its beginning (operators)')
      .description('Forgets what was followed of the ledger, after a chain has undone blocks that counted as final.')
      .option('--apply', 'forget it'),
    {
      meaning:
        'Reads STORE_URL and DATA_DIR as the gateway does, which has to be stopped. Records, receipts and promises stay; what was accepted here and is not on the chain any more is sent again by the gateway when it starts.',
      examples: ['follow-anew', 'follow-anew --apply'],
      next: 'start the gateway; it follows the ledger and sends what is missing.',
    },
  ).action(showOrApply);
}

/** Shows what it would do; does it with --apply. */
async function showOrApply({ apply }: { readonly apply?: boolean }, command: Command): Promise<void> {
  await runBeside(command, PROGRAM, [command.name(), ...(apply ? ['--apply'] : [])]);
}
