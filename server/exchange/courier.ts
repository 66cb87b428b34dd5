/**
 * Brings the dossiers that are owed to the recipients' gateways, and carries out erasures that the ledger included.
 * Every debt is in the store, so that what is interrupted goes on with the next start.
 */
import type { Hex } from '../../protocol/bytes.ts';
import { ACT } from '../../protocol/acts.ts';
import type { ConsortiumView } from '../custody/consortium.ts';
import { CustodyError } from '../custody/gateway.ts';
import type { DossierStore, DossierTrouble, Exchange, OwedDossier } from '../custody/dossiers.ts';
import type { Store, TrailEntry } from '../custody/ports.ts';
import { encodeDossier } from '../../protocol/dossier.ts';
import { sealFor } from './envelope.ts';
import { DossierError, makeDossier, type MakingParts } from './making.ts';
import { postDossier } from './peer.ts';

/** Dossiers considered in one round. */
const ROUND = 64;
const ERASURES = 64;

/** Seconds between attempts: doubled each time. */
const SOON = { first: 1, most: 300 };
/** Where somebody has to do something first. */
const LATER = { first: 30, most: 3_600 };
/** What is to wait longer was postponed by a clock that was ahead. Another process’s may be so by a little. */
const LONGEST = 2 * LATER.most;

const PACE: Readonly<Record<DossierTrouble, typeof SOON>> = {
  UNREACHABLE: SOON,
  NOT_YET: SOON,
  FAILED: LATER,
  REFUSED: LATER,
  NO_ADDRESS: LATER,
  NO_ENCRYPTION_KEY: LATER,
  NO_SERVICE_KEY: LATER,
  TOO_LARGE: LATER,
};

export interface CourierParts extends MakingParts {
  readonly store: MakingParts['store'] & Pick<Store, 'statement'> & { readonly dossiers: DossierStore };
  readonly consortium: ConsortiumView;
  /** Participants of this gateway. */
  readonly served: readonly number[];
  /** Addresses that the operator allowed, by code of the participant. */
  readonly peers: ReadonlyMap<string, URL>;
  /** Takes a dossier for a participant of this gateway. */
  readonly receive: Exchange['receive'];
  /** Called with what goes wrong; it is tried again. */
  readonly report: (error: unknown) => void;
}

export interface Courier {
  /** Does what there is to do now; resolves when each debt is paid or postponed. */
  round(): Promise<void>;
}

export function openCourier(parts: CourierParts): Courier {
  const { store, served, clock } = parts;
  return {
    async round() {
      while (await store.dossiers.takeUp(served, clock()));
      for (const erasure of await store.dossiers.owedErasures(ERASURES)) {
        await store.dossiers.erase(erasure, served, clock());
      }
      const byRecipient = new Map<number, OwedDossier[]>();
      const now = clock();
      for (const owed of await store.dossiers.due(now, now + LONGEST, ROUND)) {
        byRecipient.set(owed.recipient, [...(byRecipient.get(owed.recipient) ?? []), owed]);
      }
      await Promise.all([...byRecipient.values()].map((dossiers) => deliverAll(parts, dossiers)));
    },
  };
}

/** One after another; a gateway that does not answer is asked once. */
async function deliverAll(parts: CourierParts, dossiers: readonly OwedDossier[]): Promise<void> {
  const { store, report, clock } = parts;
  let silent: DossierError | undefined;
  for (const owed of dossiers) {
    try {
      if (silent) throw silent;
      await store.dossiers.settle(owed.release, await deliver(parts, owed), clock());
    } catch (error) {
      const trouble =
        error instanceof DossierError ? error : new DossierError('FAILED', 'unexpected', { cause: error });
      if (trouble !== silent) report(error);
      if (trouble.code === 'UNREACHABLE') silent = trouble;
      const { first, most } = PACE[trouble.code];
      const wait = trouble.retryAfter ?? Math.min(most, first * 2 ** Math.min(owed.attempts, 20));
      await store.dossiers.postpone(owed.release, clock() + wait, trouble.code);
    }
  }
}

/** @throws DossierError */
async function deliver(parts: CourierParts, { release: digest, recipient }: OwedDossier) {
  const { store, consortium, peers } = parts;
  const release = await store.statement(digest);
  if (release?.included === undefined) throw new DossierError('NOT_YET', 'the ledger does not have the release now');
  if (await cameBack(store, release)) return 'withdrawn';
  const { participants } = await consortium.current();
  const code = participants.find(({ number }) => number === recipient)?.code;
  const peer = code === undefined ? undefined : peers.get(code);
  const here = parts.served.includes(recipient);
  if (peer === undefined && !here) {
    throw new DossierError('NO_ADDRESS', `PEERS names no gateway of participant ${code ?? recipient}`);
  }
  const { key, parts: made } = await makeDossier(parts, release);
  for (const part of made) {
    const sealed = await sealFor(key, encodeDossier(part));
    // Between participants of one gateway as between gateways: each has its own records, under the same policy.
    if (here) await hand(parts, sealed);
    else await postDossier(peer!, sealed);
  }
  return 'delivered';
}

/** @throws DossierError NOT_YET, REFUSED */
async function hand({ receive }: CourierParts, sealed: string): Promise<void> {
  try {
    await receive(sealed);
  } catch (cause) {
    const later = cause instanceof CustodyError && (cause.code === 'UNAVAILABLE' || cause.code === 'OVERLOADED');
    throw new DossierError(later ? 'NOT_YET' : 'REFUSED', 'this gateway did not take its own dossier', { cause });
  }
}

/** Whether the release was recalled or refused: then its recipient is not to have the records. */
async function cameBack(store: Pick<Store, 'trail'>, release: TrailEntry): Promise<boolean> {
  const { subject } = release.stated.statement;
  for (let cursor: string | undefined; ;) {
    const page = await store.trail({ kind: 'evidence', subject }, cursor, 200);
    const next = page.items.find((entry) => isNext(entry, release.digest));
    if (next !== undefined) return [ACT.recall, ACT.refuse].some((act) => act === next.stated.statement.act);
    if (page.next === undefined) return false;
    cursor = page.next;
  }
}

function isNext({ stated, included }: TrailEntry, digest: Hex): boolean {
  return included !== undefined && stated.statement.previous === digest;
}
