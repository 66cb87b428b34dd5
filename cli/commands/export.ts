/** Exports: a bundle in the forms that other programs read. Made here, offline. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { BUNDLE_BYTES_MAX, decodeBundle, type Bundle } from '../../protocol/bundle/form.ts';
import { caseOf } from '../../papers/interchange/case.ts';
import { provOf } from '../../papers/interchange/prov.ts';
import { usage } from '../failure.ts';
import { unreadable } from '../files.ts';
import { handled } from '../session.ts';
import { teach } from './flags.ts';

const FORMATS: Readonly<Record<'case' | 'prov', (bundle: Bundle) => object>> = { case: caseOf, prov: provOf };

interface ExportOptions {
  readonly format: keyof typeof FORMATS;
  readonly out?: string;
}

export function addExportCommand(program: Command): void {
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
    handled<[string], ExportOptions>(({ output }, { format, out }, path) => {
      const document = FORMATS[format](decodeBundle(read(path)));
      const text = JSON.stringify(document, null, 2);
      if (out === undefined) output.result(document, () => [text]);
      else {
        writeNew(out, text);
        output.result({ out, format }, () => [`Written to ${out}.`]);
      }
      return Promise.resolve();
    }),
  );
}

function read(path: string): Uint8Array {
  try {
    if (path !== '-' && statSync(path).size > BUNDLE_BYTES_MAX) throw usage(`${path} is too large for a bundle.`);
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Never over something that is there: it may be evidence. */
function writeNew(file: string, content: string): void {
  try {
    writeFileSync(file, content, { flag: 'wx' });
  } catch {
    throw usage(`${file} can't be written, or exists. Choose another name.`);
  }
}
