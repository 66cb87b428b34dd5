/**
 * The very first start of a gateway, killed with -9 at each of its steps: as soon as the next thing that it keeps is on
 * disk. The start after it finishes what was begun: one ledger, tokens that work, nothing by hand.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import { readdirSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { officer } from '../../scripts/demo/officer.ts';
import {
  hasEnded,
  removeFolder,
  startGateway,
  throwawayFolder,
  type GatewayProcess,
} from '../../scripts/gateway-process.ts';

/** More than there are: the last ones find the gateway running, and kill it there. */
const STEPS_MOST = 40;

describe('the first start of a gateway', function () {
  this.timeout(240_000);

  let running: GatewayProcess | undefined;
  const folders: string[] = [];
  after(async () => {
    await running?.stop();
    folders.forEach(removeFolder);
  });

  it('may be killed at each step', async () => {
    const seen: string[][] = [];
    for (let step = 1; step <= STEPS_MOST; step++) {
      const folder = throwawayFolder();
      folders.push(folder);
      const { kept, ready } = await killAtStep(folder, step);
      seen.push(kept);
      const gateway = (running = await startGateway(folder));
      await expectWhole(gateway, `killed when ${kept.join(', ')} were there`);
      await gateway.stop();
      if (ready) break;
    }
    const all = new Set(seen.flat());
    for (const kept of [
      'secrets.json',
      'chain/journal.sqlite',
      'ledger.json',
      'unbroken.sqlite',
      'demonstration.json',
    ]) {
      expect([...all]).to.include(kept);
    }
    console.log(`      ${seen.length} steps`);
  });
});

/** @returns what was on disk when it was killed, and whether it was ready by then */
async function killAtStep(folder: string, step: number): Promise<{ kept: string[]; ready: boolean }> {
  let ready = false;
  const starting = startGateway(folder, {}, (child) => {
    void (async () => {
      while (keptIn(folder).length < step && !ready) await sleep(1);
      child.kill('SIGKILL');
    })();
  });
  const gateway = await starting.catch(() => undefined);
  ready = gateway !== undefined;
  if (gateway && !hasEnded(gateway.process)) await once(gateway.process, 'exit');
  return { kept: keptIn(folder), ready };
}

/** Files, without those that a database has beside itself for a while. */
function keptIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry: Dirent) => entry.isFile() && !/-(wal|shm|journal)$|\.tmp$/.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

async function expectWhole(gateway: GatewayProcess, about: string): Promise<void> {
  const anna = officer(gateway.url, gateway.token('anna'));
  const [item] = await anna.state({ act: 'collect', code: 'seized' });
  const { items } = await anna.get<{ items: readonly { progress: string }[] }>(`/v1/evidence/${item!.subject}/trail`);
  expect(
    items.map(({ progress }) => progress),
    about,
  ).to.deep.equal(['final']);
}
