import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { ZERO } from '../../protocol/bytes.ts';
import { policyHash } from '../../protocol/field-policy.ts';
import { collected, gateway, json, unbroken, workFolder, type Stated } from './support/command.ts';

const environment = { UNBROKEN_PASSPHRASE: 'correct horse battery staple' };
const POLICY = { version: 1, permit: [{ schema: '*', labels: ['exhibit', 'file.*'] }] } as const;
const UNTIL = new Date(Date.now() + 24 * 3600_000).toISOString();

describe('command line: agreements, requests, consents', function () {
  this.timeout(120_000);
  before(async function () {
    this.timeout(200_000);
    await gateway();
  });

  const file = (name: string): string => path.join(workFolder(), name);
  async function authority(user: string, code: string): Promise<string> {
    const out = file(`authority-${code}.json`);
    const { authorityKeys } = await gateway();
    await json(user, ['keys', 'import', '--out', out], { environment, input: authorityKeys[code]! });
    return out;
  }
  const subjectOf = async (user: string, parameters: readonly string[]): Promise<string> =>
    (await json<Stated>(user, [...parameters, '--wait'], { environment })).statements[0]!.subject;

  it('from an agreement that two sign to a request that is answered with consent', async () => {
    const [germany, spain] = await Promise.all([authority('anna', 'DE-BKA'), authority('lucia', 'ES-GC')]);
    writeFileSync(file('memorandum.txt'), 'What was agreed.\n');
    writeFileSync(file('fields.json'), JSON.stringify(POLICY));
    const agreement = await subjectOf('anna', [
      ...['agreement', 'propose', '--text', file('memorandum.txt'), '--policy', file('fields.json')],
      ...['--party', 'DE:DE-BKA', '--party', 'ES-GC', '--purpose', 'investigate,court', '--restriction', 'H1'],
      ...['--onward', 'consent', '--until', UNTIL, '--key-file', germany],
    ]);
    const proposed = await unbroken('auditor', ['agreement', 'show', agreement]);
    expect(proposed.output).to.include('not signed by all').and.to.include('DE, through DE-BKA; ES-GC');
    expect(proposed.output).to.include('of *: exhibit, file.*').and.to.include('with the consent of every origin');

    await subjectOf('lucia', ['agreement', 'sign', agreement, '--key-file', spain]);
    const details = await json<Record<string, unknown>>('lucia', ['agreement', 'show', agreement]);
    expect(details).to.deep.include({
      ...{ state: 'concluded', inForce: true, courtPermission: false, policy: POLICY },
      fieldPolicy: policyHash(POLICY),
      text: `0x${createHash('sha256').update('What was agreed.\n').digest('hex')}`,
    });
    expect((await unbroken('anna', ['agreements'])).output).to.include('in force');

    const request = await subjectOf('lucia', [
      ...['request', 'european-investigation-order', '--to', 'DE-BKA', '--purpose', 'court'],
      ...['--reference', 'EIO-17/2026', '--asks', 'Phone KT-17/1'],
    ]);
    const open = await json<{ items: { subject: string }[] }>('anna', [
      'requests',
      '--to',
      'DE-BKA',
      '--state',
      'open',
    ]);
    expect(open.items.map(({ subject }) => subject)).to.include(request);
    await subjectOf('anna', ['answer', request, 'granted']);

    const evidence = await collected('anna', 'AGR-1', ['H1']);
    const consent = await subjectOf('anna', ['consent', evidence, '--to', 'ES-GC', '--purpose', 'court']);
    const release = ['release', evidence, '--to', 'ES-GC', '--agreement', agreement, '--purpose', 'court'];
    await subjectOf('anna', [...release, '--answers', request, '--consent', consent]);
    await subjectOf('lucia', ['accept', evidence]);
    const consents = await json<{ items: { subject: string; state: string }[] }>('judge', ['consents', evidence]);
    expect(consents.items).to.have.length(1);
    expect(consents.items[0]).to.include({ subject: consent, state: 'used' });

    const told = await unbroken('lucia', ['requests', request]);
    expect(told.output).to.include('granted').and.to.include(evidence).and.to.include('to be executed by');
    expect((await unbroken('anna', ['trail', evidence])).output).to.include(`answers ${request.slice(0, 10)}`);

    // Handed over while the agreement held, stated when it has ended.
    const late = await collected('anna', 'AGR-3');
    const { concludedAt } = await json<{ concludedAt: string }>('anna', ['agreement', 'show', agreement]);
    await subjectOf('lucia', ['agreement', 'end', agreement, '--key-file', spain]);
    const over = await unbroken('lucia', [
      'release',
      evidence,
      '--to',
      'DE-BKA',
      '--agreement',
      agreement,
      '--purpose',
      'court',
    ]);
    expect(over.code).to.equal(1);
    expect(over.errors).to.include('AGREEMENT_OVER');

    const out = file('late.json');
    const lateRelease = ['late', 'release', late, '--to', 'ES-GC', '--agreement', agreement, '--time', concludedAt];
    await json('anna', [...lateRelease, '--purpose', 'court', '--out', out]);
    const { statements } = await json<Stated>(
      'lucia',
      ['late', 'accept', out, 'with-reservation', '--note', 'Bag torn', '--wait'],
      { environment },
    );
    expect(statements.map(({ act, progress }) => [act, progress])).to.deep.equal([
      ['release', 'final'],
      ['accept', 'final'],
    ]);
    expect((await unbroken('auditor', ['show', late])).output).to.include('a late declaration stands on it');
    expect((await unbroken('anna', [...lateRelease, '--purpose', 'court', '--out', out])).code).to.equal(2);
  });

  it('withdraws requests and consents, and signs a request with an own key', async () => {
    const spain = file('authority-ES-GC.json');
    const ask = ['request', 'e-evidence-production', '--to', 'DE-BKA', '--urgent', '--key-file', spain];
    const request = await subjectOf('lucia', ask);
    await subjectOf('lucia', ['withdraw', 'request', request]);
    const shown = await json<{ state: string }>('lucia', ['requests', request]);
    expect(shown.state).to.equal('withdrawn');
    const evidence = await collected('anna', 'AGR-2');
    const consent = await subjectOf('anna', ['consent', evidence, '--to', 'NL-POL', '--purpose', 'court']);
    await subjectOf('anna', ['withdraw', 'consent', consent]);
    const { items } = await json<{ items: { state: string }[] }>('anna', ['consents', evidence]);
    expect(items.map(({ state }) => state)).to.deep.equal(['withdrawn']);
  });

  it('revokes a key, which then signs no more', async () => {
    const own = file('revoked.json');
    const germany = file('authority-DE-BKA.json');
    await json('anna', ['keys', 'generate', '--out', own], { environment });
    await json('anna', ['keys', 'enrol', own, '--authority', germany, '--wait'], { environment });
    await json('anna', ['keys', 'revoke', own, '--authority', germany, '--wait'], { environment });
    const refused = await unbroken('anna', ['collect', 'seized', '--key-file', own], { environment });
    expect(refused.code).to.equal(1);
    expect(refused.errors).to.include('revoked');
  });

  it('ends with 2 for what is no agreement, request or consent', async () => {
    writeFileSync(file('no-policy.json'), '{"version":2}');
    writeFileSync(file('text.txt'), 'text');
    const propose = ['agreement', 'propose', '--text', file('text.txt'), '--until', UNTIL];
    const two = ['--party', 'DE:DE-BKA', '--party', 'ES-GC'];
    const wrong: [string[], RegExp][] = [
      [[...propose, ...two], /--purpose/],
      [[...propose, '--purpose', 'court', '--party', 'DE-BKA'], /two --party/],
      [[...propose, '--purpose', 'court', '--party', 'germany'], /DE:DE-BKA/],
      [[...propose, '--purpose', 'court', ...two, '--policy', file('no-policy.json')], /not a field policy/],
      [['request', 'please', '--to', 'DE-BKA'], /european-investigation-order/],
      [['answer', ZERO, 'perhaps'], /granted/],
      [['withdraw', 'evidence', ZERO], /withdraw request/],
      [['late', 'accept', file('no-policy.json')], /no late release/],
    ];
    await Promise.all(
      wrong.map(async ([parameters, says]) => {
        const { code, errors } = await unbroken('anna', parameters);
        expect(errors).to.match(says);
        expect(code, parameters.join(' ')).to.equal(2);
      }),
    );
  });
});
