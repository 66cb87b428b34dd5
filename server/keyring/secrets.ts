/**
 * The gateway's secrets, in one file that only its owner may read (mode 0600).
 *
 * `masterKey` wraps record keys and derives blind-index keys; `relayKey` pays for and sends
 * transactions and can state nothing; `held` are the service keys of the participants that this
 * gateway serves; `encryption` the private halves of their P-256 encryption keys on the ledger.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

import { z } from 'zod';

import type { Hex } from '../../protocol/bytes.ts';
import { writeFileDurably } from './durable-file.ts';

const secret = z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]{64}$/)]);

const heldKey = z.object({ participant: z.number().int().positive(), privateKey: secret });

const secretsSchema = z.object({
  version: z.literal(1),
  masterKey: secret,
  relayKey: secret,
  held: z.array(heldKey),
  encryption: z.array(heldKey).default([]),
});

export type Secrets = z.infer<typeof secretsSchema>;
export type HeldKey = Secrets['held'][number];

export function randomSecret(): Hex {
  return `0x${randomBytes(32).toString('hex')}`;
}

/** Reads the secrets, or makes and writes them if the file is not there. */
export function openSecrets(file: string): Secrets {
  if (existsSync(file)) {
    const parsed = secretsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.success) return parsed.data;
    throw new Error(`${file} is not a secrets file: ${z.prettifyError(parsed.error)}. Restore it from its backup.`);
  }
  const secrets: Secrets = {
    version: 1,
    masterKey: randomSecret(),
    relayKey: randomSecret(),
    held: [],
    encryption: [],
  };
  saveSecrets(file, secrets);
  return secrets;
}

export function saveSecrets(file: string, secrets: Secrets): void {
  writeFileDurably(file, `${JSON.stringify(secrets, null, 2)}\n`, 0o600);
}
