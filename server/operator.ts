/** What the programs share that an operator runs beside a gateway, with its settings; and where its store is. */
import { existsSync } from 'node:fs';
import path from 'node:path';

import { ConfigError, type Config } from './config.ts';
import { openSecrets, type Secrets } from './keyring/secrets.ts';
import { takeSoleUse, type SoleUse } from './store/sole-use.ts';

/** Runs a program: what goes wrong is a sentence on standard error, and exit code 2 for wrong usage, else 1. */
export async function runProgram(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = isUsage(error) ? 2 : 1;
  }
}

function isUsage(error: unknown): boolean {
  if (error instanceof ConfigError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** File or URL of the store. */
export function storeAddress({ storeUrl, dataDirectory }: Config): string {
  return storeUrl === 'sqlite' ? path.join(dataDirectory, 'unbroken.sqlite') : storeUrl;
}

/**
 * Takes the data folder, where the store is in it; a database takes several.
 * @throws StoreError BUSY if another process has it
 */
export function takeStore({ storeUrl, dataDirectory }: Config): SoleUse {
  return storeUrl === 'sqlite' ? takeSoleUse(path.join(dataDirectory, 'unbroken.lock')) : { end: () => undefined };
}

/** @throws ConfigError if this is not the data folder of a gateway: none is made here */
export function existingSecrets(folder: string): Secrets {
  const file = path.join(folder, 'secrets.json');
  if (!existsSync(file)) {
    throw new ConfigError(
      `${file} is missing: ${folder} is not the data folder of a gateway. Put the secrets there that were made for it; \`unbroken secrets\` makes those of a new one.`,
    );
  }
  return openSecrets(file);
}
