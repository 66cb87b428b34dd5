/** `npm run chaos -- [--minutes 2] [--seed N] [--officers 6]`: docs/network.md, Trial by faults. */
import { parseArgs } from 'node:util';

import { chaos } from './chaos.ts';
import { openWorld } from './world.ts';

const USAGE = 'Usage: npm run chaos -- [--minutes 2] [--seed N] [--officers 6]';

const { minutes, seed, officers } = given();
const say = (line: string): void => console.error(line);
try {
  const world = await openWorld(say);
  try {
    say(`Faults at random for ${minutes} min, seed ${seed}:`);
    const { faults, accepted, refused, wrong } = await chaos(world, { seconds: minutes * 60, seed, officers }, say);
    for (const [name, count] of [...faults].sort()) console.log(`${String(count).padStart(5)}  ${name}`);
    for (const [status, count] of refused) console.log(`${String(count).padStart(5)}  answers ${status}`);
    for (const sentence of wrong.slice(0, 20)) console.log(`WRONG  ${sentence}`);
    const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
    console.log(`${total} faults, ${accepted} statements promised, ${wrong.length} wrong (seed ${seed})`);
    if (wrong.length > 0) process.exitCode = 1;
  } finally {
    await world.close();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function given(): { readonly minutes: number; readonly seed: number; readonly officers: number } {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ options: { minutes: text, seed: text, officers: text } });
    const minutes = Number(values.minutes ?? 2);
    const seed = Number(values.seed ?? Date.now() % 1_000_000);
    const officers = Number(values.officers ?? 6);
    if (minutes > 0 && Number.isInteger(seed) && Number.isInteger(officers) && officers > 0) {
      return { minutes, seed, officers };
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  console.error(USAGE);
  process.exit(2);
}
