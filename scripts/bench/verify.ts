/**
 * `verify`: a bundle of 1,000 statements, from its bytes to its result, as a court's command line does it, and from the
 * file to what the court's page shows; and how long its proof is.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { courtPage } from '../../papers/court-page.ts';
import { decodeBundle } from '../../protocol/bundle/form.ts';
import { verifyBundle } from '../../protocol/bundle/verify.ts';
import { utf8 } from '../../protocol/bytes.ts';
import { findChromium, HOW_TO_INSTALL, openBrowser } from '../browser.ts';
import { makeBenchBundle, STATEMENTS, type BenchBundle } from './bundle.ts';
import type { Report } from './report.ts';

/** The first one is the one that a court waits for; the others say that it was no accident. */
const RUNS = 5;

export async function verify(report: Report): Promise<void> {
  const made = makeBenchBundle();
  const milliseconds = (where: string, times: readonly number[]): void => {
    const value = [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
    report.figure({ bench: 'verify', metric: 'milliseconds', case: `${where} ${STATEMENTS}`, value, unit: 'ms' });
  };
  milliseconds(
    'node',
    Array.from({ length: RUNS }, () => timed(made)),
  );
  const proof = utf8(JSON.stringify(made.bundle.proof)).length;
  report.figure({ bench: 'verify', metric: 'bytes_of_proof', case: 'ten keys', value: proof, unit: 'B' });
  if (findChromium() === undefined) console.error(`Not measured in a browser. ${HOW_TO_INSTALL}`);
  else milliseconds('chromium', await timesInBrowser(made));
}

/** Of a page of its own each time, from disk: from the choice of the file to the verdict on the screen. */
async function timesInBrowser({ bytes, ledger }: BenchBundle): Promise<number[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-bench-'));
  const written = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const file = written('verify.html', (await courtPage()).html);
  const ledgerFile = written('ledger.json', JSON.stringify(ledger));
  const bundle = written('bundle.json', bytes);
  const browser = await openBrowser();
  const times: number[] = [];
  try {
    for (let run = 0; run < RUNS; run++) {
      const page = await browser.newPage({ offline: true });
      await page.goto(`file://${file}`);
      await page.setInputFiles('#ledger', ledgerFile);
      await page.locator('#files', { hasText: 'ledger file' }).waitFor();
      const started = performance.now();
      await page.setInputFiles('#bundle', bundle);
      await page.waitForSelector('#result[data-verdict="verified"]');
      times.push(performance.now() - started);
      await page.close();
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
  return times;
}

function timed({ bytes, ledger }: BenchBundle): number {
  const started = performance.now();
  const { verdict, trust } = verifyBundle(decodeBundle(bytes), { ledger });
  const milliseconds = performance.now() - started;
  if (verdict !== 'verified' || trust !== 'seals') throw new Error(`${verdict}, by ${trust}`);
  return milliseconds;
}
