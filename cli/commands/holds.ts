/** Holds: what must be neither released nor disposed of. */
import type { Command } from 'commander';
import { Failure } from '../failure.ts';
import { handled } from '../session.ts';
import { evidenceNamed, wordNamed, type EvidenceOptions } from '../stating/evidence.ts';
import { perform } from '../stating/perform.ts';
import type { StatingOptions } from '../stating/state.ts';
import type { WaitOptions } from '../stating/wait.ts';
import { wordingOf, type WordingOptions } from '../stating/wording.ts';
import { exhibitFlag, statingFlags, teach, wordingFlags } from './flags.ts';

type Stating = WordingOptions & StatingOptions & WaitOptions;

export function addHoldCommands(program: Command): void {
  const hold = program
    .command('hold')
    .summary('forbid release and disposal')
    .description('Places a hold on evidence: it can be neither released nor disposed of until the hold is lifted.')
    .argument('[evidence...]', 'ids, at most 64')
    .addOption(exhibitFlag());
  teach(statingFlags(wordingFlags(hold)), {
    meaning:
      'The holder, an origin, or a court of the holder’s jurisdiction may place one. The hold has an id of its own, which lifts it. Several holds may be on one item.',
    examples: ['hold 0x00000001b7... --note "Appeal pending"'],
    next: '`unbroken lift HOLD`, by the participant that placed it.',
  }).action(
    handled<[string[]], Stating & EvidenceOptions>(async (session, options, ids) => {
      const list = await evidenceNamed(session, ids, options);
      await perform(session, options, [{ act: 'hold', list, ...(await wordingOf(options, session.output)) }]);
    }),
  );

  const lift = program
    .command('lift')
    .summary('lift a hold')
    .description('Lifts a hold that your participant placed.')
    .argument('<hold>', 'id of the hold, as `unbroken hold` gave it');
  teach(statingFlags(wordingFlags(lift)), {
    meaning: 'All items of the hold are free of it; other holds stay.',
    examples: ['lift 0x000000019e...'],
  }).action(
    handled<[string], Stating>(async (session, options, id) => {
      const subject = wordNamed(id, 'the id of a hold');
      const line = await session.gateway.hold(subject);
      if (!line)
        throw new Failure(
          'refused',
          'There is no such hold on the ledger. Give the id that `unbroken hold` showed; if it was placed just now, try again.',
        );
      await perform(session, options, [
        { act: 'lift', subject, list: line.items, ...(await wordingOf(options, session.output)) },
      ]);
    }),
  );
}
