/** The ledger file: what pins a verifier, and a gateway, to one ledger. Public; keep a copy you trust. */
import { existsSync, readFileSync } from 'node:fs';

import { z } from 'zod';

import { keccakHex } from '../../protocol/hashing.ts';
import { hexToBytes, type Hex } from '../../protocol/bytes.ts';
import { ChainError } from './errors.ts';

const hex = z.string().regex(/^0x([0-9a-f]{2})*$/) as unknown as z.ZodType<Hex>;
const contract = z.strictObject({ address: hex, codeHash: hex });

const ledgerFileSchema = z.strictObject({
  version: z.literal(1),
  foundingHash: hex,
  /** What the founding hash is the hash of. */
  founding: hex,
  chainId: z.number().int().positive(),
  genesisHash: hex,
  /** Number of the block in which the Consortium was deployed: where following begins. */
  foundedAt: z.number().int().nonnegative(),
  contracts: z.strictObject({ consortium: contract, agreements: contract, custody: contract }),
  /** Addresses of the validators whose seals count; none where no consortium vouches for the chain. */
  validators: z.array(hex),
});

export type LedgerFile = z.infer<typeof ledgerFileSchema>;

export function readLedgerFile(file: string): LedgerFile | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = ledgerFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success)
    throw new ChainError('WRONG_CHAIN', `${file} is not a ledger file: ${z.prettifyError(parsed.error)}`);
  if (keccakHex(hexToBytes(parsed.data.founding)) !== parsed.data.foundingHash) {
    throw new ChainError('WRONG_CHAIN', `${file}: the founding hash is not the hash of the founding.`);
  }
  return parsed.data;
}
