/** A node's process: lives on after this one, and is stopped by its id once that is seen to be still its own. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface NodeCommand {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

// Milliseconds.
const LOOK = 100;
const PATIENCE = 20_000;

/** @returns the id of the process, which goes on by itself */
export function startDetached({ program, parameters, environment }: NodeCommand, logFile: string): number {
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(program, parameters, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...environment },
    });
    // Without a listener the failure to start would end this process; who waits for the node sees that it isn't there.
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) throw new Error(`${program} does not start; is it there, and executable?`);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** Ids are given again: only a process whose command names the node's folder is this node. */
export function isRunning(pid: number | undefined, folder: string): pid is number {
  return pid !== undefined && commandOf(pid).includes(folder);
}

function commandOf(pid: number): string {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return ''; // it has ended
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
}

/** Asks it to stop, insists after a while, and returns when it is gone. */
export async function stopProcess(pid: number | undefined, folder: string, signal: NodeJS.Signals): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  let sent = false;
  while (isRunning(pid, folder)) {
    const late = Date.now() > deadline;
    try {
      if (!sent || late) process.kill(pid, late ? 'SIGKILL' : signal);
    } catch {
      return; // it ended in between
    }
    sent = true;
    await sleep(LOOK);
  }
}
