/** What processes have used so far. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Of a clock of the kernel, a second: what Linux tells every program, whatever it runs at. */
const TICKS = 100;

/** Resident memory, in MiB. */
export function memoryOf(process: number): number {
  return Number(ask(['-o', 'rss=', '-p', String(process)])) / 1024;
}

/** What work took, in seconds. */
export interface Taken<Who extends string> {
  readonly seconds: number;
  /** On processors, of all threads of somebody's processes and of their children that ended. */
  readonly processors: Readonly<Record<Who, number>>;
}

/** On Linux. @param processes their ids, by who they are of */
export async function taken<Who extends string>(
  processes: Readonly<Record<Who, () => readonly number[]>>,
  work: () => Promise<void>,
): Promise<Taken<Who>> {
  const all = Object.entries(processes) as [Who, () => readonly number[]][];
  const before = new Map(all.map(([who, ids]) => [who, processorTimeOf(ids())]));
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const used = all.map(([who, ids]) => [who, processorTimeOf(ids()) - before.get(who)!]);
  return { seconds, processors: Object.fromEntries(used) as Record<Who, number> };
}

function processorTimeOf(processes: readonly number[]): number {
  return processes.reduce((sum, process) => sum + ticksOf(process), 0) / TICKS;
}

/** A process and its children, as a database and its sessions. */
export function familyOf(process: number): readonly number[] {
  const children = ask(['-o', 'pid=', '--ppid', String(process)]).split('\n');
  return [process, ...children.filter((line) => line.trim() !== '').map(Number)];
}

function ticksOf(process: number): number {
  const file = `/proc/${process}/stat`;
  // One that has just ended: its parent has it.
  if (!existsSync(file)) return 0;
  const stat = readFileSync(file, 'utf8');
  // The name, in parentheses, may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

function ask(options: readonly string[]): string {
  return spawnSync('ps', options, { encoding: 'utf8' }).stdout;
}
