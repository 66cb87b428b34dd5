/** Tamper seals and digests of files that the records of an item name: what ties the paper to the thing. */
import type { Block, Cell } from './block.ts';
import { grouped } from './block.ts';
import { type NumberedStep, type Reading } from './reading.ts';

const FILE = /^file\.(?:(\d{1,6})\.)?(name|size|sha256|sha3-256)$/;

export function marksOf(reading: Reading): Block[] {
  const { labels, sections } = reading.own;
  const own = reading.steps.filter(({ step }) => step.kind === 'evidence');
  const seals = own.flatMap((each) => sealRows(reading, each));
  const files = own.flatMap((each) => fileRows(each));
  if (seals.length === 0 && files.length === 0) return [];
  return [
    { kind: 'heading', text: sections.seals },
    ...table(seals, [
      [labels.statement, 12],
      [labels.seal, 88],
    ]),
    ...table(files, [
      [labels.statement, 12],
      [labels.file, 26],
      [labels.size, 14],
      [labels.digest, 48],
    ]),
  ];
}

function table(rows: readonly (readonly Cell[])[], columns: readonly (readonly [string, number])[]): Block[] {
  if (rows.length === 0) return [];
  return [{ kind: 'table', columns: columns.map(([title, share]) => ({ title, share })), rows }];
}

function sealRows({ own: { labels } }: Reading, { number, step }: NumberedStep): Cell[][] {
  return (step.disclosure?.fields ?? []).flatMap((field) => {
    if (!('value' in field) || (field.label !== 'seal' && field.label !== 'seal.new')) return [];
    // With an item's opening stands the seal that it was put under.
    const found = field.label === 'seal' && step.act !== 'collect' && step.act !== 'derive';
    return [[[String(number)], [`${field.value} (${found ? labels['seal as found'] : labels['seal put on']})`]]];
  });
}

function fileRows({ number, step }: NumberedStep): Cell[][] {
  const files = new Map<string, Map<string, string>>();
  for (const field of step.disclosure?.fields ?? []) {
    const [, index = '', part] = FILE.exec(field.label) ?? [];
    if (part === undefined || !('value' in field)) continue;
    const file = files.get(index) ?? new Map<string, string>();
    files.set(index, file.set(part, field.value));
  }
  return [...files.values()].map((file) => [
    [String(number)],
    [file.get('name') ?? '–'],
    [file.get('size') ?? '–'],
    (['sha256', 'sha3-256'] as const).flatMap((name) => {
      const digest = file.get(name);
      return digest === undefined ? [] : [`${name === 'sha256' ? 'SHA-256' : 'SHA3-256'} ${grouped(digest)}`];
    }),
  ]);
}
