/** Who is in. */
import type { Command } from 'commander';
import { nameOf, table } from '../output/table.ts';
import { handled } from '../session.ts';
import { teach } from './flags.ts';

export function addMemberCommands(program: Command): void {
  const participants = program
    .command('participants')
    .summary('who is in')
    .description('Lists the participants of the ledger.');
  teach(participants, {
    meaning: 'Codes are what --to, --holder and --as take. A suspended participant can receive nothing.',
    examples: ['participants'],
  }).action(
    handled(async ({ gateway, output }) => {
      const items = await gateway.participants();
      output.result({ items }, () =>
        table(
          ['number', 'code', 'jurisdiction', 'kind', 'status', 'sponsor'],
          items.map((each) => [
            String(each.number),
            each.code,
            each.jurisdiction,
            each.kind,
            each.status,
            each.sponsor ? nameOf(each.sponsor) : '',
          ]),
        ),
      );
    }),
  );
}
