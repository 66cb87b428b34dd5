/**
 * Two agencies with one gateway between them, of one or several processes, on a network of real validators or on any
 * other chain.
 */
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bytesToHex, ZERO, type Hex } from '../../protocol/bytes.ts';
import { encodeFounding } from '../../protocol/founding.ts';
import { keyWords } from '../../protocol/lists.ts';
import { POWER, SCHEME } from '../../protocol/names.ts';
import { deployLedger } from '../../server/chain/deploy.ts';
import type { LedgerFile } from '../../server/chain/ledger-file.ts';
import { openRpc } from '../../server/chain/rpc.ts';
import { randomSecret } from '../../server/keyring/secrets.ts';
import { officer, type Officer } from '../demo/officer.ts';
import { endorser, stateByAuthority } from '../federation/authority.ts';
import { conclude, newKey } from '../federation/federation.ts';
import { MEMBERS } from '../federation/members.ts';
import { ONWARD_POLICY } from '../federation/policies.ts';
import { GATEWAY_READY, hasEnded, startProcess, type StartedProcess } from '../gateway-process.ts';
import { rpcUrl, type NetworkState } from '../network/state.ts';

/** The first two of the federation: their numbers are 1 and 2 here as there. */
const AGENCIES = MEMBERS.slice(0, 2);

export interface Consortium {
  readonly ledger: LedgerFile;
  /** Concluded between the two. */
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
  health(): Promise<Health>;
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
  readonly sender: boolean;
  readonly pending: number;
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
  /** `sqlite` for one process alone. */
  readonly storeUrl?: string;
  readonly processes?: number;
  /** Where the gateways reach the nodes; as the place says, unless somebody stands between. */
  readonly urls?: readonly string[];
}

/** @param folder a new one, for what the processes keep */
export async function startConsortium(
  folder: string,
  { urls, relays }: ChainPlace,
  { storeUrl = 'sqlite', processes = 1, urls: reached = urls }: ConsortiumPlan = {},
): Promise<Consortium> {
  const keys = new Map(AGENCIES.map(({ code }) => [code, { authority: randomSecret(), service: randomSecret() }]));
  const founding = encodeFounding({
    nonce: randomSecret(),
    predecessor: ZERO,
    members: AGENCIES.map(({ code, jurisdiction, kind }) => ({
      ...{ code, jurisdiction, kind, sponsor: 0 },
      key: newKey(SCHEME.secp256k1, keys.get(code)!.authority, POWER.authority | POWER.custody),
    })),
  });
  const [deployer, relay] = relays;
  const ledger = await deployLedger(openRpc(urls[0]!), urls[0]!, deployer!.privateKey, bytesToHex(founding));
  const held = AGENCIES.map(({ code }, index) => ({ participant: index + 1, privateKey: keys.get(code)!.service }));
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
      const { gateway, firstToken } = await openGateway(own, storeUrl, reached, () => operator);
      gateways.push(gateway);
      operator ||= firstToken ?? '';
    }
    const { url } = gateways[0]!;
    const tokens = await tokensOf(officer(url, operator));
    const token = (code: string): string => tokens.get(code)!;
    const at = (code: string): Officer => officer(url, token(code));
    for (const { code } of AGENCIES) {
      const { authority, service } = keys.get(code)!;
      const list = keyWords(newKey(SCHEME.secp256k1, service, POWER.service | POWER.receipt));
      await stateByAuthority(at(code), endorser(authority), { act: 'enrol', list }, [endorser(service)]);
    }
    const agreement = await conclude(
      {
        title: 'Convention for a trial',
        parties: AGENCIES.map(({ code }) => code),
        ...{ purposes: ['investigate'], restrictions: ['H1'], onward: 'parties', policy: ONWARD_POLICY },
      },
      at,
      (code) => endorser(keys.get(code)!.authority),
    );
    const authorities = new Map([...keys].map(([code, { authority }]) => [code, authority]));
    return { ledger, agreement, gateways: [...gateways], at, token, authorities, close };
  } catch (error) {
    await close();
    throw error;
  }
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
  storeUrl: string,
  urls: readonly string[],
  operator: () => string,
): Promise<{ gateway: Gateway & { close(): Promise<void> }; firstToken: string | undefined }> {
  let nodes = urls;
  let spawned: ChildProcess | undefined;
  const launch = (port: string): Promise<StartedProcess> =>
    startProcess(
      ['server/main.ts'],
      { DATA_DIR: folder, STORE_URL: storeUrl, CHAIN_URL: nodes.join(','), PORT: port },
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
  const gateway = {
    ...{ url, folder },
    get child() {
      return started.child;
    },
    async health() {
      const response = await ask('/v1/health');
      if (!response.ok) throw new Error(`health: ${response.status}`);
      return (await response.json()) as Health;
    },
    readiness: () =>
      ask('/readyz').then(
        ({ status }) => status,
        () => undefined,
      ),
    async kill(signal: NodeJS.Signals) {
      const gone = once(started.child, 'exit');
      started.child.kill(signal);
      await gone;
    },
    async start(others = nodes) {
      nodes = others;
      started = await launch(new URL(url).port);
    },
    async abort() {
      if (spawned === undefined || hasEnded(spawned)) return;
      const gone = once(spawned, 'exit');
      spawned.kill('SIGKILL');
      await gone;
    },
    async close() {
      // One that was stopped hears no other signal.
      started.child.kill('SIGCONT');
      await started.stop();
    },
  };
  return { gateway, firstToken: started.said[2] };
}

/** Of an officer of each agency. */
export async function tokensOf(operator: Officer): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>();
  for (const { code } of AGENCIES) {
    const wanted = { name: `officer of ${code}`, role: 'officer', participant: code };
    tokens.set(code, (await operator.post<{ token: string }>('/v1/tokens', wanted)).token);
  }
  return tokens;
}
