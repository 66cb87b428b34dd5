/** The exchange of one gateway as it runs: own store, own keys, own view of the ledger, and its port. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { pino } from 'pino';

import type { Hex } from '../../../../protocol/bytes.ts';
import type { FieldPolicy } from '../../../../protocol/field-policy.ts';
import { openConsortium } from '../../../../server/custody/consortium.ts';
import type { Gateway } from '../../../../server/custody/gateway.ts';
import type { TokenStore } from '../../../../server/custody/ports.ts';
import { openCourier, type Courier, type CourierParts } from '../../../../server/exchange/courier.ts';
import { openReceiving, type ReceivingParts } from '../../../../server/exchange/receiving.ts';
import { DEFAULT_LIMITS } from '../../../../server/http/limits.ts';
import { startHttp } from '../../../../server/http/start.ts';
import { openDecryption } from '../../../../server/keyring/decryption.ts';
import { openKeyring } from '../../../../server/keyring/keyring.ts';
import { openStore, type OpenedStore } from '../../../../server/store/store.ts';
import type { Actor } from '../../../protocol/support/actors.ts';
import { MASTER_KEY } from '../../../support/stores.ts';
import type { Said, TestLedger } from './ledger.ts';
import { FOLLOWED } from '../../../support/followed-ledger.ts';

export interface Agency {
  readonly actor: Actor;
  readonly service: Actor;
  readonly encryption: Actor;
  readonly url: string;
  readonly folder: string;
  /** By code; a test changes them. */
  readonly peers: Map<string, URL>;
  /** Codes of what was reported. */
  readonly reported: string[];
  store: OpenedStore;
  parts: Omit<CourierParts, 'receive'> & ReceivingParts;
  courier: Courier;
  receive: ReturnType<typeof openReceiving>;
  /** Follows the ledger to its end, or up to a block. */
  follow(to?: number): Promise<void>;
  /** Keeps what was written as its own. */
  keep(...said: readonly Said[]): Promise<void>;
  /** The labels that it can read of a record, those withheld with a minus; `erased`, or undefined. */
  reads(digest: Hex): Promise<readonly string[] | 'erased' | undefined>;
  /** Opens the store of this folder anew, as after a restart. */
  restart(): Promise<void>;
  /** Starts with an empty store, as where there was no backup. */
  lose(): Promise<void>;
  close(): Promise<void>;
}

const none: TokenStore = {
  find: () => Promise.resolve(undefined),
  create: () => Promise.resolve(),
  createFirst: () => Promise.resolve(false),
  revoke: () => Promise.resolve(false),
  list: () => Promise.resolve([]),
};

export async function openAgency(
  ledger: TestLedger,
  actor: Actor,
  policies: readonly FieldPolicy[] = [],
): Promise<Agency> {
  const { service, encryption } = ledger.enrol(actor);
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-exchange-'));
  const peers = new Map<string, URL>();
  const reported: string[] = [];
  const { participant } = actor;

  async function opened(): Promise<Pick<Agency, 'store' | 'parts' | 'courier' | 'receive'>> {
    const store = await openStore({ database: path.join(folder, 'unbroken.sqlite'), masterKey: MASTER_KEY });
    for (const policy of policies) await store.savePolicy(policy);
    const parts = {
      store,
      consortium: openConsortium(store),
      keyring: openKeyring([{ participant, privateKey: service.privateKey }]),
      decryption: openDecryption([{ participant, privateKey: encryption.privateKey }]),
      foundingHash: ledger.foundingHash,
      clock: ledger.now,
      served: [participant],
      peers,
      report: (error: unknown) => void reported.push((error as { code?: string }).code ?? String(error)),
    };
    const receive = openReceiving(parts);
    return { store, parts, courier: openCourier({ ...parts, receive }), receive };
  }

  const http = await startHttp(
    {
      gateway: { receiveDossier: (sealed: string) => agency.receive(sealed) } as Partial<Gateway> as Gateway,
      tokens: none,
      clock: ledger.now,
      log: pino({ level: 'silent' }),
      limits: { ...DEFAULT_LIMITS, dossiersPerMinute: 100_000 },
    },
    { host: '127.0.0.1', port: 0 },
  );
  const agency: Agency = {
    ...{ actor, service, encryption, folder, peers, reported, url: http.url },
    ...(await opened()),
    async follow(to = ledger.blocks.length) {
      const { store } = agency;
      await store.found(ledger.beginning, ledger.first, FOLLOWED);
      const block = ledger.blocks[to - 1];
      const from = (await store.cursor())!.number;
      if (block && to > from) await store.applyBlocks(ledger.blocks.slice(from, to), block);
    },
    async keep(...said) {
      const records = said.flatMap(({ digest, record }) => (record ? [{ tenant: participant, digest, record }] : []));
      await agency.store.keepRecords(records, ledger.now());
    },
    async reads(digest) {
      const record = (await agency.store.records(participant, [digest])).get(digest);
      if (record === undefined || record === 'erased') return record;
      return record.fields.map((field) => ('value' in field ? field.label : `-${field.label}`));
    },
    async restart() {
      await agency.store.close();
      Object.assign(agency, await opened());
      await agency.store.dossiers.hurry(ledger.now());
    },
    async lose() {
      await agency.store.close();
      for (const file of readdirSync(folder)) rmSync(path.join(folder, file));
      Object.assign(agency, await opened());
    },
    async close() {
      await http.close();
      await agency.store.close();
      rmSync(folder, { recursive: true });
    },
  };
  return agency;
}
