import { randomBytes, randomUUID } from 'node:crypto';

import { expect } from 'chai';
import { before } from 'mocha';

import { bytesToHex, type Hex } from '../../../protocol/bytes.ts';
import type { KeyState } from '../../../protocol/ledger.ts';
import { keyWords } from '../../../protocol/lists.ts';
import { POWER, SCHEME, type Scheme } from '../../../protocol/names.ts';
import { verifyReceipt, type Receipt } from '../../../protocol/receipt.ts';
import { signedBody, signer, useGateway, word, type Accepted, type Answers, type Signer } from './support/client.ts';

/** What a key says over the API, as verifying a receipt takes it. */
function keyState(key: Answers['keys']['items'][number]): KeyState {
  const powers = key.powers.reduce((bits, power) => bits | POWER[power as keyof typeof POWER], 0);
  return {
    id: key.id,
    number: key.number,
    participant: key.participant.number,
    scheme: SCHEME[key.scheme as Scheme],
    x: key.x,
    y: key.y,
    powers,
    acts: ENTIRE_MASK,
    from: 0,
    until: 2 ** 40 - 1,
    revokedAt: 0,
    marks: 0,
  };
}

/** Bit n: may sign act n; all of them. */
const ENTIRE_MASK = 2 ** 25 - 2;
const collecting = { act: 'collect', code: 'seized' } as const;

describe('stating over HTTP', function () {
  this.timeout(60_000);
  const api = useGateway();

  describe('a receipt', () => {
    let founding: Hex;
    let key: KeyState;
    let receipt: Receipt;

    before(async () => {
      founding = ((await api.good(undefined, '/v1/ledger')) as { foundingHash: Hex }).foundingHash;
      const { status, headers, body } = await api.send('anna', '/v1/statements', { json: collecting });
      const accepted = body as Accepted;
      expect(status).to.equal(202);
      expect(headers.get('location')).to.equal(`/v1/statements/${accepted.digest}`);
      expect(accepted).to.include({ act: 'collect', progress: 'accepted', signedBy: 'service' });
      expect(accepted.receipt.digest).to.equal(accepted.digest);
      receipt = accepted.receipt;
      const { items } = await api.read('keys', 'claire', '/v1/participants/1/keys');
      key = keyState(items.find(({ id }) => id === receipt.key)!);
    });

    it('verifies with the key that the participant enrolled for receipts', () => {
      expect(verifyReceipt(receipt, key, founding)).to.be.true;
    });

    it('verifies for nothing else', () => {
      expect(verifyReceipt({ ...receipt, digest: word('ab') }, key, founding)).to.be.false;
      expect(verifyReceipt({ ...receipt, time: receipt.time + 1 }, key, founding)).to.be.false;
      expect(verifyReceipt(receipt, key, word('cd'))).to.be.false;
    });

    it('is kept: the statement becomes final', async () => {
      const statement = await api.final('anna', receipt.digest);
      expect(statement).to.include({ act: 'collect', code: 'seized', signedBy: 'service' });
      expect(statement).to.include.keys('block', 'transaction', 'includedAt', 'delaySeconds');
    });
  });

  describe('an Idempotency-Key', () => {
    const post = (key: string, json: unknown, where = '/v1/statements') =>
      api.send('anna', where, { json, headers: { 'Idempotency-Key': key } });

    it('brings the same answer again, whatever the order of the fields', async () => {
      const key = randomUUID();
      const first = await post(key, { act: 'collect', code: 'seized' });
      const again = await post(key, { code: 'seized', act: 'collect' });
      expect(again.status).to.equal(202);
      expect((again.body as Accepted).digest).to.equal((first.body as Accepted).digest);
      expect((again.body as Accepted).receipt).to.deep.equal((first.body as Accepted).receipt);
    });

    it('is refused for another request', async () => {
      const key = randomUUID();
      await post(key, collecting);
      for (const other of [
        await post(key, { act: 'collect', code: 'produced' }),
        await post(key, { statements: [collecting] }, '/v1/sheets'),
      ]) {
        expect(other.status).to.equal(422);
        expect(other.body).to.include({ code: 'IDEMPOTENCY_CONFLICT' });
      }
    });

    it('does the work once for requests at the same moment', async () => {
      const key = randomUUID();
      const heard = await Promise.all(Array.from({ length: 8 }, () => post(key, collecting)));
      const taken = heard.filter(({ status }) => status === 202);
      expect(new Set(taken.map(({ body }) => (body as Accepted).digest)).size).to.equal(1);
      for (const each of heard) if (each.status !== 202) expect(each.body).to.include({ code: 'IDEMPOTENCY_CONFLICT' });
      expect((await post(key, collecting)).body).to.include({ digest: (taken[0]!.body as Accepted).digest });
    });

    it('belongs to the participant that chose it', async () => {
      const key = randomUUID();
      const hers = await post(key, collecting);
      const his = await api.send('dieter', '/v1/statements', { json: collecting, headers: { 'Idempotency-Key': key } });
      expect(his.status).to.equal(202);
      expect((his.body as Accepted).digest).not.to.equal((hers.body as Accepted).digest);
    });

    it('has 1 to 255 visible characters', async () => {
      expect((await post('with space', collecting)).body).to.include({ code: 'INVALID' });
      expect((await post('x'.repeat(256), collecting)).body).to.include({ code: 'INVALID' });
      expect((await post('x'.repeat(255), collecting)).status).to.be.oneOf([202, 422]);
    });
  });

  describe('an officer’s own key', () => {
    let own: Signer;

    before(async () => {
      const authority = api.authority('DE-BKA');
      own = signer(bytesToHex(randomBytes(32)));
      const list = keyWords({ ...own.publicKey, powers: POWER.custody, acts: ENTIRE_MASK, from: 0, until: 2 ** 39 });
      const enrolled = await api.stateSigned('anna', authority, { act: 'enrol', list }, own);
      await api.final('anna', enrolled.digest);
    });

    it('signs what was prepared, and is shown as the officer’s', async () => {
      const accepted = await api.stateSigned('anna', own, {
        ...collecting,
        record: { fields: [{ label: 'exhibit', value: 'own-1' }] },
      });
      expect(accepted.signedBy).to.equal('officer');
      const statement = await api.final('anna', accepted.digest);
      expect(statement).to.include({ signedBy: 'officer', key: own.key });
      expect(statement.record).to.deep.include({ fields: [{ label: 'exhibit', value: 'own-1' }] });
    });

    it('stores nothing by preparing', async () => {
      const prepared = await api.prepare('anna', own.key, [collecting]);
      const problem = await api.refused('anna', `/v1/statements/${prepared.statements[0]!.digest}`);
      expect(problem.code).to.equal('NOT_FOUND');
    });

    it('is refused with a signature that proves nothing', async () => {
      const prepared = await api.prepare('anna', own.key, [collecting]);
      const stranger = signer(bytesToHex(randomBytes(32)));
      const body = { ...signedBody(prepared, own), signature: stranger.sign(prepared.hash) };
      expect((await api.notState('anna', body)).code).to.equal('UNSIGNED');
      expect((await api.notState('anna', { ...signedBody(prepared, own), key: stranger.key })).code).to.equal(
        'UNSIGNED',
      );
    });

    it('is refused for what was changed after it signed', async () => {
      const body = signedBody(await api.prepare('anna', own.key, [collecting]), own);
      const [first] = body.statements;
      const changed = { ...body, statements: [{ ...first!, statement: { ...first!.statement, code: 2 } }] };
      expect((await api.notState('anna', changed)).code).to.equal('UNSIGNED');
    });

    it('may not speak for another participant', async () => {
      const body = signedBody(await api.prepare('anna', own.key, [collecting]), own);
      const problem = await api.notState('dieter', body);
      expect(problem.code).to.be.oneOf(['NOT_ALLOWED', 'REJECTED', 'UNSIGNED']);
    });

    it('is refused without the power that the act takes', async () => {
      const another = signer(bytesToHex(randomBytes(32)));
      const list = keyWords({
        ...another.publicKey,
        powers: POWER.custody,
        acts: ENTIRE_MASK,
        from: 0,
        until: 2 ** 39,
      });
      const prepared = await api.prepare('anna', own.key, [{ act: 'enrol', list }]);
      const problem = await api.notState('anna', signedBody(prepared, own, [another]));
      expect(problem).to.include({ code: 'REJECTED', reason: 'KEY_POWER' });
    });
  });

  describe('a sheet', () => {
    it('is taken as one', async () => {
      const statements = await api.sheet('anna', [collecting, collecting, { act: 'collect', code: 'captured' }]);
      expect(new Set(statements.map(({ subject }) => subject)).size).to.equal(3);
      expect(new Set(statements.map(({ sheet }) => sheet)).size).to.equal(1);
    });

    it('falls as one, and says which of its statements was wrong', async () => {
      const { subject } = await api.collect('anna');
      const problem = await api.refused('anna', '/v1/sheets', {
        json: {
          statements: [
            { act: 'record', code: 'stored', subject },
            { act: 'release', subject, recipient: 'FR-PN' },
            { act: 'record', code: 'sealed', subject },
          ],
        },
      });
      expect(problem).to.include({ code: 'REJECTED', reason: 'NO_BASIS', statement: 1 });
      expect((await api.read('evidence', 'anna', `/v1/evidence/${subject}`)).projected.count).to.equal(1);
    });

    it('has 1 to 256 statements', async () => {
      for (const length of [0, 257]) {
        const statements = Array.from({ length }, () => collecting);
        const problem = await api.refused('anna', '/v1/sheets', { json: { statements } });
        expect(problem.code).to.equal('INVALID');
      }
      expect(
        await api.sheet(
          'anna',
          Array.from({ length: 256 }, () => collecting),
        ),
      ).to.have.length(256);
    });
  });
});
