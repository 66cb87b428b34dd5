/** The real command in a process of its own, against one gateway that all tests of the command line share. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sharedGateway } from '../../support/shared-gateway.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

let folder: string | undefined;

interface Demonstration {
  /** By the name of the user. */
  readonly tokens: Readonly<Record<string, string>>;
  /** By the code of the participant. */
  readonly authorityKeys: Readonly<Record<string, string>>;
}

export async function gateway() {
  const { url, dataDirectory } = await sharedGateway();
  const file = path.join(dataDirectory, 'demonstration.json');
  return { url, dataDirectory, ...(JSON.parse(readFileSync(file, 'utf8')) as Demonstration) };
}

/** For the files of the tests; gone when they end. */
export function workFolder(): string {
  return (folder ??= mkdtempSync(path.join(tmpdir(), 'unbroken-cli-')));
}

after(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

export interface Setting {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** @param user name of a user of the demonstration; undefined: nobody, and no gateway */
export async function unbroken(
  user: string | undefined,
  parameters: readonly string[],
  setting: Setting = {},
): Promise<Ended> {
  const { url, tokens } =
    user === undefined ? { url: 'http://127.0.0.1:9', tokens: {} as Record<string, string> } : await gateway();
  const token = user === undefined ? '' : (tokens[user] ?? user);
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'cli/main.ts', ...parameters], {
    cwd: ROOT,
    env: {
      ...{ PATH, NODE_COMPILE_CACHE },
      HOME: workFolder(),
      UNBROKEN_URL: url,
      UNBROKEN_TOKEN: token,
      UNBROKEN_KEYS: path.join(workFolder(), 'keys'),
      ...setting.environment,
    },
  });
  child.stdin.end(setting.input ?? '');
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number>((resolve) => child.once('close', (ended) => resolve(ended ?? -1)));
  return { code, output, errors };
}

/** Runs with --json and expects success. */
export async function json<Result>(user: string, parameters: readonly string[], setting?: Setting): Promise<Result> {
  const ended = await unbroken(user, [...parameters, '--json'], setting);
  if (ended.code !== 0) throw new Error(`unbroken ${parameters.join(' ')} ended with ${ended.code}: ${ended.errors}`);
  return JSON.parse(ended.output) as Result;
}

export interface Stated {
  readonly statements: readonly {
    readonly digest: string;
    readonly subject: string;
    readonly act: string;
    readonly progress: string;
    readonly signedBy: string;
    readonly sheet: string;
  }[];
}

/** Takes something into custody and waits until it is final, without the command line; its id. */
export async function collected(user: string, exhibit: string, restrictions: readonly string[] = []): Promise<string> {
  const { url, tokens } = await gateway();
  const headers = { Authorization: `Bearer ${tokens[user]!}`, 'Content-Type': 'application/json' };
  const record = { fields: [{ label: 'exhibit', value: exhibit }] };
  const body = JSON.stringify({ act: 'collect', code: 'seized', restrictions, record });
  const answer = await fetch(`${url}/v1/statements`, { method: 'POST', headers, body });
  const { digest, subject } = (await answer.json()) as { digest: string; subject: string };
  for (let progress = ''; progress !== 'final';) {
    const statement = await fetch(`${url}/v1/statements/${digest}`, { headers });
    ({ progress } = (await statement.json()) as { progress: string });
  }
  return subject;
}
