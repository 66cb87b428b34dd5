import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { collected, gateway, json, unbroken, workFolder, type Stated } from './support/command.ts';

interface Trail {
  readonly items: readonly {
    readonly act: string;
    readonly code: string;
    readonly digest: string;
    readonly progress: string;
    readonly signedBy: string;
  }[];
  readonly line: { readonly state: string; readonly holder: { readonly code: string } };
}
interface Verification {
  readonly verified: boolean;
  readonly checks: readonly { readonly name: string; readonly result: string; readonly sentence: string }[];
}

describe('command line: custody', function () {
  before(async function () {
    this.timeout(200_000);
    await gateway();
  });

  it('hands evidence over and shows the trail', async () => {
    const evidence = (
      await json<Stated>('anna', [
        'collect',
        'seized',
        '--exhibit',
        'T-1',
        '--description',
        'Phone',
        '--field',
        'colour=black',
        '--wait',
      ])
    ).statements[0]!.subject;
    const released = await json<Stated>('anna', ['release', evidence, '--to', 'DE-ZOLL', '--wait']);
    expect(released.statements[0]).to.include({
      act: 'release',
      subject: evidence,
      progress: 'final',
      signedBy: 'service',
    });
    await json<Stated>('dieter', ['accept', evidence, 'with-reservation', '--note', 'scratched', '--wait']);
    await json<Stated>('dieter', ['record', 'stored', evidence, '--field', 'place=Room 4', '--wait']);

    const trail = await json<Trail>('anna', ['trail', '--exhibit', 't-1']);
    expect(trail.items.map(({ act, code }) => `${act} ${code}`)).to.deep.equal([
      'collect seized',
      'release handoff',
      'accept with-reservation',
      'record stored',
    ]);
    expect(trail.line).to.deep.include({ state: 'held' });
    expect(trail.line.holder.code).to.equal('DE-ZOLL');

    const shown = await unbroken('anna', ['trail', evidence, '--records']);
    expect(shown.code).to.equal(0);
    expect(shown.output).to.match(/^claimed +included +delay +act +code +who +state +signed by +statement$/m);
    expect(shown.output)
      .to.match(/DE-BKA to DE-ZOLL +final +service/)
      .and.to.match(/colour +black/);
  });

  it('releases a whole case as one sheet, and accepts it as one', async () => {
    const items = await Promise.all(['S-1', 'S-2', 'S-3'].map((number) => collected('anna', number)));
    const released = await json<Stated>('anna', ['release', ...items, '--to', 'DE-ZOLL']);
    expect(new Set(released.statements.map(({ sheet }) => sheet)).size).to.equal(1);
    const accepted = await json<Stated>('dieter', ['accept', ...items, '--wait']);
    expect(accepted.statements.map(({ progress }) => progress)).to.deep.equal(['final', 'final', 'final']);
  });

  it('refuses, returns, recalls, derives, corrects, disposes and finds', async () => {
    const evidence = await collected('anna', 'R-1');
    const steps: [string, string[]][] = [
      ['anna', ['release', evidence, '--to', 'DE-ZOLL']],
      ['dieter', ['refuse', evidence, 'seal-broken']],
      ['anna', ['return', evidence]],
      ['anna', ['release', evidence, '--to', 'DE-ZOLL']],
      ['anna', ['recall', evidence]],
      ['anna', ['dispose', 'lost', evidence]],
      ['anna', ['found', evidence]],
    ];
    for (const [user, parameters] of steps) await json(user, [...parameters, '--wait']);
    const { statements } = await json<Stated>('anna', [
      'derive',
      'image',
      '--from',
      evidence,
      '--exhibit',
      'R-1-A',
      '--wait',
    ]);
    expect(statements[0]!.subject).to.not.equal(evidence);
    const { items } = await json<Trail>('anna', ['trail', evidence]);
    await json('anna', ['correct', evidence, '--digest', items[0]!.digest, '--field', 'exhibit=R-2', '--wait']);
    expect((await json<Trail>('anna', ['trail', evidence])).items.at(-1)).to.include({ act: 'correct' });
  });

  it('crosses a border only under an agreement, keeping restrictions', async () => {
    const evidence = await collected('anna', 'X-1', ['H1']);
    const refused = await unbroken('anna', ['release', evidence, '--to', 'FR-PN', '--json']);
    expect(refused.code).to.equal(1);
    expect(refused.errors).to.include('NO_BASIS');
    expect(JSON.parse(refused.output)).to.have.nested.property('error.problem.reason', 'NO_BASIS');

    const { items } = await json<{ items: { subject: string }[] }>('anna', ['agreements']);
    await json('anna', [
      'release',
      evidence,
      '--to',
      'FR-PN',
      '--agreement',
      items[0]!.subject,
      '--purpose',
      'prosecute',
      '--wait',
    ]);
    const transit = await json<{ items: { subject: string; release: { restrictions: string[] } }[] }>('claire', [
      'search',
      '--to',
      'FR-PN',
    ]);
    expect(transit.items.find(({ subject }) => subject === evidence)?.release.restrictions).to.deep.equal(['H1']);
  });

  it('holds and lifts', async () => {
    const evidence = await collected('anna', 'H-1');
    const held = await json<Stated>('anna', ['hold', evidence, '--wait']);
    const refused = await unbroken('anna', ['release', evidence, '--to', 'DE-ZOLL']);
    expect(refused.code).to.equal(1);
    expect(refused.errors).to.include('ON_HOLD');
    await json('anna', ['lift', held.statements[0]!.subject, '--wait']);
    await json('anna', ['release', evidence, '--to', 'DE-ZOLL', '--wait']);
  });

  it('does once what is repeated with the same idempotency key', async () => {
    const repeat = ['collect', 'seized', '--exhibit', 'I-1', '--idempotency-key', 'test-once'];
    const [first, second] = [await json<Stated>('anna', repeat), await json<Stated>('anna', repeat)];
    expect(second.statements[0]!.digest).to.equal(first.statements[0]!.digest);
    const other = await unbroken('anna', ['collect', 'seized', '--exhibit', 'I-2', '--idempotency-key', 'test-once']);
    expect(other.code).to.equal(1);
  });

  it('verifies a trail, with the right file and with a wrong one', async () => {
    const right = path.join(workFolder(), 'right.bin');
    const wrong = path.join(workFolder(), 'wrong.bin');
    writeFileSync(right, Buffer.alloc(3_000_000, 7));
    writeFileSync(wrong, Buffer.alloc(3_000_000, 8));
    const stated = await json<Stated>('anna', ['collect', 'seized', '--exhibit', 'V-1', '--file', right, '--wait']);
    const evidence = stated.statements[0]!.subject;

    const good = await json<Verification>('anna', ['verify', evidence, '--file', right]);
    expect(good.verified).to.be.true;
    expect(good.checks.at(-1)).to.include({ name: 'file', result: 'passed' });
    const bad = await unbroken('anna', ['verify', evidence, '--file', wrong, '--json']);
    expect(bad.code).to.equal(1);
    expect((JSON.parse(bad.output) as Verification).checks.at(-1)).to.include({ name: 'file', result: 'failed' });
    expect((await unbroken('anna', ['verify', evidence, '--file', '/nowhere'])).code).to.equal(2);

    const { items } = await json<Trail>('anna', ['trail', evidence]);
    const shown = path.join(workFolder(), 'disclosure.json');
    await json('anna', ['disclose', items[0]!.digest, '--labels', 'file.1.sha3-256', '--out', shown]);
    // Anyone may verify a disclosure: no token is needed.
    expect((await unbroken('', ['verify', '--disclosure', shown, '--file', right])).code).to.equal(0);
    expect((await unbroken('', ['verify', '--disclosure', shown, '--file', wrong])).code).to.equal(1);
    writeFileSync(shown, JSON.stringify({ fields: [] }));
    expect((await unbroken('', ['verify', '--disclosure', shown])).code).to.equal(2);
  });
});
