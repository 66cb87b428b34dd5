/**
 * `npm run check`: everything that must be clean before a commit, a line each; then all tests.
 * `npm run check -- --no-tests` leaves the tests out.
 */
import { ROOT, runTool, type Finished } from './processes.ts';
import { runTests, summary } from './test.ts';

interface Check {
  readonly name: string;
  readonly run: () => Promise<Finished>;
}

const CODE = ['cli', 'papers', 'protocol', 'scripts', 'server', 'test', 'web'];

const CHECKS: readonly Check[] = [
  { name: 'format', run: () => runTool('prettier', ['--check', '--log-level=warn', '.']) },
  { name: 'types', run: () => runTool('tsc', ['--noEmit']) },
  // What runs in a browser knows its document, and what runs elsewhere does not.
  { name: 'types of web', run: () => runTool('tsc', ['--noEmit', '--project', 'web']) },
  { name: 'types of test/web', run: () => runTool('tsc', ['--noEmit', '--project', 'test/web']) },
  { name: 'lint', run: () => runTool('eslint', ['--max-warnings=0', '.']) },
  { name: 'boundaries', run: boundaries },
  { name: 'unused code', run: () => runTool('knip', []) },
];

/** A run that read nothing proves nothing. */
async function boundaries(): Promise<Finished> {
  const finished = await runTool('depcruise', ['--config', '.dependency-cruiser.cjs', ...CODE]);
  const read = Number(/\((\d+) modules/.exec(finished.output)?.[1] ?? 0);
  if (finished.code === 0 && read < 10) {
    return {
      ...finished,
      code: 1,
      output: `dependency-cruiser read ${read} modules below ${ROOT}\n${finished.output}`,
    };
  }
  return finished;
}

const parameters = process.argv.slice(2);
const unknown = parameters.filter((parameter) => parameter !== '--no-tests');
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(' ')}. Usage: npm run check [-- --no-tests]`);
  process.exit(2);
}

let failed = 0;
// Hardhat writes the types that the others read.
const build = await runTool('hardhat', ['build', '--quiet']);
if (build.code !== 0) {
  console.log(`FAILED  contracts (${build.seconds.toFixed(1)} s)\n${build.output}`);
  failed += 1;
}
const waiting = [...CHECKS];
/** Two at a time: none needs another. */
await Promise.all([1, 2].map(work));
if (!parameters.includes('--no-tests')) {
  const totals = await runTests([]);
  if (totals.failed > 0 || totals.passed === 0) failed += 1;
  console.log(summary(totals));
}
process.exitCode = failed > 0 ? 1 : 0;

async function work(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const { code, output, seconds } = await check.run();
    console.log(`${code === 0 ? 'clean ' : 'FAILED'}  ${check.name} (${seconds.toFixed(1)} s)`);
    if (code !== 0) {
      failed += 1;
      console.log(output);
    }
  }
}
