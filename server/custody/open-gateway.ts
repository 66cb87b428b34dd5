/** Puts the use cases together. */
import type { LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { ruleOf } from '../../protocol/acts.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { policyHash } from '../../protocol/field-policy.ts';
import { digestOf } from '../../protocol/statement.ts';
import { judge } from '../../protocol/judge.ts';
import { POWER } from '../../protocol/names.ts';
import { sheetHash, typedData } from '../../protocol/sheet.ts';
import { apply } from '../../protocol/world.ts';
import { openAcceptance } from './acceptance.ts';
import { openBundling } from './bundling.ts';
import { openBases } from './open-bases.ts';
import type { Deadlines } from './deadlines.ts';
import type { ConsortiumView } from './consortium.ts';
import { explained } from './explaining.ts';
import { fillStatement, referencesOfRequest, type Chance } from './fill.ts';
import {
  CustodyError,
  type Gateway,
  type Health,
  type PreparedSheet,
  type SignedSheet,
  type StatementRequest,
} from './gateway.ts';
import { signLate } from './late.ts';
import type { DossierStore, Exchange } from './dossiers.ts';
import type {
  BundleMaker,
  BundleVerifier,
  ChainProver,
  Clock,
  Keyring,
  LedgerNode,
  Store,
  TimestampAuthority,
} from './ports.ts';
import { project } from './projection.ts';
import { openReading } from './reading.ts';
import { openTracing } from './tracing.ts';
import { openVerification } from './verification.ts';

export interface GatewayParts {
  readonly store: Store & { readonly dossiers: DossierStore };
  readonly exchange: Exchange;
  readonly consortium: ConsortiumView;
  readonly keyring: Keyring;
  readonly node: LedgerNode;
  readonly prover: ChainProver;
  readonly verifier: BundleVerifier;
  readonly maker: BundleMaker;
  readonly authority: TimestampAuthority | undefined;
  /** The ledger file, as given to everyone who verifies. */
  readonly ledger: LedgerFile;
  readonly clock: Clock;
  readonly report: (error: unknown) => void;
  readonly chance: Chance;
  readonly deadlines: Deadlines;
  readonly accepted: () => void;
  readonly health: () => Promise<Health>;
}

export interface OpenGateway extends Gateway {
  /** Resolves when everything that was submitted is answered. */
  idle(): Promise<void>;
}

export function openGateway(parts: GatewayParts): OpenGateway {
  const { store, consortium, clock, ledger } = parts;
  const acceptance = openAcceptance({ ...parts, foundingHash: ledger.foundingHash });
  const reading = openReading(store, store.dossiers, consortium, clock);
  return {
    ...reading,
    ...openBases(store, reading.trail, parts.deadlines, clock),
    ...openTracing(store, clock),
    ...openBundling(parts),
    ...openVerification({ ...parts, foundingHash: ledger.foundingHash }),
    verifyBundle: (bytes, files) =>
      parts.verifier.verify(bytes, {
        ledger,
        files: files.map((digest) => [digest]),
        now: clock(),
        blockHash: (number) => parts.prover.blockHash(number),
      }),
    prepare: (caller, key, request) => prepare(parts, caller.participant, key, request.statements),
    signLate: (caller, request) => signAhead(parts, caller, request),
    submit: (caller, submitted) => Promise.all(submitted.map((each) => acceptance.submit(caller, each))),
    hasRoom: acceptance.hasRoom,
    sendDossierAgain: (release) => store.dossiers.sendAgain(release, clock()),
    receiveDossier: (sealed) => parts.exchange.receive(sealed),
    async keepPolicy(policy) {
      await store.savePolicy(policy);
      return policyHash(policy);
    },
    policy: (hash) => store.findPolicy(hash),
    ledger: () => Promise.resolve(ledger),
    health: parts.health,
    idle: acceptance.idle,
  };
}

async function signAhead(
  parts: GatewayParts,
  caller: Parameters<Gateway['signLate']>[0],
  request: Parameters<Gateway['signLate']>[1],
): Promise<SignedSheet> {
  const { store, clock, ledger } = parts;
  const consortium = await parts.consortium.current();
  const now = clock();
  const { world } = await project(store, consortium.world, referencesOfRequest(request, caller.participant), now);
  return signLate({ ...parts, foundingHash: ledger.foundingHash, world, consortium, now }, caller, request);
}

/** A sheet as the ledger would take it now, for a key that the caller holds. Nothing is stored. */
async function prepare(
  { store, consortium, clock, chance, deadlines, ledger }: GatewayParts,
  participant: number,
  key: Hex,
  requests: Parameters<Gateway['prepare']>[2]['statements'],
): Promise<PreparedSheet> {
  const now = clock();
  const { world: below, participantCoded } = await consortium.current();
  const { world } = await project(
    store,
    below,
    requests.flatMap((request) => referencesOfRequest(request, participant)),
    now,
  );
  const held = world.key(key);
  if (held?.participant !== participant || (held.powers & ~POWER.encryption) === 0) {
    throw new CustodyError('UNSIGNED', 'The key is not an enrolled signing key of your participant.', {
      reason: 'UNSIGNED',
    });
  }
  const statements = requests.map((request, position) => {
    const { stated, record } = fillStatement(request, {
      participant,
      key,
      world,
      participantCoded,
      now,
      chance,
      deadlines,
    });
    // What rests on further signatures, or is a half of a late declaration, can't be judged before they are there.
    if (!isHalf(request) && ruleOf(stated.statement.act)?.keeper !== 'consortium') {
      const judgement = judge(world, stated, { blockTime: now });
      if ('reason' in judgement) {
        throw new CustodyError('REJECTED', `Statement ${position}: ${explained(judgement.reason, stated, world)}`, {
          reason: judgement.reason,
        });
      }
      apply(world, judgement.changes);
    }
    return { ...stated, digest: digestOf(stated.statement), ...(record && { record }) };
  });
  const hash = sheetHash(
    statements.map(({ digest }) => digest),
    ledger.foundingHash,
  );
  return {
    key,
    statements,
    hash,
    typedData: typedData(
      statements.map(({ statement }) => statement),
      ledger.foundingHash,
    ),
  };
}

function isHalf({ act, code, follows }: StatementRequest): boolean {
  return follows !== undefined || (act === 'release' && code === 'late');
}
