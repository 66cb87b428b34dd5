/** What agencies and operators do when a chain ends: the ledger is retired, and goes on elsewhere. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { ACT } from '../../protocol/acts.ts';
import { isHex, ZERO, type Hex } from '../../protocol/bytes.ts';
import { WAIT_MAX } from '../../protocol/judge.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf, type Statement } from '../../protocol/statement.ts';
import { usage } from '../failure.ts';
import type { SignedSheet } from '../gateway/gateway.ts';
import { handled, type Session } from '../session.ts';
import type { SigningKey } from '../keys/key-file.ts';
import { openKey, signedSheet } from '../stating/state.ts';
import { outcomeLines } from '../stating/perform.ts';
import { waitFor } from '../stating/wait.ts';
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
      if (options.send) await send(session, heritage, options.file);
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

const hex = z.custom<Hex>((value) => isHex(value));
const signatureSchema = z.strictObject({ key: hex, signature: hex });
/** The statement is read again by the gateway and the ledger; here its digest is what counts. */
const retirementSchema = z.strictObject({
  key: hex,
  signature: hex,
  statements: z.tuple([
    z.strictObject({ statement: z.custom<Statement>((value) => typeof value === 'object' && value !== null) }),
  ]),
  endorsements: z.array(signatureSchema).max(128),
});
type Retirement = SignedSheet & Required<Pick<SignedSheet, 'endorsements'>>;

interface ReadRetirement {
  readonly retirement: Retirement;
  /** what is signed */
  readonly hash: Hex;
}

async function sign(session: Session, heritage: Hex, file: string, named: string): Promise<void> {
  const key = await openKey(session, named);
  const retirement = existsSync(file)
    ? endorsed(await readRetirement(session, heritage, file), key)
    : await newRetirement(session, heritage, key);
  writeFileSync(file, `${JSON.stringify(retirement, null, 2)}\n`);
  const count = 1 + retirement.endorsements.length;
  session.output.result({ file, signatures: count }, () => [
    `${file}: ${count} signed. Give it to the next agency; when more than two thirds have signed: --send.`,
  ]);
}

async function newRetirement(session: Session, heritage: Hex, key: SigningKey): Promise<Retirement> {
  const time = Math.floor(Date.now() / 1000);
  const request = { act: 'retire', subject: ZERO, reference: heritage, time, expires: time + WAIT_MAX } as const;
  const { sheet } = await signedSheet(session, key, [request]);
  return { ...sheet, endorsements: [] };
}

function endorsed({ retirement, hash }: ReadRetirement, key: SigningKey): Retirement {
  if (retirement.key === key.id) throw usage('This key signed it first. Now it is for the others to sign.');
  const others = retirement.endorsements.filter((each) => each.key !== key.id);
  return { ...retirement, endorsements: [...others, { key: key.id, signature: key.sign(hash) }] };
}

async function send(session: Session, heritage: Hex, file: string): Promise<void> {
  const { retirement } = await readRetirement(session, heritage, file);
  const participants = await session.gateway.participants();
  const owners = new Map<Hex, number>();
  for (const { number } of participants)
    for (const { id } of await session.gateway.keys(number)) owners.set(id, number);
  // The ledger wants them in the order of their participants.
  const endorsements = [...retirement.endorsements].sort((a, b) => (owners.get(a.key) ?? 0) - (owners.get(b.key) ?? 0));
  const idempotencyKey = `retire-${retirement.signature.slice(2, 66)}`;
  const accepted = await session.gateway.submit({ ...retirement, endorsements }, { idempotencyKey });
  const outcomes = await waitFor(session, accepted, { wait: true });
  session.output.result({ statements: outcomes }, () => outcomeLines(outcomes));
}

/** @throws Failure usage if it is not what it is said to be */
async function readRetirement(
  { gateway }: Pick<Session, 'gateway'>,
  heritage: Hex,
  file: string,
): Promise<ReadRetirement> {
  const wrong = (why: string): Error => usage(`${file} is not a retirement with this heritage: ${why}.`);
  let retirement: z.infer<typeof retirementSchema>;
  try {
    retirement = retirementSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw wrong('it can’t be read');
  }
  const { statement } = retirement.statements[0];
  if (statement.act !== ACT.retire || statement.reference !== heritage) throw wrong('it says something else');
  const { foundingHash } = await gateway.ledger();
  return { retirement, hash: sheetHash([digestOf(statement)], foundingHash) };
}
