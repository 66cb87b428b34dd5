/**
 * `npm run network -- up|status|down|kill N|restart N|add|remove N`: a real network of several validators on this
 * machine (docs/network.md). `key FILE` and `genesis ADDRESS...` are for one on many (deploy/README.md).
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { isHex, type Hex } from '../../protocol/bytes.ts';
import { besuGenesis } from './genesis.ts';
import { add, down, kill, newNodeKey, remove, restart, status, up } from './network.ts';
import { DEFAULT_FOLDER, readState, rpcUrl, type EngineName } from './state.ts';

const USAGE =
  'Usage: npm run network -- up|status|down|kill N|restart N|add|remove N ' +
  '[--engine besu|goquorum] [--validators 4] [--folder data/network]; key FILE; genesis ADDRESS... --chain-id N';

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
    case 'key':
      makeKey(argument);
      return;
    case 'genesis':
      tellGenesis(positionals.slice(1), values['chain-id']);
      return;
    default:
      usage();
  }
  await show(folder);
}

/** Of one validator, at the agency that it is of; the address and the node's public key are for all. */
function makeKey(file: string | undefined): void {
  if (file === undefined) usage();
  const { privateKey, address, publicKey } = newNodeKey();
  // Never over another one.
  writeFileSync(file, privateKey.slice(2), { mode: 0o600, flag: 'wx' });
  console.log(`address ${address}\nnode ${publicKey.slice(2)}`);
}

/** The same bytes wherever it is made, in whatever order the addresses are named: members compare its digest. */
function tellGenesis(validators: readonly string[], chainId: string | undefined): void {
  const id = Number(chainId);
  const addresses = validators.map((each) => each.toLowerCase());
  if (!Number.isSafeInteger(id) || id < 1 || addresses.length === 0) usage();
  const wrong = addresses.find((each) => !isHex(each, 20));
  if (wrong !== undefined) throw new Error(`${wrong} is no address: 0x and 40 hexadecimal digits.`);
  if (new Set(addresses).size < addresses.length) throw new Error('A validator stands twice.');
  console.log(JSON.stringify(besuGenesis({ chainId: id, validators: addresses as Hex[] }), null, 2));
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
    'chain-id': { type: 'string' },
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
