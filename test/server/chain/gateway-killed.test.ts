/** kill -9 of the process that has the embedded chain, again and again on the same folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { openEmbedded } from '../../../server/chain/embedded/engine.ts';
import { blocksOf, sleep, until, type SeenBlock } from './support/chain.ts';
import { clock, ledgerPlace, type Place } from './support/places.ts';

const KILLS = 8;

describe('chain: the process with the embedded chain is killed', () => {
  it('loses nothing that was acknowledged, changes no block, and leaves no chain behind', async () => {
    const place = await ledgerPlace();
    const acknowledged = new Map<Hex, Hex>();
    let before: readonly SeenBlock[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const chain = await runAndKill(place, acknowledged);
      await until(() => !isRunning(chain), 5);
      const engine = await openEmbedded(place.folder, clock);
      const blocks = await blocksOf(engine);
      await engine.close();
      expect(blocks.slice(0, before.length)).to.deep.equal(before);
      for (const [hash, block] of acknowledged) {
        expect(blocks.filter(({ transactions }) => transactions.includes(hash)).map((one) => one.hash)).to.deep.equal([
          block,
        ]);
      }
      before = blocks;
    }
    expect(acknowledged.size).to.be.above(KILLS);
  }).timeout(180_000);
});

/** @returns the process id of its chain */
async function runAndKill({ folder, ledger }: Place, acknowledged: Map<Hex, Hex>): Promise<number> {
  const script = path.join(import.meta.dirname, 'support/engine.child.ts');
  const child = spawn(process.execPath, [...process.execArgv, script, folder, JSON.stringify(ledger)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until(() => said.includes('ready\n'));
  await sleep(50 + Math.random() * 500);
  const { pid } = JSON.parse(readFileSync(path.join(folder, 'anvil.pid'), 'utf8')) as { pid: number };
  child.kill('SIGKILL');
  await once(child, 'close');
  for (const line of said.split('\n').slice(1, -1)) {
    const [hash, block] = line.split(' ') as [Hex, Hex];
    acknowledged.set(hash, block);
  }
  return pid;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
