/** Two agencies with one gateway between them, on a network of real validators, or on any other chain. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { bytesToHex, ZERO, type Hex } from '../../../protocol/bytes.ts';
import { encodeFounding } from '../../../protocol/founding.ts';
import { keyWords } from '../../../protocol/lists.ts';
import { POWER, SCHEME } from '../../../protocol/names.ts';
import { officer, type Officer } from '../../../scripts/demo/officer.ts';
import { endorser, stateByAuthority } from '../../../scripts/federation/authority.ts';
import { conclude, newKey } from '../../../scripts/federation/federation.ts';
import { MEMBERS } from '../../../scripts/federation/members.ts';
import { ONWARD_POLICY } from '../../../scripts/federation/policies.ts';
import { startProcess, type StartedProcess } from '../../../scripts/gateway-process.ts';
import { rpcUrl, type NetworkState } from '../../../scripts/network/state.ts';
import { deployLedger } from '../../../server/chain/deploy.ts';
import type { LedgerFile } from '../../../server/chain/ledger-file.ts';
import { openRpc } from '../../../server/chain/rpc.ts';
import { randomSecret } from '../../../server/keyring/secrets.ts';

/** The first two of the federation: their numbers are 1 and 2 here as there. */
const AGENCIES = MEMBERS.slice(0, 2);

export interface Consortium {
  readonly ledger: LedgerFile;
  /** Concluded between the two. */
  readonly agreement: string;
  readonly url: string;
  at(code: string): Officer;
  /** Takes the token of one of its officers. */
  token(code: string): string;
  /** Private keys that speak for an agency. */
  readonly authorities: ReadonlyMap<string, Hex>;
  /** The data folder of the gateway. */
  readonly folder: string;
  /** With -9, and starts it again. */
  killGateway(): Promise<void>;
  stopGateway(): Promise<void>;
  /** Starts it at the same address, on these nodes. */
  startGateway(urls: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A chain to deploy a ledger on: its nodes, and accounts that may send. */
export interface ChainPlace {
  readonly urls: readonly string[];
  readonly relays: readonly { readonly privateKey: Hex }[];
}

export function placeOn({ nodes, relays }: NetworkState): ChainPlace {
  return { urls: nodes.map(rpcUrl), relays };
}

export async function startConsortium(folder: string, { urls, relays }: ChainPlace): Promise<Consortium> {
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
  const url = urls[0]!;
  const ledger = await deployLedger(openRpc(url), url, deployer!.privateKey, bytesToHex(founding));

  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(path.join(folder, 'ledger.json'), JSON.stringify(ledger));
  const held = AGENCIES.map(({ code }, index) => ({ participant: index + 1, privateKey: keys.get(code)!.service }));
  const secrets = { version: 1, masterKey: randomSecret(), relayKey: relay!.privateKey, held, encryption: [] };
  writeFileSync(path.join(folder, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });

  const start = (port: string, nodes = urls): Promise<StartedProcess> =>
    startProcess(
      ['server/main.ts'],
      { DATA_DIR: folder, CHAIN_URL: nodes.join(','), PORT: port },
      /API\s+(http:\/\/\S+)\s+docs[^\n]*\n(?:[^]*?(unb_\S+))?/,
    );
  let gateway = await start('0');
  try {
    const gatewayUrl = gateway.said[1]!;
    const tokens = await tokensOf(officer(gatewayUrl, gateway.said[2]!));
    const at = (code: string): Officer => officer(gatewayUrl, tokens.get(code)!);
    for (const { code } of AGENCIES) {
      const { authority, service } = keys.get(code)!;
      const list = keyWords(newKey(SCHEME.secp256k1, service, POWER.service | POWER.receipt));
      await stateByAuthority(at(code), endorser(authority), { act: 'enrol', list }, [endorser(service)]);
    }
    const agreement = await conclude(
      {
        title: 'Convention for a network of real validators',
        parties: AGENCIES.map(({ code }) => code),
        ...{ purposes: ['investigate'], restrictions: ['H1'], onward: 'parties', policy: ONWARD_POLICY },
      },
      at,
      (code) => endorser(keys.get(code)!.authority),
    );
    return {
      ...{ ledger, agreement, at, url: gatewayUrl, token: (code) => tokens.get(code)! },
      authorities: new Map([...keys].map(([code, { authority }]) => [code, authority])),
      folder,
      stopGateway: () => gateway.stop(),
      async startGateway(nodes) {
        gateway = await start(new URL(gatewayUrl).port, nodes);
      },
      async killGateway() {
        const ended = new Promise((resolve) => gateway.child.once('exit', resolve));
        gateway.child.kill('SIGKILL');
        await ended;
        gateway = await start(new URL(gatewayUrl).port);
      },
      close: () => gateway.stop(),
    };
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

async function tokensOf(operator: Officer): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>();
  for (const { code } of AGENCIES) {
    const wanted = { name: `officer of ${code}`, role: 'officer', participant: code };
    tokens.set(code, (await operator.post<{ token: string }>('/v1/tokens', wanted)).token);
  }
  return tokens;
}
