/** What agencies and operators do when a chain ends: the ledger is retired, and goes on elsewhere. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { ACT } from '../../protocol/acts.ts';
import { isHex, type Hex } from '../../protocol/bytes.ts';
import { usage } from '../failure.ts';
import { handled, type Session } from '../session.ts';
import { readApproval, writeApproval } from '../stating/approval-file.ts';
import {
  checkApproval,
  endorse,
  isComplete,
  propose,
  send,
  signatureLines,
  signatureView,
  type Checked,
} from '../stating/approving.ts';
import { runBeside } from './beside.ts';
import { teach } from './flags.ts';

const PROGRAM = 'server/succeeding.ts';

interface RetireOptions {
  readonly file: string;
  readonly authority?: string;
  readonly send?: boolean;
}

export function addSuccessionCommands(program: Command): void {
  teach(
    program
      .command('heritage')
      .summary('what the ledger would leave to a successor (operators)')
      .description('Computes the heritage of the ledger from the store of this machine, and prints its hash.'),
    {
      meaning:
        'Every gateway that followed the ledger to the same end has the same hash. Agencies stop stating, wait until nothing is pending, and compare. Reads STORE_URL and DATA_DIR as the gateway does; on SQLite stop the gateway first.',
      examples: ['heritage'],
      next: '`unbroken retire` with this hash.',
    },
  ).action((_: unknown, command: Command) => runBeside(command, PROGRAM, ['heritage']));

  teach(
    program
      .command('retire')
      .summary('retire the ledger, so that a successor goes on (agencies)')
      .description('Signs the retirement of the ledger, in a file that goes from agency to agency; --send states it.')
      .argument('<heritage>', 'hash that `unbroken heritage` prints')
      .requiredOption('--file <file>', 'the retirement: made by the first who signs, completed by the others')
      .option('--authority <key>', 'file or id of your key with the power authority')
      .option('--send', 'state it, when more than two thirds of the agencies have signed'),
    {
      meaning:
        'From its inclusion on the ledger takes nothing more, for ever; only another retirement, where statements overtook the heritage. It waits 30 days for its signatures at the most.',
      examples: [
        'retire 0x8a... --file retirement.json --authority bka-authority',
        'retire 0x8a... --file retirement.json --send',
      ],
      next: '`unbroken succeed`.',
    },
  ).action(
    handled(async (session, options: RetireOptions, heritage: string) => {
      if (!isHex(heritage, 32)) throw usage('The heritage is 32 bytes in hexadecimal: `unbroken heritage` prints it.');
      if (options.authority !== undefined) await sign(session, heritage, options.file, options.authority);
      else if (!options.send) throw usage('Name your key, --authority KEY, or --send what was signed.');
      if (options.send) await send(session, await readRetirement(session, heritage, options.file));
    }),
  );

  teach(
    program
      .command('succeed')
      .summary('found the successor of a retired ledger (operators)')
      .description(
        'Deploys the successor on another chain, and brings it every line and key that the retired ledger left.',
      )
      .requiredOption('--rpc <url>', 'a node of the new chain')
      .requiredOption('--out <file>', 'where the ledger file of the successor goes; if it is there, the work goes on'),
    {
      meaning:
        'One agency does it for all; nobody has to trust it, since every leaf is proven against what the agencies signed. Reads STORE_URL and DATA_DIR as the gateway does, and sends with the relay key in DATA_DIR; on SQLite stop the gateway first.',
      examples: ['succeed --rpc http://127.0.0.1:8545 --out successor.json'],
      next: 'at every gateway: the file in place of DATA_DIR/ledger.json, CHAIN_URL of the new chain, start.',
    },
  ).action(({ rpc, out }: { readonly rpc: string; readonly out: string }, command: Command) =>
    runBeside(command, PROGRAM, ['succeed', '--rpc', rpc, '--out', path.resolve(out)]),
  );
}

async function sign(session: Session, heritage: Hex, file: string, named: string): Promise<void> {
  const checked = existsSync(file)
    ? await endorse(session, named, await readRetirement(session, heritage, file))
    : await propose(session, named, { act: 'retire', reference: heritage });
  writeApproval(file, checked.approval);
  const next = isComplete(checked)
    ? `That is enough: \`unbroken retire ${heritage} --file ${file} --send\` where it was signed first.`
    : `Give ${file} to the next agency.`;
  session.output.result({ file, ...signatureView(checked) }, () => [...signatureLines(checked), next]);
}

/** @throws Failure usage if it is not what it is said to be */
async function readRetirement(session: Session, heritage: Hex, file: string): Promise<Checked> {
  const approval = readApproval(file);
  const { act, reference } = approval.stated.statement;
  if (act === ACT.retire && reference === heritage) return await checkApproval(session, approval);
  throw usage(`${file} is not a retirement with this heritage. Give the file of the first who signed that.`);
}
