/** States a sheet: with the officer's own key if there is one, else the gateway signs with its service key. */
import { randomUUID } from 'node:crypto';
import type { Hex } from '../../protocol/bytes.ts';
import { usage } from '../failure.ts';
import type { Accepted } from '../gateway/answers.ts';
import type { SignedSheet, StatementRequest } from '../gateway/gateway.ts';
import type { SigningKey } from '../keys/key-file.ts';
import { unsealKey } from '../keys/key-file.ts';
import { keyFileNamed } from '../keys/key-folder.ts';
import { askPassphrase } from '../keys/passphrase.ts';
import type { Session } from '../session.ts';
import { checkPrepared } from './check-prepared.ts';

export interface StatingOptions {
  readonly keyFile?: string;
  readonly idempotencyKey?: string;
}

export async function state(
  session: Session,
  options: StatingOptions,
  requests: readonly StatementRequest[],
): Promise<readonly Accepted[]> {
  const idempotencyKey = options.idempotencyKey ?? randomUUID();
  if (!/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
    throw usage('An idempotency key has 1 to 255 visible ASCII characters.');
  }
  const named = options.keyFile ?? session.settings.keyFile;
  if (named === undefined) return await session.gateway.submit({ statements: requests }, { idempotencyKey });
  const key = await openKey(session, named);
  const { sheet } = await signedSheet(session, key, requests);
  return await session.gateway.submit(sheet, { idempotencyKey });
}

export async function openKey({ settings }: Pick<Session, 'settings'>, named: string): Promise<SigningKey> {
  const { key } = keyFileNamed(settings.keyFolder, named);
  return unsealKey(key, await askPassphrase(settings, `of the key ${key.id.slice(0, 14)}`));
}

/** Prepared by the gateway, checked here, signed here. */
export async function signedSheet(
  { gateway }: Pick<Session, 'gateway'>,
  key: SigningKey,
  requests: readonly StatementRequest[],
): Promise<{ readonly sheet: SignedSheet; readonly hash: Hex }> {
  const [prepared, { foundingHash }, participants] = await Promise.all([
    gateway.prepare(key.id, requests),
    gateway.ledger(),
    gateway.participants(),
  ]);
  const numberOf = (participant: string | number): number => {
    const found = participants.find(({ code, number }) => code === participant || number === participant);
    if (!found) throw usage(`There is no participant ${participant}. \`unbroken participants\` lists them.`);
    return found.number;
  };
  const hash = checkPrepared(prepared, {
    key: key.id,
    foundingHash,
    requests,
    participant: await participantOf(gateway, key, prepared.statements[0]?.statement.participant ?? 0),
    numberOf,
    now: Math.floor(Date.now() / 1000),
  });
  const statements = prepared.statements.map(({ statement, list, record }) => ({
    statement,
    ...(list !== undefined && list.length > 0 && { list }),
    ...(record && { record }),
  }));
  return { sheet: { key: key.id, signature: key.sign(hash), statements }, hash };
}

/** The participant that enrolled the key, as the list of its keys says. */
async function participantOf(gateway: Session['gateway'], key: SigningKey, said: number): Promise<number> {
  const keys = await gateway.keys(said);
  if (!keys.some(({ id }) => id === key.id)) throw usage('The key is not enrolled. `unbroken keys enrol` says how to.');
  return said;
}
