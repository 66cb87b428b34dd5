#!/usr/bin/env node
/**
 * The one way in: `node scripts/launch.mjs COMMAND [ARGUMENT ...]`, which the npm scripts and the command `unbroken` call.
 *
 * Works on any Node since 18, with nothing installed: finds or fetches Node 24, installs when the lock file changed,
 * then runs the command under it. No dependency. What it says goes to standard error; standard output is the command's.
 *
 * The installation itself runs under Node 24 too: under an older one npm silently leaves out native parts that ask for
 * a newer engine.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMANDS = {
  start: 'server/main.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  demo: 'scripts/demo/main.ts',
  bench: 'scripts/bench/main.ts',
  unbroken: 'cli/main.ts',
};
const NODE_MAJOR = 24;
/** An installation that takes longer than this, in milliseconds, has died without removing its lock. */
const LOCK_STALE = 15 * 60_000;

const root = path.dirname(path.dirname(realpathSync(fileURLToPath(import.meta.url))));
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.unbroken-stamp.json');
const lockFolder = path.join(root, '.install.lock');

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function say(message) {
  process.stderr.write(`${message}\n`);
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {}; // none, or cut short: install again
  }
}

function works(node) {
  const result = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return result.status === 0 && Number.parseInt(result.stdout, 10) >= NODE_MAJOR;
}

/** The running Node if it is new enough, else the one that was fetched before, else npm's package `node`. */
function findNode(stamp) {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  if (typeof stamp.node === 'string' && existsSync(stamp.node) && works(stamp.node)) return stamp.node;
  say(`Unbroken runs on Node ${NODE_MAJOR}; this is ${process.versions.node}. Fetching it once from the npm registry ...`);
  const npx = spawnSync('npx', ['-y', '-p', `node@${NODE_MAJOR}`, '--', 'node', '-p', 'process.execPath'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const node = npx.stdout?.trim().split('\n').at(-1);
  if (npx.status !== 0 || !node || !works(node)) {
    stop(
      `Node ${NODE_MAJOR} could not be fetched. Install Node ${NODE_MAJOR} or newer (https://nodejs.org) and try again.\n${npx.stderr ?? npx.error}`,
    );
  }
  return node;
}

function wanted(node) {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  return { lock: createHash('sha256').update(lock).digest('hex'), node };
}

function isInstalled(stamp, lock) {
  return stamp.lock === lock && existsSync(path.join(modules, '.package-lock.json'));
}

/** Only one installation at a time: making a folder succeeds for one of two. */
async function withLock(action) {
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(lockFolder);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!waited) say('Another installation is running; waiting for it ...');
    try {
      if (Date.now() - statSync(lockFolder).mtimeMs > LOCK_STALE) rmSync(lockFolder, { recursive: true, force: true });
    } catch {
      continue; // it has just ended
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const release = () => rmSync(lockFolder, { recursive: true, force: true });
  process.on('exit', release);
  try {
    return await action();
  } finally {
    release();
    process.off('exit', release);
  }
}

async function install(node) {
  await withLock(async () => {
    const { lock } = wanted(node);
    if (isInstalled(readStamp(), lock)) return;
    say('Installing dependencies (once, a minute or two) ...');
    rmSync(stampFile, { force: true });
    const environment = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
    const status = await run('npm', ['ci', '--no-progress', '--loglevel=error'], environment, ['ignore', 2, 2]);
    if (status !== 0) {
      stop('The installation failed. Check the connection to your npm registry and run the same command again.');
    }
    writeFileSync(stampFile, JSON.stringify({ lock, node }));
  });
}

/** Runs to the end, passing signals on; the exit code, or 128 and the signal's number. */
function run(file, parameters, environment, stdio) {
  return new Promise((resolve) => {
    const child = spawn(file, parameters, { cwd: stdio === 'inherit' ? process.cwd() : root, env: environment, stdio });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    child.on('error', (error) => stop(`${file} could not be started: ${error.message}`));
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(signal ? { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: 137 }[signal] ?? 1 : code);
    });
  });
}

// As the installed command `unbroken`, all arguments are the command's own.
const invokedAs = path.basename(process.argv[1] ?? '', '.mjs');
const [command, ...parameters] = invokedAs === 'launch' ? process.argv.slice(2) : ['unbroken', ...process.argv.slice(2)];
if (command === undefined || !Object.hasOwn(COMMANDS, command)) {
  stop(`Usage: node scripts/launch.mjs ${Object.keys(COMMANDS).join('|')} [ARGUMENT ...]`);
}

const stamp = readStamp();
const node = findNode(stamp);
if (!isInstalled(stamp, wanted(node).lock)) await install(node);
else if (stamp.node !== node) writeFileSync(stampFile, JSON.stringify({ ...stamp, node }));
const environment = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
process.exitCode = await run(
  node,
  ['--disable-warning=ExperimentalWarning', path.join(root, COMMANDS[command]), ...parameters],
  environment,
  'inherit',
);
