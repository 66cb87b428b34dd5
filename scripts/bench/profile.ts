/** Where the time of a gateway's threads goes, from the profiles that Node writes when it ends. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../processes.ts';

/** As the Chrome DevTools protocol has it. Times are in microseconds. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Of the environment of a process that shall write them. */
export function profiling(folder: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
}

/**
 * Seconds in which threads were busy, by the part of the project whose doing it was: what it called of libraries and of
 * Node is its own.
 */
export function readProfiles(folder: string): ReadonlyMap<string, number> {
  const parts = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as CpuProfile;
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const partById = new Map<number, string>();
    const walk = (id: number, above: string): void => {
      const { callFrame, children = [] } = byId.get(id)!;
      const part = partOf(callFrame) ?? above;
      partById.set(id, part);
      for (const child of children) walk(child, part);
    };
    walk(nodes[0]!.id, 'Node');
    for (const [index, id] of samples.entries()) {
      const part = partById.get(id)!;
      if (part !== IDLE) parts.set(part, (parts.get(part) ?? 0) + timeDeltas[index]! / 1e6);
    }
  }
  return new Map([...parts].sort(([, one], [, other]) => other - one));
}

const IDLE = '(idle)';
const ROOT_URL = `${pathToFileURL(ROOT).href}/`;

/** Folder below the root, with that below `server`; undefined: whoever called it. */
function partOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === IDLE) return IDLE;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (!url.startsWith(ROOT_URL)) return undefined;
  const [top, below, ...further] = url.slice(ROOT_URL.length).split('/');
  if (top === 'node_modules') return undefined;
  return top === 'server' && further.length > 0 ? `${top}/${below}` : top;
}
