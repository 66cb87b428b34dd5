/** The public halves of a gateway's keys go onto the ledger, by an authority of the participant that it serves. */
import type { Command } from 'commander';
import { z } from 'zod';
import { isHex, type Hex } from '../../protocol/bytes.ts';
import { keyId, publicKeyOf, signHash } from '../../protocol/key.ts';
import { keyWords } from '../../protocol/lists.ts';
import { POWER, SCHEME } from '../../protocol/names.ts';
import { usage } from '../failure.ts';
import { readJsonFile } from '../files.ts';
import type { SigningKey } from '../keys/key-file.ts';
import { EVERY_ACT, FOR_EVER } from '../keys/new-key.ts';
import { handled, type Session } from '../session.ts';
import { outcomeLines } from '../stating/perform.ts';
import { openKey, signedSheet } from '../stating/state.ts';
import { waitFor, type Outcome } from '../stating/wait.ts';
import { teach } from './flags.ts';

const held = z.array(
  z.object({ participant: z.int().positive(), privateKey: z.custom<Hex>((value) => isHex(value, 32)) }),
);
/** What of a gateway's secrets is on the ledger. */
const secretsSchema = z.object({ held, encryption: held });

interface GatewayKey {
  readonly participant: number;
  readonly privateKey: Hex;
  readonly scheme: number;
  readonly powers: number;
  /** Mask of what it may sign. */
  readonly acts: number;
}

export function addEnrolGateway(keys: Command): void {
  const command = keys
    .command('enrol-gateway')
    .description('Enrols the service and encryption keys of a gateway for your participant.')
    .argument('<secrets>', 'the secrets of the gateway, as `unbroken secrets` made them')
    .requiredOption('--authority <key>', 'authority key that signs the enrolment: file, or beginning of the id');
  teach(command, {
    meaning:
      'With the service key the gateway signs for officers who have no key of their own, and its receipts; with the encryption key it opens the dossiers that others send. What is enrolled already is passed over.',
    examples: ['keys enrol-gateway secrets.json --authority authority.json'],
  }).action(
    handled<[string], { readonly authority: string }>(async (session, { authority: named }, file) => {
      const parsed = secretsSchema.safeParse(readJsonFile(file));
      if (!parsed.success) throw usage(`${file} has no secrets of a gateway: ${z.prettifyError(parsed.error)}`);
      const authority = await openKey(session, named);
      const outcomes: Outcome[] = [];
      for (const key of await missing(session, authority, keysIn(parsed.data))) {
        outcomes.push(...(await enrol(session, authority, key)));
      }
      session.output.result({ statements: outcomes }, () =>
        outcomes.length === 0 ? ['They are enrolled already.'] : outcomeLines(outcomes),
      );
    }),
  );
}

function keysIn({ held, encryption }: z.infer<typeof secretsSchema>): readonly GatewayKey[] {
  const service = { scheme: SCHEME.secp256k1, powers: POWER.service | POWER.receipt, acts: EVERY_ACT };
  return [
    ...held.map((key) => ({ ...key, ...service })),
    ...encryption.map((key) => ({ ...key, scheme: SCHEME.p256, powers: POWER.encryption, acts: 0 })),
  ];
}

/** Those of the authority's participant that are not on the ledger. */
async function missing(
  { gateway }: Session,
  authority: SigningKey,
  keys: readonly GatewayKey[],
): Promise<readonly GatewayKey[]> {
  const wanted: GatewayKey[] = [];
  let known = false;
  for (const participant of new Set(keys.map((key) => key.participant))) {
    const enrolled = new Set((await gateway.keys(participant)).map(({ id }) => id));
    if (!enrolled.has(authority.id)) continue;
    known = true;
    wanted.push(...keys.filter((key) => key.participant === participant && !enrolled.has(idOf(key))));
  }
  if (!known) throw usage('The authority key is of no participant that this gateway serves.');
  return wanted;
}

async function enrol(session: Session, authority: SigningKey, key: GatewayKey): Promise<readonly Outcome[]> {
  const { scheme, powers, acts, privateKey } = key;
  const list = keyWords({ ...publicKeyOf(scheme, privateKey), powers, acts, from: 0, until: FOR_EVER });
  const { sheet, hash } = await signedSheet(session, authority, [{ act: 'enrol', list }]);
  const endorsements = [{ key: idOf(key), signature: signHash(scheme, privateKey, hash) }];
  const accepted = await session.gateway.submit({ ...sheet, endorsements }, { idempotencyKey: `enrol-${idOf(key)}` });
  // The next one follows it on the same line.
  return await waitFor(session, accepted, { wait: true });
}

function idOf({ scheme, privateKey }: GatewayKey): Hex {
  return keyId(publicKeyOf(scheme, privateKey));
}
