/** The parts of a gateway that reach the chain, without the rest: store, submitter, follower on an embedded chain. */
import type { Hex } from '../../../../protocol/bytes.ts';
import { openEmbedded, type EmbeddedEngine } from '../../../../server/chain/embedded/engine.ts';
import { openFollower, type Follower } from '../../../../server/chain/follower.ts';
import type { Rpc } from '../../../../server/chain/rpc.ts';
import { openSubmitter, type Submitter } from '../../../../server/chain/submitter.ts';
import type { AcceptedSheet, TrailEntry } from '../../../../server/custody/ports.ts';
import type { OpenedStore } from '../../../../server/store/store.ts';
import { until } from './chain.ts';
import { clock, ledgerPlace, openTestStore, RELAY_KEY, type Place } from './places.ts';
import { accept } from './sheets.ts';

export interface TestGateway {
  readonly place: Place;
  readonly engine: EmbeddedEngine;
  readonly store: OpenedStore;
  /** What submitter and follower reported, by code. */
  readonly reported: string[];
  /** @param rpc what the submitter speaks to, if not the engine itself */
  startSubmitter(rpc?: Rpc): Submitter;
  accept(...sheets: readonly AcceptedSheet[]): Promise<void>;
  /** Resolves when every statement that was accepted has an outcome. */
  settled(seconds?: number): Promise<void>;
  /** Progress and reason of every statement of these sheets. */
  outcomes(...sheets: readonly AcceptedSheet[]): Promise<string[]>;
  close(): Promise<void>;
}

export async function openTestGateway(): Promise<TestGateway> {
  const place = await ledgerPlace();
  const engine = await openEmbedded(place.folder, clock);
  const store = await openTestStore(place);
  const reported: string[] = [];
  const report = (error: unknown): void => void reported.push((error as { code?: string }).code ?? String(error));
  const submitters: Submitter[] = [];
  const wake = (): void => submitters.forEach((submitter) => submitter.wake());
  const { ledger } = place;
  const follower: Follower = await openFollower({
    rpc: engine,
    ledger,
    store,
    finality: 0,
    clock,
    report,
    applied: wake,
  });
  engine.onBlock(() => follower.wake());
  return {
    ...{ place, engine, store, reported },
    startSubmitter(rpc = engine) {
      const submitter = openSubmitter({ rpc, ledger, store, relayKey: RELAY_KEY, report });
      submitters.push(submitter);
      return submitter;
    },
    async accept(...sheets) {
      await accept(store, sheets);
      wake();
    },
    settled: (seconds) => until(async () => (await store.counts()).pending === 0, seconds),
    async outcomes(...sheets) {
      const digests = sheets.flatMap(({ statements }) => statements.map(({ digest }) => digest));
      return Promise.all(digests.map(async (digest: Hex) => said(await store.statement(digest))));
    },
    async close() {
      for (const submitter of submitters) await submitter.close();
      await follower.close();
      await store.close();
      await engine.close();
    },
  };
}

function said(entry: TrailEntry | undefined): string {
  return entry === undefined ? 'unknown' : [entry.progress, ...(entry.reason ? [entry.reason] : [])].join(' ');
}
