/** Settings of one invocation: flags first, then the environment, which nothing else reads. */
import { homedir } from 'node:os';
import path from 'node:path';
import { usage } from './failure.ts';

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export interface Settings {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | undefined;
  readonly json: boolean;
  /** File of the officer's own key. */
  readonly keyFile: string | undefined;
  /** Folder of the keys that were made here. */
  readonly keyFolder: string;
  /** Folder of what is stated without a gateway. */
  readonly offlineFolder: string;
  /** For scripts; people are asked. */
  readonly passphrase: string | undefined;
  /** Milliseconds for which to go on trying a gateway that has answered before. */
  readonly patience: number;
  /** Tokens of other participants, by code: for an import that tells of several. */
  tokenOf(code: string): string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(options: GlobalOptions, environment: Environment = process.env): Settings {
  const given = (name: string): string | undefined => environment[name] || undefined;
  const configuration = given('XDG_CONFIG_HOME') ?? path.join(homedir(), '.config');
  return {
    url: urlOf(options.url ?? given('UNBROKEN_URL') ?? 'http://127.0.0.1:8080'),
    token: options.token ?? given('UNBROKEN_TOKEN'),
    json: options.json ?? false,
    keyFile: given('UNBROKEN_KEY'),
    keyFolder: given('UNBROKEN_KEYS') ?? path.join(configuration, 'unbroken', 'keys'),
    offlineFolder: given('UNBROKEN_OFFLINE') ?? path.join(configuration, 'unbroken', 'offline'),
    passphrase: given('UNBROKEN_PASSPHRASE'),
    patience: patienceOf(given('UNBROKEN_PATIENCE') ?? '60'),
    tokenOf: (code) => given(`UNBROKEN_TOKEN_${code.replaceAll('-', '_')}`),
  };
}

function patienceOf(seconds: string): number {
  if (!/^\d{1,5}$/.test(seconds)) throw usage('UNBROKEN_PATIENCE is a whole number of seconds.');
  return Number(seconds) * 1000;
}

function urlOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw usage(
      `${JSON.stringify(text)} is not the address of a gateway. Give one such as http://127.0.0.1:8080 with --url or UNBROKEN_URL.`,
    );
  }
  return text.replace(/\/+$/, '');
}
