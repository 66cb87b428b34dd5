import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { gateway, json, unbroken, workFolder, type Setting, type Stated } from './support/command.ts';

interface Synced {
  readonly statements: readonly {
    readonly act: string;
    readonly subject: string;
    readonly digest: string;
    readonly progress: string;
    readonly reason?: string;
  }[];
}
interface Trail {
  readonly items: readonly {
    readonly act: string;
    readonly progress: string;
    readonly signedBy: string;
    readonly claimedAt: string;
    readonly delaySeconds: number;
    readonly record?: { readonly fields: readonly { readonly label: string; readonly value: string }[] };
  }[];
}

const HOUR = 3_600;

describe('command line: without a gateway', function () {
  this.timeout(120_000);
  const file = (name: string): string => path.join(workFolder(), name);
  const passphrase = { UNBROKEN_PASSPHRASE: 'correct horse battery staple' };
  /** Each officer has a machine of their own. */
  const machine = (name: string): Setting => ({
    environment: {
      ...passphrase,
      UNBROKEN_OFFLINE: file(`offline-${name}`),
      UNBROKEN_KEY: file(`offline-${name}.json`),
    },
  });
  async function offline<Result = Stated>(name: string, ...parameters: string[]): Promise<Result> {
    const ended = await unbroken(undefined, ['offline', ...parameters, '--json'], machine(name));
    if (ended.code !== 0) throw new Error(`offline ${parameters.join(' ')} ended with ${ended.code}: ${ended.errors}`);
    return JSON.parse(ended.output) as Result;
  }
  const refusal = async (name: string, ...parameters: string[]): Promise<string> => {
    const ended = await unbroken(undefined, ['offline', ...parameters], machine(name));
    expect(ended.code, parameters.join(' ')).to.be.oneOf([1, 2]);
    return ended.errors;
  };
  const at = (hours: number): string => new Date(Date.now() - hours * HOUR * 1000).toISOString();

  before(async function () {
    this.timeout(200_000);
    const { authorityKeys } = await gateway();
    for (const [user, code] of [
      ['anna', 'DE-BKA'],
      ['dieter', 'DE-ZOLL'],
    ] as const) {
      const setting = { environment: passphrase };
      const authority = file(`offline-${user}-authority.json`);
      await json(user, ['keys', 'import', '--out', authority], { ...setting, input: authorityKeys[code]! });
      await json(user, ['keys', 'generate', '--out', file(`offline-${user}.json`)], setting);
      const validity = ['--valid-from', at(48), '--wait'];
      await json(user, ['keys', 'enrol', file(`offline-${user}.json`), '--authority', authority, ...validity], setting);
      await json(user, ['offline', 'fetch'], machine(user));
    }
  });

  it('says what to do where nothing was fetched', async () => {
    expect(await refusal('nobody', 'collect', 'seized')).to.include('offline fetch');
  });

  it('hands an item over in the field and brings it to the ledger later, with its own times, once', async () => {
    const collected = await offline('anna', 'collect', 'seized', '--exhibit', 'F-1', '--time', at(3));
    const evidence = collected.statements[0]!.subject;
    await offline('anna', 'release', evidence, '--to', 'DE-ZOLL', '--time', at(2));
    const { bytes } = await offline<{ bytes: number }>('anna', 'hand', evidence, '--out', file('f1.handover'));
    expect(bytes).to.equal(readFileSync(file('f1.handover')).length);

    const { items } = await offline<{ items: { evidence: string; from: string; known: boolean }[] }>(
      'dieter',
      'receive',
      file('f1.handover'),
    );
    expect(items[0]).to.include({ evidence, from: 'DE-BKA', known: true });
    await offline('dieter', 'accept', evidence, 'with-reservation', '--note', 'wet', '--time', at(1));
    await offline('dieter', 'record', evidence, 'stored', '--field', 'place=Van 3');

    // The recipient comes to a gateway first: what rests on the release waits for it.
    const early = await json<Synced>('dieter', ['sync', '--wait'], machine('dieter'));
    expect(early.statements.map(({ progress }) => progress)).to.deep.equal(['waiting', 'waiting']);
    const first = await json<Synced>('anna', ['sync', '--wait'], machine('anna'));
    expect(first.statements.map(({ act, progress }) => `${act} ${progress}`)).to.deep.equal([
      'collect final',
      'release final',
    ]);
    const second = await json<Synced>('dieter', ['sync', '--wait'], machine('dieter'));
    expect(second.statements.map(({ act, progress }) => `${act} ${progress}`)).to.deep.equal([
      'accept final',
      'record final',
    ]);
    expect((await json<Synced>('dieter', ['sync'], machine('dieter'))).statements).to.be.empty;

    const trail = await json<Trail>('anna', ['trail', evidence]);
    expect(trail.items.map(({ act }) => act)).to.deep.equal(['collect', 'release', 'accept', 'record']);
    expect(trail.items.every(({ signedBy }) => signedBy === 'officer')).to.be.true;
    for (const [position, hours] of [3, 2, 1].entries()) {
      expect(trail.items[position]!.delaySeconds).to.be.within(hours * HOUR, hours * HOUR + 300);
    }
    expect(trail.items[0]!.record?.fields).to.deep.equal([{ label: 'exhibit', value: 'F-1' }]);
    const verified = await json<{ verified: boolean }>('auditor', ['verify', evidence]);
    expect(verified.verified).to.be.true;
  });

  it('keeps nothing of what was written once it is final', () => {
    const folder = path.join(file('offline-anna'), 'done');
    for (const name of readdirSync(folder)) expect(readFileSync(path.join(folder, name), 'utf8')).not.to.include('F-1');
  });

  it('hands over as text for QR codes too, in parts and in any order', async () => {
    const { statements } = await offline('anna', 'collect', 'seized', '--exhibit', 'Q-1');
    const evidence = statements[0]!.subject;
    for (let i = 0; i < 4; i++) await offline('anna', 'record', evidence, 'moved');
    await offline('anna', 'release', evidence, '--to', 'DE-ZOLL');
    const handed = await unbroken(undefined, ['offline', 'hand', evidence], machine('anna'));
    const lines = handed.output.trimEnd().split('\n');
    expect(lines.length).to.be.above(1);
    for (const line of lines) expect(line).to.match(/^[0-9A-Z $%*+\-./:]{1,700}$/);
    const receive = (text: string) =>
      unbroken(undefined, ['offline', 'receive'], { ...machine('dieter'), input: text });
    expect((await receive(lines.slice(1).join('\n'))).errors).to.include('Part 1');
    expect((await receive(lines.join('\n').replace('UB1', 'UB2'))).code).to.equal(2);
    expect((await receive([...lines].reverse().join('\r\n'))).code).to.equal(0);
    await offline('dieter', 'refuse', evidence, 'wrong-item');
    await json<Synced>('anna', ['sync', '--wait'], machine('anna'));
    const refused = await json<Synced>('dieter', ['sync', '--wait'], machine('dieter'));
    expect(refused.statements[0]).to.include({ act: 'refuse', progress: 'final' });
  });

  it('takes no handover that was changed, is for somebody else, or is none', async () => {
    const { statements } = await offline('anna', 'collect', 'seized');
    const evidence = statements[0]!.subject;
    await offline('anna', 'release', evidence, '--to', 'FR-PN');
    await offline('anna', 'hand', evidence, '--out', file('other.handover'));
    expect(await refusal('dieter', 'receive', file('other.handover'))).to.include('another participant');
    const bytes = readFileSync(file('f1.handover'));
    for (const [name, changed] of [
      ['signature', flipped(bytes, 45)],
      ['statement', flipped(bytes, 180)],
      ['key', flipped(bytes, 8)],
      ['cut', bytes.subarray(0, -1)],
      ['longer', Buffer.concat([bytes, Buffer.of(0)])],
      ['empty', Buffer.alloc(0)],
    ] as const) {
      writeFileSync(file(`${name}.handover`), changed);
      expect(await refusal('dieter', 'receive', file(`${name}.handover`)), name).not.to.include('defect');
    }
  });

  it('says at once what the ledger would reject', async () => {
    const { statements } = await offline('anna', 'collect', 'seized', '--restriction', 'H1');
    const evidence = statements[0]!.subject;
    expect(await refusal('anna', 'accept', evidence)).to.include('NOT_RELEASED');
    expect(await refusal('anna', 'release', evidence, '--to', 'NOBODY')).to.include('NOBODY');
    expect(await refusal('anna', 'release', evidence, '--to', 'DE-BKA')).to.include('--key');
    await offline('anna', 'release', evidence, '--to', 'DE-ZOLL');
    expect(await refusal('anna', 'record', evidence, 'stored')).to.include('IN_TRANSIT');
    expect(await refusal('dieter', 'accept', evidence)).to.include('receive a handover');
    const late = new Date(Date.now() + 31 * 24 * HOUR * 1000).toISOString();
    expect(await refusal('anna', 'recall', evidence, '--expires', late)).to.include('30 days');
    await offline('anna', 'recall', evidence);
  });

  it('says what the ledger rejects and why, keeps it, and goes on with the rest', async () => {
    const [bad, good] = [await offline('anna', 'collect', 'seized'), await offline('anna', 'collect', 'seized')];
    const evidence = bad.statements[0]!.subject;
    // Across a border without an agreement: only the ledger knows.
    await offline('anna', 'release', evidence, '--to', 'FR-PN', '--note', 'kept text');
    const ended = await unbroken('anna', ['sync', '--wait', '--json'], machine('anna'));
    expect(ended.code).to.equal(1);
    const { statements } = JSON.parse(ended.output) as Synced;
    const refused = statements.filter(({ progress }) => progress === 'refused');
    expect(refused.map(({ subject }) => subject)).to.include(evidence);
    expect(refused.find(({ subject }) => subject === evidence)).to.include({ act: 'release', reason: 'NO_BASIS' });
    expect(statements.find(({ subject }) => subject === good.statements[0]!.subject)?.progress).to.equal('final');
    const done = path.join(file('offline-anna'), 'done');
    const kept = readdirSync(done).map((name) => readFileSync(path.join(done, name), 'utf8'));
    expect(kept.some((text) => text.includes('kept text'))).to.be.true;
    // The item is still held by what is known here, and can be handed on.
    await offline('anna', 'release', evidence, '--to', 'DE-ZOLL');
  });

  it('does nothing twice where a sync was cut off before it could note what it did', async () => {
    const { statements } = await offline('anna', 'collect', 'seized');
    await json<Synced>('anna', ['sync', '--wait'], machine('anna'));
    const folder = file('offline-anna');
    const last = readdirSync(path.join(folder, 'done')).sort().at(-1)!;
    renameSync(path.join(folder, 'done', last), path.join(folder, 'queue', last));
    const text = JSON.parse(readFileSync(path.join(folder, 'queue', last), 'utf8')) as Record<string, unknown>;
    delete text['outcomes'];
    writeFileSync(path.join(folder, 'queue', last), JSON.stringify(text));
    const again = await json<Synced>('anna', ['sync', '--wait'], machine('anna'));
    expect(again.statements[0]).to.include({ digest: statements[0]!.digest, progress: 'final' });
    expect(existsSync(path.join(folder, 'queue', last))).to.be.false;
  });

  it('needs as many bytes as docs/offline.md says', async () => {
    const docs = readFileSync(path.resolve(import.meta.dirname, '../../docs/offline.md'), 'utf8');
    const said = (what: string): number =>
      Number(new RegExp(`^\\| ${what} +\\| ([\\d,]+)`, 'm').exec(docs)?.[1]?.replaceAll(',', ''));
    const handed = readFileSync(file('f1.handover')).length;
    expect(handed, 'collected and released').to.equal(said('handover of an item collected in the field'));
    const { statements } = await offline('anna', 'collect', 'seized');
    const evidence = statements[0]!.subject;
    await json<Synced>('anna', ['sync', '--wait'], machine('anna'));
    await json('anna', ['offline', 'fetch', evidence], machine('anna'));
    await offline('anna', 'release', evidence, '--to', 'DE-ZOLL');
    const { text } = await offline<{ text: string[] }>('anna', 'hand', evidence);
    await offline('anna', 'hand', evidence, '--out', file('small.handover'));
    expect(readFileSync(file('small.handover')).length).to.equal(said('handover of an item that is on the ledger'));
    expect(text.join('\n').length).to.equal(said('the same as text for a QR code'));
    const queue = path.join(file('offline-anna'), 'queue');
    const release = readdirSync(queue).sort().at(-1)!;
    expect(readFileSync(path.join(queue, release)).length).to.be.below(
      said('a release as it is posted by `sync`, below'),
    );
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = changed[at]! ^ 1;
  return changed;
}
