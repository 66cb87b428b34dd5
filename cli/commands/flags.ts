/** Flags that several commands share, and how help is written. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  fieldOption,
  listOption,
  pathOption,
  purposeOption,
  restrictionOption,
  timeOption,
} from '../stating/wording.ts';

/** Help that teaches: what it means for custody, examples, what comes next. */
export function teach(
  command: Command,
  { meaning, examples, next }: { meaning: string; examples: readonly string[]; next?: string },
): Command {
  const lines = ['', ...wrapped(meaning), '', 'Examples:', ...examples.map((example) => `  $ unbroken ${example}`)];
  if (next !== undefined) lines.push('', ...wrapped(`Next: ${next}`));
  return command.addHelpText('after', lines.join('\n'));
}

export function wordingFlags(command: Command): Command {
  return command
    .addOption(new Option('--field <label=value>', 'a field of the record; may be repeated').argParser(fieldOption))
    .addOption(
      new Option('--file <path>', 'a file whose digests go into the record; may be repeated').argParser(pathOption),
    )
    .option('--note <text>', 'short for --field note=TEXT')
    .addOption(new Option('--time <time>', 'when it happened, if not now').argParser(timeOption));
}

export function openingFlags(command: Command): Command {
  return command
    .option('--exhibit <number>', 'exhibit number, short for --field exhibit=NUMBER')
    .option('--case <name>', 'case, short for --field case=NAME')
    .option('--description <text>', 'short for --field description=TEXT')
    .addOption(restrictionFlag());
}

export function exhibitFlag(): Option {
  return new Option('--exhibit <number>', 'name the evidence by an exhibit number of your own records').argParser(
    pathOption,
  );
}

export function restrictionFlag(): Option {
  return new Option('--restriction <flag>', 'H1 court use, H2 dissemination: with permission only; H3 other').argParser(
    restrictionOption,
  );
}

/** What the reader of a bundle trusts, and what its records are to name. */
export function trustFlags(command: Command): Command {
  return command
    .option('--ledger <file>', 'of a bundle: the ledger file that you trust, and had from elsewhere')
    .option('--rpc <address>', 'of a bundle: also ask this node whether it has the block; else no network is used')
    .addOption(
      new Option('--authority <certificate>', 'of a bundle: an authority whose timestamps you trust').argParser(
        pathOption,
      ),
    )
    .addOption(
      new Option('--file <path>', 'also: is this file one that the records name? may be repeated').argParser(
        pathOption,
      ),
    );
}

export function purposeFlag(): Option {
  return new Option('--purpose <name>', 'what the recipient may use it for; may be repeated').argParser(purposeOption);
}

/** Of a key that is enrolled. */
export function validityFlags(command: Command): Command {
  return command
    .addOption(new Option('--valid-from <time>', 'now, if left out').argParser(timeOption))
    .addOption(new Option('--valid-until <time>', 'two years later, if left out').argParser(timeOption));
}

export function statingFlags(command: Command): Command {
  return command
    .addOption(new Option('--expires <time>', 'not included after this; usually a week later').argParser(timeOption))
    .option(
      '--key-file <file>',
      'sign with your own key (or UNBROKEN_KEY); else the gateway signs with its service key',
    )
    .option('--idempotency-key <key>', 'repeating with the same key does nothing twice; random if left out')
    .addOption(new Option('--wait [seconds]', 'wait until it is final').argParser(secondsOption))
    .option('--no-wait', 'do not wait, also in a terminal');
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

export { listOption };

function secondsOption(text: string): number {
  return wholeNumber(text);
}

function wrapped(text: string, width = 90): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
