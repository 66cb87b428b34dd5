/** From the flags of a command to what is asked of the gateway. */
import path from 'node:path';
import { LABEL_MAX, VALUE_MAX } from '../../protocol/record.ts';
import { PURPOSES, RESTRICTIONS } from '../../protocol/names.ts';
import { usage } from '../failure.ts';
import { hashFile } from '../files.ts';
import type { StatementRequest } from '../gateway/gateway.ts';
import type { Output } from '../output/output.ts';

export interface Field {
  readonly label: string;
  readonly value: string;
}

/** What any statement may carry: flags of every command that states something. */
export interface WordingOptions {
  readonly field?: readonly Field[];
  readonly file?: readonly string[];
  readonly exhibitNumber?: string;
  readonly case?: string;
  readonly description?: string;
  readonly note?: string;
  readonly time?: number;
  readonly expires?: number;
}

/** `label=value`, collected. */
export function fieldOption(text: string, before: readonly Field[] = []): readonly Field[] {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`--field ${JSON.stringify(text)} has no label. Write --field label=value.`);
  const field = { label: text.slice(0, at).normalize('NFC'), value: text.slice(at + 1).normalize('NFC') };
  const bytes = (part: string): number => Buffer.byteLength(part);
  if (bytes(field.label) > LABEL_MAX || bytes(field.value) > VALUE_MAX) {
    throw usage(
      `--field ${field.label.slice(0, 40)} is too long: a label has ${LABEL_MAX} bytes at most, a value ${VALUE_MAX}.`,
    );
  }
  return [...before, field];
}

export function listOption(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').filter((part) => part !== '')];
}

/** Whole: a path may hold a comma. */
export function pathOption(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function purposeOption(text: string, before: readonly string[] = []): readonly string[] {
  return listOption(closed(text, PURPOSES, 'purpose'), before);
}

export function restrictionOption(text: string, before: readonly string[] = []): readonly string[] {
  return listOption(closed(text, RESTRICTIONS, 'restriction'), before);
}

/** Seconds since 1970, or ISO 8601 with its zone. */
export function timeOption(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const time = Date.parse(text);
  if (Number.isNaN(time) || !/(Z|[+-]\d{2}:?\d{2})$/.test(text)) {
    throw usage(
      `${JSON.stringify(text)} is no time. Write it with its zone, such as 2026-09-21T13:33:20Z, or in seconds since 1970.`,
    );
  }
  return Math.floor(time / 1000);
}

/** Record and times of a statement; files are hashed. */
export async function wordingOf(
  options: WordingOptions,
  output: Output,
): Promise<Pick<StatementRequest, 'record' | 'time' | 'expires'>> {
  const named: [string, string | undefined][] = [
    ['exhibit', options.exhibitNumber],
    ['case', options.case],
    ['description', options.description],
    ['note', options.note],
  ];
  const fields: Field[] = named.flatMap(([label, value]) =>
    value === undefined ? [] : [{ label, value: value.normalize('NFC') }],
  );
  fields.push(...(options.field ?? []));
  for (const [index, file] of (options.file ?? []).entries())
    fields.push(...(await fileFields(file, index + 1, output)));
  const twice = fields.find(({ label }, at) => fields.findIndex((field) => field.label === label) < at);
  if (twice)
    throw usage(
      `The field ${twice.label} is given twice. Labels are unique in a record: number them, such as ${twice.label}.2.`,
    );
  return {
    ...(fields.length > 0 && { record: { fields } }),
    ...(options.time !== undefined && { time: options.time }),
    ...(options.expires !== undefined && { expires: options.expires }),
  };
}

async function fileFields(file: string, number: number, output: Output): Promise<Field[]> {
  const { size, sha256, sha3_256 } = await hashFile(file, output);
  return [
    { label: `file.${number}.name`, value: path.basename(file).normalize('NFC') },
    { label: `file.${number}.size`, value: String(size) },
    { label: `file.${number}.sha256`, value: sha256.slice(2) },
    { label: `file.${number}.sha3-256`, value: sha3_256.slice(2) },
  ];
}

function closed(text: string, table: Readonly<Record<string, number>>, what: string): string {
  const unknown = text.split(',').find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined)
    throw usage(`There is no ${what} ${JSON.stringify(unknown)}; there are ${Object.keys(table).join(', ')}.`);
  return text;
}
