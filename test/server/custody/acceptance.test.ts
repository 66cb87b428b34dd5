/** What is submitted together must not spoil one another. On a real store; the ledger is judged in memory. */
import { randomBytes } from 'node:crypto';

import { expect } from 'chai';

import { ACT } from '../../../protocol/acts.ts';
import { bytesToHex, type Hex } from '../../../protocol/bytes.ts';
import type { ConsortiumState } from '../../../protocol/ledger.ts';
import { sheetHash } from '../../../protocol/sheet.ts';
import { digestOf, stated } from '../../../protocol/statement.ts';
import { openAcceptance, type Acceptance } from '../../../server/custody/acceptance.ts';
import { openConsortium } from '../../../server/custody/consortium.ts';
import { USUAL_DEADLINES } from '../../../server/custody/deadlines.ts';
import type { Answer, StatementRequest } from '../../../server/custody/gateway.ts';
import type { AcceptedSheet, Store } from '../../../server/custody/ports.ts';
import { openKeyring } from '../../../server/keyring/keyring.ts';
import { BKA, PJ } from '../../protocol/support/actors.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';
import { openLedger, word } from '../exchange/support/ledger.ts';
import { FOLLOWED } from '../../support/followed-ledger.ts';

const caller = { token: 'a token', role: 'officer', participant: BKA.participant } as const;

interface Plan {
  readonly consortium?: ConsortiumState;
  readonly backlog?: number;
}

onEachEngine('submissions that arrive together', (newPlace) => {
  let place: Place;
  beforeEach(async () => {
    place = await newPlace();
  });
  afterEach(async () => {
    await place.leave();
  });

  async function opened({ consortium = { status: 'founded' }, backlog }: Plan = {}) {
    const ledger = openLedger();
    const { service } = ledger.enrol(BKA);
    const item = ledger.collect(BKA, [{ label: 'description', value: 'A phone' }]);
    const store = await place.open();
    const lines = ledger.beginning.lines.map((line) =>
      line.kind === 'consortium' ? { ...line, state: consortium } : line,
    );
    await store.found({ ...ledger.beginning, lines }, ledger.first, FOLLOWED);
    await store.applyBlocks(ledger.blocks, ledger.blocks.at(-1)!);
    const acceptanceOn = (store: Store): Acceptance =>
      openAcceptance({
        ...{ store, consortium: openConsortium(store), foundingHash: ledger.foundingHash, clock: ledger.now },
        keyring: openKeyring([{ participant: BKA.participant, privateKey: service.privateKey }]),
        chance: {
          subject: (participant) =>
            bytesToHex(Buffer.from(participant.toString(16).padStart(8, '0') + randomBytes(28).toString('hex'), 'hex')),
          seed: word,
        },
        deadlines: USUAL_DEADLINES,
        ...(backlog !== undefined && { backlog }),
        accepted: () => undefined,
      });
    const acceptance = acceptanceOn(store);
    const submit = (request: StatementRequest, idempotencyKey?: string): Promise<Answer> =>
      acceptance.submit(caller, {
        submission: { request: { statements: [request] } },
        ...(idempotencyKey !== undefined && { idempotencyKey, fingerprint: word() }),
      });
    return { ledger, store, item, submit, acceptance, acceptanceOn };
  }

  /** Promised once, when the ledger would have taken it: now it waits for the ledger to reject it. */
  async function leaveDoomed(store: Store, foundingHash: Hex, subject: Hex, previous: Hex, now: number): Promise<void> {
    const signer = { participant: PJ.participant, key: PJ.id, time: now, expires: now + 3_600 };
    const doomed = stated({ subject, previous, act: ACT.record, code: 1, ...signer });
    const digest = digestOf(doomed.statement);
    const receipt = { digest, participant: PJ.participant, time: now, path: [], key: PJ.id, signature: word() };
    const sheet: AcceptedSheet = {
      hash: sheetHash([digest], foundingHash),
      ...{ key: PJ.id, signature: word(), participant: PJ.participant },
      statements: [{ digest, stated: doomed, receipt }],
    };
    await store.accept({ sheets: [sheet], answers: [], time: now });
  }

  it('are told that the ledger is retired, whatever they state', async () => {
    const { item, submit } = await opened({ consortium: { status: 'retired' } });
    for (const request of [
      { act: 'collect', code: 'seized' },
      { act: 'record', code: 'examined', subject: item.subject },
    ]) {
      expect(await submit(request)).to.have.nested.property('refused.code', 'RETIRED');
    }
  });

  it('are refused where more would wait for the ledger than is left for others', async () => {
    const { submit, acceptance } = await opened({ backlog: 4 });
    const collect = { act: 'collect', code: 'seized' };
    const codeOf = (answer: Promise<Answer>): Promise<string> =>
      answer.then(
        (given) => ('refused' in given ? given.refused.code : 'accepted'),
        (error: unknown) => (error as { code: string }).code,
      );
    const first = await submit(collect, 'a key');
    expect(first).to.have.property('accepted');
    expect(await codeOf(submit(collect))).to.equal('accepted');
    expect(await codeOf(submit(collect))).to.equal('OVERLOADED');
    expect(await acceptance.hasRoom(caller)).to.equal(false);
    // What was promised is said again; others have room; and keys are changed in any case.
    expect(await codeOf(submit(collect, 'a key'))).to.equal('IDEMPOTENCY_CONFLICT');
    expect(await acceptance.hasRoom({ ...caller, participant: PJ.participant })).to.equal(true);
    const { statement } = stated({ act: ACT.enrol, participant: BKA.participant, key: BKA.id });
    const signed = { key: BKA.id, signature: word(), statements: [{ statement }] };
    expect(await codeOf(acceptance.submit(caller, { submission: { signed } }))).not.to.equal('OVERLOADED');
  });

  it('are refused so, too, when they come at once', async () => {
    const { submit } = await opened({ backlog: 40 });
    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, () => submit({ act: 'collect', code: 'seized' })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).to.have.length(20);
  });

  it('are answered as before where another process accepted the same between two looks at the store', async () => {
    const { store, item, acceptance, acceptanceOn } = await opened();
    const statements = [{ act: 'dispose', code: 'destroyed', subject: item.subject }];
    const submitted = { submission: { request: { statements } }, idempotencyKey: 'a key', fingerprint: word() };
    const given: Promise<Answer>[] = [];
    const late = acceptanceOn({
      ...store,
      async loadPending(references) {
        given.push(acceptance.submit(caller, submitted));
        await given.at(-1);
        return store.loadPending(references);
      },
    });
    const again = await late.submit(caller, submitted);
    expect(again).to.have.property('accepted');
    expect(again).to.deep.equal(await given[0]);
    const other = { ...submitted, idempotencyKey: 'another key' };
    expect(await late.submit(caller, other)).to.have.nested.property('refused.reason', 'CLOSED');
  });

  it('are told to come again where what they follow was promised by a clock that was ahead', async () => {
    const { ledger, item, submit } = await opened();
    const record = { act: 'record', code: 'examined', subject: item.subject };
    const opening = await submit({ act: 'collect', code: 'seized' }, 'a key');
    expect(opening).to.have.property('accepted');
    const { subject } = (opening as Extract<Answer, { accepted: unknown }>).accepted[0]!;
    ledger.wait(-121);
    const refused = await submit({ ...record, subject }, 'another key');
    expect(refused).to.have.nested.property('refused.code', 'UNAVAILABLE');
    // Others are not in its way, and it is not kept as an answer.
    expect(await submit(record)).to.have.property('accepted');
    ledger.wait(1);
    expect(await submit({ ...record, subject }, 'another key')).to.have.property('accepted');
  });

  it('are accepted although one of them meets a promise that the ledger will reject', async () => {
    const { ledger, store, item, submit } = await opened();
    await leaveDoomed(store, ledger.foundingHash, item.subject, item.digest, ledger.now());
    const collect = { act: 'collect', code: 'seized' };
    const [first, blocked, second] = await Promise.allSettled([
      submit(collect),
      submit({ act: 'record', code: 'examined', subject: item.subject }),
      submit(collect, 'a key'),
    ]);
    for (const each of [first, second]) {
      expect(each.status).to.equal('fulfilled');
      expect(each.status === 'fulfilled' && each.value).to.have.property('accepted');
    }
    expect(blocked.status === 'rejected' && (blocked.reason as { code?: string }).code).to.equal('CONFLICT');
  });
});
