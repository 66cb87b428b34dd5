/** An officer's own key: made here, kept here, encrypted; enrolled by an authority of the participant. */
import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { isHex, type Hex } from '../../protocol/bytes.ts';
import { keyWords } from '../../protocol/lists.ts';
import { SCHEME } from '../../protocol/names.ts';
import { usage } from '../failure.ts';
import type { Key } from '../gateway/answers.ts';
import { newPrivateKey, sealKey, unsealKey, type KeyFile, type PlainScheme } from '../keys/key-file.ts';
import { keepKey, keptKeys, keyFileNamed } from '../keys/key-folder.ts';
import { newKeyFrom, POWERS, type NewKeyOptions } from '../keys/new-key.ts';
import { askNewPassphrase, askPassphrase } from '../keys/passphrase.ts';
import { instant, table } from '../output/table.ts';
import { handled, type Session } from '../session.ts';
import { outcomeLines, perform } from '../stating/perform.ts';
import { openKey, signedSheet, type StatingOptions } from '../stating/state.ts';
import { waitFor, type WaitOptions } from '../stating/wait.ts';
import { statingFlags, teach, validityFlags } from './flags.ts';
import { addEnrolGateway } from './gateway-keys.ts';

interface MakeOptions {
  readonly scheme: PlainScheme;
  readonly out?: string;
}

interface EnrolOptions extends StatingOptions, WaitOptions, NewKeyOptions {
  readonly authority?: string;
}

export function addKeyCommands(program: Command): void {
  const keys = program
    .command('keys')
    .summary('your own signing key')
    .description(
      'Makes and keeps an officer’s own key. With it, your statements are signed on this machine, and nobody else can make them.',
    );
  addMaking(keys);
  addListing(keys);
  addEnrol(keys);
  addEnrolGateway(keys);
  addRevoke(keys);
}

function addMaking(keys: Command): void {
  const scheme = (): Option =>
    new Option('--scheme <scheme>', 'kind of key').choices(['secp256k1', 'p256']).default('secp256k1');

  const generate = keys
    .command('generate')
    .description('Makes a new key, encrypted with a passphrase (scrypt and AES-256-GCM).')
    .addOption(scheme())
    .option('--out <file>', 'where to keep it');
  teach(generate, {
    meaning:
      'The key is a pseudonym: the ledger knows its number, only your participant knows whose it is. It can’t be recovered without the passphrase; a lost key is revoked and a new one enrolled.',
    examples: ['keys generate', 'keys generate --scheme p256 --out officer.json'],
    next: '`unbroken keys enrol KEY`; after that --key-file or UNBROKEN_KEY signs with it.',
  }).action(handled<[], MakeOptions>((session, options) => make(session, options, () => newPrivateKey())));

  const bring = keys
    .command('import')
    .description('Keeps a private key that exists already, read in hexadecimal from standard input.')
    .addOption(scheme())
    .option('--out <file>', 'where to keep it');
  teach(bring, {
    meaning:
      'For authority keys of a founding ceremony, and for those of the demonstration. A key that stood in a file or on a screen is known to more than its owner.',
    examples: ['keys import --out authority.json < private-key.hex'],
  }).action(handled<[], MakeOptions>((session, options) => make(session, options, privateKeyFromInput)));
}

async function make({ settings, output }: Session, { scheme, out }: MakeOptions, privateKey: () => Hex): Promise<void> {
  const secret = privateKey();
  const key = sealKey(scheme, secret, await askNewPassphrase(settings));
  const file = keepKey(settings.keyFolder, out, key);
  output.result({ ...publicPart(key), file }, () => [`Key ${key.id}`, `  ${scheme}, kept in ${file}`]);
  output.note(`Next: unbroken keys enrol ${file}`);
}

function privateKeyFromInput(): Hex {
  if (process.stdin.isTTY) throw usage('Give the key on standard input: `unbroken keys import < FILE`.');
  const text = `0x${readFileSync(0, 'utf8').trim().toLowerCase().replace(/^0x/, '')}`;
  if (!isHex(text, 32)) throw usage('Standard input is not a private key of 32 bytes in hexadecimal.');
  return text;
}

function addListing(keys: Command): void {
  const list = keys
    .command('list')
    .description('Lists the keys on this machine, or those that a participant has enrolled.')
    .option('--participant <code>', 'the enrolled keys of this participant');
  teach(list, {
    meaning: 'Enrolled keys are never deleted: what they signed stays provable. Revoked ones can’t sign any more.',
    examples: ['keys list', 'keys list --participant DE-BKA'],
  }).action(
    handled<[], { readonly participant?: string }>(async ({ settings, output, gateway }, { participant }) => {
      if (participant !== undefined) {
        const found = (await gateway.participants()).find(({ code }) => code === participant);
        if (!found) throw usage(`There is no participant ${participant}. \`unbroken participants\` lists them.`);
        const items = await gateway.keys(found.number);
        output.result({ items }, () => enrolledTable(items));
        return;
      }
      const kept = keptKeys(settings.keyFolder);
      output.result({ items: kept.map(({ file, key }) => ({ ...publicPart(key), file })) }, () =>
        kept.length === 0
          ? ['There is none. `unbroken keys generate` makes one.']
          : table(
              ['key', 'scheme', 'file'],
              kept.map(({ file, key }) => [key.id, key.scheme, file]),
            ),
      );
    }),
  );

  const show = keys
    .command('show')
    .description('Shows the public part of a key.')
    .argument('<key>', 'its file, or the beginning of its id');
  teach(show, {
    meaning: 'No passphrase is asked for, and no secret is shown.',
    examples: ['keys show officer.json', 'keys show 5f02a1'],
  }).action(
    handled<[string]>(({ settings, output }, _options, name) => {
      const { file, key } = keyFileNamed(settings.keyFolder, name);
      const shown = { ...publicPart(key), file };
      output.result(shown, () => Object.entries(shown).map(([label, value]) => `${label.padEnd(6)}  ${value}`));
      return Promise.resolve();
    }),
  );
}

function addEnrol(keys: Command): void {
  const command = keys
    .command('enrol')
    .description(
      'Enrols a key for your participant: shows the words that an authority enrols, or does it with an authority key.',
    )
    .argument('<key>', 'its file, or the beginning of its id')
    .addOption(new Option('--powers <powers>', 'what it may do').choices(Object.keys(POWERS)).default('custody'));
  validityFlags(command).option(
    '--authority <key>',
    'authority key that signs the enrolment: file, or beginning of the id',
  );
  teach(statingFlags(command), {
    meaning:
      'Only an authority of your own participant can enrol a key, and only with the new key’s own signature: nobody enrols a key that they don’t have. Both passphrases are asked for; in scripts UNBROKEN_PASSPHRASE stands for both.',
    examples: ['keys enrol officer.json', 'keys enrol officer.json --authority authority.json --wait'],
    next: 'UNBROKEN_KEY=officer.json unbroken collect ... signs with it.',
  }).action(
    handled<[string], EnrolOptions>(async (session, options, name) => {
      const { file, key } = keyFileNamed(session.settings.keyFolder, name);
      const list = keyWords(newKeyFrom({ ...key, scheme: SCHEME[key.scheme] }, options));
      if (options.authority === undefined) showWords(session, key, list);
      else await enrol(session, options, key, file, list);
    }),
  );
}

function addRevoke(keys: Command): void {
  const command = keys
    .command('revoke')
    .description('Revokes an enrolled key of your participant, for good.')
    .argument('<key>', 'its file, the beginning of its id if it is on this machine, or its whole id')
    .requiredOption('--authority <key>', 'authority key that signs the revocation: file, or beginning of the id');
  teach(statingFlags(command), {
    meaning:
      'From its inclusion on the ledger takes nothing more that the key signed, also nothing that was signed before and is still on its way. What is on the ledger stays proven. Do it at once when a key is lost or known to others.',
    examples: ['keys revoke 0x5f02... --authority authority.json --wait'],
  }).action(
    handled<[string], StatingOptions & WaitOptions & { readonly authority: string }>(async (session, options, name) => {
      const digits = name.toLowerCase().replace(/^0x/, '');
      const whole: unknown = `0x${digits}`;
      const reference = isHex(whole, 32) ? whole : keyFileNamed(session.settings.keyFolder, name).key.id;
      await perform(session, { ...options, keyFile: options.authority }, [{ act: 'revoke', reference }]);
    }),
  );
}

function showWords({ output }: Session, key: KeyFile, list: readonly Hex[]): void {
  output.result({ ...publicPart(key), list }, () => [
    'Words for the statement `enrol` of an authority key:',
    ...list.map((word) => `  ${word}`),
  ]);
  output.note('The new key signs the same sheet: on the machine that has both, add --authority KEY.');
}

async function enrol(
  session: Session,
  options: EnrolOptions,
  key: KeyFile,
  file: string,
  list: readonly Hex[],
): Promise<void> {
  const authority = await openKey(session, options.authority!);
  const newKey = unsealKey(key, await askPassphrase(session.settings, `of the new key ${file}`));
  const { sheet, hash } = await signedSheet(session, authority, [{ act: 'enrol', list }]);
  const endorsements = [{ key: newKey.id, signature: newKey.sign(hash) }];
  const idempotencyKey = options.idempotencyKey ?? `enrol-${key.id}`;
  const accepted = await session.gateway.submit({ ...sheet, endorsements }, { idempotencyKey });
  const outcomes = await waitFor(session, accepted, options);
  session.output.result({ statements: outcomes }, () => outcomeLines(outcomes));
}

function enrolledTable(items: readonly Key[]): string[] {
  return table(
    ['key', 'scheme', 'powers', 'valid from', 'until', 'revoked'],
    items.map((each) => [
      each.id,
      each.scheme,
      each.powers.join(' '),
      instant(each.validFrom),
      instant(each.validUntil),
      instant(each.revokedAt),
    ]),
  );
}

function publicPart({ id, scheme, x, y }: KeyFile) {
  return { id, scheme, x, y };
}
