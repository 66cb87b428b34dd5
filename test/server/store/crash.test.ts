import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { expect } from 'chai';

import type { Hex } from '../../../protocol/bytes.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { NOW } from './samples.ts';
import { sendEverything } from './sending.ts';

const CHILD = new URL('crash.child.ts', import.meta.url).pathname;
const KILLS = 4;

onEachEngine('after kill -9 in the middle of accepting', (newPlace) => {
  let place: Place;
  beforeEach(async () => {
    place = await newPlace();
  });
  afterEach(() => place.leave());

  it('everything that was acknowledged is there, whole, and the rest is there whole or not at all', async () => {
    const acknowledged: { hash: Hex; exhibit: string; digests: Hex[] }[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      for (const line of await acceptUntilKilled(place, 150 + 130 * kill)) {
        const [hash, number, digests = ''] = line.split(' ');
        acknowledged.push({ hash: hash as Hex, exhibit: `A-${number}`, digests: digests.split(',') as Hex[] });
      }
    }
    expect(acknowledged).to.have.length.above(KILLS);
    const store = await place.open();
    const sheets = await sendEverything(store);
    const kept = new Map(sheets.map((sheet) => [sheet.hash, sheet]));
    for (const { hash, exhibit, digests } of acknowledged) {
      expect(kept.get(hash)?.items).to.have.length(digests.length);
      expect(await store.findReceipts(digests)).to.have.length(digests.length);
      expect([...(await store.records(1, digests)).keys()]).to.have.members(digests);
      expect(await store.findByTerm(1, 'exhibit', exhibit)).to.include.members(digests);
      expect(await store.findAnswers(1, [hash]))
        .to.have.nested.property('[0].digests')
        .deep.equal(digests);
    }
    // At most the call that was cut off, of each process, is there without having been acknowledged.
    expect(sheets.length - acknowledged.length).to.be.within(0, KILLS);
    const { statements } = await store.counts();
    expect(statements).to.equal(sheets.reduce((sum, { items }) => sum + items.length, 0));
    expect(await store.sweepKeys(NOW + 1), 'keys without a record').to.be.within(0, KILLS * 20);
    for (const { digests } of acknowledged) expect((await store.records(1, digests)).size).to.equal(digests.length);
  });
});

/** Lines that the child wrote out until it was killed, this long after its first. */
async function acceptUntilKilled(place: Place, milliseconds: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, place.database, place.keys], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await once(child.stdout, 'data');
  await pause(milliseconds);
  child.kill('SIGKILL');
  await once(child, 'close');
  // A line without its end was cut off.
  return output.split('\n').slice(0, -1);
}
