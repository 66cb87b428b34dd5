/** Several processes of one gateway: on one PostgreSQL and one chain, each with a data folder of its own. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bytesToHex, ZERO } from '../../../protocol/bytes.ts';
import { encodeFounding } from '../../../protocol/founding.ts';
import { keyWords } from '../../../protocol/lists.ts';
import { POWER, SCHEME } from '../../../protocol/names.ts';
import { officer } from '../../../scripts/demo/officer.ts';
import { endorser, stateByAuthority } from '../../../scripts/federation/authority.ts';
import { newKey } from '../../../scripts/federation/federation.ts';
import { MEMBERS } from '../../../scripts/federation/members.ts';
import { startProcess, type StartedProcess } from '../../../scripts/gateway-process.ts';
import { randomSecret } from '../../../server/keyring/secrets.ts';

const READY = /API\s+(http:\/\/\S+)\s+docs[^\n]*\n(?:[^]*?(unb_\S+))?/;

export interface Gateways {
  /** Ledger file and secrets, which a process needs in its data folder. */
  readonly ledger: string;
  readonly secrets: string;
  readonly chainUrl: string;
  /** Of the operator, and of an officer of the agency. */
  readonly operator: string;
  readonly officer: string;
  readonly processes: readonly GatewayOnPostgres[];
  stop(): Promise<void>;
}

export interface GatewayOnPostgres {
  readonly url: string;
  readonly child: ChildProcess;
  health(): Promise<Health>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** At the same address. */
  restart(): Promise<void>;
}

export interface Health {
  readonly ready: boolean;
  readonly store: string;
  readonly sender: boolean;
  readonly pending: number;
  readonly block?: { readonly number: number };
}

/** @param storeUrl of the first process; `sqlite` for one alone */
export async function startGateways(folder: string, storeUrl: string, count: number): Promise<Gateways> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const { code, jurisdiction, kind } = MEMBERS[0]!;
    const [authority, service] = [randomSecret(), randomSecret()];
    const key = newKey(SCHEME.secp256k1, authority, POWER.authority | POWER.custody);
    const founding = encodeFounding({
      ...{ nonce: randomSecret(), predecessor: ZERO },
      members: [{ code, jurisdiction, kind, sponsor: 0, key }],
    });
    const chainFolder = path.join(folder, 'chain');
    mkdirSync(chainFolder);
    const chain = await startProcess(
      ['scripts/federation/chain.ts', chainFolder, bytesToHex(founding)],
      {},
      /^chain (\S+)$/m,
    );
    stops.push(() => chain.stop());
    const ledger = readFileSync(path.join(chainFolder, 'ledger.json'), 'utf8');
    const held = [{ participant: 1, privateKey: service }];
    const secrets = JSON.stringify({
      ...{ version: 1, masterKey: randomSecret(), relayKey: randomSecret(), held, encryption: [] },
    });
    const chainUrl = chain.said[1]!;
    const processes: GatewayOnPostgres[] = [];
    let operator = '';
    for (let index = 0; index < count; index++) {
      const data = path.join(folder, `gateway-${index}`);
      layOut(data, ledger, secrets);
      const environment = { DATA_DIR: data, STORE_URL: storeUrl, CHAIN_URL: chainUrl };
      const { gateway, firstToken, end } = await startOne(environment, () => operator);
      stops.push(end);
      processes.push(gateway);
      operator ||= firstToken ?? '';
    }
    const { url } = processes[0]!;
    const wanted = { name: 'officer', role: 'officer', participant: code };
    const { token } = await officer(url, operator).post<{ token: string }>('/v1/tokens', wanted);
    const list = keyWords(newKey(SCHEME.secp256k1, service, POWER.service | POWER.receipt));
    await stateByAuthority(officer(url, token), endorser(authority), { act: 'enrol', list }, [endorser(service)]);
    return { ledger, secrets, chainUrl, operator, officer: token, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Puts what a gateway process needs into its data folder. */
export function layOut(data: string, ledger: string, secrets: string): void {
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(path.join(data, 'ledger.json'), ledger);
  writeFileSync(path.join(data, 'secrets.json'), secrets, { mode: 0o600 });
}

async function startOne(
  environment: Readonly<Record<string, string>>,
  token: () => string,
): Promise<{ gateway: GatewayOnPostgres; firstToken: string | undefined; end: () => Promise<void> }> {
  const start = (port: string): Promise<StartedProcess> =>
    startProcess(['server/main.ts'], { ...environment, PORT: port }, READY);
  let started = await start('0');
  const url = started.said[1]!;
  return {
    firstToken: started.said[2],
    gateway: {
      url,
      get child() {
        return started.child;
      },
      async health() {
        const headers = { authorization: `Bearer ${token()}` };
        const response = await fetch(`${url}/v1/health`, { headers, signal: AbortSignal.timeout(5_000) });
        if (!response.ok) throw new Error(`health: ${response.status}`);
        return (await response.json()) as Health;
      },
      async kill(signal) {
        const gone = once(started.child, 'exit');
        started.child.kill(signal);
        await gone;
      },
      async restart() {
        started = await start(new URL(url).port);
      },
    },
    end: async () => {
      // One that was stopped hears no other signal.
      started.child.kill('SIGCONT');
      await started.stop();
    },
  };
}
