/** The launcher in a small copy of a checkout, with a stand-in for npm: nothing is fetched or installed. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

const LAUNCHER = path.join(import.meta.dirname, '../../scripts/launch.mjs');

/** Installs nothing: removes node_modules, notes the call, writes npm's own account last, as npm does. */
const NPM = `
import { appendFileSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
rmSync('node_modules', { recursive: true, force: true });
mkdirSync('node_modules');
console.log('a word of npm');
appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n');
await new Promise((resolve) => setTimeout(resolve, process.env.NPM_STUCK ? 600_000 : 300));
if (process.env.NPM_FAILS) process.exit(1);
copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

/** Answers as it is asked: what it was given, a code, or waiting for a signal. */
const COMMAND = `
const [asked, value] = process.argv.slice(2);
if (asked === 'exit') process.exit(Number(value));
if (asked === 'wait') {
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => { console.log('got ' + signal); process.exit(value ? Number(value) : 0); });
  setInterval(() => {}, 1000);
  console.log('waiting ' + process.pid);
} else if (asked === 'die') process.kill(process.pid, value);
else console.log(JSON.stringify(process.argv.slice(2)));
`;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the launcher', () => {
  let checkout: string;
  let started: ChildProcessWithoutNullStreams[];

  beforeEach(() => {
    checkout = mkdtempSync(path.join(tmpdir(), 'unbroken-launch-'));
    started = [];
    for (const folder of ['scripts', 'cli', 'server', 'npm']) mkdirSync(path.join(checkout, folder));
    copyFileSync(LAUNCHER, path.join(checkout, 'scripts/launch.mjs'));
    write('cli/main.ts', COMMAND);
    write('scripts/test.ts', COMMAND);
    write('package.json', '{ "type": "module" }');
    write('npm/npm-cli.js', NPM);
    lock({ 'node_modules/one': { version: '1.0.0' } });
  });

  afterEach(() => {
    for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(checkout, { recursive: true, force: true });
  });

  function write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(checkout, file)), { recursive: true });
    writeFileSync(path.join(checkout, file), text);
  }

  function lock(packages: Record<string, object>): void {
    write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }));
  }

  function start(parameters: readonly string[], environment: Record<string, string> = {}, file = 'scripts/launch.mjs') {
    const child = spawn(process.execPath, [path.join(checkout, file), ...parameters], {
      cwd: checkout,
      env: { ...process.env, npm_execpath: path.join(checkout, 'npm/npm-cli.js'), ...environment },
    });
    started.push(child);
    return child;
  }

  async function end(child: ChildProcessWithoutNullStreams): Promise<Ended> {
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  const launch = (...given: Parameters<typeof start>): Promise<Ended> => end(start(...given));

  function installations(): number {
    const log = path.join(checkout, 'npm.log');
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** The process that says it is waiting. */
  async function waiting(child: ChildProcessWithoutNullStreams): Promise<number> {
    let said = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      said += chunk.toString();
      const pid = /waiting (\d+)/.exec(said)?.[1];
      if (pid !== undefined) return Number(pid);
    }
    throw new Error(`ended before it waited: ${said}`);
  }

  function isAlive(pid: number): boolean {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }

  describe('what is asked', () => {
    for (const parameters of [[], ['nothing'], ['constructor']]) {
      it(`explains itself and installs nothing when given ${JSON.stringify(parameters)}`, async () => {
        const { code, stdout, stderr } = await launch(parameters);
        expect(code).to.equal(2);
        expect(stdout).to.equal('');
        expect(stderr).to.match(/^Usage: node scripts\/launch\.mjs start\|test/);
        expect(installations()).to.equal(0);
      });
    }

    it('says which command a checkout lacks', async () => {
      const { code, stderr } = await launch(['start']);
      expect(code).to.equal(2);
      expect(stderr).to.contain('server/main.ts is missing');
    });

    it('passes arguments on as they are', async () => {
      const { stdout } = await launch(['unbroken', 'a b', '--json', '--', '']);
      expect(JSON.parse(stdout)).to.deep.equal(['a b', '--json', '--', '']);
    });

    it('is the command `unbroken` when called by that name', async () => {
      symlinkSync('scripts/launch.mjs', path.join(checkout, 'unbroken'));
      const { stdout } = await launch(['test', 'x'], {}, 'unbroken');
      expect(JSON.parse(stdout)).to.deep.equal(['test', 'x']);
    });
  });

  describe('installing', () => {
    it('happens once, and leaves standard output to the command', async () => {
      const first = await launch(['unbroken', 'x']);
      expect(first).to.include({ code: 0, stdout: '["x"]\n' });
      expect(first.stderr).to.contain('Installing dependencies');
      expect(await launch(['unbroken', 'x'])).to.deep.equal({ code: 0, stdout: '["x"]\n', stderr: '' });
      expect(installations()).to.equal(1);
    });

    it('happens again when the lock file has changed', async () => {
      await launch(['unbroken']);
      lock({ 'node_modules/one': { version: '1.0.1' } });
      await launch(['unbroken']);
      expect(installations()).to.equal(2);
    });

    it('takes over what npm installed by itself', async () => {
      write('node_modules/.package-lock.json', readFileSync(path.join(checkout, 'package-lock.json'), 'utf8'));
      expect((await launch(['unbroken'])).code).to.equal(0);
      expect(installations()).to.equal(0);
    });

    it('repairs what npm left out: the native part for this machine, not one for another', async () => {
      const here = { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] };
      lock({ 'node_modules/elsewhere': { ...here, os: ['plan9'] } });
      write('node_modules/.package-lock.json', '{ "packages": {} }');
      await launch(['unbroken']);
      expect(installations()).to.equal(0);
      lock({ 'node_modules/native': here });
      await launch(['unbroken']);
      expect(installations()).to.equal(1);
    });

    it('asks for development packages only where they are needed', async () => {
      lock({ 'node_modules/tester': { version: '1.0.0', dev: true } });
      write('node_modules/.package-lock.json', '{ "packages": {} }');
      await launch(['unbroken']);
      expect(installations()).to.equal(0);
      await launch(['test']);
      expect(installations()).to.equal(1);
    });

    it('happens once when two start together', async () => {
      const both = await Promise.all([launch(['unbroken', 'a']), launch(['unbroken', 'b'])]);
      expect(both.map(({ stdout }) => stdout)).to.deep.equal(['["a"]\n', '["b"]\n']);
      expect(installations()).to.equal(1);
    });

    it('fails with what to do, and is tried again the next time', async () => {
      const { code, stdout, stderr } = await launch(['unbroken'], { NPM_FAILS: '1' });
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.contain('run the same command again');
      expect((await launch(['unbroken'])).code).to.equal(0);
      expect(installations()).to.equal(2);
    });

    it('is repaired after a crash in the middle of it', async () => {
      const crashed = start(['unbroken'], { NPM_STUCK: '1' });
      const installer = path.join(checkout, '.install.lock/installer');
      await until(() => installations() === 1 && existsSync(installer));
      process.kill(Number(readFileSync(installer, 'utf8')), 'SIGKILL');
      crashed.kill('SIGKILL');
      await once(crashed, 'close');
      const longAgo = Date.now() / 1000 - 60;
      utimesSync(path.join(checkout, '.install.lock'), longAgo, longAgo);
      expect(await launch(['unbroken', 'x'])).to.include({ code: 0, stdout: '["x"]\n' });
      expect(installations()).to.equal(2);
      expect(existsSync(path.join(checkout, '.install.lock'))).to.equal(false);
    });

    it('stops when told to, and leaves no lock', async () => {
      const child = start(['unbroken'], { NPM_STUCK: '1' });
      const ended = end(child);
      await until(() => installations() === 1);
      child.kill('SIGTERM');
      expect((await ended).code).to.equal(143);
      expect(existsSync(path.join(checkout, '.install.lock'))).to.equal(false);
    });
  });

  describe('running', () => {
    beforeEach(() => {
      write('node_modules/.package-lock.json', readFileSync(path.join(checkout, 'package-lock.json'), 'utf8'));
    });

    it('passes the exit code back', async () => {
      expect((await launch(['unbroken', 'exit', '7'])).code).to.equal(7);
    });

    it('passes back the signal that the command died of, as 128 and its number', async () => {
      expect((await launch(['unbroken', 'die', 'SIGKILL'])).code).to.equal(137);
      expect((await launch(['unbroken', 'die', 'SIGTERM'])).code).to.equal(143);
    });

    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`hands ${signal} to the command and waits for its end`, async () => {
        const child = start(['unbroken', 'wait', '3']);
        const pid = await waiting(child);
        const ended = end(child);
        child.kill(signal);
        expect(await ended).to.include({ code: 3, stdout: `got ${signal}\n` });
        expect(isAlive(pid)).to.equal(false);
      });
    }

    it('ends the command when npm, which runs it, has died of a signal', async () => {
      write(
        'npm/run.mjs',
        `import { spawn } from 'node:child_process';
        spawn(process.execPath, ['scripts/launch.mjs', ...process.argv.slice(2)], { stdio: 'inherit' });`,
      );
      const child = start(['unbroken', 'wait'], { npm_lifecycle_event: 'unbroken' }, 'npm/run.mjs');
      const pid = await waiting(child);
      child.kill('SIGTERM');
      await until(() => !isAlive(pid));
      expect(child.signalCode).to.equal('SIGTERM');
    });
  });
});
