/** Tokens: who may call the gateway. For its operator. */
import { Option, type Command } from 'commander';
import { instant, nameOf, table } from '../output/table.ts';
import { handled } from '../session.ts';
import { teach } from './flags.ts';

interface CreateOptions {
  readonly role: string;
  readonly participant: string;
}

export function addTokenCommands(program: Command): void {
  const tokens = program
    .command('tokens')
    .summary('who may call this gateway (operators)')
    .description(
      'Makes, lists and revokes the tokens with which people and programs call this gateway. Takes the token of an operator.',
    );

  const create = tokens
    .command('create')
    .description('Makes a token. It is shown once; the gateway keeps its hash.')
    .argument('<name>', 'whose it is')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['officer', 'auditor', 'court', 'operator'])
        .makeOptionMandatory(),
    )
    .requiredOption('--participant <code>', 'for whom');
  teach(create, {
    meaning:
      'An officer states custody, an auditor sees the skeleton of everything and no record, a court reads and verifies, an operator manages tokens. With the token of an officer the gateway’s service key signs; statements say so.',
    examples: ['tokens create anna --role officer --participant DE-BKA'],
    next: 'hand it over on a safe way; its bearer sets UNBROKEN_TOKEN.',
  }).action(
    handled<[string], CreateOptions>(async ({ gateway, output }, { role, participant }, name) => {
      const created = await gateway.createToken({ name, role, participant });
      output.result(created, () => [created.token]);
      output.note(`Token ${created.id} of ${name}, ${role} of ${participant}. It is not shown again.`);
    }),
  );

  teach(tokens.command('list').description('Lists the tokens, without their secrets.'), {
    meaning: 'Revoked tokens stay in the list.',
    examples: ['tokens list'],
  }).action(
    handled(async ({ gateway, output }) => {
      const items = await gateway.tokens();
      output.result({ items }, () =>
        table(
          ['id', 'name', 'role', 'participant', 'created', 'revoked'],
          items.map((each) => [
            each.id,
            each.name,
            each.role,
            nameOf(each.participant),
            instant(each.createdAt),
            instant(each.revokedAt),
          ]),
        ),
      );
    }),
  );

  teach(
    tokens
      .command('revoke')
      .description('Revokes a token; it stops working within seconds.')
      .argument('<id>', 'as the list shows it'),
    {
      meaning: 'What was stated with it stays on the ledger.',
      examples: ['tokens revoke 3f9a1c2b7d4e'],
    },
  ).action(
    handled<[string]>(async ({ gateway, output }, _options, id) => {
      await gateway.revokeToken(id);
      output.result({ id, revoked: true }, () => [`Token ${id} is revoked.`]);
    }),
  );
}
