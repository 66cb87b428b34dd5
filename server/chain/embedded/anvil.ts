/** Starts and stops anvil, the EVM of the embedded engine, as a child process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';

import { ChainError } from '../errors.ts';
import { openRpc, type Rpc } from '../rpc.ts';

export interface Anvil {
  readonly rpc: Rpc;
  /** Resolves when the process has ended, by itself or killed. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const START_TIMEOUT = 20_000;

/** More than any batch needs; a transaction is capped by Osaka at 16,777,216 gas all the same. */
const BLOCK_GAS_LIMIT = 500_000_000;

/**
 * @param folder where the process id is noted, so that an anvil whose gateway was killed is found and ended
 * @param genesisTime seconds
 */
export async function startAnvil(folder: string, genesisTime: number): Promise<Anvil> {
  const pidFile = path.join(folder, 'anvil.pid');
  endOrphan(pidFile);
  const port = await freePort();
  const child = spawn(
    binary(),
    [
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...['--hardfork', 'osaka', '--timestamp', String(genesisTime), '--gas-limit', String(BLOCK_GAS_LIMIT)],
      ...['--block-base-fee-per-gas', '0', '--gas-price', '0', '--disable-min-priority-fee'],
      ...['--no-mining', '--order', 'fifo', '--accounts', '0', '--no-request-size-limit', '--quiet', '--no-cors'],
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
  const rpc = openRpc(`http://127.0.0.1:${port}`);
  await answering(rpc, child);
  return {
    rpc,
    ended,
    async stop() {
      child.kill('SIGKILL'); // it has nothing to save: the journal is what lasts
      await ended;
      rmSync(pidFile, { force: true });
    },
  };
}

/** The platform's package of @foundry-rs/anvil; run directly, because a wrapper would take the signals. */
function binary(): string {
  const require = createRequire(import.meta.url);
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    const anvil = createRequire(require.resolve('@foundry-rs/anvil/package.json'));
    return path.join(path.dirname(anvil.resolve(`${name}/package.json`)), 'bin', 'anvil');
  } catch (error) {
    throw new ChainError('UNREACHABLE', `The package ${name} is not installed: the embedded chain can't start.`, { cause: error });
  }
}

async function answering(rpc: Rpc, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT;
  for (;;) {
    try {
      await rpc.request('eth_chainId');
      return;
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
        throw new ChainError('UNREACHABLE', 'The embedded chain did not start.', { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Ends the anvil that a killed gateway left behind. The number may since belong to somebody else: look first. */
function endOrphan(pidFile: string): void {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (command.split('\0')[0]?.endsWith('anvil')) process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended, or there is no /proc: an orphan without a gateway is harmless, it only takes memory
  }
  rmSync(pidFile, { force: true });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
