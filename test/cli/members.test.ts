import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { wordOf, ZERO } from '../../protocol/bytes.ts';
import { endSharedGateway } from '../support/shared-gateway.ts';
import { collected, gateway, json, unbroken, workFolder, type Stated } from './support/command.ts';

const environment = { UNBROKEN_PASSPHRASE: 'correct horse battery staple' };
/** Who signs for which agency. */
const OFFICERS = {
  'DE-BKA': 'anna',
  'DE-ZOLL': 'dieter',
  'FR-PN': 'claire',
  'NL-POL': 'joost',
  'ES-GC': 'lucia',
} as const;
type Agency = keyof typeof OFFICERS;

interface Progress {
  readonly change: string;
  readonly signed: readonly string[];
  readonly agencies: number;
  readonly needed: number;
  readonly newKeySigned?: boolean;
}

interface Written {
  readonly statements: [{ statement: { subject: string; time: number; act: number }; list: string[] }];
  readonly endorsements: { key: string; signature: string }[];
}

describe('command line: members', function () {
  // Passphrases cost half a second each, on purpose; more where the machine is busy.
  this.timeout(240_000);
  before(async function () {
    this.timeout(200_000);
    const { authorityKeys } = await gateway();
    for (const [code, user] of Object.entries(OFFICERS)) {
      await json(user, ['keys', 'import', '--out', authority(code)], { environment, input: authorityKeys[code]! });
    }
    for (const name of ['lka', 'rescue', 'officer']) {
      await json('anna', ['keys', 'generate', '--out', file(name)], { environment });
      writeFileSync(file(`${name}.public`), (await unbroken('anna', ['keys', 'show', file(name), '--json'])).output);
    }
  });

  // It has other members now than other tests expect.
  after(async function () {
    this.timeout(30_000);
    await endSharedGateway();
  });

  const file = (name: string): string => path.join(workFolder(), `members-${name}.json`);
  const authority = (code: string): string => file(`authority-${code}`);
  const read = (name: string): Written => JSON.parse(readFileSync(file(name), 'utf8')) as Written;
  const signing = (name: string, code: Agency): string[] => ['--file', file(name), '--authority', authority(code)];
  const approve = (name: string, code: Agency) =>
    unbroken(OFFICERS[code], ['members', 'approve', file(name), '--authority', authority(code)], { environment });
  const send = (name: string, user = 'anna') => unbroken(user, ['members', 'send', file(name)]);
  const progress = (name: string) => json<Progress>('auditor', ['members', 'show', file(name)]);
  async function propose(name: string, parameters: readonly string[], code: Agency = 'DE-BKA'): Promise<void> {
    await json<Progress>(OFFICERS[code], ['members', ...parameters, ...signing(name, code)], { environment });
  }
  async function approvedBy(name: string, codes: readonly Agency[]): Promise<void> {
    for (const code of codes) {
      const { code: ended, errors } = await approve(name, code);
      expect(ended, errors).to.equal(0);
    }
  }
  const statusOf = async (code: string) =>
    (await json<{ items: { code: string; number: number; status: string }[] }>('auditor', ['participants'])).items.find(
      (each) => each.code === code,
    );

  it('enrols a key for a participant that lost its own, with which it enrols others', async () => {
    await propose('rescue-change', ['enrol', 'ES-GC', '--key', file('rescue.public')]);
    const own = ['members', 'approve', file('rescue-change'), '--authority', file('rescue')];
    const seen = await unbroken('lucia', own, { environment });
    expect(seen.code, seen.errors).to.equal(0);
    expect(seen.errors).to.include('Enrols a key for ES-GC').and.to.include('for ever');
    await approvedBy('rescue-change', ['DE-ZOLL', 'FR-PN', 'NL-POL']);
    const sent = await send('rescue-change');
    expect(sent.code, sent.errors).to.equal(0);
    await json('lucia', ['keys', 'enrol', file('officer'), '--authority', file('rescue'), '--wait'], { environment });
  });

  const ADMIT = ['admit', 'DE-LKA', '--jurisdiction', 'DE', '--kind', 'agency', '--key'];

  it('admits a member when more than two thirds and its own key have signed', async () => {
    await propose('admission', [...ADMIT, file('lka.public')]);
    expect(await progress('admission')).to.deep.include({
      ...{ change: 'admit', code: 'DE-LKA', jurisdiction: 'DE', kind: 'agency' },
      ...{ signed: ['DE-BKA'], agencies: 5, needed: 4, newKeySigned: false },
    });

    // Who approves sees what is signed, in words.
    const seen = await approve('admission', 'FR-PN');
    const { id } = JSON.parse(readFileSync(file('lka'), 'utf8')) as { id: string };
    for (const words of ['Admits DE-LKA', /number +9/, /jurisdiction +DE/, 'agency, with a vote', id, 'by DE-BKA']) {
      expect(seen.errors).to.match(new RegExp(words));
    }
    expect(seen.output).to.include('2 of 5 agencies have signed (DE-BKA, FR-PN); 4 are needed.');

    const before = readFileSync(file('admission'), 'utf8');
    const early = await send('admission');
    expect(early.code).to.equal(1);
    expect(early.errors).to.include('2 of 5 agencies have signed (DE-BKA, FR-PN); 4 are needed.');
    expect(readFileSync(file('admission'), 'utf8')).to.equal(before);

    await approvedBy('admission', ['ES-GC', 'NL-POL']);
    const unproven = await send('admission');
    expect(unproven.code).to.equal(1);
    expect(unproven.errors).to.include('The new key itself has not signed');

    // Whoever is to be admitted has no token.
    const own = await unbroken(
      undefined,
      ['members', 'approve', file('admission'), '--authority', file('lka'), '--url', (await gateway()).url],
      { environment },
    );
    expect(own.code, own.errors).to.equal(0);
    expect(own.errors).to.include('Admits DE-LKA').and.to.include('by participant 1');
    expect(await progress('admission')).to.deep.include({
      signed: ['DE-BKA', 'FR-PN', 'NL-POL', 'ES-GC'],
      newKeySigned: true,
    });

    // Only where it was signed first.
    expect((await send('admission', 'claire')).errors).to.include('with a token of DE-BKA');
    const sent = await send('admission');
    expect(sent.code, sent.errors).to.equal(0);
    expect(sent.output).to.include('admit  final');
    expect(await statusOf('DE-LKA')).to.include({ number: 9, status: 'active' });
    expect((await approve('admission', 'DE-ZOLL')).errors).to.include('on the ledger already');

    const evidence = await collected('anna', 'MEMBERS-1');
    const released = await json<Stated>('anna', ['release', evidence, '--to', 'DE-LKA', '--wait']);
    expect(released.statements[0]).to.include({ act: 'release', progress: 'final' });
  });

  it('suspends a member and reinstates it; of six agencies five have to sign', async () => {
    await propose('void', ['suspend', 'NL-NFI']);
    await propose('suspension', ['suspend', 'DE-LKA']);
    await approvedBy('suspension', ['DE-ZOLL', 'FR-PN', 'NL-POL']);
    expect(await progress('suspension')).to.deep.include({ agencies: 6, needed: 5 });
    expect((await send('suspension')).code).to.equal(1);
    const seen = await approve('suspension', 'ES-GC');
    expect(seen.errors)
      .to.include('Suspends DE-LKA')
      .and.to.match(/number +9/)
      .and.to.match(/now +active/);
    expect((await send('suspension')).code).to.equal(0);
    expect(await statusOf('DE-LKA')).to.include({ status: 'suspended' });
    const evidence = await collected('anna', 'MEMBERS-2');
    expect((await unbroken('anna', ['release', evidence, '--to', 'DE-LKA'])).errors).to.include('RECIPIENT');

    await propose('reinstatement', ['reinstate', 'DE-LKA'], 'FR-PN');
    await approvedBy('reinstatement', ['DE-BKA', 'NL-POL', 'ES-GC']);
    expect((await send('reinstatement', 'claire')).code).to.equal(0);
    expect(await statusOf('DE-LKA')).to.include({ status: 'active' });

    // What was signed before another change was included.
    const stale = await approve('void', 'ES-GC');
    expect(stale.code).to.equal(1);
    expect(stale.errors).to.include('made anew');
  });

  it('signs nothing that was changed, or was signed by the agency before', async () => {
    await propose('honest', ['suspend', 'NL-NFI']);
    await approvedBy('honest', ['FR-PN']);
    const honest = read('honest');
    const [{ statement, list }] = honest.statements;
    const changed: [string, object, RegExp][] = [
      ['its list', { statements: [{ statement, list: [wordOf(1)] }] }, /no statement for the agencies/],
      ['its time', { statements: [{ statement: { ...statement, time: 1 }, list }] }, /first signature does not fit/],
      ['its subject', { statements: [{ statement: { ...statement, subject: wordOf(1) }, list }] }, /no statement/],
      ['a label beside it', { says: 'Admits FR-DGDDI' }, /no statement for the agencies/],
      [
        'an endorsement',
        { endorsements: [{ ...honest.endorsements[0], signature: `0x${'11'.repeat(65)}` }] },
        /does not fit/,
      ],
    ];
    for (const [what, change, says] of changed) {
      const text = JSON.stringify({ ...honest, ...change });
      writeFileSync(file('changed'), text);
      const { code, errors } = await approve('changed', 'ES-GC');
      expect(errors, what).to.match(says);
      expect(code, what).to.be.oneOf([1, 2]);
      expect(readFileSync(file('changed'), 'utf8'), what).to.equal(text);
    }

    for (const code of ['DE-BKA', 'FR-PN'] as const) {
      const twice = await approve('honest', code);
      expect(twice.code).to.equal(2);
      expect(twice.errors).to.include(`${code} has signed already`);
    }
    expect(read('honest')).to.deep.equal(honest);
  });

  it('counts no key but an authority key of an agency', async () => {
    const { authorityKeys } = await gateway();
    const input = authorityKeys['NL-NFI']!;
    await json('nadia', ['keys', 'import', '--out', file('laboratory')], { environment, input });
    await propose('counted', ['suspend', 'DE-KURIER']);
    const before = readFileSync(file('counted'), 'utf8');
    for (const key of ['laboratory', 'officer']) {
      const parameters = ['members', 'approve', file('counted'), '--authority', file(key)];
      const { code, errors } = await unbroken('nadia', parameters, { environment });
      expect(code, errors).to.equal(1);
      expect(readFileSync(file('counted'), 'utf8')).to.equal(before);
    }
  });

  it('ends with 2 and says what to do where a change can’t be', async () => {
    writeFileSync(file('no-key'), '{}');
    const flags = signing('never', 'DE-BKA');
    const member = ['--jurisdiction', 'DE', '--key', file('lka.public'), ...flags];
    const wrong: [string[], RegExp][] = [
      [['admit', 'DE-BKA', '--kind', 'agency', ...member], /participant DE-BKA already/],
      [['admit', 'DE-LAB', '--kind', 'laboratory', ...member], /--sponsor/],
      [['admit', 'DE-NEW', '--kind', 'agency', '--sponsor', 'DE-BKA', ...member], /has no sponsor/],
      [['admit', 'DE-NEW', '--kind', 'agency', ...member], /enrolled before, by DE-LKA/],
      [['admit', 'DE-NEW', '--kind', 'ministry', ...member], /agency, court/],
      [
        ['admit', 'DE-NEW', '--kind', 'agency', '--jurisdiction', 'de', '--key', file('officer.public'), ...flags],
        /alpha-2/,
      ],
      [['enrol', 'ES-GC', '--key', file('no-key'), ...flags], /keys show KEY --json/],
      [['suspend', 'NOBODY', ...flags], /unbroken participants/],
      [['reinstate', 'ES-GC', ...flags], /active already/],
      [['suspend', 'ES-GC', ...signing('no-key', 'DE-BKA')], /left alone/],
      [['send', file('no-key')], /no statement for the agencies/],
      [['show', '/nowhere/at/all'], /no such file/],
    ];
    await Promise.all(
      wrong.map(async ([parameters, says]) => {
        const { code, errors } = await unbroken('anna', ['members', ...parameters], { environment });
        expect(errors).to.match(says);
        expect(code, parameters.join(' ')).to.equal(2);
      }),
    );
  });

  it('gathers signatures for a retirement in the same way', async () => {
    const heritage = wordOf(17);
    const retire = (code: Agency, parameters: readonly string[] = ['--authority', authority(code)]) =>
      unbroken(OFFICERS[code], ['retire', heritage, '--file', file('retirement'), ...parameters], { environment });
    expect((await retire('DE-BKA')).output).to.include('1 of 6 agencies has signed (DE-BKA); 5 are needed.');
    expect((await retire('ES-GC')).output).to.include('2 of 6 agencies have signed (DE-BKA, ES-GC)');
    const twice = await retire('ES-GC');
    expect(twice.code).to.equal(2);
    expect(twice.errors).to.include('ES-GC has signed already');
    const early = await retire('DE-BKA', ['--send']);
    expect(early.code).to.equal(1);
    expect(early.errors).to.include('Nothing was sent');
    const other = ['retire', ZERO, '--file', file('retirement'), '--send'];
    expect((await unbroken('anna', other)).code).to.equal(2);
    expect((await approve('retirement', 'FR-PN')).errors).to.include('changes no membership');
  });
});
