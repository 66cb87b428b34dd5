/** A store that was lost: everything that comes from the ledger is made again from the chain alone, field by field. */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect } from 'chai';

import { ACT, CODE } from '../../../protocol/acts.ts';
import { ZERO, type Hex } from '../../../protocol/bytes.ts';
import { keyWords, termsWords } from '../../../protocol/lists.ts';
import { participantSubject } from '../../../protocol/ledger.ts';
import { digestOf, stated, type Stated, type Statement } from '../../../protocol/statement.ts';
import { sheetHash } from '../../../protocol/sheet.ts';
import { hexToBytes } from '../../../protocol/bytes.ts';
import { openFollower } from '../../../server/chain/follower.ts';
import type { AcceptedSheet } from '../../../server/custody/ports.ts';
import { signSecp256k1 } from '../../../server/keyring/keyring.ts';
import { openStore } from '../../../server/store/store.ts';
import { terms } from '../../protocol/stories/scenes.ts';
import { actor, BKA, KOELN, PJ, subjectOf, type Actor } from '../../protocol/support/actors.ts';
import { openTestGateway, type TestGateway } from './support/gateway.ts';
import { clock, emptyFolder } from './support/places.ts';

/** What comes from the ledger, with what an order of insertion leaves out. */
const LEDGER_TABLES: Readonly<Record<string, string>> = {
  sheet: 'hash',
  block: 'number',
  statement: 'digest',
  line: 'kind, subject',
  key: 'number',
  cursor: 'id',
  transfer: 'release',
  derivation: 'child, ordinal',
};

describe('chain: a store that was lost', function () {
  this.timeout(120_000);
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openTestGateway();
  });
  afterEach(() => gateway.close());

  /** Heads of the lines, by subject; participants begin with what the founding made. */
  const heads = new Map<Hex, Hex>();

  function state(by: Actor, act: number, fields: Partial<Statement>, list: readonly Hex[] = []): Stated {
    const { subject = ZERO } = fields;
    const time = clock();
    const common = { act, code: 1, participant: by.participant, key: by.id, time, expires: time + 3_600 };
    const next = stated({ ...common, previous: heads.get(subject) ?? ZERO, ...fields }, list);
    heads.set(subject, digestOf(next.statement));
    return next;
  }

  async function send(by: Actor, items: readonly Stated[], endorsers: readonly Actor[] = []): Promise<void> {
    const digests = items.map(({ statement }) => digestOf(statement));
    const hash = sheetHash(digests, gateway.place.ledger.foundingHash);
    const sign = ({ privateKey }: Actor): Hex => signSecp256k1(hexToBytes(privateKey), hash);
    const sheet: AcceptedSheet = {
      ...{ hash, key: by.id, participant: by.participant, signature: sign(by) },
      statements: items.map((item, position) => ({
        digest: digests[position]!,
        stated: item,
        receipt: {
          digest: digests[position]!,
          participant: by.participant,
          time: clock(),
          key: by.id,
          path: [],
          signature: '0x',
        },
      })),
      ...(endorsers.length > 0 && { endorsements: endorsers.map((each) => ({ key: each.id, signature: sign(each) })) }),
    };
    await gateway.accept(sheet);
    await gateway.settled();
  }

  it('is rebuilt from the chain, and is the same', async () => {
    gateway.startSubmitter();
    await tellStories();
    const database = path.join(gateway.place.folder, 'unbroken.sqlite');
    const before = ledgerOf(database);
    expect(before['transfer']!.length).to.equal(6);
    expect(before['derivation']!.length).to.equal(2);
    const outcomes = new Set(before['statement']!.map(({ outcome }) => outcome === 0));
    expect([...outcomes], 'some included, some rejected').to.have.members([true, false]);

    const folder = emptyFolder();
    const store = await openStore({
      database: path.join(folder, 'unbroken.sqlite'),
      masterKey: new Uint8Array(32).fill(9),
    });
    const { engine, place } = gateway;
    const quiet = { applied: () => undefined, report: () => undefined };
    const follower = await openFollower({ rpc: engine, ledger: place.ledger, store, finality: 0, clock, ...quiet });
    await follower.close();
    await store.close();
    const after = ledgerOf(path.join(folder, 'unbroken.sqlite'));
    for (const table of Object.keys(LEDGER_TABLES)) {
      expect(before[table]!, table).not.to.be.empty;
      expect(after[table], table).to.deep.equal(before[table]);
    }
  });

  /** Handovers with every outcome, an agreement, a consent, a hold, derivations, a new key, and what is rejected. */
  async function tellStories(): Promise<void> {
    const items = Array.from({ length: 6 }, (_, i) => subjectOf(BKA.participant, `rebuilt ${i}`));
    const [phone, second, third, fourth, fifth, sixth] = items as [Hex, Hex, Hex, Hex, Hex, Hex];
    await send(
      BKA,
      items.map((subject) => state(BKA, ACT.collect, { subject, restrictions: 2 })),
    );
    const to = (recipient: Actor, fields: Partial<Statement> = {}) => ({
      recipient: recipient.participant,
      restrictions: 2,
      ...fields,
    });
    const agreement = subjectOf(BKA.participant, 'treaty');
    const words = termsWords(terms());
    const concluding = state(BKA, ACT.conclude, { subject: agreement }, words);
    await send(BKA, [concluding]);
    const { reference } = concluding.statement;
    await send(PJ, [state(PJ, ACT.conclude, { subject: agreement, reference })]);

    await send(BKA, [
      state(BKA, ACT.release, { subject: phone, ...to(PJ, { agreement, purpose: 4 }) }),
      ...[second, third, fourth, fifth].map((subject) => state(BKA, ACT.release, { subject, ...to(KOELN) })),
    ]);
    await send(PJ, [state(PJ, ACT.accept, { subject: phone, code: 2 })]);
    await send(KOELN, [
      state(KOELN, ACT.refuse, { subject: second, code: 2 }),
      state(KOELN, ACT.accept, { subject: third }),
    ]);
    await send(BKA, [
      state(BKA, ACT.return, { subject: second }),
      state(BKA, ACT.recall, { subject: fourth }),
      state(BKA, ACT.dispose, { subject: fifth, code: CODE.disposeLost }),
    ]);
    const image = subjectOf(BKA.participant, 'image');
    await send(BKA, [state(BKA, ACT.derive, { subject: image }, [second, fourth])]);
    const hold = subjectOf(BKA.participant, 'hold');
    await send(BKA, [state(BKA, ACT.hold, { subject: hold }, [sixth])]);
    // Rejected for the hold, and what would have followed it.
    await send(BKA, [state(BKA, ACT.release, { subject: sixth, ...to(KOELN) })]);
    await send(KOELN, [state(KOELN, ACT.accept, { subject: sixth })]);
    const consent = subjectOf(BKA.participant, 'consent');
    const given = { subject: consent, recipient: KOELN.participant, purpose: 512, reference: phone };
    await send(BKA, [state(BKA, ACT.consent, given)]);
    await send(KOELN, [state(KOELN, ACT.release, { subject: third, ...to(BKA) })]);

    const fresh = actor(BKA.participant, 'a fresh key');
    const line = participantSubject(BKA.participant);
    heads.set(line, gateway.place.ledger.foundingHash);
    await send(BKA, [state(BKA, ACT.enrol, { subject: line }, keyWords(fresh.key))], [fresh]);
    await send(BKA, [state(BKA, ACT.revoke, { subject: line, reference: fresh.id })]);
  }
});

function ledgerOf(file: string): Record<string, Record<string, unknown>[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Object.fromEntries(
      Object.entries(LEDGER_TABLES).map(([table, order]) => [
        table,
        (database.prepare(`select * from "${table}" order by ${order}`).all() as Record<string, unknown>[]).map((row) =>
          // Counts up, also where a line is only changed.
          table === 'line' ? { ...row, id: undefined } : { ...row },
        ),
      ]),
    );
  } finally {
    database.close();
  }
}
