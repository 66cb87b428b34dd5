import { randomBytes } from 'node:crypto';

import { expect } from 'chai';

import { bytesToHex, type Hex } from '../../../protocol/bytes.ts';
import { keyWords } from '../../../protocol/lists.ts';
import { POWER } from '../../../protocol/names.ts';
import { digestOf } from '../../../protocol/statement.ts';
import { signedBody, signer, useGateway, word } from './support/client.ts';
import type { Accepted, Signer, StatementRequest } from './support/client.ts';

const DAY = 24 * 3600;
/** Bit n: may sign act n; all of them. */
const ENTIRE_MASK = 2 ** 25 - 2;

type Side = Record<string, unknown> & {
  readonly statements: readonly { readonly statement: { readonly time: number } }[];
};

describe('late declarations over HTTP', function () {
  this.timeout(60_000);
  const api = useGateway();
  let agreement: Hex;
  /** When the agreement held. */
  let held: number;

  before(async () => {
    const now = Math.floor(Date.now() / 1000);
    const [germany, spain] = [api.authority('DE-BKA'), api.authority('ES-GC')];
    const terms: NonNullable<StatementRequest['terms']> = {
      ...{ text: word('01'), purposes: ['investigate'], from: now - DAY, until: now + DAY },
      parties: [{ participant: 'DE-BKA' }, { participant: 'ES-GC' }],
    };
    const final = async (user: string, { digest, subject }: Accepted): Promise<Hex> => {
      await api.final(user, digest);
      return subject;
    };
    agreement = await final('anna', await api.stateSigned('anna', germany, { act: 'conclude', terms }));
    const signed = await api.stateSigned('lucia', spain, { act: 'conclude', subject: agreement });
    const { includedAt } = await api.final('lucia', signed.digest);
    held = Date.parse(includedAt!) / 1000;
    // Blocks may share a second, and it has to have held for one.
    await new Promise((resolve) => setTimeout(resolve, (held + 1) * 1000 - Date.now() + 100));
    const end = { act: 'end', code: 'agreement-ended', subject: agreement } as const;
    await final('anna', await api.stateSigned('anna', germany, end));
  });

  const item = async (): Promise<Hex> => {
    const { digest, subject } = await api.collect('anna');
    await api.final('anna', digest);
    return subject;
  };
  const lateRelease = (subject: Hex, more: Partial<StatementRequest> = {}): StatementRequest => ({
    ...{ act: 'release', code: 'late', subject, recipient: 'ES-GC', agreement, purpose: ['investigate'], time: held },
    ...more,
  });
  const sign = async (user: string, request: StatementRequest): Promise<Side> =>
    (await api.good(user, '/v1/late-declarations/sign', { json: request })) as Side;
  /** A key of an officer's own. */
  const enrolled = async (user: string, code: string): Promise<Signer> => {
    const own = signer(bytesToHex(randomBytes(32)));
    const list = keyWords({ ...own.publicKey, powers: POWER.custody, acts: ENTIRE_MASK, from: 0, until: 2 ** 39 });
    const { digest: enrolment } = await api.stateSigned(user, api.authority(code), { act: 'enrol', list }, own);
    await api.final(user, enrolment);
    return own;
  };
  const digest = (side: Side): Hex => digestOf(side.statements[0]!.statement as Parameters<typeof digestOf>[0]);
  const declare = async (user: string, body: unknown, headers = {}): Promise<readonly Accepted[]> =>
    ((await api.good(user, '/v1/late-declarations', { json: body, headers })) as { statements: Accepted[] }).statements;
  const refused = (user: string, body: unknown) => api.refused(user, '/v1/late-declarations', { json: body });
  const withoutRecord = (side: Side): Side => ({
    ...side,
    statements: side.statements.map(({ statement }) => ({ statement })),
  });

  it('are taken as a pair, once, and mark the line for ever', async () => {
    const subject = await item();
    const gone = await api.notState('anna', { ...lateRelease(subject), code: 'handoff' });
    expect(gone.reason).to.equal('AGREEMENT_OVER');
    expect((await api.notState('anna', lateRelease(subject))).reason).to.equal('LATE_ALONE');

    const release = await sign('anna', lateRelease(subject));
    const acceptance = { act: 'accept', subject, code: 'with-reservation' } as const;
    const key = { 'Idempotency-Key': `late-${subject}` };
    const statements = await declare('lucia', { release, acceptance }, key);
    expect(statements.map(({ act }) => act)).to.deep.equal(['release', 'accept']);
    const again = await declare('lucia', { release, acceptance }, key);
    expect(again.map(({ receipt }) => receipt)).to.deep.equal(statements.map(({ receipt }) => receipt));
    for (const each of statements) await api.final('lucia', each.digest);
    const { included } = await api.read('evidence', 'auditor', `/v1/evidence/${subject}`);
    expect(included).to.deep.include({ state: 'held', late: true, count: 3, holder: { number: 5, code: 'ES-GC' } });
    const { items } = await api.read('trail', 'auditor', `/v1/evidence/${subject}/trail`);
    expect(items.map(({ code }) => code)).to.deep.equal(['seized', 'late', 'with-reservation']);
    expect(items[1]!.block).to.deep.equal(items[2]!.block);
    expect(items[1]!.delaySeconds).to.be.greaterThan(0);
  });

  it('are signed apart with service keys, and posted by the holder', async () => {
    const subject = await item();
    const release = await sign(
      'anna',
      lateRelease(subject, { record: { fields: [{ label: 'note', value: 'radio' }] } }),
    );
    const follows = digest(release);
    const record = { fields: [{ label: 'note', value: 'seal intact' }] };
    const acceptance = await sign('lucia', { act: 'accept', subject, follows, record });
    // Neither side is handed what the other wrote.
    expect((await refused('anna', { release, acceptance })).code).to.equal('INVALID');
    const [first, second] = await declare('anna', { release, acceptance: withoutRecord(acceptance) });
    await api.final('anna', second!.digest);
    const shown = async (user: string, of: Hex) => (await api.read('statement', user, `/v1/statements/${of}`)).record;
    expect(await shown('anna', first!.digest)).to.have.property('fields');
    expect(await shown('lucia', second!.digest)).to.equal(undefined);
  });

  it('are rejected as one where a side fails', async () => {
    const subject = await item();
    const acceptance = { act: 'accept', subject } as const;
    const early = await sign('anna', lateRelease(subject, { time: held - DAY }));
    expect((await refused('lucia', { release: early, acceptance })).reason).to.equal('AGREEMENT_UNKNOWN');

    const release = await sign('anna', lateRelease(subject));
    const stranger = await sign('joost', { ...acceptance, follows: digest(release) });
    const wrong = await refused('anna', { release, acceptance: stranger });
    expect(wrong).to.include({ reason: 'NOT_RECIPIENT', statement: 1 });
    const { projected } = await api.read('evidence', 'anna', `/v1/evidence/${subject}`);
    expect(projected).to.include({ state: 'held', late: false, count: 1 });
  });

  it('are posted by one of the sides, of statements that belong together, with signatures that prove', async () => {
    const subject = await item();
    const acceptance = { act: 'accept', subject } as const;
    const release = await sign('anna', lateRelease(subject));
    const signed = await sign('lucia', { ...acceptance, follows: digest(release) });
    expect((await refused('joost', { release, acceptance: signed })).code).to.equal('NOT_ALLOWED');
    expect((await refused('lucia', { release: signed, acceptance })).code).to.equal('INVALID');
    const another = await sign('lucia', { ...acceptance, follows: word('aa') });
    expect((await refused('anna', { release, acceptance: another })).code).to.equal('INVALID');
    const [only] = release.statements;
    const changed = { ...release, statements: [{ statement: { ...only!.statement, time: held + 1 } }] };
    expect((await refused('lucia', { release: changed, acceptance })).code).to.equal('UNSIGNED');
    const plain = await api.refused('anna', '/v1/late-declarations/sign', { json: { act: 'collect', code: 'seized' } });
    expect(plain.code).to.equal('INVALID');
    expect((await api.notState('lucia', { ...acceptance, act: 'recall', follows: word('aa') })).code).to.equal(
      'INVALID',
    );
  });

  it('are taken with keys of officers on both sides', async () => {
    const subject = await item();
    const [hers, theirs] = await Promise.all([enrolled('anna', 'DE-BKA'), enrolled('lucia', 'ES-GC')]);
    const prepared = await api.prepare('anna', hers.key, [lateRelease(subject)]);
    expect(prepared.statements[0]!.statement).to.include({ act: 3, code: 2, time: held });
    const release = signedBody(prepared, hers);
    const follows = prepared.statements[0]!.digest;
    const accepting = await api.prepare('lucia', theirs.key, [{ act: 'accept', subject, follows }]);
    const statements = await declare('lucia', { release, acceptance: signedBody(accepting, theirs) });
    expect(statements.map(({ digest: each, signedBy }) => [each, signedBy])).to.deep.equal([
      [follows, 'officer'],
      [accepting.statements[0]!.digest, 'officer'],
    ]);
    await api.final('lucia', statements[1]!.digest);
    const { included } = await api.read('evidence', 'auditor', `/v1/evidence/${subject}`);
    expect(included).to.deep.include({ state: 'held', late: true, holder: { number: 5, code: 'ES-GC' } });
  });

  it('are refused a second time, before and after they are final, and nobody else is', async () => {
    const subject = await item();
    const acceptance = { act: 'accept', subject } as const;
    const release = await sign('anna', lateRelease(subject));
    const rival = await sign('anna', lateRelease(subject, { expires: held + DAY / 2 }));
    const [, accepted] = await declare('lucia', { release, acceptance });
    // Most likely no block has the pair yet: what the gateway accepted counts.
    const [again, other, , recorded] = await Promise.all([
      refused('lucia', { release, acceptance }),
      refused('lucia', { release: rival, acceptance }),
      api.state('dieter', { act: 'collect', code: 'seized' }),
      api.state('lucia', { act: 'record', code: 'stored', subject }),
    ]);
    for (const problem of [again, other]) expect(problem).to.include({ status: 409, reason: 'STALE', statement: 0 });
    await api.final('lucia', accepted!.digest);
    await api.final('lucia', recorded.digest);
    expect(await refused('lucia', { release, acceptance })).to.include({ status: 409, reason: 'STALE', statement: 0 });
    const { items } = await api.read('trail', 'auditor', `/v1/evidence/${subject}/trail`);
    expect(items.map(({ act }) => act)).to.deep.equal(['collect', 'release', 'accept', 'record']);
  });

  it('leave nothing where they expired', async () => {
    const subject = await item();
    const expires = Math.floor(Date.now() / 1000) + 1;
    const release = await sign('anna', lateRelease(subject, { expires }));
    await new Promise((resolve) => setTimeout(resolve, (expires + 1) * 1000 - Date.now() + 100));
    const over = await refused('lucia', { release, acceptance: { act: 'accept', subject } });
    expect(over).to.include({ reason: 'EXPIRED', statement: 0 });
    const { projected } = await api.read('evidence', 'anna', `/v1/evidence/${subject}`);
    expect(projected).to.include({ state: 'held', late: false, count: 1 });
    expect((await api.refused('anna', `/v1/statements/${digest(release)}`)).code).to.equal('NOT_FOUND');
    await api.state('anna', { act: 'release', subject, recipient: 'DE-ZOLL' });
  });
});
