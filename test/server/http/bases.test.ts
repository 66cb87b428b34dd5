import { createHash } from 'node:crypto';

import { expect } from 'chai';
import type { z } from 'zod';

import { wordOf, type Hex } from '../../../protocol/bytes.ts';
import { policyHash } from '../../../protocol/field-policy.ts';
import { agreementDetails, consentPage, requestDetails, requestPage } from '../../../server/http/schemas/bases.ts';
import { useGateway, word, type Accepted, type Signer, type StatementRequest } from './support/client.ts';

const DAY = 24 * 3600;
const POLICY = { version: 1, permit: [{ schema: '*', labels: ['exhibit', 'file.*'] }] } as const;

describe('what transfers rest on, over HTTP', function () {
  this.timeout(60_000);
  const api = useGateway();
  const now = (): number => Math.floor(Date.now() / 1000);
  const get = async <Schema extends z.ZodType>(schema: Schema, user: string, where: string): Promise<z.infer<Schema>> =>
    schema.parse(await api.good(user, where));
  const settled = async (user: string, accepted: Accepted): Promise<Accepted> => {
    await api.final(user, accepted.digest);
    return accepted;
  };
  const state = async (user: string, request: StatementRequest): Promise<Accepted> =>
    settled(user, await api.state(user, request));
  const signed = async (user: string, own: Signer, request: StatementRequest): Promise<Accepted> =>
    settled(user, await api.stateSigned(user, own, request));
  const item = async (user = 'anna'): Promise<Hex> => (await state(user, { act: 'collect', code: 'seized' })).subject;
  const reasonOf = async (user: string, request: StatementRequest): Promise<string | undefined> =>
    (await api.notState(user, request)).reason;

  type Terms = NonNullable<StatementRequest['terms']>;
  const termsOf = (more: Partial<Terms> = {}): Terms => ({
    text: `0x${createHash('sha256').update('a memorandum').digest('hex')}`,
    purposes: ['investigate', 'court'],
    restrictions: ['H1'],
    onward: 'consent',
    from: now() - DAY,
    until: now() + DAY,
    parties: [{ jurisdiction: 'DE', signatory: 'DE-BKA' }, { participant: 'ES-GC' }, { participant: 'NL-POL' }],
    ...more,
  });
  const SIGNATORIES = [
    ['anna', 'DE-BKA'],
    ['lucia', 'ES-GC'],
    ['joost', 'NL-POL'],
  ] as const;

  /** Concluded by everyone. */
  async function agreement(more: Partial<Terms> = {}): Promise<Hex> {
    const { subject } = await signed('anna', api.authority('DE-BKA'), { act: 'conclude', terms: termsOf(more) });
    for (const [user, code] of SIGNATORIES.slice(1)) {
      await signed(user, api.authority(code), { act: 'conclude', subject });
    }
    return subject;
  }

  describe('agreements', () => {
    it('are proposed in names, signed by each party, and end by any of them', async () => {
      const { hash } = (await api.good('anna', '/v1/policies', { json: POLICY })) as { hash: Hex };
      expect(hash).to.equal(policyHash(POLICY));
      const terms = termsOf({ fieldPolicy: hash, courtPermission: true });
      const { subject } = await signed('anna', api.authority('DE-BKA'), { act: 'conclude', terms });
      const read = () => get(agreementDetails, 'auditor', `/v1/agreements/${subject}`);
      const proposed = await read();
      expect(proposed).to.deep.include({ state: 'open', inForce: false, onward: 'consent', policy: POLICY });
      expect(proposed.parties.map(({ signed: yes }) => yes)).to.deep.equal([true, false, false]);
      expect(proposed.parties[0]).to.deep.include({ jurisdiction: 'DE', signatory: { number: 1, code: 'DE-BKA' } });

      for (const [user, code] of SIGNATORIES.slice(1)) {
        await signed(user, api.authority(code), { act: 'conclude', subject });
      }
      const concluded = await read();
      expect(concluded).to.include({ state: 'concluded', inForce: true, courtPermission: true });
      expect(concluded.concludedAt).to.be.a('string');
      expect(concluded.statements.map(({ act }) => act)).to.deep.equal(['conclude', 'conclude', 'conclude']);

      await signed('joost', api.authority('NL-POL'), { act: 'end', code: 'agreement-ended', subject });
      expect(await read()).to.include({ state: 'ended', inForce: false });
    });

    it('of which one knows nothing are not found', async () => {
      expect((await api.refused('anna', `/v1/agreements/${word('ab')}`)).code).to.equal('NOT_FOUND');
    });

    it('are refused with names that nobody has, or under an act that has no terms', async () => {
      const own = api.authority('DE-BKA').key;
      const prepare = async (request: StatementRequest): Promise<string> =>
        (await api.refused('anna', '/v1/sheets/prepare', { json: { key: own, statements: [request] } })).code;
      const stranger = termsOf({ parties: [{ participant: 'XX-NONE' }, { participant: 'DE-BKA' }] });
      expect(await prepare({ act: 'conclude', terms: stranger })).to.equal('INVALID');
      expect(await prepare({ act: 'collect', code: 'seized', terms: termsOf() })).to.equal('INVALID');
      expect(await prepare({ act: 'collect', code: 'seized', urgent: true })).to.equal('INVALID');
    });
  });

  describe('requests', () => {
    const ask = (more: Partial<StatementRequest> = {}): StatementRequest => ({
      act: 'request',
      code: 'european-investigation-order',
      recipient: 'DE-BKA',
      purpose: ['investigate'],
      record: { fields: [{ label: 'reference', value: 'EIO 17/2026' }] },
      ...more,
    });
    const read = (subject: Hex, user = 'lucia') => get(requestDetails, user, `/v1/requests/${subject}`);

    it('have the deadline of their instrument, unless they name one', async () => {
      const days = async (request: StatementRequest): Promise<number> => {
        const { subject } = await state('lucia', request);
        const { deadline, statements } = await read(subject);
        return (Date.parse(deadline) - Date.parse(statements[0]!.claimedAt)) / 1000 / DAY;
      };
      expect(await days(ask())).to.equal(30);
      expect(await days(ask({ code: 'e-evidence-production' }))).to.equal(10);
      expect(await days(ask({ code: 'e-evidence-production', urgent: true }))).to.equal(1 / 3);
      expect(await days(ask({ code: 'e-evidence-preservation' }))).to.equal(60);
      const time = now();
      expect(await days(ask({ time, deadline: time + 2 * DAY }))).to.equal(2);
      expect((await api.notState('lucia', ask({ urgent: true }))).code).to.equal('INVALID');
    });

    it('are answered, cited by the release that answers them, and read together with it', async () => {
      const basis = await agreement();
      const subject = await item();
      const asked = (await state('lucia', ask())).subject;
      expect(await read(asked)).to.include({ state: 'open', instrument: 'european-investigation-order' });
      const granted = await state('anna', { act: 'answer', code: 'granted', subject: asked });
      const crossing = { recipient: 'ES-GC', agreement: basis, purpose: ['investigate'], request: asked };
      await state('anna', { act: 'release', subject, ...crossing } as StatementRequest);
      await state('lucia', { act: 'accept', subject });

      const whole = await read(asked);
      expect(whole).to.include({ state: 'granted', moreTransfers: false });
      expect(whole.statements.map(({ act }) => act)).to.deep.equal(['request', 'answer']);
      expect(whole.transfers.map(({ evidence, state: became }) => [evidence, became])).to.deep.equal([
        [subject, 'accepted'],
      ]);
      const { claimedAt } = await api.read('statement', 'anna', `/v1/statements/${granted.digest}`);
      expect(Date.parse(whole.executeBy!) - Date.parse(claimedAt)).to.equal(90 * DAY * 1000);
      const trail = await api.read('trail', 'auditor', `/v1/evidence/${subject}/trail`);
      expect(trail.items.find(({ act }) => act === 'release')?.request).to.equal(asked);
      // What they are about is read by those who wrote it.
      expect(whole.statements[0]!.record).to.have.property('fields');
      expect((await read(asked, 'anna')).statements[0]!.record).to.equal(undefined);
    });

    it('are refused with a ground, withdrawn, overdue; and found by it', async () => {
      const time = now() - 3;
      const late = (await state('lucia', ask({ code: 'police-cooperation', time, deadline: time + 1 }))).subject;
      const refused = (await state('lucia', ask())).subject;
      await state('anna', { act: 'answer', code: 'refused-inadmissible', subject: refused });
      const withdrawn = (await state('lucia', ask())).subject;
      await state('lucia', { act: 'end', code: 'request-withdrawn', subject: withdrawn });
      for (const [subject, standing] of [
        [late, 'overdue'],
        [refused, 'refused'],
        [withdrawn, 'withdrawn'],
      ] as const) {
        expect((await read(subject)).state).to.equal(standing);
        const where = `/v1/requests?from=ES-GC&to=DE-BKA&state=${standing}&limit=1`;
        expect((await get(requestPage, 'auditor', where)).items.map((each) => each.subject)).to.deep.equal([subject]);
      }
      const by = await get(requestPage, 'anna', '/v1/requests?from=ES-GC&instrument=police-cooperation&limit=1');
      expect(by.items[0]).to.include({ subject: late, state: 'overdue' });
      const first = await get(requestPage, 'anna', '/v1/requests?limit=1');
      const second = await get(requestPage, 'anna', `/v1/requests?limit=1&cursor=${first.next!}`);
      expect([first.items[0]!.subject, second.items[0]!.subject]).to.deep.equal([withdrawn, refused]);
      expect((await api.refused('anna', '/v1/requests?from=XX-NONE')).code).to.equal('INVALID');
      expect((await api.refused('anna', '/v1/requests?cursor=abc')).code).to.equal('INVALID');
      expect((await api.refused('anna', `/v1/requests/${word('cd')}`)).code).to.equal('NOT_FOUND');
    });
  });

  describe('each gate of a border has a release that fails at it alone, and a twin that passes', () => {
    let basis: Hex;
    before(async () => {
      basis = await agreement();
    });
    const crossing = (subject: Hex, more: Partial<StatementRequest> = {}): StatementRequest => ({
      ...{ act: 'release', subject, recipient: 'ES-GC', agreement: basis, purpose: ['investigate'] },
      ...more,
    });
    /** An item that ES-GC received from DE-BKA under an agreement. */
    async function received(more: Partial<StatementRequest> = {}): Promise<Hex> {
      const subject = await item();
      await state('anna', crossing(subject, more));
      await state('lucia', { act: 'accept', subject });
      return subject;
    }
    async function matrix(user: string, reason: string, failing: StatementRequest, passing: StatementRequest) {
      expect(await reasonOf(user, failing)).to.equal(reason);
      await state(user, passing);
    }

    it('NO_BASIS: none is named', async () => {
      const subject = await item();
      const { agreement: _, ...bare } = crossing(subject);
      await matrix('anna', 'NO_BASIS', bare, crossing(subject));
    });

    it('AGREEMENT_UNKNOWN: one is not concluded', async () => {
      const subject = await item();
      const { subject: open } = await signed('anna', api.authority('DE-BKA'), { act: 'conclude', terms: termsOf() });
      await matrix('anna', 'AGREEMENT_UNKNOWN', crossing(subject, { agreement: open }), crossing(subject));
    });

    it('AGREEMENT_EARLY and AGREEMENT_OVER: it is not yet in force, or ended', async () => {
      const subject = await item();
      const early = await agreement({ from: now() + DAY / 2 });
      expect(await reasonOf('anna', crossing(subject, { agreement: early }))).to.equal('AGREEMENT_EARLY');
      const ended = await agreement();
      await signed('anna', api.authority('DE-BKA'), { act: 'end', code: 'agreement-ended', subject: ended });
      await matrix('anna', 'AGREEMENT_OVER', crossing(subject, { agreement: ended }), crossing(subject));
    });

    it('NOT_COVERED: the recipient is no party', async () => {
      const subject = await item();
      await matrix('anna', 'NOT_COVERED', crossing(subject, { recipient: 'FR-PN' }), crossing(subject));
    });

    it('PURPOSE and RESTRICTION: it permits others, and none is dropped', async () => {
      const subject = await item();
      await matrix('anna', 'PURPOSE', crossing(subject, { purpose: ['arrest'] }), crossing(subject));
      const other = await item();
      expect(await reasonOf('anna', crossing(other, { restrictions: ['H3'] }))).to.equal('RESTRICTION');
      await state('anna', crossing(other, { restrictions: ['H1'] }));
      await state('lucia', { act: 'accept', subject: other });
      const back = { recipient: 'DE-BKA' } as const;
      await matrix(
        'lucia',
        'RESTRICTION_DROPPED',
        crossing(other, { ...back, restrictions: [] }),
        crossing(other, { ...back, restrictions: ['H1'] }),
      );
    });

    it('ONWARD: what was received under it goes no further, and nothing derived from it either', async () => {
      const closed = await agreement({ onward: 'none' });
      const bound = await received({ agreement: closed });
      const onward = { recipient: 'NL-POL' } as const;
      expect(await reasonOf('lucia', crossing(bound, onward))).to.equal('ONWARD');
      const image = (await state('lucia', { act: 'derive', code: 'image', list: [bound] })).subject;
      expect(await reasonOf('lucia', crossing(image, onward))).to.equal('ONWARD');
      // Home it may go, and what is one’s own may go there.
      await state('lucia', crossing(image, { recipient: 'DE-BKA' }));
      await state('lucia', crossing(await item('lucia'), onward));
    });

    it('CONSENT_MISSING, CONSENT and CONSENT_USED: the origin permits it, once; the refusal says who has to', async () => {
      const subject = await received();
      const onward = crossing(subject, { recipient: 'NL-POL' });
      const refused = await api.notState('lucia', onward);
      expect(refused.reason).to.equal('CONSENT_MISSING');
      expect(refused.detail).to.include('DE-BKA').and.to.include('NL-POL').and.to.include('investigate');

      const consenting = { act: 'consent', reference: subject, recipient: 'NL-POL' } as const;
      const consent = (await state('anna', { ...consenting, purpose: ['investigate'] })).subject;
      const other = (await state('anna', { ...consenting, purpose: ['court'] })).subject;
      expect(await reasonOf('lucia', { ...onward, list: [other] })).to.equal('CONSENT');
      await state('anna', { act: 'end', code: 'consent-withdrawn', subject: other });
      await state('lucia', { ...onward, list: [consent] });
      await state('lucia', { act: 'recall', subject });
      expect(await reasonOf('lucia', { ...onward, list: [consent] })).to.equal('CONSENT_USED');

      const { items } = await get(consentPage, 'auditor', `/v1/consents?evidence=${subject}&from=DE-BKA`);
      expect(items.map((each) => [each.subject, each.purpose, each.state])).to.deep.equal([
        [other, 'court', 'withdrawn'],
        [consent, 'investigate', 'used'],
      ]);
      expect((await get(consentPage, 'anna', `/v1/consents?evidence=${word('ef')}`)).items).to.have.length(0);
    });

    it('RECIPIENT and SUSPENDED: a participant that is suspended takes no part', async () => {
      const vote = async (act: 'suspend' | 'admit', code: string): Promise<void> => {
        // In the order of the participants, as the protocol has it.
        const approving = ['DE-ZOLL', 'FR-PN', 'NL-POL'].map((agency) => api.authority(agency));
        const request: StatementRequest = { act, code, list: [wordOf(5)] };
        await settled('anna', await api.stateSigned('anna', api.authority('DE-BKA'), request, ...approving));
      };
      const out = await item();
      const home = await received();
      const back = crossing(home, { recipient: 'DE-BKA' });
      await vote('suspend', 'suspended');
      try {
        expect(await reasonOf('anna', crossing(out))).to.equal('RECIPIENT');
        expect(await reasonOf('lucia', back)).to.equal('SUSPENDED');
      } finally {
        await vote('admit', 'reinstated');
      }
      await state('anna', crossing(out));
      await state('lucia', back);
    });

    it('an approval may be as long as two thirds of two hundred agencies make it', async () => {
      const three = ['DE-ZOLL', 'FR-PN', 'NL-POL'].map((agency) => api.authority(agency));
      const many = [...three, ...Array.from({ length: 130 }, () => three[2]!)];
      for (const [act, code] of [
        ['suspend', 'suspended'],
        ['admit', 'reinstated'],
      ] as const) {
        const request: StatementRequest = { act, code, list: [wordOf(5)] };
        await settled('anna', await api.stateSigned('anna', api.authority('DE-BKA'), request, ...many));
      }
    });

    it('REQUEST: it answers one that was put to the holder by the recipient', async () => {
      const subject = await item();
      const ask = { act: 'request', code: 'mutual-legal-assistance', recipient: 'DE-BKA' } as const;
      const foreign = (await state('joost', ask)).subject;
      const asked = (await state('lucia', ask)).subject;
      expect(await reasonOf('anna', crossing(subject, { request: word('ee') }))).to.equal('REQUEST');
      await matrix('anna', 'REQUEST', crossing(subject, { request: foreign }), crossing(subject, { request: asked }));
    });
  });
});
