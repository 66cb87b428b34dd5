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

const NONE: Totals = { passed: 0, failed: 0, skipped: 0 };

/** @param paths files or folders below test/; none: everything. */
export async function runTests(paths: readonly string[]): Promise<Totals> {
  const build = await runTool('hardhat', ['build'], { show: true });
  if (build.code !== 0) return { ...NONE, failed: 1 };
  const solidity = await runSolidity(filesBelow(paths, '.t.sol'));
  const typescript = await runTypeScript(filesBelow(paths, '.test.ts'));
  return {
    passed: solidity.passed + typescript.passed,
    failed: solidity.failed + typescript.failed,
    skipped: solidity.skipped + typescript.skipped,
  };
}

function filesBelow(paths: readonly string[], ending: string): string[] {
  const below = paths.length > 0 ? paths : ['test'];
  return below.flatMap((given) =>
    given.endsWith(ending) ? [given] : globSync(path.join(given, `**/*${ending}`), { cwd: ROOT }).sort(),
  );
}

async function runSolidity(files: readonly string[]): Promise<Totals> {
  if (files.length === 0) return NONE;
  const { code, output } = await runTool('hardhat', ['test', 'solidity', ...files], { show: true });
  const count = (word: string): number => Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
  const totals = { passed: count('passing'), failed: count('failing'), skipped: count('skipped') };
  // A run that ended badly without saying that a test failed did not compile, or died.
  return code !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
}

async function runTypeScript(files: readonly string[]): Promise<Totals> {
  if (files.length === 0) return NONE;
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-test-'));
  const report = path.join(folder, 'report.json');
  const reporter = path.join(ROOT, 'test/support/reporter.cjs');
  const { code } = await runTool('mocha', ['--reporter', reporter, '--reporter-option', `output=${report}`, ...files], {
    show: true,
  });
  const totals = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Totals) : { ...NONE, failed: 1 };
  rmSync(folder, { recursive: true });
  return code !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
}

export function summary({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

if (import.meta.main) {
  const totals = await runTests(process.argv.slice(2));
  console.log(summary(totals));
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
}
