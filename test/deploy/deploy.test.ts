/** What is in deploy/ is what there is: its commands run, its settings and metrics exist, no secret is in it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';

import { ZERO } from '../../protocol/bytes.ts';
import type { LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { publicKeyOf } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import { officer } from '../../scripts/demo/officer.ts';
import { GATEWAY_READY, removeFolder, startProcess, throwawayFolder } from '../../scripts/gateway-process.ts';
import { newNodeKey } from '../../scripts/network/network.ts';
import { openChain, type Chain } from '../../scripts/trial/chain.ts';
import { startPostgres } from '../../scripts/trial/postgres.ts';
import { randomSecret } from '../../server/keyring/secrets.ts';
import { needPostgres } from '../support/postgres.ts';
import { sharedGateway } from '../support/shared-gateway.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const README = read('deploy/README.md');
/** What .dockerignore lets into the image. */
const IMAGE = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name]) => name!);

/** Blocks of the README in one language. */
const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);
/** The one that has this text. */
const blockWith = (language: string, text: string): string => blocks(language).find((block) => block.includes(text))!;

describe('what an operator types', function () {
  this.timeout(600_000);

  const VALIDATORS = Array.from({ length: 4 }, () => newNodeKey().address);

  let folder: string;
  let binaries: string;
  let chain: Chain;
  const closers: (() => unknown)[] = [];
  let environment: Record<string, string>;
  before(async function () {
    binaries = needPostgres(this);
    folder = throwawayFolder();
    closers.push(() => removeFolder(folder));
    const postgres = await startPostgres(binaries);
    closers.push(() => postgres.stop());
    chain = await openChain(path.join(folder, 'chain'));
    closers.push(() => chain.close());
    const DATABASE = await postgres.createDatabase();
    environment = {
      ...{ FOLDER: folder, DATABASE, RESTORED: await postgres.createDatabase(), NODE: chain.urls[0]! },
      ...{ DATA_DIR: folder, STORE_URL: DATABASE, VALIDATORS: VALIDATORS.join(' ') },
      UNBROKEN_PASSPHRASE: 'nobody says these together',
    };
  });
  after(async () => {
    for (const closer of closers.reverse()) await closer();
  });

  const inFolder = (name: string): string => path.join(folder, name);
  const json = (name: string): unknown => JSON.parse(readFileSync(inFolder(name), 'utf8'));

  async function run(script: string, changed: Readonly<Record<string, string>> = {}) {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: ROOT,
      env: { ...process.env, PATH: `${binaries}:${process.env['PATH'] ?? ''}`, ...environment, ...changed },
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, output, errors };
  }

  /** @returns what it printed */
  async function typed(block: string): Promise<string> {
    const { status, output, errors } = await run(block);
    expect(status, `${block}\n${errors}`).to.equal(0);
    return output;
  }

  /** The page's own, with keys in it. */
  function writeMembers(): void {
    const form = JSON.parse(blockWith('json', '"members"')) as { members: { key: object }[] };
    form.members[0]!.key = json('authority.json') as object;
    const { x, y } = publicKeyOf(SCHEME.p256, randomSecret());
    form.members[1]!.key = { scheme: 'p256', x, y };
    writeFileSync(inFolder('members.json'), JSON.stringify(form));
  }

  /** A gateway as the image has it, on its own data folder, as section 4 lays it out. */
  async function openGateway(name: string, storeUrl: string) {
    const image = inFolder('image');
    if (!existsSync(image)) {
      for (const each of IMAGE) cpSync(path.join(ROOT, each), path.join(image, each), { recursive: true });
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(image, 'node_modules'));
    }
    const data = inFolder(name);
    mkdirSync(data, { mode: 0o700 });
    for (const file of ['secrets.json', 'ledger.json']) cpSync(inFolder(file), path.join(data, file));
    const { said, stop } = await startProcess(
      [path.join(path.relative(ROOT, image), 'server/main.ts')],
      { DATA_DIR: data, STORE_URL: storeUrl, CHAIN_URL: chain.urls[0]!, PORT: '0' },
      GATEWAY_READY,
    );
    return { url: said[1]!, firstToken: said[2], stop };
  }

  it('runs, in its order, up to a gateway whose back-up decrypts at another', async () => {
    const left = blocks('sh');
    /** All blocks up to the one that has this text; then it is to be prepared for. */
    const upTo = async (text: string): Promise<string> => {
      let output = '';
      while (!left[0]!.includes(text)) output = await typed(left.shift()!);
      return output;
    };
    await upTo('members.json');
    expect(statSync(inFolder('validator.key')).mode & 0o777).to.equal(0o600);
    expect(readFileSync(inFolder('validator.key'), 'utf8')).to.match(/^[0-9a-f]{64}$/);
    const genesis = json('genesis.json') as { extraData: string };
    for (const address of VALIDATORS) expect(genesis.extraData).to.include(address.slice(2));
    expect(statSync(inFolder('secrets.json')).mode & 0o777).to.equal(0o600);

    writeMembers();
    const told = await upTo('unbroken -- deploy');
    await upTo('enrol-gateway');
    const ledger = json('ledger.json') as LedgerFile;
    expect(told).to.include(ledger.foundingHash).and.include(ledger.foundingHash.slice(2).match(/.{4}/g)!.join(' '));
    expect(told)
      .to.match(/^1 +DE-BKA +DE +agency/m)
      .and.match(/^2 +DE-LABOR +DE +laboratory +DE-BKA/m);

    const gateway = await openGateway('8080', environment['DATABASE']!);
    let subject: string;
    try {
      Object.assign(environment, { OPERATOR: gateway.firstToken!, UNBROKEN_URL: gateway.url });
      await typed(left.shift()!);
      const { token } = await officer(gateway.url, gateway.firstToken!).post<{ token: string }>('/v1/tokens', {
        ...{ name: 'J. Roth', role: 'officer', participant: 'DE-BKA' },
      });
      environment['UNBROKEN_TOKEN'] = token;
      const record = { fields: [{ label: 'exhibit', value: 'KT-17/1' }] };
      const [stated] = await officer(gateway.url, token).state({ act: 'collect', code: 'seized', record });
      subject = stated!.subject;
      // The image has the court's page too.
      expect((await fetch(`${gateway.url}/verify`)).status).to.equal(200);
      while (left.length > 0) await typed(left.shift()!);
    } finally {
      await gateway.stop();
    }

    const restored = await openGateway('8081', environment['RESTORED']!);
    try {
      expect(restored.firstToken).to.equal(undefined);
      const found = await run(`npm run --silent unbroken -- trail ${subject} --records --url ${restored.url}`);
      expect(found.output, found.errors).to.include('KT-17/1').and.include('final');
    } finally {
      await restored.stop();
    }
  });

  it('makes nothing over what is there, and one genesis of the same validators in any order', async () => {
    const [keys, makeGenesis] = blocks('sh') as [string, string];
    for (const one of [...keys.trim().split('\n'), blockWith('sh', '--out "$FOLDER/founding.json"')]) {
      expect((await run(one)).status, one).to.not.equal(0);
    }
    expect((await run(blockWith('sh', 'unbroken -- deploy'))).errors).to.include('there already');
    const before = readFileSync(inFolder('genesis.json'), 'utf8');
    expect((await run(makeGenesis, { VALIDATORS: VALIDATORS.toReversed().join(' ') })).status).to.equal(0);
    expect(readFileSync(inFolder('genesis.json'), 'utf8')).to.equal(before);
    for (const wrong of [`${VALIDATORS[0]} ${VALIDATORS[0]}`, '0x12', '']) {
      expect((await run(makeGenesis, { VALIDATORS: wrong })).status, wrong).to.not.equal(0);
    }
  });

  it('says no founding of members that the contract would not take', async () => {
    const form = json('members.json') as { members: { code: string; sponsor?: string; key: object }[] };
    const [agency, laboratory] = form.members as [(typeof form.members)[number], (typeof form.members)[number]];
    const nonce = ZERO;
    const wrong: Record<string, object> = {
      'has no member': { nonce, members: [agency, { ...laboratory, sponsor: 'DE-ZOLL' }] },
      'is malformed': { nonce, members: [{ ...agency, kind: 'court' }] },
      'its key stands twice': { nonce, members: [agency, { ...laboratory, key: agency.key }] },
      'no list of members': { nonce, members: [{ ...agency, sponser: 'DE-BKA' }] },
      'has no nonce': form,
    };
    for (const [says, members] of Object.entries(wrong)) {
      writeFileSync(inFolder('wrong.json'), JSON.stringify(members));
      const { status, errors } = await run('npm run --silent unbroken -- founding "$FOLDER/wrong.json"');
      expect(errors).to.include(says);
      expect(status, says).to.equal(2);
    }
  });

  it('starts no gateway on a network without its secrets, and makes none', () => {
    const data = inFolder('empty');
    const { status, stderr } = spawnSync(process.execPath, ['server/main.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, DATA_DIR: data, CHAIN_URL: chain.urls[0]! },
    });
    expect(stderr).to.include('secrets.json is missing');
    expect(status).to.equal(2);
    expect(existsSync(path.join(data, 'secrets.json'))).to.equal(false);
  });

  it('is said to be run by no test where it is not', () => {
    expect(blocks('console')).to.have.length.above(0);
    expect(README).to.include("Blocks of `console` need a host of yours, so tests don't run them");
    const fences = [...README.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
    expect([...new Set(fences)]).to.have.members(['sh', 'console', 'json', 'toml']);
  });
});

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly (
    | string
    | { readonly type: string; readonly read_only: boolean; readonly bind: { readonly create_host_path: boolean } }
  )[];
}

describe('files for operators', function () {
  this.timeout(60_000);

  const settings = new Set([...read('docs/settings.md').matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name));

  const compose = parse(read('deploy/compose.yaml'), { merge: true }) as {
    services: Record<'validator' | 'database' | 'gateway' | 'tls', Service>;
    networks: Record<string, { internal?: boolean }>;
  };
  const { validator, database, gateway, tls } = compose.services;
  const unit = read('deploy/systemd/unbroken-gateway@.service');
  const named = (text: string, form: RegExp): string[] => [...text.matchAll(form)].map(([, name]) => name!);
  const perAgency = named(read('deploy/gateway.env'), /^([A-Z_]+)=/gm);

  it('set what the gateway knows, and nothing else', () => {
    const given = [...Object.keys(gateway.environment!), ...named(unit, /^Environment=([A-Z_]+)=/gm), ...perAgency];
    const others = ['PGPASSFILE', 'GATEWAY_HOST', 'GATEWAYS'];
    for (const name of given) if (!others.includes(name)) expect(settings, name).to.include(name);
    for (const { image } of Object.values(compose.services)) if (image) expect(image).to.match(/:\d+\.\d+/);
  });

  it('take what differs between agencies from one file', () => {
    expect(perAgency).to.have.members(['GATEWAY_HOST', 'GATEWAYS', 'PEERS', 'TIMESTAMP_URL']);
    expect(perAgency).to.include.members(named(read('deploy/Caddyfile'), /\{\$([A-Z_]+)\}/g));
    expect(perAgency).to.include.members(named(read('deploy/compose.yaml'), /\$\{([A-Z_]+)/g));
    for (const one of [unit, read('deploy/systemd/caddy.service.d/unbroken.conf')]) {
      expect(one).to.include('EnvironmentFile=/etc/unbroken/gateway.env');
    }
    expect(gateway.environment).to.include({ PEERS: '${PEERS:-}', TIMESTAMP_URL: '${TIMESTAMP_URL:-}' });
  });

  it('let gateways out to their peers, and others in at two ports only', () => {
    const isInternal = (name: string): boolean => compose.networks[name]?.internal === true;
    expect(gateway.networks.some((name) => !isInternal(name))).to.equal(true);
    expect(database.networks.every(isInternal)).to.equal(true);
    // Who stands at the door reaches neither the database nor the node, where whoever comes may vote.
    const behind = [...validator.networks, ...database.networks];
    expect(tls.networks.filter((name) => behind.includes(name))).to.deep.equal([]);
    const ports = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).to.have.members(['443:443/tcp', '30303:30303/tcp']);
  });

  it('start nothing before its files are there', () => {
    const binds = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.filter((volume) => typeof volume !== 'string'),
    );
    expect(binds).to.have.length.above(5);
    for (const { type, read_only, bind } of binds) {
      expect({ type, read_only, bind }).to.deep.equal({
        ...{ type: 'bind', read_only: true, bind: { create_host_path: false } },
      });
    }
    const folder = named(unit, /^Environment=DATA_DIR=(.+)$/gm)[0]!;
    expect(named(unit, /^AssertPathExists=(.+)$/gm)).to.have.members(
      ['secrets.json', 'ledger.json'].map((name) => `${folder}/${name}`),
    );
    expect(README).to.include(`secrets.json ledger.json ${folder.replace('%i', '$port')}/`);
  });

  it('keep keys, passwords and data out of the image and out of git', () => {
    const lines = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    // Nothing but what is named, by its whole name at the root: then no pattern has to be understood.
    expect(lines[0]).to.equal('*');
    expect(lines.slice(1).every((line) => /^!\.?[a-z][\w.-]*$/i.test(line))).to.equal(true);
    for (const name of ['deploy', 'data', 'node_modules', '.git', '.tmp', 'test']) expect(IMAGE).to.not.include(name);
    for (const name of IMAGE) expect(existsSync(path.join(ROOT, name)), name).to.equal(true);
    for (const file of ['deploy/secrets/validator.key', 'deploy/.env']) {
      expect(spawnSync('git', ['check-ignore', '-q', file], { cwd: ROOT }).status, file).to.equal(0);
    }
  });

  it('have no secret', () => {
    for (const file of globSync('deploy/**/*', { cwd: ROOT, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const text = readFileSync(path.join(file.parentPath, file.name), 'utf8');
      expect(text, file.name).to.not.match(/[0-9a-f]{64}|:\/\/\w+:\w+@|unb_\w{8}/);
    }
  });

  it('wake somebody for metrics that there are', async () => {
    const { url, token } = await sharedGateway();
    const response = await fetch(`${url}/metrics`, {
      headers: { authorization: `Bearer ${token('operator')}` },
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
