/**
 * What a consortium of a given size needs. Computed from figures that the benchmarks print, and from assumptions; both are
 * printed beside the result, since a plan is worth what they are worth.
 */

export interface Asked {
  readonly agencies: number;
  readonly handoffsPerYear: number;
  /** Years that everything is kept online. */
  readonly years: number;
}

/** By `npm run bench -- contract`, `ingest` and `scale --network`; none depends on how fast the machine is. */
export const MEASURED = {
  /** sheets of ten, batches of a hundred */
  gas: { collect: 73_980, release: 24_035, accept: 23_564, record: 20_454 },
  /** PostgreSQL, the most that was seen: its indexes grow by steps */
  storeBytesPerStatement: 3_530,
  keyBytesPerStatement: 208,
  /** what is sent to the chain where each has its own signature */
  chainBytesPerStatement: 372,
  /** in a node that keeps one state, the most that was seen from ten thousand to a million */
  nodeBytesPerStatement: 358,
} as const;

/** Nobody measured these for you: change them in scripts/plan/plan.ts to what you know. */
export const ASSUMED = {
  /** statements that come with a handoff: most exhibits are examined and stored in between */
  recordsPerHandoff: 2,
  collectionsPerHandoff: 0.3,
  /** the busiest minute against the average of the year */
  peak: 10,
  /** of a block of 30 million gas a second, the share that a network bears for long beside its elections */
  share: 0.6,
  blockGas: 30_000_000,
  /** so often each transaction and block passes a validator's line: in, and on to some of the others */
  gossip: 6,
  /** with more validators elections take longer, which nobody has measured for this ledger */
  validatorsMost: 22,
  /** what a gateway on two cores accepts a second, with room: half of what `ingest` shows on a quiet machine */
  gatewayRate: 500,
} as const;

const YEAR = 365 * 24 * 3600;

export interface Plan {
  readonly statementsPerYear: number;
  readonly averageRate: number;
  readonly peakRate: number;
  /** of the gas of one network, at the peak; above 1 it takes several */
  readonly load: number;
  readonly networks: number;
  readonly validators: number;
  /** that may fail at once */
  readonly faults: number;
  readonly validatorDiskBytes: number;
  /** of each gateway, at the most: everybody follows everything, and only what it states itself has a record */
  readonly storeBytes: number;
  /** of all gateways together */
  readonly keyBytes: number;
  readonly peakBitsPerSecond: number;
  readonly gatewayProcesses: number;
}

/** @throws RangeError if what is asked is no size of a consortium */
export function planFor({ agencies, handoffsPerYear, years }: Asked): Plan {
  const fits = (value: number, most: number): boolean => Number.isFinite(value) && value > 0 && value <= most;
  if (!Number.isInteger(agencies) || !fits(agencies, 10_000)) throw new RangeError('Agencies: 1 to 10,000.');
  if (!fits(handoffsPerYear, 1e12)) throw new RangeError('Handoffs a year: more than 0, at most 1e12.');
  if (!fits(years, 100)) throw new RangeError('Years: more than 0, at most 100.');
  const { gas } = MEASURED;
  const perHandoff = 2 + ASSUMED.recordsPerHandoff + ASSUMED.collectionsPerHandoff;
  const gasPerHandoff =
    gas.release + gas.accept + ASSUMED.recordsPerHandoff * gas.record + ASSUMED.collectionsPerHandoff * gas.collect;
  const handoffsAtPeak = (ASSUMED.peak * handoffsPerYear) / YEAR;
  const load = (handoffsAtPeak * gasPerHandoff) / (ASSUMED.share * ASSUMED.blockGas);
  const statementsPerYear = perHandoff * handoffsPerYear;
  const statements = statementsPerYear * years;
  const peakRate = handoffsAtPeak * perHandoff;
  const validators = Math.max(4, Math.min(agencies, ASSUMED.validatorsMost));
  return {
    statementsPerYear,
    averageRate: statementsPerYear / YEAR,
    peakRate,
    load,
    networks: Math.max(1, Math.ceil(load)),
    validators,
    faults: Math.floor((validators - 1) / 3),
    validatorDiskBytes: statements * MEASURED.nodeBytesPerStatement,
    storeBytes: statements * MEASURED.storeBytesPerStatement,
    keyBytes: statements * MEASURED.keyBytesPerStatement,
    peakBitsPerSecond: 8 * peakRate * MEASURED.chainBytesPerStatement * ASSUMED.gossip,
    gatewayProcesses: Math.max(2, Math.ceil(peakRate / agencies / ASSUMED.gatewayRate) + 1),
  };
}
