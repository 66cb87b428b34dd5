import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Command } from 'commander';
import { buildProgram } from '../../cli/program.ts';
import { gateway, json, unbroken, workFolder } from './support/command.ts';

const SNAPSHOT = path.join(import.meta.dirname, 'help.txt');

describe('command line: usage', function () {
  before(async function () {
    this.timeout(200_000);
    await gateway();
  });

  it('hashes files offline', async () => {
    const file = path.join(workFolder(), 'hashed.txt');
    writeFileSync(file, 'evidence\n');
    const { code, output } = await unbroken(undefined, ['hash', file, '--json']);
    expect(code).to.equal(0);
    const digest = (name: string): string => `0x${createHash(name).update('evidence\n').digest('hex')}`;
    expect(JSON.parse(output)).to.deep.equal({
      files: [{ file, size: 9, sha256: digest('sha256'), sha3_256: digest('sha3-256') }],
    });
  });

  it('ends with 2 for wrong usage, and says what to do', async () => {
    const wrong: [string[], RegExp][] = [
      [['frobnicate'], /unknown command/],
      [['collect'], /missing required argument/],
      [['collect', 'stolen'], /seized, produced/],
      [['trail', '0x12'], /64 hexadecimal digits/],
      [['release', `0x${'1'.repeat(64)}`], /--to/],
      [['collect', 'seized', '--field', 'nolabel'], /label=value/],
      [['collect', 'seized', '--time', 'yesterday'], /with its zone/],
      [['hash', '/nowhere/at/all'], /no such file/],
      [['participants', '--url', 'ftp://x'], /address of a gateway/],
    ];
    await Promise.all(
      wrong.map(async ([parameters, says]) => {
        const { code, errors, output } = await unbroken('anna', parameters);
        expect(errors).to.match(says);
        expect(code, parameters.join(' ')).to.equal(2);
        expect(output).to.equal('');
      }),
    );
  });

  it('ends with 3 where no gateway answers', async () => {
    const { code, errors, output } = await unbroken(undefined, ['participants', '--token', 'unb_x', '--json']);
    expect(code).to.equal(3);
    expect(errors).to.include('reached');
    expect(JSON.parse(output)).to.have.nested.property('error.code', 'unreachable');
  });

  it('ends with 1 for a token that is not known, 2 for none', async () => {
    const unknown = `unb_${'0'.repeat(12)}_${'A'.repeat(43)}`;
    expect((await unbroken(unknown, ['participants'])).code).to.equal(1);
    expect((await unbroken('', ['participants'])).code).to.equal(2);
  });

  it('lists participants and agreements', async () => {
    const { items } = await json<{ items: { code: string }[] }>('auditor', ['participants']);
    expect(items.map(({ code }) => code)).to.include('FR-TJ-PARIS');
    expect((await unbroken('anna', ['agreements'])).output).to.include('purposes investigate');
  });

  it('says the same help as the snapshot (UPDATE_SNAPSHOTS=1 writes it anew)', () => {
    const help = helpOf(buildProgram()).join('\n');
    if (process.env['UPDATE_SNAPSHOTS'] === '1') writeFileSync(SNAPSHOT, help);
    expect(help).to.equal(readFileSync(SNAPSHOT, 'utf8'));
  });
});

function helpOf(command: Command): string[] {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return [`=== ${command.name()}`, text, ...command.commands.flatMap((each) => helpOf(each))];
}
