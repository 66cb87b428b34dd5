/**
 * What is stated without a gateway, on disk: a file a sheet, written whole and durably before a command says that it is
 * queued. The files hold what was written about evidence; they are readable by their owner only.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { isHex, type Hex } from '../../protocol/bytes.ts';
import type { WrittenRecord } from '../../protocol/record.ts';
import { digestOf, STATEMENT_FIELDS, type Statement } from '../../protocol/statement.ts';
import { usage } from '../failure.ts';

const hex = z.custom<Hex>((value) => isHex(value));
const statement = z.custom<Statement>((value) => {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== STATEMENT_FIELDS.length)
    return false;
  try {
    digestOf(value as Statement);
    return true;
  } catch {
    return false;
  }
});
const record = z.strictObject({
  schema: z.string(),
  fields: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  seed: hex,
}) satisfies z.ZodType<WrittenRecord>;
const outcome = z.strictObject({
  digest: hex,
  progress: z.string(),
  reason: z.string().exactOptional(),
  meaning: z.string().exactOptional(),
});

const queuedSchema = z.strictObject({
  format: z.literal('unbroken/queued/1'),
  hash: hex,
  key: hex,
  signature: hex,
  statements: z.array(
    z.strictObject({ statement, list: z.array(hex).exactOptional(), record: record.exactOptional() }),
  ),
  /** Once it is settled. */
  outcomes: z.array(outcome).exactOptional(),
});

/** One signed sheet with its records. */
export type QueuedSheet = z.infer<typeof queuedSchema>;
export type SheetOutcome = z.infer<typeof outcome>;

export interface Kept {
  readonly name: string;
  readonly sheet: QueuedSheet;
}

export interface OfflineFolder {
  readSnapshot(): unknown;
  keepSnapshot(snapshot: object): number;
  /** In the order in which they were stated. */
  queued(): readonly Kept[];
  settled(): readonly Kept[];
  queue(sheet: QueuedSheet): void;
  /** From the queue to what is done. */
  settle(kept: Kept, sheet: QueuedSheet): void;
  /** Handovers of others, as they came. */
  received(): readonly Uint8Array[];
  receive(name: string, bytes: Uint8Array): void;
}

export function openFolder(folder: string): OfflineFolder {
  const [queue, done, received] = ['queue', 'done', 'received'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  const snapshot = path.join(folder, 'snapshot.json');
  const sheetsIn = (where: string): Kept[] => names(where).map((name) => ({ name, sheet: readSheet(where, name) }));
  return {
    readSnapshot: () => (existsSync(snapshot) ? parsed(snapshot) : undefined),
    keepSnapshot: (value) => keep(snapshot, Buffer.from(JSON.stringify(value))),
    queued: () => sheetsIn(queue),
    settled: () => sheetsIn(done),
    queue(sheet) {
      const last = Math.max(0, ...[...names(queue), ...names(done)].map((name) => Number.parseInt(name, 10)));
      const name = `${String(last + 1).padStart(6, '0')}-${sheet.hash.slice(2, 14)}.json`;
      keep(path.join(queue, name), Buffer.from(JSON.stringify(sheet)));
    },
    settle({ name }, sheet) {
      // First there, then no longer here: whoever was cut off in between settles it again.
      keep(path.join(done, name), Buffer.from(JSON.stringify(sheet)));
      rmSync(path.join(queue, name));
    },
    received: () => names(received).map((name) => readFileSync(path.join(received, name))),
    receive: (name, bytes) => void keep(path.join(received, name), bytes),
  };
}

function names(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => !name.endsWith('.new'))
        .sort()
    : [];
}

function readSheet(folder: string, name: string): QueuedSheet {
  const file = path.join(folder, name);
  const read = queuedSchema.safeParse(parsed(file));
  if (!read.success) throw usage(`${file} was damaged. Move it away, and state again what stood in it.`);
  return read.data;
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw usage(`${file} can't be read. Move it away, and fetch or state again what stood in it.`);
  }
}

/** Whole or not at all, also when the battery ends; the number of bytes. */
function keep(file: string, bytes: Uint8Array): number {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  const descriptor = openSync(draft, 'w', 0o600);
  writeSync(descriptor, bytes);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(draft, file);
  const directory = openSync(folder, 'r');
  fsyncSync(directory);
  closeSync(directory);
  return bytes.length;
}
