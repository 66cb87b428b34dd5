/** How a ledger begins: who is in from the start, the gateway's secrets, and the contracts on a network. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { bytesToHex, isHex, ZERO, type Hex } from '../../protocol/bytes.ts';
import { encodeFounding, foundedWorld, foundingHash, type Founding } from '../../protocol/founding.ts';
import { keyId } from '../../protocol/key.ts';
import { KIND, POWER, SCHEME, type Kind } from '../../protocol/names.ts';
import { usage } from '../failure.ts';
import { readJsonFile } from '../files.ts';
import { EVERY_ACT, FOR_EVER } from '../keys/new-key.ts';
import { table } from '../output/table.ts';
import { handled } from '../session.ts';
import { runBeside } from './beside.ts';
import { teach, wholeNumber } from './flags.ts';

const PROGRAM = 'server/founding.ts';

const word = z.custom<Hex>((value) => isHex(value, 32), '32 bytes in hexadecimal');
const formSchema = z.strictObject({
  nonce: word.optional(),
  members: z
    .array(
      z.strictObject({
        code: z.string(),
        jurisdiction: z.string(),
        kind: z.enum(Object.keys(KIND) as [Kind, ...Kind[]]),
        sponsor: z.string().optional(),
        /** As `unbroken keys show --json` prints it. */
        key: z.object({ scheme: z.enum(['secp256k1', 'p256']), x: word, y: word }),
      }),
    )
    .min(1),
});
type Form = z.infer<typeof formSchema>;

interface DeployOptions {
  readonly rpc: string;
  readonly secrets: string;
  readonly out: string;
}

export function addFoundingCommands(program: Command): void {
  addFounding(program);
  addSecrets(program);
  addDeploy(program);
}

function addFounding(program: Command): void {
  const command = program
    .command('founding')
    .summary('who is in from the start, and the hash of it (agencies)')
    .description('Shows what a ledger is to be founded with, and its founding hash. Works offline.')
    .argument('<file>', 'the list of members, with the public parts of their authority keys')
    .option('--out <file>', 'add a nonce to a list that has none, and write the founding there');
  teach(command, {
    meaning:
      'Whoever is in the founding speaks for a participant from the first block on, so everybody reads it, and compares the hash with all others by a channel that they trust, as the telephone. Signatures are made for this hash: for no other ledger.',
    examples: ['founding members.json --out founding.json', 'founding founding.json'],
    next: '`unbroken deploy` at one of the members; the ledger file has the same hash, or it is of another ledger.',
  }).action(
    handled<[string], { readonly out?: string }>(({ output }, { out }, file) => {
      const form = readForm(file);
      const founding = foundingIn(out === undefined ? form : withNonce(form, file, out), file);
      const hash = foundingHash(founding);
      const members = founding.members.map(({ key, sponsor, ...member }, index) => ({
        ...{ number: index + 1, ...member, key: keyId(key) },
        ...(sponsor > 0 && { sponsor: founding.members[sponsor - 1]!.code }),
      }));
      output.result({ foundingHash: hash, members }, () => [
        ...table(
          ['number', 'code', 'jurisdiction', 'kind', 'sponsor', 'authority key'],
          members.map((each) => [
            ...[String(each.number), each.code, each.jurisdiction, each.kind, each.sponsor ?? '', each.key],
          ]),
        ),
        '',
        `Founding hash ${hash}`,
        `To be compared: ${spelled(hash)}`,
      ]);
      return Promise.resolve();
    }),
  );
}

function addSecrets(program: Command): void {
  const command = program
    .command('secrets')
    .summary('the keys of a new gateway (operators)')
    .description('Makes the secrets of a gateway: its relay account, and keys for the participants that it serves.')
    .requiredOption('--participant <number>', 'as the founding numbers it; may be repeated', numbers)
    .requiredOption('--out <file>', 'where they go, readable by you alone; never over others');
  teach(command, {
    meaning:
      'All processes of one gateway have the same secrets, and a gateway on a network does not start without. Without the master key in it no record can be read again: keep it offline, in two places. The relay account only pays and sends; every validator has to list it.',
    examples: ['secrets --participant 1 --out secrets.json'],
    next: 'the relay account to the operators of all validators; the file to DATA_DIR/secrets.json.',
  }).action(({ participant, out }: { participant: readonly number[]; out: string }, command: Command) => {
    const served = participant.flatMap((number) => ['--participant', String(number)]);
    return runBeside(command, PROGRAM, ['secrets', ...served, '--out', path.resolve(out)]);
  });
}

function addDeploy(program: Command): void {
  const command = program
    .command('deploy')
    .summary('found a ledger on a network (operators)')
    .description('Deploys the contracts of a new ledger and writes its ledger file.')
    .argument('<founding>', 'the file that `unbroken founding` wrote')
    .requiredOption('--rpc <url>', 'a node of the network')
    .requiredOption('--secrets <file>', 'secrets of a gateway, whose relay account sends')
    .requiredOption('--out <file>', 'where the ledger file goes; never over another');
  teach(command, {
    meaning:
      'One member does it for all, and has no power over the ledger by it: everybody compares founding hash, addresses and code hashes of the ledger file. When it was cut off, repeat it; what is left over belongs to no ledger.',
    examples: ['deploy founding.json --rpc http://127.0.0.1:8545 --secrets secrets.json --out ledger.json'],
    next: 'the ledger file to every gateway as DATA_DIR/ledger.json, and to everyone who verifies.',
  }).action((file: string, { rpc, secrets, out }: DeployOptions, command: Command) => {
    const founding = bytesToHex(encodeFounding(foundingIn(readForm(file), file)));
    const places = ['--secrets', path.resolve(secrets), '--out', path.resolve(out)];
    return runBeside(command, PROGRAM, ['deploy', '--founding', founding, '--rpc', rpc, ...places]);
  });
}

/** @throws Failure usage */
function readForm(file: string): Form {
  const parsed = formSchema.safeParse(readJsonFile(file));
  if (parsed.success) return parsed.data;
  throw usage(`${file} is no list of members: ${z.prettifyError(parsed.error)}`);
}

/** Drawn once, by whoever makes the founding; all others read it. */
function withNonce(form: Form, file: string, out: string): Form {
  if (form.nonce !== undefined) throw usage(`${file} has a nonce: it is a founding. Leave --out away to read it.`);
  const founding = { nonce: bytesToHex(randomBytes(32)), ...form };
  foundingIn(founding, file);
  writeFileSync(out, `${JSON.stringify(founding, null, 2)}\n`, { flag: 'wx' });
  return founding;
}

/** @throws Failure usage, ProtocolError if the contract would not take it */
function foundingIn({ nonce, members }: Form, file: string): Founding {
  if (nonce === undefined) throw usage(`${file} has no nonce: \`unbroken founding ${file} --out FILE\` adds one.`);
  const sponsorOf = (code: string | undefined): number => {
    const position = members.findIndex((member) => member.code === code);
    if (code !== undefined && position < 0) throw usage(`${file} has no member ${code}, whom it names as sponsor.`);
    return position + 1;
  };
  const founding = {
    ...{ nonce, predecessor: ZERO },
    members: members.map(({ sponsor, key: { scheme, x, y }, ...member }) => ({
      ...{ ...member, sponsor: sponsorOf(sponsor) },
      key: { scheme: SCHEME[scheme], x, y, powers: POWER.authority, acts: EVERY_ACT, from: 0, until: FOR_EVER },
    })),
  };
  foundedWorld(founding, 0);
  return founding;
}

/** Sixteen groups of four digits. */
function spelled(hash: Hex): string {
  return hash.slice(2).replaceAll(/.{4}(?=.)/g, '$& ');
}

function numbers(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, wholeNumber(text)];
}
