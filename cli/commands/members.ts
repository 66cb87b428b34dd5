/** Who is in, and which agreements there are. */
import type { Command } from 'commander';
import { instant, nameOf, table } from '../output/table.ts';
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

  const agreements = program
    .command('agreements')
    .summary('the agreements that border crossings rest on')
    .description('Lists the agreements on the ledger.');
  teach(agreements, {
    meaning:
      'A release across a border names one that is concluded, in force, covers both sides and permits purpose and restrictions.',
    examples: ['agreements'],
    next: '`unbroken release EVIDENCE --to CODE --agreement ID --purpose NAME`.',
  }).action(
    handled(async ({ gateway, output }) => {
      const items = await gateway.agreements();
      output.result({ items }, () =>
        items.length === 0
          ? ['There is none.']
          : items.flatMap((each) => [
              `${each.number}  ${each.subject}`,
              `   ${each.state}, ${instant(each.validFrom)} to ${instant(each.validUntil)}`,
              `   between ${each.parties.map((party) => `${party.jurisdiction ?? (party.participant ? nameOf(party.participant) : '')}${party.signed ? '' : ' (not signed)'}`).join(', ')}`,
              `   purposes ${each.purposes.join(', ')}; restrictions ${each.restrictions.join(', ') || 'none'}; onward: ${each.onward}${each.courtPermission ? '; court use with permission' : ''}`,
            ]),
      );
    }),
  );
}
