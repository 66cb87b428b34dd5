/**
 * Officers at work while everything that may go wrong goes wrong at random; then all that was promised is looked up, at
 * every process of the gateway and on the ledger itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { audit } from '../trial/audit.ts';
import type { Gateway } from '../trial/consortium.ts';
import { putUnderLoad, type Load } from '../trial/load.ts';
import { FAULTS, type Fault } from './faults.ts';
import { seededRandom, type Random } from './random.ts';
import type { World } from './world.ts';

export interface ChaosPlan {
  readonly seconds: number;
  readonly seed: number;
  readonly officers: number;
}

export interface ChaosReport {
  /** How often each came, by name. */
  readonly faults: ReadonlyMap<string, number>;
  readonly accepted: number;
  /** Answers that promised nothing, by status. */
  readonly refused: ReadonlyMap<number, number>;
  /** What is not as it was promised, a sentence each. */
  readonly wrong: readonly string[];
}

// Seconds.
const QUIET = [1, 4] as const;
/** After so long, everything is left in peace until it is well. */
const PEACE = 45;
/** Networks that stood are slow to come back: each round that was lost doubles the time of the next. */
const RECOVERY = 240;

/** Of ten faults, how many have another one beside them. */
const TOGETHER = 3;
/** Answers that a gateway in trouble may give. */
const MAY_REFUSE: ReadonlySet<number> = new Set([429, 503]);

export async function chaos(world: World, plan: ChaosPlan, say: (line: string) => void): Promise<ChaosReport> {
  const random = seededRandom(plan.seed);
  const faults = new Map<string, number>();
  const wrong: string[] = [];
  const begun = Date.now();
  const clock = (): string => `${((Date.now() - begun) / 1000).toFixed(0).padStart(5)} s`;
  const load = putUnderLoad(world.consortium, plan.officers);
  let peaceAt = begun + PEACE * 1_000;
  while (Date.now() - begun < plan.seconds * 1_000) {
    const chosen = choose(random);
    for (const { name } of chosen) faults.set(name, (faults.get(name) ?? 0) + 1);
    say(`${clock()}  ${chosen.map(({ name }) => name).join('; ')}  (${load.accepted()} promised)`);
    wrong.push(...(await Promise.all(chosen.map((fault) => suffer(fault, world, random)))).flat());
    await sleep(1_000 * random.between(...QUIET));
    if (Date.now() < peaceAt) continue;
    wrong.push(...(await recover(world, load)));
    say(`${clock()}  all is well again  (${load.accepted()} promised)`);
    if (wrong.length > 0) break;
    peaceAt = Date.now() + PEACE * 1_000;
  }
  if (wrong.length === 0) wrong.push(...(await recover(world, load)));
  await load.stop();
  if (wrong.length === 0) wrong.push(...(await settle(world)));
  if (wrong.length === 0) wrong.push(...(await audit(world.consortium, load, world.node)).faults);
  for (const { status, detail } of load.refused) {
    if (!MAY_REFUSE.has(status)) wrong.push(`an officer was answered ${status}: ${detail}`);
  }
  const refused = Map.groupBy(load.refused, ({ status }) => status);
  return {
    ...{ faults, accepted: load.accepted(), wrong },
    refused: new Map([...refused].map(([status, those]) => [status, those.length])),
  };
}

function choose(random: Random): readonly Fault[] {
  const first = random.pick(FAULTS);
  const others = FAULTS.filter(({ part }) => part !== first.part);
  return random.between(1, 10) > TOGETHER ? [first] : [first, random.pick(others)];
}

/** @returns what was wrong meanwhile */
async function suffer(fault: Fault, world: World, random: Random): Promise<readonly string[]> {
  const seconds = random.between(...fault.lasts);
  const end = await fault.begin(world, random);
  try {
    if (!fault.stops) {
      await sleep(seconds * 1_000);
      return [];
    }
    const silent = await Promise.all(world.consortium.gateways.map((gateway) => claimsReady(gateway, seconds)));
    return silent
      .filter((each) => each !== undefined)
      .map((url) => `${url} said that it is ready for ${seconds} s, while ${fault.name}`);
  } finally {
    await end();
  }
}

/** @returns its address if it never said otherwise for so long */
async function claimsReady(gateway: Gateway, seconds: number): Promise<string | undefined> {
  const until = Date.now() + seconds * 1_000;
  let claimed = true;
  while (Date.now() < until) {
    if ((await gateway.readiness()) !== 200) claimed = false;
    await sleep(500);
  }
  return claimed ? gateway.url : undefined;
}

/** Nothing is wrong any more: all say so, and go on. */
async function recover({ consortium: { gateways } }: World, load: Load): Promise<readonly string[]> {
  const before = load.accepted();
  const deadline = Date.now() + RECOVERY * 1_000;
  while (Date.now() < deadline) {
    const ready = await Promise.all(gateways.map((gateway) => gateway.readiness()));
    if (ready.every((status) => status === 200) && load.accepted() > before) return [];
    await sleep(500);
  }
  return [`all faults are over, and after ${RECOVERY} s not all is well: ${await told(gateways)}`];
}

async function settle({ consortium: { gateways } }: World): Promise<readonly string[]> {
  const deadline = Date.now() + RECOVERY * 1_000;
  while (Date.now() < deadline) {
    const healths = await Promise.all(gateways.map((gateway) => gateway.health().catch(() => undefined)));
    if (healths.every((health) => health?.pending === 0)) return [];
    await sleep(500);
  }
  return [`after ${RECOVERY} s in peace something still waits: ${await told(gateways)}`];
}

async function told(gateways: readonly Gateway[]): Promise<string> {
  const words = gateways.map((gateway) => gateway.health().catch(() => gateway.lastWords()));
  return JSON.stringify(await Promise.all(words));
}
