/** Wires the parts of a gateway together, starts them in order and stops them in the reverse one. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import type { Logger } from 'pino';

import { hexToBytes, ZERO, bytesToHex } from '../protocol/bytes.ts';
import { encodeFounding, successorTag } from '../protocol/founding.ts';
import { openedSubject } from '../protocol/ledger.ts';
import { deployLedger } from './chain/deploy.ts';
import { openEndpoints } from './chain/endpoints.ts';
import { openEndpoint } from './chain/embedded/endpoint.ts';
import { openEmbedded } from './chain/embedded/engine.ts';
import { ChainError } from './chain/errors.ts';
import { openFollower } from './chain/follower.ts';
import { readLedgerFile, type LedgerFile } from './chain/ledger-file.ts';
import { openNode } from './chain/node.ts';
import { openProver } from './chain/prover.ts';
import type { Rpc } from './chain/rpc.ts';
import { openSubmitter } from './chain/submitter.ts';
import { fromBase, takeUpLedger } from './chain/succession.ts';
import type { Config } from './config.ts';
import { openConsortium } from './custody/consortium.ts';
import type { TokenStore } from './custody/ports.ts';
import { openGateway } from './custody/open-gateway.ts';
import { foundingOf, keyOf, openKeepsake, type Keepsake } from './demonstration/keepsake.ts';
import { MEMBERS } from './demonstration/members.ts';
import { provision } from './demonstration/provision.ts';
import { openExchange } from './exchange/exchange.ts';
import { openHealth } from './health.ts';
import { startHttp } from './http/start.ts';
import { newToken } from './http/token.ts';
import { writeFileDurably } from './keyring/durable-file.ts';
import { openDecryption } from './keyring/decryption.ts';
import { openKeyring } from './keyring/keyring.ts';
import { openSecrets, type Secrets } from './keyring/secrets.ts';
import { existingSecrets, storeAddress, takeStore } from './operator.ts';
import { openStore } from './store/store.ts';
import { openThreadedStore } from './store/threaded-store.ts';
import { openAuthority } from './timestamps/authority.ts';
import { openMaker, openVerifier } from './verifier/verifier.ts';

export interface App {
  readonly url: string;
  /** Of the embedded chain; undefined on a network. */
  readonly chainUrl: string | undefined;
  readonly ledger: LedgerFile;
  /** Undefined on a network. */
  readonly keepsake: Keepsake | undefined;
  /** On a network, at the very first start: the operator's token, in clear this once. */
  readonly firstToken: string | undefined;
  /** Resolves with the reason if the gateway can't go on. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

interface Chain {
  readonly rpc: Rpc;
  readonly url: string;
  readonly embedded: boolean;
  readonly failed: Promise<Error>;
  onBlock(listener: () => void): void;
}

/** Milliseconds. Whoever asked is told that the database is away before they give up by themselves. */
const SILENCE = 20_000;

/** @param say what is being done, for people who wait */
export async function openApp(config: Config, log: Logger, say: (step: string) => void): Promise<App> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await open(config, log, say, (closer) => closers.push(closer), close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  config: Config,
  log: Logger,
  say: (step: string) => void,
  onClose: (closer: () => Promise<void>) => void,
  close: () => Promise<void>,
): Promise<App> {
  const clock = (): number => Math.floor(Date.now() / 1000);
  const file = (name: string): string => path.join(config.dataDirectory, name);
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  // Keys that were made up on the way would read nothing of before, and speak for nobody on a network.
  const embedded = config.chainUrls === 'embedded';
  const secrets = embedded ? openSecrets(file('secrets.json')) : existingSecrets(config.dataDirectory);

  say('Starting the chain ...');
  const report = (error: unknown): void => log.warn({ err: error }, 'trying again');
  const chain = await openChain(config, file('ledger.json'), clock, report, onClose);
  const keepsake = chain.embedded ? openKeepsake(file('demonstration.json')) : undefined;
  const ledger = await openLedger(file('ledger.json'), chain, secrets, keepsake, say);

  say('Opening the store ...');
  const use = takeStore(config);
  onClose(() => {
    use.end();
    return Promise.resolve();
  });
  const openOwn = config.storeUrl === 'sqlite' ? openThreadedStore : openStore;
  const masterKey = hexToBytes(secrets.masterKey);
  const store = await openOwn({ database: storeAddress(config), masterKey, silence: SILENCE });
  onClose(() => store.close());

  const consortium = openConsortium(store);
  const own = fromBase(store, await takeUpLedger({ rpc: chain.rpc, ledger, store }));
  const submitter = openSubmitter({ rpc: chain.rpc, ledger, store: own, relayKey: secrets.relayKey, report });
  onClose(() => submitter.close());
  const held = heldKeys(secrets, keepsake);
  const keyring = openKeyring(held.service);
  const served = [...new Set(held.service.map(({ participant }) => participant))];
  const exchange = await openExchange({
    store,
    consortium,
    keyring,
    decryption: openDecryption(held.encryption),
    foundingHash: ledger.foundingHash,
    clock,
    served,
    peers: config.peers,
    report,
  });
  onClose(() => exchange.close());
  say('Following the ledger ...');
  const follower = await openFollower({
    rpc: chain.rpc,
    ledger,
    store,
    finality: config.finality,
    clock: chain.embedded ? undefined : clock,
    report,
    applied() {
      submitter.wake();
      exchange.wake();
    },
  });
  onClose(() => follower.close());
  chain.onBlock(() => follower.wake());

  const verifier = openVerifier();
  onClose(() => verifier.close());
  const maker = openMaker();
  onClose(() => maker.close());
  const gateway = openGateway({
    store,
    consortium,
    exchange,
    keyring,
    node: openNode(chain.rpc, ledger, config.finality),
    prover: openProver(chain.rpc, ledger, follower.base),
    verifier,
    maker,
    report,
    authority: config.timestampUrl === undefined ? undefined : openAuthority({ url: config.timestampUrl, report }),
    ledger,
    clock,
    deadlines: config.deadlines,
    chance: {
      subject: (participant) =>
        openedSubject(participant, randomBytes(28), ledger.heritage && successorTag(ledger.foundingHash)),
      seed: () => bytesToHex(randomBytes(32)),
    },
    accepted: () => submitter.wake(),
    health: openHealth({ store, follower, submitter, clock }),
  });
  onClose(() => gateway.idle());
  if (keepsake) {
    say('Setting up the demonstration consortium ...');
    await provision({ gateway, tokens: store.tokens, keepsake, now: clock() });
  }
  const firstToken = keepsake ? undefined : await makeFirstToken(store.tokens, served[0], clock());
  const http = await startHttp({ gateway, tokens: store.tokens, clock, log }, config);
  onClose(() => http.close());
  return {
    url: http.url,
    chainUrl: chain.embedded ? chain.url : undefined,
    ledger,
    keepsake,
    firstToken,
    failed: Promise.race([chain.failed, follower.failed]),
    close,
  };
}

async function openChain(
  config: Config,
  ledgerFile: string,
  clock: () => number,
  report: (error: unknown) => void,
  onClose: (closer: () => Promise<void>) => void,
): Promise<Chain> {
  if (config.chainUrls !== 'embedded') {
    // If it is missing, `openLedger` says so before anything is asked.
    const genesisHash = readLedgerFile(ledgerFile)?.genesisHash ?? ZERO;
    return {
      rpc: openEndpoints(config.chainUrls, genesisHash, report),
      url: config.chainUrls[0],
      embedded: false,
      failed: new Promise<Error>(() => undefined),
      onBlock: () => undefined,
    };
  }
  const engine = await openEmbedded(path.join(config.dataDirectory, 'chain'), clock);
  onClose(() => engine.close());
  const endpoint = await openEndpoint(engine, config.chainPort);
  onClose(() => endpoint.close());
  return { rpc: engine, url: endpoint.url, embedded: true, failed: engine.failed, onBlock: engine.onBlock };
}

/** The ledger of the ledger file; the embedded chain gets one if there is none. */
async function openLedger(
  file: string,
  chain: Chain,
  secrets: Secrets,
  keepsake: Keepsake | undefined,
  say: (step: string) => void,
): Promise<LedgerFile> {
  const known = readLedgerFile(file);
  if (known) return known;
  if (!keepsake) {
    throw new ChainError(
      'WRONG_CHAIN',
      `${file} is missing. Put the ledger file of your consortium there, as docs/operating.md says.`,
    );
  }
  say('Compiling and deploying the ledger (once, about a minute) ...');
  const founding = bytesToHex(encodeFounding(foundingOf(keepsake)));
  const ledger = await deployLedger(chain.rpc, chain.url, secrets.relayKey, founding);
  writeFileDurably(file, `${JSON.stringify(ledger, null, 2)}\n`, 0o644);
  return ledger;
}

interface HeldKeys {
  readonly service: Secrets['held'];
  readonly encryption: Secrets['encryption'];
}

/** A gateway without any token gets its operator's, who makes the others. */
async function makeFirstToken(
  tokens: Pick<TokenStore, 'createFirst'>,
  participant: number | undefined,
  now: number,
): Promise<string | undefined> {
  if (participant === undefined) return undefined;
  const { id, token, hash } = newToken();
  const isFirst = await tokens.createFirst({
    ...{ id, hash, name: 'operator', role: 'operator', participant, createdAt: now },
  });
  return isFirst ? token : undefined;
}

function heldKeys(secrets: Secrets, keepsake: Keepsake | undefined): HeldKeys {
  if (!keepsake) return { service: secrets.held, encryption: secrets.encryption };
  const keysOf = (keys: Keepsake['serviceKeys']): Secrets['held'] =>
    MEMBERS.map(({ code }, index) => ({ participant: index + 1, privateKey: keyOf(keys, code) }));
  return { service: keysOf(keepsake.serviceKeys), encryption: keysOf(keepsake.encryptionKeys) };
}
