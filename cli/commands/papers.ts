/** Papers: what a bundle says, for people and for other programs. All of them are made here, offline. */
import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import type { Bundle } from '../../protocol/bundle/form.ts';
import type { certificatePdf } from '../../papers/certificate/certificate.ts';
import { caseOf } from '../../papers/interchange/case.ts';
import { provOf } from '../../papers/interchange/prov.ts';
import { LANGUAGES, WORDS } from '../../papers/words/languages.ts';
import { isTimeZone } from '../../papers/words/telling.ts';
import type { Language } from '../../papers/words/words.ts';
import { usage } from '../failure.ts';
import { handled } from '../session.ts';
import { readBundleFile, verifyBundleFile, type Trusting } from '../verifying/verify-bundle.ts';
import { teach, trustFlags } from './flags.ts';

interface PaperOptions extends Trusting {
  readonly language: Language;
  readonly timeZone: string;
  readonly link?: string;
  readonly out: string;
}

const FORMATS: Readonly<Record<'case' | 'prov', (bundle: Bundle) => object>> = { case: caseOf, prov: provOf };

export function addPaperCommands(program: Command): void {
  addCertificate(program);
  addExport(program);
  addPackage(program);
}

function addCertificate(program: Command): void {
  const command = program
    .command('certificate')
    .summary('a trail on paper')
    .description('Makes a PDF of a bundle, for a reader who is not technical.')
    .argument('<bundle>', 'its file');
  teach(paperFlags(command), {
    meaning:
      'The paper says who held the item, where and when, what was verified and what that stands on, and what deserves attention. It shows no more than the bundle does. Annexes: a draft certification for courts of the United States, and the minimum custody record of ISO/IEC 27037. The same bundle gives the same bytes.',
    examples: [
      'certificate KT-17.bundle.json --ledger ledger.json --out KT-17.pdf',
      'certificate KT-17.bundle.json --ledger ledger.json --language fr --time-zone Europe/Paris --out KT-17.pdf',
    ],
    next: 'the paper is for reading; what proves is the bundle. Hand over both.',
  }).action(makePaper(async () => (await import('../../papers/certificate/certificate.ts')).certificatePdf));
}

function addPackage(program: Command): void {
  const command = program
    .command('package')
    .summary('a bundle with all that helps to read it, as a ZIP')
    .description('Makes a ZIP for discovery: bundle, certificate, offline verifier, exports, and digests of all of it.')
    .argument('<bundle>', 'its file');
  teach(paperFlags(command), {
    meaning:
      'Whoever gets it can verify the bundle in any browser, with the network switched off. The ledger file is not in it, on purpose: it has to come from someone whom the reader trusts.',
    examples: ['package KT-17.bundle.json --ledger ledger.json --out KT-17.zip'],
    next: '`sha256sum -c MANIFEST.sha256` where it was unpacked.',
  }).action(makePaper(async () => (await import('../../papers/package/package.ts')).packageOf));
}

function addExport(program: Command): void {
  const command = program
    .command('export')
    .summary('a bundle as CASE or PROV')
    .description('Writes what a bundle tells as JSON-LD, for other programs.')
    .argument('<bundle>', 'its file')
    .addOption(new Option('--format <name>', 'CASE 1.5.0, or W3C PROV').choices(Object.keys(FORMATS)).default('case'))
    .option('--out <file>', 'write it there');
  teach(command, {
    meaning:
      'An export shows what the bundle shows, and proves nothing: each step carries its digest, by which it is found in the bundle. What was imported keeps the names that its document gave it.',
    examples: ['export KT-17.bundle.json --out KT-17.case.jsonld', 'export KT-17.bundle.json --format prov'],
    next: '`case_validate --built-version case-1.5.0 FILE` of the CASE community checks it.',
  }).action(
    handled<[string], { readonly format: keyof typeof FORMATS; readonly out?: string }>(
      ({ output }, { format, out }, path) => {
        const document = FORMATS[format](readBundleFile(path));
        const text = JSON.stringify(document, null, 2);
        if (out === undefined) output.result(document, () => [text]);
        else {
          writeNew(out, text);
          output.result({ out, format }, () => [`Written to ${out}.`]);
        }
        return Promise.resolve();
      },
    ),
  );
}

function paperFlags(command: Command): Command {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return trustFlags(command)
    .requiredOption('--out <file>', 'where it is written')
    .addOption(new Option('--language <tag>', 'of the paper').choices([...LANGUAGES]).default('en'))
    .addOption(new Option('--time-zone <name>', 'shown beside UTC').default(here, 'that of this machine'))
    .option('--link <address>', 'where readers find a verifier, for the code to scan');
}

/**
 * Verifies the bundle, and writes what is made of it and the result.
 * @param load gives what makes it: fonts and a writer of PDF, which no other command waits for
 */
function makePaper(load: () => Promise<typeof certificatePdf>) {
  return handled<[string], PaperOptions>(async ({ output }, options, path) => {
    const { language, timeZone, link, out } = options;
    if (link !== undefined && !/^https:\/\/[^\s#]{1,500}$/.test(link)) {
      throw usage('--link takes an https address without a fragment, such as https://courts.example/verify.');
    }
    if (!isTimeZone(timeZone)) throw usage(`${timeZone} is no time zone. Give one such as Europe/Paris, or UTC.`);
    const { bundle, verification } = await verifyBundleFile(path, options, output);
    const make = await load();
    const bytes = await make(bundle, verification, { language, timeZone, ...(link !== undefined && { link }) });
    writeNew(out, bytes);
    output.result({ out, verdict: verification.verdict, bytes: bytes.length }, () => [
      `Written to ${out}. It says: ${WORDS[language].verdict[verification.verdict]}`,
    ]);
  });
}

/** Never over something that is there: it may be evidence. */
function writeNew(file: string, content: Uint8Array | string): void {
  try {
    writeFileSync(file, content, { flag: 'wx' });
  } catch {
    throw usage(`${file} can't be written, or exists. Choose another name.`);
  }
}
