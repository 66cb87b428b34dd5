/** The command `unbroken`, whole. */
import { Command } from 'commander';
import { addAgreementCommands } from './commands/agreements.ts';
import { addBasisCommands, addBasisReading } from './commands/bases.ts';
import { addBundleCommand, addProveCommand } from './commands/bundles.ts';
import { addCustodyCommands } from './commands/custody.ts';
import { addEraseCommand, addExchangeCommands } from './commands/exchange.ts';
import { addFoundingCommands } from './commands/founding.ts';
import { addHashCommand } from './commands/hash.ts';
import { addHoldCommands } from './commands/holds.ts';
import { addImportCommand } from './commands/import.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addLateCommands } from './commands/late.ts';
import { addMemberCommands } from './commands/members.ts';
import { addMembershipCommands } from './commands/membership.ts';
import { addOfflineCommands } from './commands/offline.ts';
import { addPaperCommands } from './commands/papers.ts';
import { addReadingCommands } from './commands/reading.ts';
import { addStoreCommands } from './commands/store.ts';
import { addSuccessionCommands } from './commands/succession.ts';
import { addTokenCommands } from './commands/tokens.ts';
import { addTracingCommands } from './commands/tracing.ts';
import { addVerifyCommand } from './commands/verify.ts';

const HELP = `
A first handoff:
  $ unbroken collect seized --exhibit KT-17/1 --description "Phone, black"
  $ unbroken release EVIDENCE --to DE-ZOLL
  $ UNBROKEN_TOKEN=... unbroken accept EVIDENCE        (as the recipient)
  $ unbroken trail EVIDENCE
  $ unbroken verify EVIDENCE
  $ unbroken bundle EVIDENCE --out FILE                 (for a court)
  $ unbroken verify FILE --ledger LEDGER

Exit codes: 0 done; 1 refused, rejected or not verified; 2 wrong usage or unusable input;
3 the gateway can't be reached. \`unbroken COMMAND --help\` says what a command means for custody.
All of it: docs/cli.md`;

export function buildProgram(): Command {
  const program = new Command('unbroken')
    .description('Chain of custody for evidence: who held it, when, and whether that can be proven.')
    .option('--url <address>', 'address of the gateway (or UNBROKEN_URL; else http://127.0.0.1:8080)')
    .option('--token <token>', 'your token (better: UNBROKEN_TOKEN, which no process list shows)')
    .option('--json', 'one JSON value on standard output, nothing else')
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .addHelpText('after', HELP)
    .exitOverride();
  program.commandsGroup('Custody:');
  addCustodyCommands(program);
  addHoldCommands(program);
  addLateCommands(program);
  addEraseCommand(program);
  program.commandsGroup('Asking and permitting:');
  addBasisCommands(program);
  addBasisReading(program);
  addAgreementCommands(program);
  program.commandsGroup('Without a gateway:');
  addOfflineCommands(program);
  program.commandsGroup('Reading and proving:');
  addReadingCommands(program);
  addTracingCommands(program);
  addBundleCommand(program);
  addVerifyCommand(program);
  addPaperCommands(program);
  addHashCommand(program);
  addMemberCommands(program);
  program.commandsGroup('Bringing in and managing:');
  addImportCommand(program);
  addKeyCommands(program);
  addMembershipCommands(program);
  addTokenCommands(program);
  addExchangeCommands(program);
  addProveCommand(program);
  addFoundingCommands(program);
  addStoreCommands(program);
  addSuccessionCommands(program);
  return program;
}
