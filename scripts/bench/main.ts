/** `npm run bench -- NAME [--json]`: the project's figures, with the peers in the same run (docs/benchmarks.md). */
import { parseArgs } from 'node:util';

import { agencies } from './agencies.ts';
import { cases } from './cases.ts';
import { contract } from './contract.ts';
import { ingest } from './ingest.ts';
import { latency } from './latency.ts';
import { limits } from './limits.ts';
import { networkIngest } from './network-ingest.ts';
import { rebuild } from './rebuild.ts';
import { openReport, type Report } from './report.ts';
import { scale } from './scale.ts';
import { verify } from './verify.ts';

interface Options {
  readonly network: boolean;
  readonly minutes: number;
  readonly rate: number;
  readonly most: number;
}

const BENCHES: Readonly<Record<string, (report: Report, options: Options) => Promise<void>>> = {
  agencies,
  cases,
  contract,
  ingest: (report, { network, minutes, rate }) => (network ? networkIngest(report, minutes, rate) : ingest(report)),
  latency: (report, { network }) => latency(report, network),
  limits,
  rebuild,
  scale: (report, { most, network }) => scale(report, most, network),
  verify,
};
const USAGE = `Usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--json]; ingest --network [--minutes 10] [--rate 300]; latency --network; scale [--network] [--most 1000000]`;

let parsed;
try {
  parsed = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      network: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '10' },
      rate: { type: 'string', default: 'Infinity' },
      most: { type: 'string', default: '1000000' },
    },
  });
} catch (error) {
  usage(error instanceof Error ? error.message : String(error));
}
const { values, positionals } = parsed;
const [name = ''] = positionals;
const minutes = Number(values.minutes);
if (positionals.length !== 1 || !Object.hasOwn(BENCHES, name)) usage('Name one benchmark.');
if (values.network && !['ingest', 'latency', 'scale'].includes(name))
  usage('--network is for ingest, latency and scale.');
const most = Number(values.most);
const rate = Number(values.rate);
if (!(minutes > 0) || !(rate > 0) || !(most >= 10_000)) {
  usage('--minutes and --rate are numbers, and --most one from 10000 on.');
}
await BENCHES[name]!(openReport(values.json), { network: values.network, minutes, rate, most });

function usage(problem: string): never {
  console.error(`${problem}\n${USAGE}`);
  process.exit(2);
}
