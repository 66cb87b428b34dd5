/**
 * `npm test [-- PATH ...]`: compiles the contracts, then runs the Solidity tests and the TypeScript tests, or those
 * under the paths that are given. The last line is `N passed, N failed`.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ROOT, runTool } from './processes.ts';

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Folders whose tests start whole processes and wait for them more than they compute: each of these runs goes on beside
 * all others, and what it says is shown when it ends.
 */
const WHOLE_PROCESSES = [['test/end-to-end', 'test/web'], ['test/network'], ['test/cli', 'test/deploy']];

const NONE: Totals = { passed: 0, failed: 0, skipped: 0 };
const ONE_FAILED: Totals = { ...NONE, failed: 1 };

/** @param paths files or folders below test/; none: everything. */
export async function runTests(paths: readonly string[]): Promise<Totals> {
  process.chdir(ROOT); // Hardhat looks for its configuration here
  const below = paths.length > 0 ? paths : ['test'];
  const empty = below.filter((one) => testsBelow(one, '.t.sol').length + testsBelow(one, '.test.ts').length === 0);
  if (empty.length > 0) {
    console.error(`No tests (*.t.sol, *.test.ts) at ${empty.join(', ')}. Give files or folders below test/.`);
    return ONE_FAILED;
  }
  // What deploys a ledger needs; the Solidity tests are compiled where they are run, beside what starts processes.
  const build = await runTool('hardhat', ['build', '--no-tests'], { show: true });
  if (build.code !== 0) return ONE_FAILED;
  const solidity = below.flatMap((one) => testsBelow(one, '.t.sol'));
  const typescript = below.flatMap((one) => testsBelow(one, '.test.ts'));
  const groups = WHOLE_PROCESSES.map((folders) => typescript.filter((file) => isBelow(folders, file)));
  const others = typescript.filter((file) => !isBelow(WHOLE_PROCESSES.flat(), file));
  const show = solidity.length + others.length === 0 && groups.filter(({ length }) => length > 0).length === 1;
  const totals = await Promise.all([
    ...groups.map((files) => runTypeScript(files, { show })),
    runSolidity(solidity),
    runTypeScript(others, { show: true }),
  ]);
  return totals.reduce(sum);
}

function sum(a: Totals, b: Totals): Totals {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

function isBelow(folders: readonly string[], file: string): boolean {
  const fromRoot = path.relative(ROOT, path.resolve(file));
  return folders.some((folder) => fromRoot.startsWith(folder + path.sep));
}

function testsBelow(given: string, ending: string): string[] {
  if (given.endsWith(ending)) return existsSync(given) ? [given] : [];
  return globSync(path.join(given, `**/*${ending}`)).sort();
}

/** Hardhat's own count, which its task returns: what tests print can't be taken for it. */
async function runSolidity(files: readonly string[]): Promise<Totals> {
  if (files.length === 0) return NONE;
  try {
    const { default: hardhat } = await import('hardhat');
    const run: unknown = await hardhat.tasks.getTask(['test', 'solidity']).run({ testFiles: [...files] });
    const result = run as { success: boolean; value?: { summary: Totals }; error?: { summary: Totals } };
    return counted((result.value ?? result.error)?.summary ?? NONE, result.success);
  } catch (error) {
    console.error(error);
    return ONE_FAILED;
  }
}

/** @param options whether what it says is shown while it runs, or when it ends */
async function runTypeScript(files: readonly string[], options: { readonly show: boolean }): Promise<Totals> {
  if (files.length === 0) return NONE;
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-test-'));
  const report = path.join(folder, 'report.json');
  const reporter = path.join(ROOT, 'test/support/reporter.cjs');
  try {
    const { code, output } = await runTool(
      'mocha',
      ['--reporter', reporter, '--reporter-option', `output=${report}`, ...files],
      options,
    );
    console.log(output);
    return existsSync(report) ? counted(JSON.parse(readFileSync(report, 'utf8')) as Totals, code === 0) : ONE_FAILED;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A run that ended badly without saying that a test failed did not compile, or died. */
function counted({ passed, failed, skipped }: Totals, good: boolean): Totals {
  return { passed, failed: good ? failed : Math.max(failed, 1), skipped };
}

export function summary({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

if (import.meta.main) {
  const totals = await runTests(process.argv.slice(2));
  console.log(summary(totals));
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
}
