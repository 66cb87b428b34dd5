import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { hexToBytes } from '../../protocol/bytes.ts';
import type { Bundle } from '../../protocol/bundle/form.ts';
import type { BundleVerification } from '../../protocol/bundle/verify.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import { timestampRequest, tokenOfResponse } from '../../protocol/proof/timestamp.ts';
import { openAuthority } from '../protocol/support/authority.ts';
import { sharedGateway } from '../support/shared-gateway.ts';
import { gateway, json, unbroken, workFolder, type Ended, type Stated } from './support/command.ts';

describe('command line: bundles', function () {
  this.timeout(60_000);
  const file = (name: string): string => path.join(workFolder(), name);
  let evidence: string;
  let ledger: string;

  before(async function () {
    this.timeout(200_000);
    ledger = path.join((await gateway()).dataDirectory, 'ledger.json');
    writeFileSync(file('image.dd'), Buffer.alloc(3_000_000, 7));
    writeFileSync(file('other.dd'), Buffer.alloc(3_000_000, 8));
    const words = [
      'collect',
      'seized',
      '--exhibit',
      'B-1',
      '--description',
      'Phone, black',
      '--file',
      file('image.dd'),
    ];
    evidence = (await json<Stated>('anna', [...words, '--wait'])).statements[0]!.subject;
    await json('anna', ['bundle', evidence, '--out', file('all.json')]);
    await json('anna', ['bundle', '--exhibit', 'B-1', '--show', 'file.*', '--out', file('few.json')]);
  });

  /** Nobody's: no token, and no gateway that answers. */
  const verify = async (bundle: string, ...more: readonly string[]): Promise<Ended> =>
    unbroken(undefined, ['verify', file(bundle), ...more]);
  const found = async (bundle: string, ...more: readonly string[]): Promise<BundleVerification> =>
    JSON.parse((await verify(bundle, ...more, '--json')).output) as BundleVerification;
  const failedIn = ({ checks }: BundleVerification): string[] =>
    checks.filter(({ result }) => result === 'failed').map(({ name }) => name);

  it('are verified offline, and name their files', async () => {
    const { code, output } = await verify('all.json', '--ledger', ledger, '--file', file('image.dd'));
    expect(output).to.match(/^VERIFIED\./);
    expect(output).to.include('✓ files: 1 file given, each one that a record names by its digest.');
    expect(output).to.include('This stands on signatures alone:');
    expect(code).to.equal(0);
    const wrong = await verify('all.json', '--ledger', ledger, '--file', file('image.dd'), '--file', file('other.dd'));
    expect(wrong.code).to.equal(1);
    expect(wrong.output).to.match(/^NOT VERIFIED\./);
  });

  it('are complete where a node that is asked has their block', async () => {
    const { chainUrl } = await sharedGateway();
    const asked = await found('all.json', '--ledger', ledger, '--rpc', chainUrl);
    expect(asked).to.include({ verdict: 'verified', trust: 'node' });
    expect(asked.completeAsOf?.number).to.be.at.least(1);
    const { output } = await verify('all.json', '--ledger', ledger, '--rpc', chainUrl);
    expect(output).to.match(/Nothing is missing up to block \d+, of \d{4}-/);
    expect((await verify('all.json', '--ledger', ledger, '--rpc', 'http://127.0.0.1:9')).code).to.equal(3);
  });

  it('have the same head whatever they show', async () => {
    const [all, few] = await Promise.all(['all.json', 'few.json'].map((name) => found(name, '--ledger', ledger)));
    expect(all!.head).to.equal(few!.head);
    expect(few!.verdict).to.equal('verified');
    expect(readFileSync(file('few.json'), 'utf8')).to.not.include('Phone, black');
  });

  it('are not verified without a ledger file, or with that of another ledger', async () => {
    const unknown = await verify('all.json');
    expect(unknown.output).to.match(/^NOT VERIFIED: nothing failed/);
    expect(unknown.code).to.equal(1);
    const own = JSON.parse(readFileSync(ledger, 'utf8')) as object;
    writeFileSync(file('other-ledger.json'), JSON.stringify({ ...own, genesisHash: `0x${'12'.repeat(32)}` }));
    expect(failedIn(await found('all.json', '--ledger', file('other-ledger.json')))).to.deep.equal(['ledger']);
  });

  it('are found out where they were changed', async () => {
    writeFileSync(file('changed.json'), readFileSync(file('all.json'), 'utf8').replace('Phone, black', 'Phone, white'));
    expect(failedIn(await found('changed.json', '--ledger', ledger))).to.deep.equal(['records']);
    expect((await verify('changed.json', '--ledger', ledger)).code).to.equal(1);
  });

  it('bear trusted time for who trusts the authority', async () => {
    const authority = openAuthority();
    try {
      const bundle = JSON.parse(readFileSync(file('all.json'), 'utf8')) as Bundle;
      const { hash } = parseHeader(hexToBytes(bundle.proof!.header));
      const nonce = randomBytes(8);
      const token = tokenOfResponse(authority.answer(timestampRequest(hash, nonce)), hash, nonce);
      writeFileSync(file('stamped.json'), JSON.stringify({ ...bundle, timestamps: [{ over: 'block', token }] }));
      const resultOf = ({ checks }: BundleVerification) => checks.find(({ name }) => name === 'trusted time')?.result;
      const trusting = ['--ledger', ledger, '--authority', authority.rootFile];
      expect(resultOf(await found('stamped.json', ...trusting))).to.equal('passed');
      expect(resultOf(await found('stamped.json', '--ledger', ledger))).to.equal('not applicable');
      writeFileSync(file('no-certificate'), 'no certificate');
      const wrong = await verify('stamped.json', '--ledger', ledger, '--authority', file('no-certificate'));
      expect(wrong.code).to.not.equal(0);
    } finally {
      authority.close();
    }
  });

  it('can’t be used where they are none', async () => {
    writeFileSync(file('none.json'), '{"version":1}');
    for (const parameters of [
      ['verify', file('none.json')],
      ['verify', '/nowhere.json'],
      ['verify', file('all.json'), '--ledger', file('all.json')],
      ['verify', file('all.json'), '--rpc', 'ftp://node'],
      ['verify', evidence, '--ledger', ledger],
      ['bundle', evidence, '--out', file('all.json')],
    ]) {
      expect((await unbroken('anna', parameters)).code, parameters.join(' ')).to.equal(2);
    }
  });
});
