/**
 * Nothing that was answered 202 is lost, and no final block changes, when gateway and chain are killed with -9 at
 * random moments of ingest, start-up and replay. Real processes, really killed.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import {
  hasEnded,
  removeFolder,
  startGateway,
  throwawayFolder,
  type GatewayProcess,
} from '../../scripts/gateway-process.ts';

const KILLS = 20;

/** The gateway that must not outlive a test that failed. */
let running: GatewayProcess | undefined;

interface Block {
  readonly hash: string;
  readonly timestamp: string;
}

describe('kill -9 during ingest', function () {
  this.timeout(240_000);

  let folder: string;
  before(() => {
    folder = throwawayFolder();
  });
  after(() => {
    running?.process.kill('SIGKILL');
    removeFolder(folder);
  });

  it(`keeps every accepted statement and every final block over ${KILLS} kills`, async () => {
    const accepted = new Map<string, string>(); // digest → exhibit
    const blocks = new Map<number, Block>();
    let exhibit = 0;
    let gateway = (running = await startGateway(folder));
    for (let kill = 0; kill < KILLS; kill++) {
      const stopped = { yes: false };
      const clients = Array.from({ length: 8 }, () => ingest(gateway, () => `E-${++exhibit}`, accepted, stopped));
      await sleep(50 + Math.random() * 700);
      await rememberBlocks(gateway, blocks);
      killHard(gateway, kill % 3);
      stopped.yes = true;
      await Promise.all(clients);
      gateway = running = await startAgain(folder, gateway, kill);
      await expectBlocks(gateway, blocks);
    }
    await settled(gateway);
    await expectFinalOnce(gateway, accepted);
    await gateway.stop();
  });
});

/** States one exhibit after another until the gateway is gone; remembers what was answered 202. */
async function ingest(
  gateway: GatewayProcess,
  nextExhibit: () => string,
  accepted: Map<string, string>,
  stopped: { yes: boolean },
): Promise<void> {
  while (!stopped.yes) {
    const exhibit = nextExhibit();
    try {
      const response = await fetch(`${gateway.url}/v1/statements`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${gateway.token('anna')}`,
          'content-type': 'application/json',
          'idempotency-key': exhibit,
        },
        body: JSON.stringify({
          act: 'collect',
          code: 'seized',
          record: { fields: [{ label: 'exhibit', value: exhibit }] },
        }),
      });
      if (response.status !== 202) continue;
      const { digest } = (await response.json()) as { digest: string };
      accepted.set(digest, exhibit);
    } catch {
      return; // it was killed
    }
  }
}

/** Kills the gateway, or only its chain, or the chain first and the gateway a moment later. */
function killHard(gateway: GatewayProcess, what: number): void {
  const noted = JSON.parse(readFileSync(path.join(gateway.dataDirectory, 'chain/anvil.pid'), 'utf8')) as {
    pid: number;
  };
  if (what > 0) process.kill(noted.pid, 'SIGKILL');
  if (what !== 1) gateway.process.kill('SIGKILL');
}

/** Starts it again, and now and then kills it in the middle of that, too. */
async function startAgain(folder: string, gateway: GatewayProcess, kill: number): Promise<GatewayProcess> {
  if (kill % 3 === 1) {
    await healthy(gateway); // only its chain was killed: it heals by itself
    return gateway;
  }
  if (!hasEnded(gateway.process)) await once(gateway.process, 'exit');
  if (kill % 4 === 0) await killWhileStarting(folder);
  return startGateway(folder);
}

async function killWhileStarting(folder: string): Promise<void> {
  const starting = startGateway(folder, {}, (child) =>
    setTimeout(() => child.kill('SIGKILL'), 100 + Math.random() * 800),
  );
  await starting.then(
    async ({ process: child }) => {
      if (!hasEnded(child)) await once(child, 'exit');
    },
    () => undefined,
  );
}

async function healthy(gateway: GatewayProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const response = await fetch(`${gateway.url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    if (response?.ok && (await rpc(gateway, 'eth_blockNumber').catch(() => undefined))) return;
    await sleep(50);
  }
  throw new Error('the gateway did not become ready again after its chain was killed');
}

async function rememberBlocks(gateway: GatewayProcess, blocks: Map<number, Block>): Promise<void> {
  const newest = Number(await rpc(gateway, 'eth_blockNumber').catch(() => 0));
  for (let number = Math.max(0, newest - 5); number <= newest; number++) {
    const block = (await rpc(gateway, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false]).catch(
      () => null,
    )) as Block | null;
    if (block) blocks.set(number, { hash: block.hash, timestamp: block.timestamp });
  }
}

async function expectBlocks(gateway: GatewayProcess, blocks: ReadonlyMap<number, Block>): Promise<void> {
  for (const [number, { hash, timestamp }] of blocks) {
    const block = (await rpc(gateway, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false])) as Block | null;
    expect(block?.hash, `hash of block ${number}`).to.equal(hash);
    expect(block?.timestamp, `time of block ${number}`).to.equal(timestamp);
  }
}

async function settled(gateway: GatewayProcess): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    const health = (await (await fetch(`${gateway.url}/readyz`)).json()) as { pending: number };
    if (health.pending === 0) return;
    await sleep(50);
  }
  throw new Error('statements are still pending');
}

/** Every answered statement is final, and no exhibit is there twice. */
async function expectFinalOnce(gateway: GatewayProcess, accepted: ReadonlyMap<string, string>): Promise<void> {
  expect(accepted.size).to.be.greaterThan(100);
  const headers = { authorization: `Bearer ${gateway.token('anna')}` };
  for (const [digest, exhibit] of accepted) {
    const response = await fetch(`${gateway.url}/v1/statements/${digest}`, { headers });
    expect(response.status, `${exhibit} (${digest})`).to.equal(200);
    expect(((await response.json()) as { progress: string }).progress, exhibit).to.equal('final');
  }
  const exhibits = [...accepted.values()];
  expect(new Set(exhibits).size).to.equal(exhibits.length);
  for (const exhibit of exhibits.filter((_, index) => index % 10 === 0)) {
    const response = await fetch(`${gateway.url}/v1/evidence?exhibit=${exhibit}`, { headers });
    const { items } = (await response.json()) as { items: readonly unknown[] };
    expect(items, exhibit).to.have.length(1);
  }
}

async function rpc(gateway: GatewayProcess, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const response = await fetch(gateway.chainUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(5_000),
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (error) throw new Error(error.message);
  return result;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
