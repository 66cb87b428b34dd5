/**
 * `npm run demo [-- --case FILE] [--json]`: plays a whole story on a throwaway gateway and ends by verifying.
 * With --json the last line on standard output is one JSON object with the outcome.
 */
import { parseArgs } from 'node:util';

import { removeFolder, startGateway, throwawayFolder } from '../gateway-process.ts';
import { playCase } from './case.ts';
import { playStory } from './story.ts';

function usage(problem: string): never {
  console.error(`${problem}\nUsage: npm run demo [-- --case FILE] [--json]`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({ options: { case: { type: 'string' }, json: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const { case: file, json } = options();
const tell = (sentence: string): void => (json ? console.error(sentence) : console.log(sentence));
const folder = throwawayFolder();
try {
  tell('Starting a throwaway gateway and ledger (the contracts are compiled once) ...');
  const gateway = await startGateway(folder);
  try {
    const outcome = file === undefined ? await playStory(gateway, tell) : await playCase(gateway, file, tell);
    if (json) console.log(JSON.stringify(outcome));
    else tell(outcome.outcome === 'verified' ? '\nVerified.' : '\nNOT VERIFIED.');
    process.exitCode = outcome.outcome === 'verified' ? 0 : 1;
  } finally {
    await gateway.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  if (json) console.log(JSON.stringify({ outcome: 'failed' }));
  process.exitCode = 1;
} finally {
  removeFolder(folder);
}
