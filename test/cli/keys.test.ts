import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { checkPrepared, type Expected } from '../../cli/stating/check-prepared.ts';
import { ZERO, type Hex } from '../../protocol/bytes.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf, newStatement } from '../../protocol/statement.ts';
import { openStore } from '../../server/store/store.ts';
import { newToken } from '../../server/http/token.ts';
import { gateway, json, unbroken, workFolder, type Stated } from './support/command.ts';

const environment = { UNBROKEN_PASSPHRASE: 'correct horse battery staple' };

describe('command line: keys and tokens', function () {
  // Passphrases cost half a second each, on purpose; more where the machine is busy.
  this.timeout(180_000);
  before(async function () {
    this.timeout(200_000);
    await gateway();
  });

  it("states with an officer's own key, which only an authority enrols", async () => {
    const { authorityKeys } = await gateway();
    const file = (name: string): string => path.join(workFolder(), `${name}.json`);
    await json('anna', ['keys', 'import', '--out', file('authority')], {
      environment,
      input: authorityKeys['DE-BKA']!,
    });
    expect(readFileSync(file('authority'), 'utf8')).to.not.include(authorityKeys['DE-BKA']!.slice(2));

    for (const scheme of ['secp256k1', 'p256']) {
      const own = { environment: { ...environment, UNBROKEN_KEY: file(scheme) } };
      await json('anna', ['keys', 'generate', '--scheme', scheme, '--out', file(scheme)], { environment });
      expect(statSync(file(scheme)).mode & 0o777).to.equal(0o600);
      const words = await json<{ list: string[] }>('anna', ['keys', 'enrol', file(scheme)]);
      expect(words.list).to.have.length(7);
      await json('anna', ['keys', 'enrol', file(scheme), '--authority', file('authority'), '--wait'], { environment });
      const { statements } = await json<Stated>(
        'anna',
        ['collect', 'seized', '--exhibit', `K-${scheme}`, '--wait'],
        own,
      );
      expect(statements[0]).to.include({ signedBy: 'officer', progress: 'final' });
      const released = await json<Stated>(
        'anna',
        ['release', statements[0]!.subject, '--to', 'DE-ZOLL', '--wait'],
        own,
      );
      expect(released.statements[0]).to.include({ signedBy: 'officer', progress: 'final' });
    }
  });

  it('signs with no key that is not enrolled, and with none whose passphrase is wrong', async () => {
    const file = path.join(workFolder(), 'stranger.json');
    await json('anna', ['keys', 'generate', '--out', file], { environment });
    const stranger = await unbroken('anna', ['collect', 'seized', '--key-file', file], { environment });
    expect(stranger.code).to.equal(1);
    const wrong = { environment: { UNBROKEN_KEY: file, UNBROKEN_PASSPHRASE: 'something else' } };
    expect((await unbroken('anna', ['collect', 'seized'], wrong)).code).to.equal(1);
  });

  it('notices a key file that was changed', async () => {
    const file = path.join(workFolder(), 'changed-key.json');
    await json('anna', ['keys', 'generate', '--out', file], { environment });
    const key = JSON.parse(readFileSync(file, 'utf8')) as { x: string };
    writeFileSync(file, JSON.stringify({ ...key, x: `0x${'1'.repeat(64)}` }));
    const { code } = await unbroken('anna', ['collect', 'seized', '--key-file', file], { environment });
    expect(code).to.equal(1);
  });

  it('signs nothing but what was asked for', () => {
    const request = { act: 'record', code: 'stored', subject: word('0000000101') };
    const asked = newStatement({
      subject: request.subject,
      previous: word('ff'),
      act: 8,
      code: 2,
      participant: 1,
      key: word('aa'),
      time: 1000,
      expires: 2000,
    });
    const expected: Expected = {
      key: word('aa'),
      foundingHash: word('bb'),
      requests: [request],
      participant: 1,
      numberOf: () => 2,
      now: 1000,
    };
    const prepared = (change: object) => {
      const statement = { ...asked, ...change };
      const digest = digestOf(statement);
      return { key: word('aa'), hash: sheetHash([digest], word('bb')), statements: [{ digest, statement, list: [] }] };
    };
    expect(checkPrepared(prepared({}), expected)).to.equal(prepared({}).hash);
    const changes = [
      { act: 10, code: 2 },
      { code: 1 },
      { subject: word('0000000102') },
      { participant: 2 },
      { key: word('ab') },
      { recipient: 2 },
      { recipientKey: word('01') },
      { agreement: word('01') },
      { request: word('01') },
      { reference: word('01') },
      { purpose: 1 },
      { restrictions: 1 },
      { record: word('01') },
      { time: 9000, expires: 9001 },
      { expires: 1000 + 31 * 24 * 3600 },
    ];
    for (const change of changes)
      expect(() => checkPrepared(prepared(change), expected), JSON.stringify(change)).to.throw('differs');
    expect(() => checkPrepared({ ...prepared({}), hash: ZERO }, expected)).to.throw('hash of the sheet');
    expect(() => checkPrepared({ ...prepared({}), statements: [] }, expected)).to.throw('number of statements');
  });

  it('makes, lists and revokes tokens for an operator only', async () => {
    const operator = await operatorToken();
    expect((await unbroken('anna', ['tokens', 'list'])).code).to.equal(1);
    const made = await json<{ id: string; token: string }>(operator, [
      'tokens',
      'create',
      'otto',
      '--role',
      'officer',
      '--participant',
      'ES-GC',
    ]);
    const { items } = await json<{ items: { id: string; name: string; token?: string }[] }>(operator, [
      'tokens',
      'list',
    ]);
    expect(items.find(({ id }) => id === made.id))
      .to.include({ name: 'otto' })
      .and.to.not.have.property('token');
    await json(made.token, ['collect', 'seized', '--exhibit', 'TOKEN-1']);
    await json(operator, ['tokens', 'revoke', made.id]);
    await json(operator, ['tokens', 'revoke', made.id]);
    // A gateway remembers a token for two seconds.
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    expect((await unbroken(made.token, ['participants'])).code).to.equal(1);
    expect((await unbroken(operator, ['tokens', 'revoke', '0'])).code).to.equal(1);
    expect(
      (await unbroken(operator, ['tokens', 'create', 'x', '--role', 'officer', '--participant', 'NOBODY'])).code,
    ).to.equal(2);
  });
});

function word(start: string): Hex {
  return `0x${start.padEnd(64, '0')}`;
}

/** The demonstration has no operator: one is put into the gateway's own store. */
async function operatorToken(): Promise<string> {
  const { dataDirectory } = await gateway();
  const { masterKey } = JSON.parse(readFileSync(path.join(dataDirectory, 'secrets.json'), 'utf8')) as {
    masterKey: string;
  };
  const store = await openStore({
    database: path.join(dataDirectory, 'unbroken.sqlite'),
    masterKey: Buffer.from(masterKey.slice(2), 'hex'),
  });
  const { id, token, hash } = newToken();
  await store.tokens.create({ id, hash, name: 'operator', role: 'operator', participant: 1, createdAt: 0 });
  await store.close();
  return token;
}
