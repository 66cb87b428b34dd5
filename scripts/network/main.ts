/**
 * `npm run network -- up|status|down|kill N|restart N|add|remove N`: a real network of several validators on this
 * machine. docs/network.md.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';

import { add, down, kill, remove, restart, status, up } from './network.ts';
import { DEFAULT_FOLDER, readState, rpcUrl, type EngineName } from './state.ts';

const USAGE =
  'Usage: npm run network -- up|status|down|kill N|restart N|add|remove N ' +
  '[--engine besu|goquorum] [--validators 4] [--folder data/network]';

const say = (step: string): void => console.error(step);

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const { values, positionals } = given();
  const folder = path.resolve(values.folder);
  const [command, argument] = positionals;
  const number = Number(argument);
  switch (command) {
    case 'up':
      await up(folder, { validators: countOf(values.validators), ...engineIn(values.engine) }, say);
      break;
    case 'status':
      break;
    case 'down':
      return down(folder);
    case 'kill':
      await kill(folder, number);
      break;
    case 'restart':
      await restart(folder, number);
      break;
    case 'add':
      await add(folder, say);
      break;
    case 'remove':
      await remove(folder, number);
      break;
    default:
      usage();
  }
  await show(folder);
}

async function show(folder: string): Promise<void> {
  for (const { node, running, block, peers, validator } of await status(folder)) {
    const told = block === undefined ? 'does not answer' : `block ${block}, ${peers} peers`;
    const role = validator === false ? ', no validator' : '';
    console.log(`node ${node.number}  ${node.address}  ${running ? `${told}${role}` : 'stopped'}`);
  }
  const { engine, chainId, nodes } = readState(folder)!;
  console.log(`\n${engine}, chain ${chainId}\nCHAIN_URL=${nodes.map(rpcUrl).join(',')}`);
}

function given() {
  const options = {
    engine: { type: 'string' },
    validators: { type: 'string', default: '4' },
    folder: { type: 'string', default: DEFAULT_FOLDER },
  } as const;
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch {
    usage();
  }
}

function engineIn(name: string | undefined): { readonly engine?: EngineName } {
  if (name === undefined) return {};
  return name === 'besu' || name === 'goquorum' ? { engine: name } : usage();
}

/** One validator alone decides nothing together with others, but is a network. */
function countOf(text: string): number {
  const count = Number(text);
  return Number.isInteger(count) && count >= 1 && count <= 32 ? count : usage();
}

function usage(): never {
  console.error(USAGE);
  process.exit(2);
}
