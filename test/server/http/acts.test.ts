import { expect } from 'chai';

import { ACTS, type Act } from '../../../protocol/acts.ts';
import { wordOf, type Hex } from '../../../protocol/bytes.ts';
import type { EVIDENCE_STATUS } from '../../../protocol/transitions.ts';
import { useGateway, word, type Accepted, type StatementRequest } from './support/client.ts';

describe('acts on evidence over HTTP', function () {
  this.timeout(60_000);
  const api = useGateway();
  const reached = new Set<Act>();
  const state = async (user: string, request: StatementRequest): Promise<Accepted> => {
    const accepted = await api.state(user, request);
    expect(accepted.act).to.equal(request.act);
    reached.add(request.act);
    return accepted;
  };
  const reasonOf = async (user: string, request: StatementRequest): Promise<string | undefined> => {
    const problem = await api.notState(user, request);
    expect(problem.code).to.equal('REJECTED');
    return problem.reason;
  };
  const item = async (): Promise<Hex> => (await state('anna', { act: 'collect', code: 'seized' })).subject;
  const agreement = async (): Promise<Hex> =>
    (await api.read('agreements', 'anna', '/v1/agreements')).items[0]!.subject;
  const stateNow = async (subject: Hex): Promise<string> =>
    (await api.read('evidence', 'anna', `/v1/evidence/${subject}`)).projected.state;

  it('hands an item on and takes it', async () => {
    const subject = await item();
    await state('anna', { act: 'release', subject, recipient: 'DE-ZOLL' });
    expect(await stateNow(subject)).to.equal('in-transit' satisfies keyof typeof EVIDENCE_STATUS);
    await state('dieter', { act: 'accept', subject });
    const { projected } = await api.read('evidence', 'anna', `/v1/evidence/${subject}`);
    expect(projected).to.deep.include({ state: 'held', holder: { number: 2, code: 'DE-ZOLL' }, count: 3 });
  });

  it('hands an item across a border on an agreement, for a purpose', async () => {
    const subject = await item();
    await state('anna', {
      act: 'release',
      subject,
      recipient: 'FR-PN',
      agreement: await agreement(),
      purpose: ['investigate'],
      restrictions: ['H1'],
    });
    await state('claire', { act: 'accept', subject, code: 'with-reservation' });
    const { projected } = await api.read('evidence', 'claire', `/v1/evidence/${subject}`);
    expect(projected).to.deep.include({ purposes: ['investigate'], restrictions: ['H1'] });
  });

  it('refuses, confirms the return, and recalls', async () => {
    const subject = await item();
    await state('anna', { act: 'release', subject, recipient: 'DE-ZOLL' });
    await state('dieter', { act: 'refuse', code: 'seal-broken', subject });
    await state('anna', { act: 'return', subject });
    await state('anna', { act: 'release', subject, recipient: 2 });
    await state('anna', { act: 'recall', subject });
    expect(await stateNow(subject)).to.equal('held');
  });

  it('derives, records, corrects, loses, finds and disposes', async () => {
    const parent = await item();
    const { subject, digest } = await state('anna', { act: 'derive', code: 'image', list: [parent] });
    await api.final('anna', digest);
    const recorded = await state('anna', { act: 'record', code: 'examined', subject });
    await state('anna', { act: 'correct', subject, reference: recorded.digest });
    await state('anna', { act: 'dispose', code: 'lost', subject });
    await state('anna', { act: 'found', subject });
    await state('anna', { act: 'dispose', code: 'destroyed', subject });
    expect(await reasonOf('anna', { act: 'record', code: 'stored', subject })).to.equal('CLOSED');
  });

  it('holds an item until the hold is lifted', async () => {
    const subject = await item();
    const hold = await state('anna', { act: 'hold', list: [subject] });
    await api.final('anna', hold.digest);
    expect(await reasonOf('anna', { act: 'release', subject, recipient: 'DE-ZOLL' })).to.equal('ON_HOLD');
    expect(await reasonOf('anna', { act: 'dispose', code: 'destroyed', subject })).to.equal('ON_HOLD');
    const lift = await state('anna', { act: 'lift', subject: hold.subject, list: [subject] });
    await api.final('anna', lift.digest);
    await state('anna', { act: 'release', subject, recipient: 'DE-ZOLL' });
    const trail = await api.read('trail', 'anna', `/v1/lines/hold/${hold.subject}/trail`);
    expect(trail.items.map(({ act }) => act)).to.deep.equal(['hold', 'lift']);
  });

  it('requests, answers and consents', async () => {
    const subject = await item();
    const consent = await state('anna', { act: 'consent', recipient: 'FR-PN', purpose: ['court'], reference: subject });
    await state('anna', { act: 'end', code: 'consent-withdrawn', subject: consent.subject });
    const asked = await state('claire', {
      act: 'request',
      code: 'police-cooperation',
      recipient: 'DE-BKA',
      purpose: ['investigate'],
      list: [wordOf(Math.floor(Date.now() / 1000) + 24 * 3600)],
    });
    await state('anna', { act: 'answer', code: 'granted', subject: asked.subject });
  });

  it('erases by a statement of its own', async () => {
    const { digest } = await api.collect('anna', { description: 'to be erased' });
    await state('anna', { act: 'erase', list: [digest] });
  });

  it('reaches every act that a service key may sign', () => {
    const authority: readonly Act[] = ['conclude', 'enrol', 'revoke', 'admit', 'suspend', 'retire'];
    expect([...reached].sort()).to.deep.equal(
      (Object.keys(ACTS) as Act[]).filter((act) => !authority.includes(act)).sort(),
    );
  });

  describe('are rejected with the reason of the protocol', () => {
    it('LINE_UNKNOWN: nothing stands there', async () => {
      expect(await reasonOf('anna', { act: 'record', code: 'stored', subject: word('00') })).to.be.oneOf([
        'LINE_UNKNOWN',
        'MALFORMED',
      ]);
      const subject: Hex = `0x00000001${'77'.repeat(28)}`;
      expect(await reasonOf('anna', { act: 'record', code: 'stored', subject })).to.equal('LINE_UNKNOWN');
    });

    it('NOT_HOLDER: somebody else has it', async () => {
      const subject = await item();
      expect(await reasonOf('dieter', { act: 'record', code: 'stored', subject })).to.equal('NOT_HOLDER');
      expect(await reasonOf('dieter', { act: 'release', subject, recipient: 'FR-PN' })).to.equal('NOT_HOLDER');
    });

    it('NOT_RELEASED, NOT_RECIPIENT and IN_TRANSIT: a handoff has two sides', async () => {
      const subject = await item();
      expect(await reasonOf('dieter', { act: 'accept', subject })).to.equal('NOT_RELEASED');
      await state('anna', { act: 'release', subject, recipient: 'DE-ZOLL' });
      expect(await reasonOf('karl', { act: 'accept', subject })).to.equal('NOT_RECIPIENT');
      expect(await reasonOf('anna', { act: 'release', subject, recipient: 'DE-KURIER' })).to.equal('IN_TRANSIT');
    });

    it('NO_BASIS, NOT_COVERED and PURPOSE: a border takes an agreement', async () => {
      const subject = await item();
      const basis = await agreement();
      const crossing = { act: 'release', subject, recipient: 'FR-PN' } as const;
      expect(await reasonOf('anna', crossing)).to.equal('NO_BASIS');
      expect(await reasonOf('anna', { ...crossing, agreement: word('ee'), purpose: ['court'] })).to.equal(
        'AGREEMENT_UNKNOWN',
      );
      expect(await reasonOf('anna', { ...crossing, agreement: basis, purpose: ['arrest'] })).to.equal('PURPOSE');
    });

    it('FOREIGN_NUMBER, LINE_EXISTS: a line is opened once, under one’s own number', async () => {
      const subject = await item();
      expect(await reasonOf('anna', { act: 'collect', code: 'seized', subject })).to.equal('LINE_EXISTS');
      const foreign: Hex = `0x00000002${'77'.repeat(28)}`;
      expect(await reasonOf('anna', { act: 'collect', code: 'seized', subject: foreign })).to.equal('FOREIGN_NUMBER');
    });

    it('EXPIRY, FUTURE: times are what they can be', async () => {
      const time = Math.floor(Date.now() / 1000);
      const collect = { act: 'collect', code: 'seized' } as const;
      expect(await reasonOf('anna', { ...collect, time, expires: time + 31 * 24 * 3600 })).to.equal('EXPIRY');
      expect(await reasonOf('anna', { ...collect, time: time + 3600 })).to.equal('FUTURE');
    });

    it('KEY_POWER: a service key has no authority', async () => {
      expect(await reasonOf('anna', { act: 'revoke', reference: word('12') })).to.equal('KEY_POWER');
    });

    it('STALE: somebody stated something first, and it is a conflict', async () => {
      const subject = await item();
      const authority = api.authority('DE-BKA');
      const record = { act: 'record', code: 'stored', subject } as const;
      // An authority key may not state custody; it may place a hold and lift it, which moves the hold's own head.
      const hold = await api.stateSigned('anna', authority, { act: 'hold', list: [subject] });
      const lift: StatementRequest = { act: 'lift', subject: hold.subject, list: [subject] };
      const prepared = await api.prepare('anna', authority.key, [lift]);
      await api.state('anna', record);
      await api.state('anna', lift);
      const { hash, statements } = prepared;
      const body = {
        key: authority.key,
        signature: authority.sign(hash),
        statements: statements.map(({ digest: _, ...each }) => each),
      };
      const problem = await api.notState('anna', body);
      expect(problem).to.include({ status: 409, code: 'REJECTED', reason: 'STALE' });
    });
  });

  it('are not understood without the code or the line that they need', async () => {
    for (const request of [
      { act: 'collect' },
      { act: 'collect', code: 'stolen' },
      { act: 'record', code: 'stored' },
      { act: 'release', subject: await item(), recipient: 'XX-NONE' },
    ]) {
      expect((await api.notState('anna', request)).code, JSON.stringify(request)).to.equal('INVALID');
    }
  });
});
