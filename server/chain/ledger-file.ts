/** The ledger file: what pins a verifier, and a gateway, to one ledger. Public; keep a copy you trust. */
import { existsSync, readFileSync } from 'node:fs';

import { parseLedgerFile, type LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { ChainError } from './errors.ts';

export type { LedgerFile };

/** @throws ChainError WRONG_CHAIN */
export function readLedgerFile(file: string): LedgerFile | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return parseLedgerFile(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new ChainError('WRONG_CHAIN', `${file} is not usable: ${String(error)}`, { cause: error });
  }
}
