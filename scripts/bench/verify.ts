/** `verify`: a bundle of 1,000 statements, from its bytes to its result, as a court's command line does it; and how long its proof is. */
import { decodeBundle } from '../../protocol/bundle/form.ts';
import { verifyBundle } from '../../protocol/bundle/verify.ts';
import { utf8 } from '../../protocol/bytes.ts';
import { makeBenchBundle, STATEMENTS, type BenchBundle } from './bundle.ts';
import type { Report } from './report.ts';

/** The first one is the one that a court waits for; the others say that it was no accident. */
const RUNS = 5;

export function verify(report: Report): Promise<void> {
  const made = makeBenchBundle();
  const times = Array.from({ length: RUNS }, () => timed(made)).sort((a, b) => a - b);
  const value = times[Math.floor(RUNS / 2)]!;
  report.figure({ bench: 'verify', metric: 'milliseconds', case: `node ${STATEMENTS}`, value, unit: 'ms' });
  const proof = utf8(JSON.stringify(made.bundle.proof)).length;
  report.figure({ bench: 'verify', metric: 'bytes_of_proof', case: 'ten keys', value: proof, unit: 'B' });
  return Promise.resolve();
}

function timed({ bytes, ledger }: BenchBundle): number {
  const started = performance.now();
  const { verdict, trust } = verifyBundle(decodeBundle(bytes), { ledger });
  const milliseconds = performance.now() - started;
  if (verdict !== 'verified' || trust !== 'seals') throw new Error(`${verdict}, by ${trust}`);
  return milliseconds;
}
