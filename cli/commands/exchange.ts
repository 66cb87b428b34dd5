/** Between agencies: erasing records, erasures by others, and dossiers that are owed. */
import type { Command } from 'commander';
import { usage } from '../failure.ts';
import { instant, nameOf, shortHex, table } from '../output/table.ts';
import { handled } from '../session.ts';
import { evidenceNamed, wordNamed, type EvidenceOptions } from '../stating/evidence.ts';
import { perform } from '../stating/perform.ts';
import type { StatingOptions } from '../stating/state.ts';
import type { WaitOptions } from '../stating/wait.ts';
import { wordingOf, type WordingOptions } from '../stating/wording.ts';
import { exhibitFlag, statingFlags, teach, wordingFlags } from './flags.ts';

type Erasing = WordingOptions &
  StatingOptions &
  WaitOptions &
  EvidenceOptions & { readonly digest?: readonly string[] };

export function addEraseCommand(program: Command): void {
  const erase = program
    .command('erase')
    .summary('destroy what your participant wrote or was shown')
    .description(
      'Destroys records that your participant has: all of a piece of evidence, or those of single statements.',
    )
    .argument('[evidence...]', 'ids')
    .option('--digest <statement...>', 'only the records of these statements')
    .addOption(exhibitFlag());
  teach(statingFlags(wordingFlags(erase)), {
    meaning:
      'The erasure is on the ledger, and what it names can’t be read at your participant any more, in no backup either; the line stays and verifies. Nothing is erased while a hold is on. Whoever got such records from you is told, and decides for itself.',
    examples: ['erase 0x00000001b7... --note "Retention period over"', 'erase --digest 0x5f02...'],
  }).action(
    handled<[string[]], Erasing>(async (session, options, ids) => {
      const digests = (options.digest ?? []).map((digest) => wordNamed(digest, 'the digest of a statement'));
      const named = ids.length > 0 || options.exhibit !== undefined;
      if (!named && digests.length === 0) throw usage('Name evidence, or statements by --digest.');
      const list = [...(named ? await evidenceNamed(session, ids, options) : []), ...digests];
      await perform(session, options, [{ act: 'erase', list, ...(await wordingOf(options, session.output)) }]);
    }),
  );
}

export function addExchangeCommands(program: Command): void {
  teach(
    program
      .command('erasures')
      .summary('what those erased who disclosed records to you')
      .description('Lists erasures by participants whose records yours got in dossiers.'),
    {
      meaning: 'Nothing is erased here by itself. `kept` counts the records that your participant still has.',
      examples: ['erasures'],
      next: '`unbroken erase --digest STATEMENT`, if your participant erases too.',
    },
  ).action(
    handled(async ({ gateway, output }) => {
      const items = await gateway.erasures();
      output.result({ items }, () =>
        table(
          ['erased by', 'erasure', 'records', 'kept', 'statements'],
          items.map(({ from, erasure, records, kept }) => [
            nameOf(from),
            shortHex(erasure),
            String(records.length),
            String(kept),
            records.map(shortHex).join(' '),
          ]),
        ),
      );
    }),
  );

  const dossiers = program
    .command('dossiers')
    .summary('records that travel to other gateways (operators)')
    .description('Shows which dossiers wait for another gateway, and why. Takes the token of an operator.');
  teach(dossiers.command('list').description('Lists dossiers; those that wait come first.'), {
    meaning: 'A dossier that waits is tried again by itself; what its trouble asks for is in docs/api.md.',
    examples: ['dossiers list'],
  }).action(
    handled(async ({ gateway, output }) => {
      const items = await gateway.dossiers();
      output.result({ items }, () =>
        table(
          ['release', 'from', 'to', 'state', 'trouble', 'attempts', 'next'],
          items.map((each) => [
            each.release,
            nameOf(each.sender),
            nameOf(each.recipient),
            each.progress,
            each.trouble ?? '',
            String(each.attempts),
            instant(each.nextAt),
          ]),
        ),
      );
    }),
  );
  teach(
    dossiers.command('again').description('Sends a dossier again.').argument('<release>', 'digest of the release'),
    {
      meaning: 'For a recipient that lost what it had. A second copy changes nothing.',
      examples: ['dossiers again 0x5f02...'],
    },
  ).action(
    handled<[string]>(async ({ gateway, output }, _options, digest) => {
      const release = wordNamed(digest, 'the digest of a release');
      await gateway.sendDossierAgain(release);
      output.result({ release }, () => [`The dossier of release ${release} is under way again.`]);
    }),
  );
}
