/** What a process has used so far, as `ps` tells it. */
import { spawnSync } from 'node:child_process';

/** Resident memory, in MiB. */
export function memoryOf(process: number): number {
  return ask('rss', process) / 1024;
}

/** Time of all its threads on processors, in seconds. */
export function processorTimeOf(process: number): number {
  return ask('cputimes', process);
}

function ask(what: string, process: number): number {
  return Number(spawnSync('ps', ['-o', `${what}=`, '-p', String(process)], { encoding: 'utf8' }).stdout);
}
