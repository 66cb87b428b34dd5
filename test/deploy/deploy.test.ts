/** What is in deploy/ is what there is: its commands run, its settings and metrics exist, no secret is in it. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { parse } from 'yaml';

import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { newNodeKey } from '../../scripts/network/network.ts';
import { openStore } from '../../server/store/store.ts';
import { sharedGateway } from '../support/shared-gateway.ts';
import { startPostgres, type PostgresServer } from '../../scripts/trial/postgres.ts';
import { needPostgres } from '../support/postgres.ts';
import { MASTER_KEY } from '../support/stores.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const README = read('deploy/README.md');

/** Blocks of the README in one language. */
const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);

describe('what an operator types', function () {
  this.timeout(180_000);

  let folder: string;
  let postgres: PostgresServer;
  let binaries: string;
  let environment: Record<string, string>;
  before(async function () {
    binaries = needPostgres(this);
    folder = throwawayFolder();
    postgres = await startPostgres(binaries);
    const [DATABASE, RESTORED] = [await postgres.createDatabase(), await postgres.createDatabase()];
    const store = await openStore({ database: DATABASE, masterKey: MASTER_KEY });
    const token = { id: 'one', hash: `0x${'11'.repeat(32)}`, name: 'Jane', role: 'officer', participant: 1 } as const;
    await store.tokens.create({ ...token, createdAt: 1 });
    await store.close();
    environment = {
      ...{ FOLDER: folder, DATABASE, RESTORED, DATA_DIR: folder, STORE_URL: DATABASE },
      VALIDATORS: VALIDATORS.join(' '),
    };
  });
  after(async () => {
    await postgres.stop();
    removeFolder(folder);
  });

  const VALIDATORS = Array.from({ length: 4 }, () => newNodeKey().address);

  function run(script: string, changed: Readonly<Record<string, string>> = {}) {
    return spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${binaries}:${process.env['PATH'] ?? ''}`, ...environment, ...changed },
    });
  }

  it('runs, in its order, and leaves what it says', async () => {
    for (const block of blocks('sh')) {
      const { status, stderr } = run(block);
      expect(status, `${block}\n${stderr}`).to.equal(0);
    }
    const key = path.join(folder, 'validator.key');
    expect(statSync(key).mode & 0o777).to.equal(0o600);
    expect(readFileSync(key, 'utf8')).to.match(/^[0-9a-f]{64}$/);
    const genesis = JSON.parse(readFileSync(path.join(folder, 'genesis.json'), 'utf8')) as { extraData: string };
    for (const address of VALIDATORS) expect(genesis.extraData).to.include(address.slice(2));
    const restored = new pg.Client({ connectionString: environment['RESTORED']! });
    await restored.connect();
    const { rows } = await restored.query<{ name: string }>('select name from unbroken.token');
    const keys = await restored.query('select * from unbroken_keys.master');
    await restored.end();
    expect(rows).to.deep.equal([{ name: '"Jane"' }]);
    expect(keys.rowCount).to.equal(1);
  });

  it('makes no key over another, and one genesis of the same validators in any order', () => {
    const [makeKey, makeGenesis] = blocks('sh') as [string, string];
    expect(run(makeKey).status).to.not.equal(0);
    const before = readFileSync(path.join(folder, 'genesis.json'), 'utf8');
    expect(run(makeGenesis, { VALIDATORS: VALIDATORS.toReversed().join(' ') }).status).to.equal(0);
    expect(readFileSync(path.join(folder, 'genesis.json'), 'utf8')).to.equal(before);
    for (const wrong of [`${VALIDATORS[0]} ${VALIDATORS[0]}`, '0x12', '']) {
      expect(run(makeGenesis, { VALIDATORS: wrong }).status, wrong).to.not.equal(0);
    }
  });

  it('is said to be not run where it is not', () => {
    expect(blocks('console')).to.have.length.above(0);
    expect(README).to.include('_this was not run here_');
    const fences = [...README.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
    expect([...new Set(fences)]).to.have.members(['sh', 'console', 'json', 'toml']);
  });
});

describe('files for operators', function () {
  this.timeout(60_000);

  const settings = new Set([...read('docs/settings.md').matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name));

  it('set what the gateway knows, and nothing else', () => {
    const compose = parse(read('deploy/compose.yaml')) as {
      services: Record<string, { environment?: Record<string, string>; image?: string }>;
    };
    const unit = read('deploy/systemd/unbroken-gateway@.service');
    const given = [
      ...Object.keys(compose.services['gateway']!.environment!),
      ...[...unit.matchAll(/^Environment=([A-Z_]+)=/gm)].map(([, name]) => name!),
    ];
    for (const name of given) if (name !== 'PGPASSFILE') expect(settings, name).to.include(name);
    for (const { image } of Object.values(compose.services)) if (image) expect(image).to.match(/:\d+\.\d+/);
  });

  it('have no secret', () => {
    for (const file of globSync('deploy/**/*', { cwd: ROOT, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const text = readFileSync(path.join(file.parentPath, file.name), 'utf8');
      expect(text, file.name).to.not.match(/[0-9a-f]{64}|:\/\/\w+:\w+@|unb_\w{8}/);
    }
  });

  it('wake somebody for metrics that there are', async () => {
    const gateway = await sharedGateway();
    const response = await fetch(`${gateway.url}/metrics`, {
      headers: { authorization: `Bearer ${gateway.token('operator')}` },
    });
    const there = new Set([...(await response.text()).matchAll(/^(\w+) /gm)].map(([, name]) => name));
    const rules = parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: { expr: string }[] }[] };
    const used = rules.groups.flatMap(({ rules: all }) =>
      all.flatMap(({ expr }) => [...expr.matchAll(/unbroken_\w+/g)].map(([name]) => name)),
    );
    expect(used).to.have.length.above(5);
    for (const name of used) expect(there, name).to.include(name);
    expect(parse(read('deploy/prometheus/scrape.yaml'))).to.have.property('scrape_configs');
  });

  it('are units that systemd reads', function () {
    const found = spawnSync('systemd-analyze', ['--version']);
    if (found.status !== 0) this.skip();
    const units = ['unbroken-validator.service', 'unbroken-gateway@.service'];
    const files = units.map((unit) => path.join(ROOT, 'deploy/systemd', unit));
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], { encoding: 'utf8' });
    // What they start is on no machine of ours.
    const faults = stderr
      .split('\n')
      .filter((line) => line.includes('unbroken-') && !/not executable|ExecStart/.test(line));
    expect(faults).to.deep.equal([]);
  });
});
