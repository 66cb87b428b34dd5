/**
 * `npm run demo [-- --case FILE | --federated] [--json]`: plays a whole story on a throwaway gateway, or three on five
 * gateways that share nothing but the ledger, and ends by verifying.
 * With --json the last line on standard output is one JSON object with the outcome.
 */
import { parseArgs } from 'node:util';

import { startFederation } from '../federation/federation.ts';
import { playFederated } from '../federation/play.ts';
import { removeFolder, startGateway, throwawayFolder } from '../gateway-process.ts';
import { playCase } from './case.ts';
import { playStory } from './story.ts';

function usage(problem: string): never {
  console.error(`${problem}\nUsage: npm run demo [-- --case FILE | --federated] [--json]`);
  process.exit(2);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        case: { type: 'string' },
        federated: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    if (values.federated && values.case !== undefined) return usage('Give --case or --federated.');
    return values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const { case: file, federated, json } = options();
const tell = (sentence: string): void => (json ? console.error(sentence) : console.log(sentence));
const folder = throwawayFolder();
try {
  const outcome = federated ? await playOnFederation() : await playOnGateway();
  if (json) console.log(JSON.stringify(outcome));
  else tell(outcome.outcome === 'verified' ? '\nVerified.' : '\nNOT VERIFIED.');
  process.exitCode = outcome.outcome === 'verified' ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  if (json) console.log(JSON.stringify({ outcome: 'failed' }));
  process.exitCode = 1;
} finally {
  removeFolder(folder);
}

async function playOnGateway() {
  tell('Starting a throwaway gateway and ledger (the contracts are compiled once) ...');
  const gateway = await startGateway(folder);
  try {
    return file === undefined ? await playStory(gateway, tell) : await playCase(gateway, file, tell);
  } finally {
    await gateway.stop();
  }
}

async function playOnFederation() {
  tell('Starting a chain, a ledger and five gateways with their own stores and keys ...');
  const federation = await startFederation(folder);
  try {
    return await playFederated(federation, tell);
  } finally {
    await federation.close();
  }
}
