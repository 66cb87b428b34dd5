/**
 * A federation on this machine: one chain, and gateways that are processes of their own with their own stores and keys.
 * They find each other's dossiers by PEERS and know nothing else of each other.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bytesToHex, ZERO, type Hex } from '../../protocol/bytes.ts';
import { encodeFounding } from '../../protocol/founding.ts';
import { publicKeyOf } from '../../protocol/key.ts';
import { keyWords, termsWords, type NewKey, type Terms } from '../../protocol/lists.ts';
import { bitsOf, jurisdictionNumber, POWER, PURPOSES, RESTRICTIONS, SCHEME } from '../../protocol/names.ts';
import { policyHash, type FieldPolicy } from '../../protocol/field-policy.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { listHash } from '../../protocol/statement.ts';
import { randomSecret } from '../../server/keyring/secrets.ts';
import { officer, type Officer } from '../demo/officer.ts';
import { freePorts } from '../free-ports.ts';
import { GATEWAY_READY, startProcess, type StartedProcess } from '../gateway-process.ts';
import { endorser, stateByAuthority, type Endorser } from './authority.ts';
import { GATEWAYS, memberOf, MEMBERS, numberOf, type GatewayName } from './members.ts';

const FOR_EVER = 253_402_300_799;
const ALL_ACTS = 2 ** 25 - 2;

export interface AgreementPlan {
  readonly title: string;
  /** Codes of participants; or jurisdictions with the agency that signs for them. */
  readonly parties: readonly (string | { readonly jurisdiction: string; readonly signatory: string })[];
  readonly purposes: readonly (keyof typeof PURPOSES)[];
  readonly restrictions: readonly (keyof typeof RESTRICTIONS)[];
  readonly onward: Terms['onward'];
  readonly courtPermission?: boolean;
  readonly policy: FieldPolicy;
}

export interface Federation {
  /** An officer of this participant, at its own gateway. */
  at(code: string): Officer;
  url(gateway: GatewayName): string;
  /** The token of a participant's officer. */
  token(code: string): string;
  authority(code: string): Endorser;
  /** The key with which this participant's gateway signs: known to its operator, and here to a liar. */
  serviceKey(code: string): Hex;
  /** Concludes an agreement; every party keeps its field policy. @returns its subject */
  conclude(plan: AgreementPlan): Promise<string>;
  /** More than two thirds of the agencies sign a statement on the consortium's line. */
  decide(request: {
    readonly act: 'suspend' | 'admit';
    readonly code?: string;
    readonly list: readonly Hex[];
  }): Promise<void>;
  kill(gateway: GatewayName, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  start(gateway: GatewayName): Promise<void>;
  close(): Promise<void>;
}

interface Keys {
  readonly authority: Hex;
  readonly service: Hex;
  readonly encryption: Hex;
}

/**
 * @param folder an empty one, for everything that its processes keep
 * @param postAddress where others send a gateway's dossiers: itself, unless somebody stands between
 */
export async function startFederation(
  folder: string,
  postAddress: (gatewayUrl: string) => Promise<string> = (url) => Promise.resolve(url),
): Promise<Federation> {
  const keys = new Map<string, Keys>(
    MEMBERS.map(({ code }) => [
      code,
      { authority: randomSecret(), service: randomSecret(), encryption: randomSecret() },
    ]),
  );
  const keysOf = (code: string): Keys => keys.get(code)!;
  const authority = (code: string): Endorser => endorser(keysOf(code).authority);
  const running: StartedProcess[] = [];
  const close = async (): Promise<void> => {
    for (const one of running.splice(0).reverse()) await one.stop();
  };
  try {
    const chain = await startChain(path.join(folder, 'chain'), keysOf);
    running.push(chain);
    const gateways = await openGateways(folder, chain.said[1]!, keysOf, running, postAddress);
    await enrolKeys(keysOf, gateways.at, authority);
    return {
      ...gateways,
      authority,
      serviceKey: (code) => keysOf(code).service,
      conclude: (plan) => conclude(plan, gateways.at, authority),
      async decide(request) {
        const [first, ...others] = MEMBERS.filter(({ kind }) => kind === 'agency').map(({ code }) => code);
        await stateByAuthority(gateways.at(first!), authority(first!), request, others.map(authority));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function startChain(folder: string, keysOf: (code: string) => Keys): Promise<StartedProcess> {
  const founding = encodeFounding({
    nonce: randomSecret(),
    predecessor: ZERO,
    members: MEMBERS.map(({ code, jurisdiction, kind, sponsor }) => ({
      ...{ code, jurisdiction, kind, sponsor: sponsor === undefined ? 0 : numberOf(sponsor) },
      key: newKey(SCHEME.secp256k1, keysOf(code).authority, POWER.authority | POWER.custody),
    })),
  });
  return startProcess(['scripts/federation/chain.ts', folder, bytesToHex(founding)], {}, /chain (http:\/\/\S+)/);
}

/** For ever, and for all acts that its powers permit. */
export function newKey(scheme: number, privateKey: Hex, powers: number): NewKey {
  const acts = powers === POWER.encryption ? 0 : ALL_ACTS;
  return { ...publicKeyOf(scheme, privateKey), powers, acts, from: 0, until: FOR_EVER };
}

/** Starts all gateways, gives every participant's officer a token. */
async function openGateways(
  folder: string,
  chainUrl: string,
  keysOf: (code: string) => Keys,
  running: StartedProcess[],
  postAddress: (gatewayUrl: string) => Promise<string>,
): Promise<Pick<Federation, 'at' | 'url' | 'token' | 'kill' | 'start'>> {
  const processes = new Map<GatewayName, StartedProcess>();
  const tokens = new Map<string, string>();
  const ports = await freePorts(GATEWAYS.length);
  const addressOf = (gateway: GatewayName): string => `http://127.0.0.1:${ports[GATEWAYS.indexOf(gateway)]}`;

  const posts = new Map<GatewayName, string>();
  for (const gateway of GATEWAYS) posts.set(gateway, await postAddress(addressOf(gateway)));

  const start = async (gateway: GatewayName): Promise<StartedProcess> => {
    const started = await startProcess(
      ['server/main.ts'],
      {
        PORT: new URL(addressOf(gateway)).port,
        DATA_DIR: path.join(folder, gateway),
        CHAIN_URL: chainUrl,
        PEERS: MEMBERS.filter((member) => member.gateway !== gateway)
          .map((member) => `${member.code}=${posts.get(member.gateway)!}`)
          .join(','),
      },
      GATEWAY_READY,
    );
    processes.set(gateway, started);
    running.push(started);
    return started;
  };
  for (const gateway of GATEWAYS) {
    writeGatewayFolder(folder, gateway, keysOf);
    const [, url, operatorToken] = (await start(gateway)).said;
    const operator = officer(url!, operatorToken!);
    for (const { code } of MEMBERS.filter((member) => member.gateway === gateway)) {
      const { token } = await operator.post<{ token: string }>('/v1/tokens', {
        name: `officer of ${code}`,
        role: 'officer',
        participant: code,
      });
      tokens.set(code, token);
    }
  }
  return {
    at: (code) => officer(addressOf(memberOf(code).gateway), tokens.get(code)!),
    url: addressOf,
    token: (code) => tokens.get(code)!,
    async start(gateway) {
      await start(gateway);
    },
    async kill(gateway, signal) {
      const { child } = processes.get(gateway)!;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    },
  };
}

/** What its operator brings to a gateway: the ledger file, and the private halves of its participants' keys. */
function writeGatewayFolder(folder: string, gateway: GatewayName, keysOf: (code: string) => Keys): void {
  const here = path.join(folder, gateway);
  mkdirSync(here, { mode: 0o700 });
  writeFileSync(path.join(here, 'ledger.json'), readFileSync(path.join(folder, 'chain', 'ledger.json')));
  const served = MEMBERS.filter((member) => member.gateway === gateway).map(({ code }) => code);
  const secrets = {
    version: 1,
    masterKey: randomSecret(),
    relayKey: randomSecret(),
    held: served.map((code) => ({ participant: numberOf(code), privateKey: keysOf(code).service })),
    encryption: served.map((code) => ({ participant: numberOf(code), privateKey: keysOf(code).encryption })),
  };
  writeFileSync(path.join(here, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
}

/** Service and encryption keys go onto the ledger, by each participant's own authority. */
async function enrolKeys(
  keysOf: (code: string) => Keys,
  at: Federation['at'],
  authority: Federation['authority'],
): Promise<void> {
  await Promise.all(
    MEMBERS.map(async ({ code }) => {
      const { service, encryption } = keysOf(code);
      for (const [scheme, privateKey, powers] of [
        [SCHEME.secp256k1, service, POWER.service | POWER.receipt],
        [SCHEME.p256, encryption, POWER.encryption],
      ] as const) {
        const list = keyWords(newKey(scheme, privateKey, powers));
        await stateByAuthority(at(code), authority(code), { act: 'enrol', list }, [endorser(privateKey, scheme)]);
      }
    }),
  );
}

/** Every party signs at its own gateway, and keeps its field policy there. @returns the agreement's subject */
export async function conclude(
  { title, parties, purposes, restrictions, onward, courtPermission = false, policy }: AgreementPlan,
  at: Federation['at'],
  authority: Federation['authority'],
): Promise<string> {
  const signatories = parties.map((party) => (typeof party === 'string' ? party : party.signatory));
  for (const code of signatories) await at(code).post('/v1/policies', policy);
  const list = termsWords({
    text: keccakOfText(title),
    fieldPolicy: policyHash(policy),
    purposes: bitsOf(PURPOSES, purposes),
    restrictions: bitsOf(RESTRICTIONS, restrictions),
    ...{ onward, courtPermission, from: 0, until: FOR_EVER },
    parties: parties.map((party) =>
      typeof party === 'string'
        ? { kind: 'participant', who: numberOf(party), signatory: numberOf(party) }
        : { kind: 'jurisdiction', who: jurisdictionNumber(party.jurisdiction), signatory: numberOf(party.signatory) },
    ),
  });
  const [first, ...others] = signatories;
  const record = { fields: [{ label: 'title', value: title }] };
  const { subject, digest } = await stateByAuthority(at(first!), authority(first!), { act: 'conclude', list, record });
  let head = digest;
  const followed = (code: string, head: string): Promise<void> =>
    eventually(async () => {
      const { items } = await at(code).get<{ items: readonly { head: string }[] }>('/v1/agreements');
      return items.some((agreement) => agreement.head === head);
    });
  for (const code of others) {
    // Each signs what its own gateway has followed.
    await followed(code, head);
    const signing = { act: 'conclude', subject, reference: listHash(list) };
    head = (await stateByAuthority(at(code), authority(code), signing)).digest;
  }
  for (const code of signatories) await followed(code, head);
  return subject;
}

/** Asks again and again, at most a minute. */
export async function eventually(condition: () => Promise<boolean>, milliseconds = 60_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`what should have come did not come within ${milliseconds / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
