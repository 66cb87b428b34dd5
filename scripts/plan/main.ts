/** `npm run plan -- --agencies 190 --handoffs-per-year 100e6 [--years 10] [--json]`: what a consortium of that size needs. */
import { parseArgs } from 'node:util';

import { ASSUMED, MEASURED, planFor } from './plan.ts';

const USAGE = 'Usage: npm run plan -- --agencies 190 --handoffs-per-year 100e6 [--years 10] [--json]';

try {
  const { values } = parseArgs({
    options: {
      agencies: { type: 'string' },
      'handoffs-per-year': { type: 'string' },
      years: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
    },
  });
  const asked = {
    agencies: Number(values.agencies ?? NaN),
    handoffsPerYear: Number(values['handoffs-per-year'] ?? NaN),
    years: Number(values.years),
  };
  const plan = planFor(asked);
  if (values.json) console.log(JSON.stringify({ asked, plan, measured: MEASURED, assumed: ASSUMED }));
  else console.log([...linesOf(plan, asked.years), '', ...reasons()].join('\n'));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}

function linesOf(plan: ReturnType<typeof planFor>, years: number): string[] {
  const rows: readonly (readonly [string, string])[] = [
    ['statements a year', number(plan.statementsPerYear)],
    ['statements a second, on average', number(plan.averageRate)],
    ['statements a second, at the peak', number(plan.peakRate)],
    ['load of one network at the peak', `${number(100 * plan.load)} %`],
    ['networks', String(plan.networks)],
    ['validators of each', `${plan.validators}, of which ${plan.faults} may fail`],
    [`disk of a validator after ${years} years`, bytes(plan.validatorDiskBytes)],
    [`store of a gateway after ${years} years, at most`, bytes(plan.storeBytes)],
    [`record keys of all gateways after ${years} years`, bytes(plan.keyBytes)],
    ['line of a validator at the peak', `${number(plan.peakBitsPerSecond / 1e6)} Mbit/s each way`],
    ['processes of a gateway', `${plan.gatewayProcesses}, one of them in reserve`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(48)} ${value}`);
}

function reasons(): string[] {
  const { gas, ...sizes } = MEASURED;
  const lines = (of: object): string[] => Object.entries(of).map(([name, value]) => `  ${name.padEnd(24)} ${value}`);
  return [
    'Measured (docs/benchmarks.md):',
    ...lines({ ...sizes, ...gas }),
    '',
    'Assumed (scripts/plan/plan.ts):',
    ...lines(ASSUMED),
  ];
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function bytes(value: number): string {
  const unit = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(unit.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${number(value / 1000 ** power)} ${unit[power]}`;
}
