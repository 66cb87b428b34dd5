/** The real contracts on Hardhat's EVM in this process, at block times that the test chooses. */
import { Interface, type InterfaceAbi } from 'ethers';
import hardhat from 'hardhat';
import type { Keeper, LineKind } from '../../../protocol/acts.ts';
import { hexToBytes, wordOf, ZERO, type Hex } from '../../../protocol/bytes.ts';
import {
  decodeEndorsed,
  decodeInherited,
  decodeJudged,
  ENDORSED_TOPIC,
  JUDGED_TOPIC,
  type Endorsement,
  type Outcome,
} from '../../../protocol/event.ts';
import type { LeafWords, ProvenLeaf } from '../../../protocol/heritage.ts';
import { openerOf } from '../../../protocol/ledger.ts';
import { SCHEME } from '../../../protocol/names.ts';
import type { VectorKey, VectorLine } from '../../protocol/support/vector.ts';

type Request = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

export interface Chain {
  request: Request;
  /** the same chain, as it was */
  snapshot(): Promise<Hex>;
  revert(to: Hex): Promise<void>;
  deploy(name: string, blockTime: number, ...parameters: readonly unknown[]): Promise<Hex>;
  close(): Promise<void>;
}

interface Log {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

const GAS = 0xf_ffff_ffffn;

/** @param genesis seconds; before everything else */
export async function startChain(genesis: number): Promise<Chain> {
  const connection = await hardhat.network.create({
    network: 'default',
    override: {
      initialDate: new Date(genesis * 1000).toISOString(),
      blockGasLimit: Number(GAS),
      allowUnlimitedContractSize: false,
      hardfork: 'cancun',
    },
  });
  const request: Request = (method, ...params) => connection.provider.request({ method, params: [...params] });
  const [from] = (await request('eth_accounts')) as [Hex];
  return {
    request,
    snapshot: () => request('evm_snapshot') as Promise<Hex>,
    async revert(to) {
      await request('evm_revert', to);
    },
    async deploy(name, blockTime, ...parameters) {
      const { abi, bytecode } = await hardhat.artifacts.readArtifact(name);
      const encoded = new Interface(abi as InterfaceAbi).encodeDeploy(parameters);
      await request('evm_setNextBlockTimestamp', blockTime);
      const data = `${bytecode}${encoded.slice(2)}`;
      const hash = await request('eth_sendTransaction', { from, data, gas: `0x${GAS.toString(16)}` });
      const receipt = (await request('eth_getTransactionReceipt', hash)) as { contractAddress: Hex };
      return receipt.contractAddress;
    },
    close: () => connection.close(),
  };
}

/** What became of one sheet, as its event tells. */
export interface Told {
  readonly key: Hex;
  readonly statements: number;
  readonly outcomes: readonly Outcome[];
  readonly endorsements?: readonly Endorsement[];
}

/** A sheet as it is sent; consortium: with further signatures. */
export interface Sent {
  readonly key: Hex;
  readonly signature: Hex;
  readonly statements: Hex;
  readonly endorsements?: readonly Endorsement[];
}

export interface Deployed {
  /** @returns the events, in order, or the name of the error by which the call reverted */
  send(
    contract: Keeper,
    call: 'submit' | 'submitLate',
    blockTime: number,
    sheets: readonly Sent[],
  ): Promise<Told[] | string>;
  /** @returns the words of what is new, or the name of the error by which the call reverted */
  inherit(contract: Keeper, blockTime: number, leaves: readonly ProvenLeaf[]): Promise<LeafWords[] | string>;
  line(kind: LineKind, subject: Hex): Promise<VectorLine>;
  key(id: Hex): Promise<VectorKey>;
  tally(): Promise<{ participants: number; activeAgencies: number; agreements: number }>;
  foundingHash(): Promise<Hex>;
}

/** Deploys a ledger, the Consortium in a block at `foundedAt`. */
export async function deployLedger(
  chain: Chain,
  founding: Hex,
  foundedAt: number,
  schemes: readonly number[],
  heritage: Hex = '0x',
): Promise<Deployed> {
  const nobody = `0x${'0'.repeat(40)}`;
  const verifier = async (scheme: number, name: string, blockTime: number) =>
    schemes.includes(scheme) ? await chain.deploy(name, blockTime) : nobody;
  const p256 = await verifier(SCHEME.p256, 'P256Verifier', foundedAt - 2);
  const webauthn = await verifier(SCHEME.webauthn, 'WebAuthnVerifier', foundedAt - 1);
  const consortium = await chain.deploy('Consortium', foundedAt, founding, heritage, p256, webauthn);
  const agreements = await chain.deploy('Agreements', foundedAt + 1, consortium);
  const custody = await chain.deploy('Custody', foundedAt + 2, consortium, agreements);
  const addresses = { consortium, agreements, custody };
  const interfaces = {
    consortium: await interfaceOf('Consortium'),
    agreements: await interfaceOf('Agreements'),
    custody: await interfaceOf('Custody'),
  };
  const [from] = (await chain.request('eth_accounts')) as [Hex];

  async function read(contract: Keeper, name: string, ...parameters: readonly unknown[]) {
    const data = interfaces[contract].encodeFunctionData(name, parameters);
    const answer = (await chain.request('eth_call', { to: addresses[contract], data }, 'latest')) as Hex;
    return interfaces[contract].decodeFunctionResult(name, answer);
  }

  async function transact(contract: Keeper, call: string, blockTime: number, parameters: readonly unknown[]) {
    const data = interfaces[contract].encodeFunctionData(call, parameters);
    const transaction = { from, to: addresses[contract], data, gas: `0x${GAS.toString(16)}` };
    await chain.request('evm_setNextBlockTimestamp', blockTime);
    try {
      const hash = await chain.request('eth_sendTransaction', transaction);
      return ((await chain.request('eth_getTransactionReceipt', hash)) as { logs: Log[] }).logs;
    } catch (error) {
      return revertName(error, interfaces);
    }
  }

  return {
    async send(contract, call, blockTime, sheets) {
      const logs = await transact(contract, call, blockTime, argumentsOf(contract, call, sheets));
      return typeof logs === 'string' ? logs : toldBy(logs);
    },

    async inherit(contract, blockTime, leaves) {
      const logs = await transact(contract, 'inherit', blockTime, [leaves]);
      return typeof logs === 'string'
        ? logs
        : logs.map(({ topics, data }) => decodeInherited(topics, hexToBytes(data)).words);
    },

    async line(kind, subject) {
      const [contract, name] = GETTERS[kind];
      const got = await read(contract, name, ...lineKey(kind, subject));
      const line = got[0] as { head: Hex; anchor: Hex; state: bigint };
      const written = { kind, subject, head: line.head, anchor: line.anchor, state: wordOf(line.state) };
      switch (kind) {
        case 'evidence':
          return { ...written, origins: wordOf(got[1] as bigint), bases: wordOf(got[2] as bigint) };
        case 'hold':
          return { ...written, listHash: got[1] as Hex };
        case 'agreement': {
          const number = Number((line.state >> 192n) & 0xffffffffn);
          const [terms] = (await read('agreements', 'terms', number)) as unknown as [bigint];
          return { ...written, listHash: got[1] as Hex, terms: wordOf(terms) };
        }
        case 'consent': {
          const [used] = (await read('custody', 'consentUsed', subject)) as unknown as [boolean];
          return { ...written, evidence: got[1] as Hex, used };
        }
        case 'participant':
          return { ...written, code: got[1] as Hex };
        case 'request':
        case 'consortium':
          return written;
      }
    },

    async key(id) {
      const [info, x, y] = (await read('consortium', 'keys', id)) as unknown as [bigint, Hex, Hex];
      return { id, info: wordOf(info), x, y };
    },

    async tally() {
      const [participants, activeAgencies] = (await read('consortium', 'tally')) as unknown as [bigint, bigint];
      const [count] = (await read('agreements', 'agreementCount')) as unknown as [bigint];
      return {
        participants: Number(participants),
        activeAgencies: Number(activeAgencies),
        agreements: Number(count),
      };
    },

    async foundingHash() {
      return ((await read('custody', 'foundingHash')) as unknown as [Hex])[0];
    },
  };
}

const GETTERS: Readonly<Record<LineKind, readonly [Keeper, string]>> = {
  evidence: ['custody', 'evidence'],
  hold: ['custody', 'holds'],
  consent: ['agreements', 'consents'],
  request: ['agreements', 'requests'],
  agreement: ['agreements', 'agreements'],
  participant: ['consortium', 'participants'],
  consortium: ['consortium', 'consortiumLine'],
};

/** By what a getter finds a line. */
function lineKey(kind: LineKind, subject: Hex): readonly unknown[] {
  if (kind === 'consortium') return [];
  return [kind === 'participant' ? openerOf(subject) : subject];
}

async function interfaceOf(name: string): Promise<Interface> {
  return new Interface((await hardhat.artifacts.readArtifact(name)).abi as InterfaceAbi);
}

function argumentsOf(contract: Keeper, call: string, sheets: readonly Sent[]): readonly unknown[] {
  if (contract !== 'consortium') return call === 'submit' ? [sheets] : sheets;
  const { key, signature, statements, endorsements = [] } = sheets[0]!;
  return [statements, [{ key, signature }, ...endorsements]];
}

function toldBy(logs: readonly Log[]): Told[] {
  const told: Told[] = [];
  let endorsements: readonly Endorsement[] | undefined;
  for (const { topics, data } of logs) {
    if (topics[0] === ENDORSED_TOPIC) {
      ({ endorsements } = decodeEndorsed(topics, hexToBytes(data)));
      continue;
    }
    if (topics[0] !== JUDGED_TOPIC) throw new Error(`an event that is not of the ledger: ${topics[0] ?? ZERO}`);
    const { sheet, outcomes } = decodeJudged(topics, hexToBytes(data));
    const judged = { key: sheet.key, statements: sheet.items.length, outcomes };
    told.push(endorsements === undefined ? judged : { ...judged, endorsements });
    endorsements = undefined;
  }
  return told;
}

function revertName(error: unknown, interfaces: Readonly<Record<Keeper, Interface>>): string {
  const data = (error as { data?: { data?: Hex } | Hex }).data;
  const bytes = typeof data === 'object' ? data.data : data;
  for (const each of Object.values(interfaces)) {
    const known = bytes === undefined ? null : each.parseError(bytes);
    if (known !== null) return known.name;
  }
  throw error;
}
