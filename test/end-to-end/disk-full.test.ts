/**
 * The disk of a gateway with everything on it is full: store, record keys and the journal of its chain. It says so, loses
 * nothing that it promised, and goes on when there is room again; also after a start in between.
 */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { officer } from '../../scripts/demo/officer.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, startGateway, throwawayFolder, type GatewayProcess } from '../../scripts/gateway-process.ts';

const DISK = '256m';
/** Of the ballast, which is taken away to make room. */
const PIECE = 1024 * 1024;

describe('a full disk', function () {
  this.timeout(180_000);

  const folder = throwawayFolder();
  const disk = path.join(folder, 'disk');
  const data = path.join(disk, 'data');
  const ballast = path.join(disk, 'ballast');
  let mounted = false;
  let gateway: GatewayProcess | undefined;
  before(function () {
    mkdirSync(disk);
    mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk]).status === 0;
    if (mounted) return;
    console.error('NOT TESTED: a full disk. It takes the right to mount one of its own.');
    this.skip();
  });
  after(async () => {
    await gateway?.stop();
    if (mounted) spawnSync('umount', [disk]);
    removeFolder(folder);
  });

  function fill(): void {
    mkdirSync(ballast, { recursive: true });
    for (let piece = 0; ; piece++) {
      const { bavail, bsize } = statfsSync(disk);
      const free = bavail * bsize;
      if (free === 0) return;
      writeFileSync(path.join(ballast, `${piece}`), Buffer.alloc(Math.min(PIECE, free)));
    }
  }

  const readiness = async (): Promise<number> => (await fetch(`${gateway!.url}/readyz`)).status;

  it('is told, loses nothing, and is over when there is room', async () => {
    gateway = await startGateway(data);
    const accepted: string[] = [];
    let refused = 0;
    const state = async (): Promise<void> => {
      const response = await fetch(`${gateway!.url}/v1/statements`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway!.token('anna')}`, 'content-type': 'application/json' },
        body: JSON.stringify({ act: 'collect', code: 'seized' }),
      });
      const answer = (await response.json()) as { digest: string };
      if (response.status === 202) accepted.push(answer.digest);
      else {
        expect(response.status).to.equal(503);
        refused += 1;
      }
    };
    const allFinal = async (): Promise<void> => {
      const anna = officer(gateway!.url, gateway!.token('anna'));
      for (const digest of accepted) await anna.final(digest);
    };
    for (let round = 0; round < 2; round++) {
      for (let count = 0; count < 20; count++) await state();
      fill();
      const before = refused;
      await eventually(async () => {
        await Promise.all(Array.from({ length: 8 }, state));
        return refused > before;
      });
      await eventually(async () => (await readiness()) === 503);
      if (round === 1) {
        // It dies meanwhile, and is started when there is room.
        gateway.process.kill('SIGKILL');
        rmSync(ballast, { recursive: true });
        gateway = await startGateway(data);
      } else rmSync(ballast, { recursive: true });
      await eventually(async () => (await readiness()) === 200);
      await state();
      await allFinal();
    }
    expect(accepted.length).to.be.greaterThan(40);
  });
});
