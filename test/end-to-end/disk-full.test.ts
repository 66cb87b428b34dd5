/**
 * Disks that are full: that of a gateway with everything on it, store, record keys and the journal of its chain; and that
 * of its PostgreSQL. It says so, loses nothing that it promised, and goes on when there is room again.
 */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { officer } from '../../scripts/demo/officer.ts';
import { eventually } from '../../scripts/federation/federation.ts';
import { removeFolder, startGateway, throwawayFolder, type GatewayProcess } from '../../scripts/gateway-process.ts';
import { openChain } from '../../scripts/trial/chain.ts';
import { startConsortium } from '../../scripts/trial/consortium.ts';
import { putUnderLoad } from '../../scripts/trial/load.ts';
import { startPostgres } from '../../scripts/trial/postgres.ts';
import { needPostgres } from '../support/postgres.ts';
import { expectAsPromised } from './support/as-promised.ts';

const SIZE = '256m';
/** Of the ballast, which is taken away to make room. */
const PIECE = 1024 * 1024;

interface Disk {
  readonly folder: string;
  fill(): void;
  /** Takes away what filled it. */
  makeRoom(): void;
  remove(): void;
}

/** Undefined where nobody may mount one. */
function mountDisk(folder: string): Disk | undefined {
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]).status !== 0) {
    console.error('NOT TESTED: a full disk. It takes the right to mount one of its own.');
    return undefined;
  }
  const ballast = path.join(folder, 'ballast');
  let pieces = 0;
  return {
    folder,
    fill() {
      mkdirSync(ballast, { recursive: true });
      for (;;) {
        const { bavail, bsize } = statfsSync(folder);
        const free = bavail * bsize;
        if (free === 0) return;
        writeFileSync(path.join(ballast, `${pieces++}`), Buffer.alloc(Math.min(PIECE, free)));
      }
    },
    makeRoom: () => rmSync(ballast, { recursive: true }),
    remove: () => void spawnSync('umount', [folder]),
  };
}

describe('a full disk', function () {
  this.timeout(180_000);

  const folder = throwawayFolder();
  let disk: Disk;
  let gateway: GatewayProcess | undefined;
  before(function () {
    disk = mountDisk(path.join(folder, 'disk')) ?? this.skip();
  });
  after(async () => {
    await gateway?.stop();
    (disk as Disk | undefined)?.remove();
    removeFolder(folder);
  });

  const readiness = async (): Promise<number> => (await fetch(`${gateway!.url}/readyz`)).status;

  it('is told, loses nothing, and is over when there is room', async () => {
    const data = path.join(disk.folder, 'data');
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
      disk.fill();
      const before = refused;
      await eventually(async () => {
        await Promise.all(Array.from({ length: 8 }, state));
        return refused > before;
      });
      await eventually(async () => (await readiness()) === 503);
      if (round === 1) {
        // It dies meanwhile, and is started when there is room.
        gateway.process.kill('SIGKILL');
        disk.makeRoom();
        gateway = await startGateway(data);
      } else disk.makeRoom();
      await eventually(async () => (await readiness()) === 200);
      await state();
      await allFinal();
    }
    expect(accepted.length).to.be.greaterThan(40);
  });
});

describe('a full disk of PostgreSQL', function () {
  this.timeout(180_000);

  const folder = throwawayFolder();
  const stops: (() => Promise<void> | void)[] = [() => removeFolder(folder)];
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  it('is told, loses nothing, and is over when there is room', async function () {
    const binaries = needPostgres(this);
    chmodSync(folder, 0o755); // it runs as somebody else
    const disk = mountDisk(path.join(folder, 'disk')) ?? this.skip();
    stops.push(() => disk.remove());
    const postgres = await startPostgres(binaries, { below: disk.folder });
    stops.push(() => postgres.stop());
    const chain = await openChain(path.join(folder, 'chain'));
    stops.push(() => chain.close());
    const storeUrl = await postgres.createDatabase();
    const consortium = await startConsortium(path.join(folder, 'gateways'), chain, { storeUrl });
    stops.push(() => consortium.close());
    const gateway = consortium.gateways[0]!;

    const load = putUnderLoad(consortium, 8);
    for (let round = 0; round < 2; round++) {
      const before = load.accepted();
      await eventually(() => Promise.resolve(load.accepted() >= before + 100));
      disk.fill();
      await eventually(async () => (await gateway.readiness()) === 503);
      expect((await gateway.metrics()).get('store_well')).to.equal(0);
      expect((await gateway.health()).store).to.match(/disk of the database is full|can not be reached/);
      disk.makeRoom();
      // It may have ended itself: what can't be written to its log must not be told as done.
      await postgres.start();
      await eventually(async () => (await gateway.readiness()) === 200);
    }
    await load.stop();
    await expectAsPromised(consortium, load, chain);
  });
});
