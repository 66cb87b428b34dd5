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
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMANDS = {
  start: 'server/main.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  demo: 'scripts/demo/main.ts',
  bench: 'scripts/bench/main.ts',
  page: 'scripts/page/main.ts',
  chaos: 'scripts/chaos/main.ts',
  network: 'scripts/network/main.ts',
  plan: 'scripts/plan/main.ts',
  unbroken: 'cli/main.ts',
};
const NEEDS_DEVELOPMENT = ['test', 'check'];
const NODE_MAJOR = 24;
const PARENT = process.ppid;
/** How often, in milliseconds, we look whether the npm that runs us is still there. */
const ABANDONED_BEAT = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Whoever installs touches its lock this often, in milliseconds. */
const LOCK_BEAT = 1_000;
/** A lock that was not touched for this long was left by a crash. */
const LOCK_STALE = 10_000;
/** But an npm that outlived its launcher may still be writing, for at most this long. */
const LOCK_ORPHAN = 15 * 60_000;

const root = path.dirname(path.dirname(realpathSync(fileURLToPath(import.meta.url))));
const modules = path.join(root, 'node_modules');
const lockFile = path.join(root, 'package-lock.json');
const hiddenLockFile = path.join(modules, '.package-lock.json');
const stampFile = path.join(modules, '.unbroken-stamp.json');
const lockFolder = path.join(root, '.install.lock');
const installerFile = path.join(lockFolder, 'installer');

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

/** The running Node if it is new enough, else the one that was fetched before; undefined if it has to be fetched. */
function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  const { node } = readStamp();
  return typeof node === 'string' && existsSync(node) && works(node) ? node : undefined;
}

/** npm's package `node`, which carries the binary: from npm's cache, or fetched once. */
async function fetchNode() {
  say(
    `Unbroken runs on Node ${NODE_MAJOR}; this is ${process.versions.node}. Using Node ${NODE_MAJOR} from the npm registry ...`,
  );
  let output = '';
  const parameters = ['-y', '-p', `node@${NODE_MAJOR}`, '--', 'node', '-p', 'process.execPath'];
  const status = await run('npx', parameters, process.env, ['ignore', 'pipe', 2], (child) => {
    child.stdout.on('data', (chunk) => (output += chunk));
  });
  const node = output.trim().split('\n').at(-1);
  if (status !== 0 || !node || !works(node)) {
    stop(
      `Node ${NODE_MAJOR} could not be fetched. Check the connection to your npm registry, or install Node ${NODE_MAJOR} or newer, and run the same command again.`,
    );
  }
  return node;
}

function wantedLock() {
  try {
    return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  } catch (error) {
    return stop(`${lockFile} cannot be read (${error.code}). Run this in a complete checkout.`);
  }
}

/** Installed by us (the stamp is written last, so a crash leaves none), or by somebody's own npm, completely. */
function isInstalled(command) {
  if (!existsSync(hiddenLockFile)) return false;
  return readStamp().lock === wantedLock() || isInstalledByNpm(command);
}

/** Whether npm's own account of node_modules, which it writes last, has everything that this machine and command need. */
function isInstalledByNpm(command) {
  try {
    const { packages: wanted } = JSON.parse(readFileSync(lockFile, 'utf8'));
    const { packages: present } = JSON.parse(readFileSync(hiddenLockFile, 'utf8'));
    return Object.entries(wanted).every(
      ([place, entry]) =>
        place === '' ||
        present[place]?.version === entry.version ||
        ((entry.dev || entry.devOptional) && !NEEDS_DEVELOPMENT.includes(command)) ||
        (entry.optional && !isForThisMachine(entry)),
    );
  } catch {
    return false;
  }
}

/** Native parts come as optional packages, one a platform; an older Node's npm leaves out even the right one. */
function isForThisMachine({ os, cpu, libc }) {
  const allows = (list, value) => list === undefined || list.includes(value);
  const musl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  return allows(os, process.platform) && allows(cpu, process.arch) && allows(libc, musl ? 'musl' : 'glibc');
}

/** Only one at a time installs: making a folder succeeds for one of two. */
async function withLock(action) {
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(lockFolder);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') stop(`${root} cannot be written (${error.code}): nothing can be installed here.`);
    }
    if (isLeftBehind()) takeAway();
    else if (!waited) say('Another installation is running; waiting for it ...');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const beat = setInterval(() => {
    try {
      utimesSync(lockFolder, new Date(), new Date());
    } catch {
      // taken away by somebody who thought us dead: npm decides
    }
  }, LOCK_BEAT);
  const release = () => {
    clearInterval(beat);
    rmSync(lockFolder, { recursive: true, force: true });
  };
  process.on('exit', release);
  try {
    return await action();
  } finally {
    release();
    process.off('exit', release);
  }
}

function isLeftBehind() {
  try {
    const idle = Date.now() - statSync(lockFolder).mtimeMs;
    return idle > LOCK_ORPHAN || (idle > LOCK_STALE && !isInstallerAlive());
  } catch {
    return false; // it has just ended
  }
}

function isInstallerAlive() {
  try {
    return process.kill(Number(readFileSync(installerFile, 'utf8')), 0);
  } catch {
    return false;
  }
}

/** Renaming succeeds for one of two; both then wait before they try again, so neither takes a fresh lock for the stale one. */
function takeAway() {
  const aside = `${lockFolder}.${process.pid}`;
  try {
    renameSync(lockFolder, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch {
    // somebody else did
  }
}

/** Makes sure of Node and node_modules; the path of that Node. */
async function prepare(command) {
  const ready = findNode();
  if (ready !== undefined && isInstalled(command)) return remember(ready);
  return await withLock(async () => {
    const node = findNode() ?? (await fetchNode());
    if (isInstalled(command)) return remember(node);
    say('Installing dependencies (once, a minute or two) ...');
    rmSync(stampFile, { force: true });
    const lock = wantedLock();
    const [file, ...first] = npm(node);
    // All of them, whatever the environment says: the same installation serves every command.
    const parameters = [...first, 'ci', '--include=dev', '--include=optional', '--no-progress', '--loglevel=error'];
    const status = await run(file, parameters, withNode(node), ['ignore', 2, 2], (child) => {
      writeFileSync(installerFile, String(child.pid));
    });
    if (status > 128) process.exit(status); // told to stop
    if (status !== 0) {
      stop('The installation failed. Check the connection to your npm registry and run the same command again.');
    }
    writeFileSync(stampFile, JSON.stringify({ lock, node }));
    return node;
  });
}

/** Keeps the path of a fetched Node for the next start, which then needs no network. */
function remember(node) {
  const stamp = readStamp();
  if (node !== process.execPath && stamp.node !== node) writeFileSync(stampFile, JSON.stringify({ ...stamp, node }));
  return node;
}

/** The npm that called us, under the Node that was found; else the one on the path. */
function npm(node) {
  const { npm_execpath: caller = '' } = process.env;
  return path.basename(caller) === 'npm-cli.js' ? [node, caller] : ['npm'];
}

function withNode(node) {
  return { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
}

/** npm dies of a signal without a word to what it runs; whoever ended `npm start` meant the server. */
function isAbandoned() {
  return process.env.npm_lifecycle_event !== undefined && process.ppid !== PARENT;
}

/** Runs to the end, passing signals on; the exit code, or 128 and the signal's number. */
function run(file, parameters, environment, stdio, started = () => undefined) {
  return new Promise((resolve) => {
    const child = spawn(file, parameters, { cwd: stdio === 'inherit' ? process.cwd() : root, env: environment, stdio });
    // A terminal sends ^C to the whole group; sent on, it would arrive twice, and the second time means "at once".
    const forward = (signal) => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, forward);
    const watch = setInterval(() => {
      if (!isAbandoned()) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, ABANDONED_BEAT);
    child.on('error', (error) => stop(`${file} could not be started: ${error.message}`));
    child.on('close', (code, signal) => {
      clearInterval(watch);
      for (const name of SIGNALS) process.off(name, forward);
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
    if (child.pid !== undefined) started(child);
  });
}

// As the installed command `unbroken`, all arguments are the command's own.
const invokedAs = path.basename(process.argv[1] ?? '', '.mjs');
const [command, ...parameters] =
  invokedAs === 'launch' ? process.argv.slice(2) : ['unbroken', ...process.argv.slice(2)];
if (command === undefined || !Object.hasOwn(COMMANDS, command)) {
  stop(`Usage: node scripts/launch.mjs ${Object.keys(COMMANDS).join('|')} [ARGUMENT ...]`);
}
const script = path.join(root, COMMANDS[command]);
if (!existsSync(script)) stop(`${COMMANDS[command]} is missing: this checkout has no \`${command}\`.`);

const node = await prepare(command);
// Compiled code is kept between runs, of this process and of all that it starts: they start in half the time. Not in the
// shared folder for temporary files, where others could put code of their own.
const environment = { NODE_COMPILE_CACHE: path.join(modules, '.cache/unbroken'), ...withNode(node) };
process.exitCode = await run(
  node,
  ['--disable-warning=ExperimentalWarning', script, ...parameters],
  environment,
  'inherit',
);
