/**
 * Makes the demonstration consortium usable: service keys are enrolled, the agreement is concluded, tokens exist.
 * What is there already is left alone, so that it may be stopped at any point and run again.
 */
import { createHash } from 'node:crypto';

import { listHash } from '../../protocol/statement.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { keyId, publicKeyOf, signHash } from '../../protocol/key.ts';
import { jurisdictionNumber, bitsOf, PURPOSES, RESTRICTIONS, SCHEME } from '../../protocol/names.ts';
import { keyWords, termsWords, type NewKey } from '../../protocol/lists.ts';
import type { Caller, Gateway, SignedSheet, StatementRequest } from '../custody/gateway.ts';
import type { TokenStore } from '../custody/ports.ts';
import { tokenHash } from '../http/token.ts';
import { encryptionKeyOf, keyOf, serviceKeyOf, type Keepsake } from './keepsake.ts';
import { AGREEMENT, MEMBERS, USERS } from './members.ts';

const TEN_YEARS = 10 * 365 * 24 * 3600;

export interface Provisioning {
  readonly gateway: Gateway;
  readonly tokens: TokenStore;
  readonly keepsake: Keepsake;
  /** seconds */
  readonly now: number;
}

export async function provision(provisioning: Provisioning): Promise<void> {
  await makeTokens(provisioning);
  const numbers = numbersOf(await provisioning.gateway.participants());
  const { keepsake } = provisioning;
  for (const { code } of MEMBERS) {
    const key = serviceKeyOf(keepsake, code);
    await enrolKey(provisioning, code, numbers(code), key, keyOf(keepsake.serviceKeys, code));
  }
  // Each on a line of its own, so that they need not wait for one another.
  await Promise.all(
    MEMBERS.map(({ code }) =>
      enrolKey(
        provisioning,
        code,
        numbers(code),
        encryptionKeyOf(keepsake, code),
        keyOf(keepsake.encryptionKeys, code),
      ),
    ),
  );
  await concludeAgreement(provisioning, numbers);
}

async function makeTokens({ tokens, keepsake, now }: Provisioning): Promise<void> {
  const known = new Set((await tokens.list()).map(({ name }) => name));
  for (const { name, member, role } of USERS) {
    if (known.has(name)) continue;
    const token = keepsake.tokens[name];
    if (token === undefined) continue;
    const participant = MEMBERS.findIndex(({ code }) => code === member) + 1;
    await tokens.create({ id: token.split('_')[1]!, name, role, participant, createdAt: now, hash: tokenHash(token) });
  }
}

async function enrolKey(
  provisioning: Provisioning,
  code: string,
  participant: number,
  key: NewKey,
  privateKey: Hex,
): Promise<void> {
  const { gateway } = provisioning;
  const id = keyId(key);
  if ((await gateway.keys(participant)).some((enrolled) => enrolled.id === id)) return;
  await state(provisioning, code, participant, { act: 'enrol', list: keyWords(key) }, (hash) => [
    { key: id, signature: signHash(key.scheme, privateKey, hash) },
  ]);
  await until(async () => (await gateway.keys(participant)).some((enrolled) => enrolled.id === id));
}

async function concludeAgreement(provisioning: Provisioning, numbers: (code: string) => number): Promise<void> {
  const { gateway, now } = provisioning;
  const parties = AGREEMENT.signatories.map((code) => {
    const { jurisdiction } = MEMBERS.find((member) => member.code === code)!;
    return { kind: 'jurisdiction', who: jurisdictionNumber(jurisdiction), signatory: numbers(code) } as const;
  });
  for (const code of AGREEMENT.signatories) {
    const [agreement] = await gateway.agreements();
    if (agreement?.kind === 'agreement') {
      const position = agreement.state.terms.parties.findIndex(({ signatory }) => signatory === numbers(code));
      if ((agreement.state.signed >>> position) & 1) continue;
      await state(provisioning, code, numbers(code), {
        act: 'conclude',
        subject: agreement.subject,
        reference: agreement.state.termsHash,
      });
      await until(async () => (await gateway.agreements())[0]?.head !== agreement.head);
      continue;
    }
    const terms = termsWords({
      text: `0x${createHash('sha256').update(AGREEMENT.title).digest('hex')}`,
      fieldPolicy: await gateway.keepPolicy(AGREEMENT.policy),
      purposes: bitsOf(PURPOSES, AGREEMENT.purposes),
      restrictions: bitsOf(RESTRICTIONS, AGREEMENT.restrictions),
      onward: 'parties',
      courtPermission: false,
      from: now - 24 * 3600,
      until: now + TEN_YEARS,
      parties,
    });
    await state(provisioning, code, numbers(code), {
      act: 'conclude',
      list: terms,
      record: { fields: [{ label: 'title', value: AGREEMENT.title }] },
    });
    await until(async () =>
      (await gateway.agreements()).some(
        (line) => line.kind === 'agreement' && line.state.termsHash === listHash(terms),
      ),
    );
  }
}

/** States with a member's authority key, as its own officer would: prepare, sign, submit. */
async function state(
  { gateway, keepsake }: Provisioning,
  code: string,
  participant: number,
  request: StatementRequest,
  endorse: (hash: Hex) => NonNullable<SignedSheet['endorsements']> = () => [],
): Promise<void> {
  const caller: Caller = { token: 'demonstration', role: 'officer', participant };
  const privateKey = keyOf(keepsake.authorityKeys, code);
  const key = keyId(publicKeyOf(SCHEME.secp256k1, privateKey));
  const { statements, hash } = await gateway.prepare(caller, key, { statements: [request] });
  const endorsements = endorse(hash);
  const signed: SignedSheet = {
    key,
    signature: signHash(SCHEME.secp256k1, privateKey, hash),
    statements,
    ...(endorsements.length > 0 && { endorsements }),
  };
  const [answer] = await gateway.submit(caller, [{ submission: { signed } }]);
  if (answer && 'refused' in answer) throw new Error(`${request.act} by ${code} was refused: ${answer.refused.detail}`);
}

function numbersOf(participants: readonly { readonly code: string; readonly number: number }[]) {
  return (code: string): number => {
    const found = participants.find((participant) => participant.code === code);
    if (!found) throw new Error(`the ledger in this DATA_DIR has no participant ${code}`);
    return found.number;
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error('the ledger did not include a statement of the set-up within a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
