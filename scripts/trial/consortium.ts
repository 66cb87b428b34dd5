/**
 * Two agencies, or more, with one gateway between them, of one or several processes, on a network of real validators or
 * on any other chain.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bytesToHex, ZERO, type Hex } from '../../protocol/bytes.ts';
import { encodeFounding } from '../../protocol/founding.ts';
import { keyWords, memberWords, type NewMember } from '../../protocol/lists.ts';
import { POWER, SCHEME } from '../../protocol/names.ts';
import { deployLedger } from '../../server/chain/deploy.ts';
import type { LedgerFile } from '../../server/chain/ledger-file.ts';
import { openRpc } from '../../server/chain/rpc.ts';
import { randomSecret } from '../../server/keyring/secrets.ts';
import { officer, type Officer } from '../demo/officer.ts';
import { endorser, stateByAuthority, type Endorser } from '../federation/authority.ts';
import { conclude, newKey } from '../federation/federation.ts';
import { MEMBERS } from '../federation/members.ts';
import { ONWARD_POLICY } from '../federation/policies.ts';
import { endProcess, GATEWAY_READY, startProcess, type StartedProcess } from '../gateway-process.ts';
import { rpcUrl, type NetworkState } from '../network/state.ts';

/** That one transaction can found; others are admitted. */
const FOUNDED = 40;

export interface Consortium {
  readonly ledger: LedgerFile;
  /** Their codes, in the order of their numbers. */
  readonly agencies: readonly string[];
  /** Concluded between the first two. */
  readonly agreement: string;
  /** Processes of their gateway, on one store. */
  readonly gateways: readonly Gateway[];
  at(code: string): Officer;
  /** Takes the token of one of its officers. */
  token(code: string): string;
  /** Private keys that speak for an agency. */
  readonly authorities: ReadonlyMap<string, Hex>;
  close(): Promise<void>;
}

export interface Gateway {
  readonly url: string;
  /** Its data folder. */
  readonly folder: string;
  readonly child: ChildProcess;
  /** What it said last. */
  lastWords(): string;
  health(): Promise<Health>;
  /** Numbers of /metrics by name; what is not known there is not here either. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** Status of /readyz; undefined: no answer. */
  readiness(): Promise<number | undefined>;
  /** Ends it, and waits. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** At the same address, on these nodes from now on. Fails if it ends before it is ready. */
  start(urls?: readonly string[]): Promise<void>;
  /** Ends with -9 what is just starting. */
  abort(): Promise<void>;
}

export interface Health {
  readonly ready: boolean;
  readonly store: string;
  readonly chain: string;
  readonly follower: string;
  readonly submitter: string;
  readonly sender: boolean;
  readonly pending?: number;
  readonly block?: { readonly number: number };
}

/** A chain to deploy a ledger on: its nodes, and accounts that may send. */
export interface ChainPlace {
  readonly urls: readonly string[];
  readonly relays: readonly { readonly privateKey: Hex }[];
}

export function placeOn({ nodes, relays }: NetworkState): ChainPlace {
  return { urls: nodes.map(rpcUrl), relays };
}

export interface ConsortiumPlan {
  /** Two or more. */
  readonly agencies?: number;
  /** `sqlite` for one process alone. */
  readonly storeUrl?: string;
  readonly processes?: number;
  /** Where the gateways reach the nodes; as the place says, unless somebody stands between. */
  readonly urls?: readonly string[];
  /** Of the processes, beside what they need. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** @param folder a new one, for what the processes keep */
export async function startConsortium(
  folder: string,
  { urls, relays }: ChainPlace,
  {
    agencies: count = 2,
    storeUrl = 'sqlite',
    processes = 1,
    urls: reached = urls,
    environment = {},
  }: ConsortiumPlan = {},
): Promise<Consortium> {
  const agencies = agenciesOf(count);
  const codes = agencies.map(({ code }) => code);
  const keys = new Map(codes.map((code) => [code, { authority: randomSecret(), service: randomSecret() }]));
  const members = agencies.map((agency) => ({
    ...{ ...agency, sponsor: 0 },
    key: newKey(SCHEME.secp256k1, keys.get(agency.code)!.authority, POWER.authority | POWER.custody),
  }));
  const founding = encodeFounding({
    nonce: randomSecret(),
    predecessor: ZERO,
    members: members.slice(0, FOUNDED),
  });
  const [deployer, relay] = relays;
  const ledger = await deployLedger(openRpc(urls[0]!), urls[0]!, deployer!.privateKey, bytesToHex(founding));
  const held = codes.map((code, index) => ({ participant: index + 1, privateKey: keys.get(code)!.service }));
  const secrets = { version: 1, masterKey: randomSecret(), relayKey: relay!.privateKey, held, encryption: [] };

  mkdirSync(folder, { mode: 0o700 });
  const gateways: (Gateway & { close(): Promise<void> })[] = [];
  const close = async (): Promise<void> => {
    for (const gateway of gateways.splice(0).reverse()) await gateway.close();
  };
  let operator = '';
  try {
    for (let index = 0; index < processes; index++) {
      const own = path.join(folder, `gateway-${index}`);
      layOut(own, JSON.stringify(ledger), JSON.stringify(secrets));
      const { gateway, firstToken } = await openGateway(own, { storeUrl, urls: reached, environment }, () => operator);
      gateways.push(gateway);
      operator ||= firstToken ?? '';
    }
    const { url } = gateways[0]!;
    const tokens = new Map<string, string>();
    const token = (code: string): string => tokens.get(code)!;
    const at = (code: string): Officer => officer(url, token(code));
    const authority = (code: string): Endorser => endorser(keys.get(code)!.authority);
    for (const [index, member] of members.entries()) {
      if (index >= FOUNDED) await admit(member, codes.slice(0, index), at, authority);
      tokens.set(member.code, await tokenOf(officer(url, operator), member.code));
    }
    for (const code of codes) {
      const { service } = keys.get(code)!;
      const list = keyWords(newKey(SCHEME.secp256k1, service, POWER.service | POWER.receipt));
      await stateByAuthority(at(code), authority(code), { act: 'enrol', list }, [endorser(service)]);
    }
    const agreement = await conclude(
      {
        title: 'Convention for a trial',
        parties: codes.slice(0, 2),
        ...{ purposes: ['investigate'], restrictions: ['H1'], onward: 'parties', policy: ONWARD_POLICY },
      },
      at,
      authority,
    );
    const authorities = new Map([...keys].map(([code, { authority }]) => [code, authority]));
    return { ledger, agencies: codes, agreement, gateways: [...gateways], at, token, authorities, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Agency = Pick<NewMember, 'code' | 'jurisdiction' | 'kind'>;

/** The first two are those of the federation: their numbers are 1 and 2 here as there. */
function agenciesOf(count: number): readonly Agency[] {
  const further = Array.from({ length: count - 2 }, (_, index): Agency => {
    return { code: `DE-P${index + 3}`, jurisdiction: 'DE', kind: 'agency' };
  });
  return [...MEMBERS.slice(0, 2), ...further].map(({ code, jurisdiction, kind }) => ({ code, jurisdiction, kind }));
}

/** By more than two thirds of the agencies. @param known codes of those who are in already */
async function admit(
  member: NewMember,
  known: readonly string[],
  at: Consortium['at'],
  authority: (code: string) => Endorser,
): Promise<void> {
  const [first, ...others] = known.slice(0, Math.floor((2 * known.length) / 3) + 1);
  await stateByAuthority(
    at(first!),
    authority(first!),
    { act: 'admit', code: 'new-member', list: memberWords(member) },
    [...others.map(authority), authority(member.code)],
  );
}

/** Puts what a gateway process needs into its data folder. */
function layOut(data: string, ledger: string, secrets: string): void {
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(path.join(data, 'ledger.json'), ledger);
  writeFileSync(path.join(data, 'secrets.json'), secrets, { mode: 0o600 });
}

/** A gateway's process on what lies in its folder; with its operator's token at its very first start. */
export async function openGateway(
  folder: string,
  {
    storeUrl = 'sqlite',
    urls,
    environment,
  }: Pick<ConsortiumPlan, 'storeUrl' | 'environment'> & { readonly urls: readonly string[] },
  operator: () => string,
): Promise<{ gateway: Gateway & { close(): Promise<void> }; firstToken: string | undefined }> {
  let nodes = urls;
  let spawned: ChildProcess | undefined;
  const launch = (port: string): Promise<StartedProcess> =>
    startProcess(
      ['server/main.ts'],
      { DATA_DIR: folder, STORE_URL: storeUrl, CHAIN_URL: nodes.join(','), PORT: port, ...environment },
      GATEWAY_READY,
      (child) => (spawned = child),
    );
  let started = await launch('0');
  const url = started.said[1]!;
  const ask = (path: string): Promise<Response> =>
    fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${operator()}` },
      signal: AbortSignal.timeout(10_000),
    });
  const asked = async (path: string): Promise<Response> => {
    const response = await ask(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  };
  const gateway = {
    ...{ url, folder },
    get child() {
      return started.child;
    },
    lastWords: () => started.lastWords(),
    health: async () => (await (await asked('/v1/health')).json()) as Health,
    async metrics() {
      const text = await (await asked('/metrics')).text();
      return new Map([...text.matchAll(/^unbroken_(\w+) (\d+)$/gm)].map(([, name, value]) => [name!, Number(value)]));
    },
    readiness: () =>
      ask('/readyz').then(
        ({ status }) => status,
        () => undefined,
      ),
    kill: (signal: NodeJS.Signals) => endProcess(started.child, signal),
    async start(others = nodes) {
      nodes = others;
      started = await launch(new URL(url).port);
    },
    async abort() {
      if (spawned !== undefined) await endProcess(spawned, 'SIGKILL');
    },
    async close() {
      // One that was stopped hears no other signal.
      started.child.kill('SIGCONT');
      await started.stop();
    },
  };
  return { gateway, firstToken: started.said[2] };
}

/** Of a new officer. */
export async function tokenOf(operator: Officer, code: string): Promise<string> {
  const wanted = { name: `officer of ${code}`, role: 'officer', participant: code };
  return (await operator.post<{ token: string }>('/v1/tokens', wanted)).token;
}
