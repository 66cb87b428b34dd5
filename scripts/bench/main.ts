/** `npm run bench -- NAME [--json]`: the project's figures, with the peers in the same run. */
import { parseArgs } from 'node:util';

import { contract } from './contract.ts';
import { ingest } from './ingest.ts';
import { rebuild } from './rebuild.ts';
import { openReport, type Report } from './report.ts';
import { verify } from './verify.ts';

const BENCHES: Readonly<Record<string, (report: Report) => Promise<void>>> = { contract, ingest, rebuild, verify };

let parsed;
try {
  parsed = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
} catch (error) {
  usage(error instanceof Error ? error.message : String(error));
}
const { values, positionals } = parsed;
const bench =
  positionals.length === 1 && Object.hasOwn(BENCHES, positionals[0]!) ? BENCHES[positionals[0]!] : undefined;
if (bench === undefined) usage('Name one benchmark.');
await bench(openReport(values.json));

function usage(problem: string): never {
  console.error(`${problem}\nUsage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--json]`);
  process.exit(2);
}
