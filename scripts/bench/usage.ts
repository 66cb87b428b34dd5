/** What processes have used so far. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Of a clock of the kernel, a second: what Linux tells every program, whatever it runs at. */
const TICKS = 100;

/** Resident memory, in MiB. */
export function memoryOf(process: number): number {
  return Number(ask(['-o', 'rss=', '-p', String(process)])) / 1024;
}

/** Time of all threads of these processes on processors, and of their children that have ended, in seconds. On Linux. */
export function processorTimeOf(processes: readonly number[]): number {
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
